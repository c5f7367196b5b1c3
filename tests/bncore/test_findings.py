"""Each finding appears when it should, with exact numbers, and not otherwise."""

import numpy as np
import pytest

from bncore import forward
from bncore.findings import findings, mode_gap, statistics_noise
from bncore.playground import Layer, playground
from bncore.running import cold_start, updated
from bncore.statistics import statistics

placements = pytest.mark.parametrize("eps_placement", ["variance", "deviation"])


def found(x, layer=None, running_mean=None, running_var=None, **options):
    """The findings on x by id."""
    layer = layer or Layer()
    inference = {"running_mean": running_mean, "running_var": running_var} if layer.mode == "inference" else {}
    result = playground(x, layer, rng=np.random.default_rng(0), **inference, **options)
    rows = findings(result, running_mean, running_var)
    assert len({row.id for row in rows}) == len(rows)
    return {row.id: row for row in rows}


def drawn(examples=200, features=3, seed=0):
    return 2.0 * np.random.default_rng(seed).standard_normal((examples, features)) + 1.0


def test_a_healthy_layer_has_a_note_on_its_noise_and_nothing_else():
    x = drawn()
    assert set(found(x)) == {"statistics_noise"}
    assert set(found(x, None, x.mean(axis=0), x.var(axis=0))) == {"statistics_noise"}


def test_warnings_come_first():
    x = drawn()
    x[:, 1] = 3.0
    rows = findings(playground(x, Layer(activation="identity"), rng=np.random.default_rng(0)))
    assert [row.severity for row in rows] == ["warning", "note"]


def test_a_constant_feature_is_named_with_its_value_however_small_the_others_are():
    x = drawn() * 1e-200
    x[:, 1] = 0.1
    row = found(x, Layer(eps=0.0))["constant"]
    assert (row.features, row.values) == ((1,), (0.1,))


def test_one_example_is_called_what_it_is_and_has_no_noise():
    rows = found(drawn(1), Layer(activation="identity"))
    assert set(rows) == {"single_example"}
    assert rows["single_example"].features == (0, 1, 2)
    assert "x̂ is 0" in rows["single_example"].explanation
    running = np.zeros(3), np.ones(3)
    assert "single_example" not in found(drawn(1), Layer(mode="inference"), *running)
    images = np.random.default_rng(0).standard_normal((1, 3, 4, 4))
    assert "single_example" not in found(images)


@placements
def test_a_variance_or_a_deviation_at_or_below_eps(eps_placement):
    x = np.array([[-1.0, -0.1, -10.0], [1.0, 0.1, 10.0]] * 10)
    layer = Layer(eps=1.0, eps_placement=eps_placement)
    row = found(x, layer)["variance_below_eps"]
    assert row.features == (1, 0)  # the smallest first
    np.testing.assert_allclose(row.values, [0.01, 1.0] if eps_placement == "variance" else [0.1, 1.0], rtol=1e-12)
    assert "variance_below_eps" not in found(x, Layer(eps=1e-5, eps_placement=eps_placement))


def test_a_gamma_near_zero_unless_it_undoes_the_normalization():
    x = drawn() * np.array([1.0, 1e-3, 1.0])
    row = found(x, Layer(gamma=np.array([1.0, 0.01, -0.005])))["gamma_near_zero"]
    assert (row.features, row.values) == ((2, 1), (-0.005, 0.01))
    assert "gamma_near_zero" not in found(x, Layer(gamma="sigma"))
    assert "gamma_near_zero" not in found(x, Layer(gamma=np.array([1.0, 0.0101, -1.0])))


def test_saturation_is_the_share_of_dead_inputs():
    x = drawn()
    row = found(x, Layer(beta=np.array([0.0, -5.0, -1.5])))["saturated"]
    y = forward(x, beta=[0.0, -5.0, -1.5]).y
    assert row.features == (1, 2)
    np.testing.assert_array_equal(row.values, (y <= 0).mean(axis=0)[[1, 2]])
    assert "saturated" not in found(x, Layer(beta=np.full(3, -50.0), activation="identity"))


def test_saturation_names_the_activation_and_says_if_where_dy_was_given():
    x, layer = drawn(), Layer(beta=np.full(3, -50.0))
    assert found(x, layer)["saturated"].title.startswith("ReLU is flat")
    unknown = found(x, layer, dy=np.ones_like(x))["saturated"]
    assert unknown.title.startswith("If ReLU follows")
    assert "choose it" in unknown.explanation


def test_the_worst_features_stand_first():
    x = drawn(300, 4)
    off = np.array([0.5, 2.0, 1.0, 4.0])
    rows = found(x, None, x.mean(axis=0) + off, x.var(axis=0) * np.array([2.0, 9.0, 3.0, 1.0]))
    assert rows["running_mean_off"].features == (3, 1, 2, 0)
    assert rows["running_var_off"].features[0] == 1
    for row in rows.values():
        assert list(row.values) == sorted(row.values, reverse=True)


def trained(seed, examples, features=64):
    """A batch of a healthy layer, and the running statistics of two hundred batches before it."""
    rng = np.random.default_rng(seed)
    weights, bias = rng.standard_normal((32, features)), rng.standard_normal(features)
    mean, var = cold_start(features)
    for _ in range(200):
        seen = statistics(rng.standard_normal((examples, 32)) @ weights + bias, 1)
        mean, var = updated((mean, var), seen.mean, seen.var, count=examples, momentum=0.1, running_variance="unbiased")
    return rng.standard_normal((examples, 32)) @ weights + bias, mean, var


