"""Each finding appears when it should, with exact numbers, and not otherwise."""

import numpy as np
import pytest

from bncore import forward
from bncore.findings.findings import findings, mode_gap
from bncore.findings.sampling_law import sampling_law
from bncore.playground.chain import NormLayer, playground
from bncore.running import cold_start, updated
from bncore.statistics import statistics
from tests.each import each

placements = pytest.mark.parametrize("eps_placement", ["variance", "deviation"])


def findings_of(x, layer=None, running_mean=None, running_var=None, **options):
    """The findings on x by id."""
    layer = layer or NormLayer()
    inference = {"running_mean": running_mean, "running_var": running_var} if layer.mode == "inference" else {}
    result = playground(x, layer, rng=np.random.default_rng(0), **inference, **options)
    rows = findings(result, running_mean, running_var)
    assert len({row.id for row in rows}) == len(rows)
    return {row.id: row for row in rows}


def drawn(examples=200, features=3, seed=0):
    return 2.0 * np.random.default_rng(seed).standard_normal((examples, features)) + 1.0


def test_a_healthy_layer_has_a_note_on_its_noise_and_nothing_else():
    x = drawn()
    assert set(findings_of(x)) == {"statistics_noise"}
    assert set(findings_of(x, None, x.mean(axis=0), x.var(axis=0))) == {"statistics_noise"}


def test_warnings_come_first():
    x = drawn()
    x[:, 1] = 3.0
    rows = findings(playground(x, NormLayer(activation="identity"), rng=np.random.default_rng(0)))
    assert [row.severity for row in rows] == ["warning", "note"]


def test_a_constant_feature_is_named_with_its_value_however_small_the_others_are():
    x = drawn() * 1e-200
    x[:, 1] = 0.1
    row = findings_of(x, NormLayer(eps=0.0))["constant"]
    assert (row.features, row.values) == ((1,), (0.1,))


def test_one_example_is_called_what_it_is_and_has_no_noise():
    rows = findings_of(drawn(1), NormLayer(activation="identity"))
    assert set(rows) == {"single_example"}
    assert rows["single_example"].features == (0, 1, 2)
    assert "x̂ is 0" in rows["single_example"].explanation
    running = np.zeros(3), np.ones(3)
    assert "single_example" not in findings_of(drawn(1), NormLayer(mode="inference"), *running)
    images = np.random.default_rng(0).standard_normal((1, 3, 4, 4))
    assert "single_example" not in findings_of(images)


@placements
def test_a_variance_or_a_deviation_at_or_below_eps(eps_placement):
    x = np.array([[-1.0, -0.1, -10.0], [1.0, 0.1, 10.0]] * 10)
    layer = NormLayer(eps=1.0, eps_placement=eps_placement)
    row = findings_of(x, layer)["variance_below_eps"]
    assert row.features == (1, 0)  # the smallest first
    np.testing.assert_allclose(row.values, [0.01, 1.0] if eps_placement == "variance" else [0.1, 1.0], rtol=1e-12)
    assert "variance_below_eps" not in findings_of(x, NormLayer(eps=1e-5, eps_placement=eps_placement))


def test_a_gamma_near_zero_unless_it_undoes_the_normalization():
    x = drawn() * np.array([1.0, 1e-3, 1.0])
    row = findings_of(x, NormLayer(gamma=np.array([1.0, 0.01, -0.005])))["gamma_near_zero"]
    assert (row.features, row.values) == ((2, 1), (-0.005, 0.01))
    assert "gamma_near_zero" not in findings_of(x, NormLayer(gamma="sigma"))
    assert "gamma_near_zero" not in findings_of(x, NormLayer(gamma=np.array([1.0, 0.0101, -1.0])))


def test_saturation_is_the_share_of_dead_inputs():
    x = drawn()
    row = findings_of(x, NormLayer(beta=np.array([0.0, -5.0, -1.5])))["saturated"]
    y = forward(x, beta=[0.0, -5.0, -1.5]).y
    assert row.features == (1, 2)
    np.testing.assert_array_equal(row.values, (y <= 0).mean(axis=0)[[1, 2]])
    assert "saturated" not in findings_of(x, NormLayer(beta=np.full(3, -50.0), activation="identity"))


def test_saturation_names_the_activation_and_says_if_where_dy_was_given():
    x, layer = drawn(), NormLayer(beta=np.full(3, -50.0))
    assert findings_of(x, layer)["saturated"].title.startswith("ReLU is flat")
    unknown = findings_of(x, layer, dy=np.ones_like(x))["saturated"]
    assert unknown.title.startswith("If ReLU follows")
    assert "choose it" in unknown.explanation


def test_the_worst_features_stand_first():
    x = drawn(300, 4)
    off = np.array([0.5, 2.0, 1.0, 4.0])
    rows = findings_of(x, None, x.mean(axis=0) + off, x.var(axis=0) * np.array([2.0, 9.0, 3.0, 1.0]))
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
        rows = findings_of(x, NormLayer(), mean, var)
        warned += len(rows["mode_gap"].features) if "mode_gap" in rows else 0
        gap = mode_gap(NormLayer(), sampling_law(np.ascontiguousarray(x.T), 1), mean, var)
        above += int((gap > 0.1).sum())
    assert warned <= 1
    assert above > 500


@placements
@each("eps", [0.0, 1e-5, 0.5])
@each("running_var", [0.0, 1e-3, 1.0, 9.0])
def test_the_mode_gap_is_that_of_the_outputs_themselves(eps_placement, eps, running_var):
    x, gamma = drawn(50), np.array([2.0, -0.5, 1.0])
    x[:, 2] = 4.0
    kept = {"eps": eps, "eps_placement": eps_placement}
    running = {"running_mean": np.array([0.3, 1.0, 4.5]), "running_var": np.full(3, running_var)}
    train = forward(x, gamma, **kept).y
    inference = forward(x, gamma, mode="inference", **kept, **running).y
    expected = np.sqrt(np.square(train - inference).mean(axis=0)) / np.abs(gamma)
    gap = mode_gap(NormLayer(**kept), sampling_law(np.ascontiguousarray(x.T), 1), *running.values())
    np.testing.assert_allclose(gap, expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("mode", ["train", "inference"])
def test_a_notable_mode_gap_is_found_in_both_modes(mode):
    x = drawn()
    rows = findings_of(x, NormLayer(mode=mode), x.mean(axis=0) + np.array([0.0, 1.0, 0.0]), x.var(axis=0))
    assert rows["mode_gap"].features == (1,)
    assert rows["mode_gap"].values[0] == pytest.approx(1.0 / np.sqrt(x.var(axis=0)[1] + 1e-5), rel=1e-9)


@each(("examples", "percent"), [(2, 42.6), (3, 37.8), (4, 33.7), (5, 30.5)])
def test_few_examples_are_told_the_noise_of_a_bell_and_that_it_is_one(examples, percent):
    note = findings_of(drawn(examples), NormLayer(activation="identity"))["statistics_noise"]
    assert f"{1 / np.sqrt(examples):#.3g} deviations" in note.explanation
    assert f"{percent} %" in note.explanation
    assert "that of a bell" in note.explanation


def test_many_examples_are_told_the_noise_of_their_own_tails():
    rng, told = np.random.default_rng(3), {}
    for name, x in {"bell": rng.standard_normal((400, 64)), "heavy": rng.laplace(size=(400, 64))}.items():
        text = findings_of(x)["statistics_noise"].explanation
        assert "bell" not in text
        told[name] = float(text.split(" %")[0].split()[-1])
    assert told["bell"] == pytest.approx(100 / np.sqrt(2 * 400), rel=0.03)
    assert told["heavy"] == pytest.approx(100 * np.sqrt(5 / (4 * 400)), rel=0.05)


@each("whole", [False, True])
def test_where_the_batch_is_all_there_is_no_other_batch_is_said_to_stray(whole):
    result = playground(drawn(50), NormLayer(activation="identity"), rng=np.random.default_rng(0))
    note = {one.id: one for one in findings(result, whole=whole)}["statistics_noise"]
    assert note.explanation.startswith("This batch is all there is to draw from." if whole else "From batch to batch")
    assert ("would stray by about 0.141 deviations" in note.explanation) is whole


def test_a_constant_feature_and_tiny_numbers_have_a_noise_of_their_own():
    x = drawn(4) * 1e-200
    x[:, 1] = 0.1
    note = findings_of(x, NormLayer(eps=0.0, activation="identity"))["statistics_noise"]
    assert dict(zip(note.features, note.values, strict=True)) == {0: 0.5, 2: 0.5, 1: 0.0}


@each("mode", ["train", "inference"])
@each("shape", [(1, 3, 8, 8), (1, 3)])
def test_one_image_or_example_far_from_the_running_statistics_is_found(mode, shape):
    x = np.random.default_rng(0).standard_normal(shape)
    told = {"running_mean_off", "running_var_off", "mode_gap"}
    assert not told & set(findings_of(x, NormLayer(mode=mode), np.zeros(3), np.ones(3)))
    for off in (-100.0, 100.0):
        rows = findings_of(x, NormLayer(mode=mode), np.full(3, off), np.ones(3))
        assert sorted(rows["running_mean_off"].features) == [0, 1, 2]
        assert rows["mode_gap"].values == pytest.approx((100.0,) * 3, rel=0.03)


def test_equal_rows_and_statistics_of_nothing_are_never_counted_in_more_than_a_thousand_errors():
    x = np.array([[0.5, 1.25, -0.3]] * 2)
    assert "running_var_off" not in findings_of(x, None, np.zeros(3), np.ones(3))
    rows = findings_of(drawn(50), None, np.full(3, 1e9), np.zeros(3))
    for name in ("running_mean_off", "running_var_off"):
        assert rows[name].values == (1000.0,) * 3


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_constant_feature_and_its_rounded_running_statistics_agree(dtype):
    x = np.tile(np.array([0.1, -3.0], dtype), (64, 1))
    mean = np.nextafter(x[0], np.inf, dtype=dtype)
    assert set(findings_of(x, NormLayer(activation="identity"), mean, np.zeros(2, dtype))) == {
        "constant",
        "statistics_noise",
    }


def test_a_finding_states_its_rule_and_how_often_it_is_wrong():
    x = drawn(64)
    rows = findings_of(x, None, x.mean(axis=0) + 9.0, 9.0 * x.var(axis=0))
    for name in ("running_mean_off", "running_var_off"):
        assert "at most 1 in 100 healthy layers" in rows[name].explanation
        assert "1 % of the healthy features" in rows[name].explanation
    assert f"σ² {64 / 63 * 20 / 19:.3g} times the running variance" in rows["running_mean_off"].explanation
    alone = findings_of(x, None, x.mean(axis=0) + 9.0)["running_mean_off"].explanation
    assert f"σ² {64 / 63:.3g} times this batch's biased variance" in alone


@each("examples", [2, 8, 15, 16])
def test_what_few_examples_can_have_by_chance_is_said_to_be_that(examples):
    x = drawn(examples)
    x[:, 1] = 3.0
    row = findings_of(x, NormLayer(activation="identity", eps=100.0))
    for name in ("constant", "variance_below_eps"):
        assert (f"With {examples} examples this can be chance." in row[name].explanation) == (examples < 16)