@pytest.mark.parametrize("examples", [16, 32, 64])
def test_a_healthy_layer_is_not_warned_of_a_mode_gap(examples):
    """All but one feature in a thousand, though the gap itself is above 0.1 for most of them."""
    warned, above = 0, 0
    for seed in range(16):
        x, mean, var = trained(seed, examples)
        rows = found(x, Layer(), mean, var)
        warned += len(rows["mode_gap"].features) if "mode_gap" in rows else 0
        gap = mode_gap(Layer(), statistics_noise(np.ascontiguousarray(x.T), 1), mean, var)
        above += int((gap > 0.1).sum())
    assert warned <= 1
    assert above > 500


def test_the_mode_gap_says_how_much_of_it_chance_explains():
    x = drawn(25)
    row = found(x, None, x.mean(axis=0) + np.array([0.0, 9.0, 0.0]), x.var(axis=0))["mode_gap"]
    noise = statistics_noise(np.ascontiguousarray(x.T), 1)
    assert row.features == (1,)
    assert f"3 times what chance explains at N = 25 (here up to {noise.gap[1]:.2g})" in row.explanation


@pytest.mark.parametrize("errors", [2.5, 3.5])
def test_running_statistics_are_held_against_three_standard_errors(errors):
    x = drawn()
    noise = statistics_noise(np.ascontiguousarray(x.T), 1)
    rows = found(x, None, x.mean(axis=0) + errors * noise.mean, x.var(axis=0) - errors * noise.var)
    assert ("running_mean_off" in rows) == ("running_var_off" in rows) == (errors > 3)
    if errors > 3:
        np.testing.assert_allclose(rows["running_mean_off"].values, errors, rtol=1e-9)
        np.testing.assert_allclose(rows["running_var_off"].values, errors, rtol=1e-9)


@placements
@pytest.mark.parametrize("eps", [0.0, 1e-5, 0.5])
@pytest.mark.parametrize("running_var", [0.0, 1e-3, 1.0, 9.0])
def test_the_mode_gap_is_that_of_the_outputs_themselves(eps_placement, eps, running_var):
    x, gamma = drawn(50), np.array([2.0, -0.5, 1.0])
    x[:, 2] = 4.0
    kept = {"eps": eps, "eps_placement": eps_placement}
    running = {"running_mean": np.array([0.3, 1.0, 4.5]), "running_var": np.full(3, running_var)}
    train = forward(x, gamma, **kept).y
    inference = forward(x, gamma, mode="inference", **kept, **running).y
    expected = np.sqrt(np.square(train - inference).mean(axis=0)) / np.abs(gamma)
    gap = mode_gap(Layer(**kept), statistics_noise(np.ascontiguousarray(x.T), 1), *running.values())
    np.testing.assert_allclose(gap, expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("mode", ["train", "inference"])
def test_a_notable_mode_gap_is_found_in_both_modes(mode):
    x = drawn()
    rows = found(x, Layer(mode=mode), x.mean(axis=0) + np.array([0.0, 1.0, 0.0]), x.var(axis=0))
    assert rows["mode_gap"].features == (1,)
    assert rows["mode_gap"].values[0] == pytest.approx(1.0 / np.sqrt(x.var(axis=0)[1] + 1e-5), rel=1e-9)


@pytest.mark.parametrize(("name", "positions"), [("normal", 1), ("uniform", 1), ("normal", 4), ("repeated", 4)])
def test_noise_is_what_many_batches_show(name, positions):
    """Held at 5 standard errors of the Monte Carlo estimate; `repeated` positions carry no information of their own."""
    rng, batches, examples = np.random.default_rng(7), 4000, 64
    shape = (batches, examples, positions)
    draws = {
        "normal": rng.standard_normal(shape),
        "uniform": rng.random(shape),
        "repeated": np.repeat(rng.standard_normal((batches, examples, 1)), positions, axis=2),
    }[name]
    rows = draws.reshape(batches, -1)
    estimated = statistics_noise(rows, positions)
    for estimates, seen in ((estimated.mean, rows.mean(axis=1)), (estimated.var, rows.var(axis=1))):
        spread = seen.var(ddof=1)
        error = spread * np.sqrt(2 / batches) + np.square(estimates).std() / np.sqrt(batches)
        assert abs(np.square(estimates).mean() - spread) < 5 * error


def test_the_noise_of_the_mean_is_not_understated_in_a_tiny_batch():
    rows = np.random.default_rng(0).standard_normal((20_000, 3))
    assert np.square(statistics_noise(rows, 1).mean).mean() == pytest.approx(1 / 3, rel=0.05)


def test_the_noise_of_independent_examples_is_the_textbooks():
    noise = statistics_noise(np.random.default_rng(3).standard_normal((1, 100_000)), 1)
    assert noise.shift[0] == pytest.approx(1 / np.sqrt(100_000), rel=0.01)
    assert noise.scale[0] == pytest.approx(1 / np.sqrt(2 * 100_000), rel=0.02)


def test_the_noise_of_a_large_batch_is_that_of_its_parts(monkeypatch):
    rows = np.random.default_rng(0).standard_normal((5, 40))
    whole = statistics_noise(rows, 2)
    monkeypatch.setattr("bncore.summary.BLOCK", 80)
    parted = statistics_noise(rows, 2)
    np.testing.assert_array_equal(parted.mean, whole.mean)
    np.testing.assert_array_equal(parted.var, whole.var)
