"""What is told from a norm's arrays: with exact numbers when it should be, and not otherwise."""

from dataclasses import replace

import numpy as np
import pytest

from bncore.doctor import Front, Norm
from bncore.doctor.findings import examine
from bncore.doctor.findings.weights.front import front_sizes
from tests.bncore.doctor.findings.models import CHANNELS, healthy, put, told, with_norm
from tests.bncore.doctor.findings.models import model as model_of
from tests.each import each


@each("seed", range(8))
def test_nothing_is_told_of_a_healthy_model(seed):
    assert examine(healthy(seed=seed)) == ()


def test_a_negative_variance_says_whether_eps_still_saves_the_root():
    assert "NaN in inference" in told(with_norm(healthy(), 0, variance=put(1, -1e-4)))["variance_negative"].sentence
    saved = told(with_norm(healthy(), 0, variance=put(1, -1e-6)))["variance_negative"]
    assert "only ε = 1e−5" in saved.sentence
    assert saved.channels == (1,)


def test_a_variance_that_eps_outweighs_is_a_note_where_gamma_is_0_too():
    small = told(with_norm(healthy(), 0, variance=put(1, 1e-6)))["variance_below_eps"]
    assert (small.severity, small.channels) == ("warning", (1,))
    unused = told(with_norm(healthy(), 0, variance=put(1, 1e-6), gamma=put(1, 1e-8)))
    assert {one.severity for one in unused.values()} == {"note"}
    assert set(unused) == {"variance_below_eps", "gamma_dead"}
    assert "variance_below_eps" not in told(with_norm(healthy(), 0, variance=put(1, 1.1e-5)))


def test_raw_inputs_in_large_units_are_a_note_while_eps_leaves_them_a_tenth():
    for variance, front, severity in ((1e-6, None, "note"), (1e-8, None, "warning"), (1e-6, "same", "warning")):
        model = with_norm(healthy(), 0, variance=put(1, variance), **({} if front else {"front": None}))
        small = told(model)["variance_below_eps"]
        assert small.severity == severity
        assert ("raw inputs" in small.sentence) == (severity == "note")
    assert "0.302" in told(with_norm(healthy(), 0, variance=put(1, 1e-6), front=None))["variance_below_eps"].sentence
    assert told(with_norm(healthy(), 1, variance=put(1, 1e-6), front=None))["variance_below_eps"].severity == "warning"


def test_a_mean_in_deviations_says_nothing_where_eps_outweighs_the_variance():
    assert "channel_unlike" not in told(with_norm(healthy(), 0, mean=put(1, 30.0), variance=put(1, 1e-9)))


def test_without_eps_a_variance_of_0_divides_by_0():
    first = examine(with_norm(healthy(), 0, variance=put(1, 0.0), eps=0.0))[0]
    assert (first.id, first.channels) == ("divides_by_zero", (1,))


def test_buffers_as_they_began_are_told_with_what_was_counted():
    new = {"mean": np.zeros(CHANNELS), "variance": np.ones(CHANNELS)}
    assert "no batch was counted" in told(with_norm(healthy(), 0, **new, batches=0))["never_updated"].sentence
    assert "1,000 batches" in told(with_norm(healthy(), 0, **new))["never_updated"].sentence
    assert set(told(with_norm(healthy(), 0, **new, batches=None))) == {"never_updated"}


def test_one_buffer_of_two_and_some_channels_of_many():
    assert told(with_norm(healthy(), 0, mean=np.zeros(CHANNELS)))["half_updated"].values == {"value": 0.0}
    assert told(with_norm(healthy(), 0, variance=np.ones(CHANNELS)))["half_updated"].values == {"value": 1.0}
    part = told(with_norm(healthy(), 0, mean=put(2, 0.0), variance=put(2, 1.0)))
    assert part["partly_updated"].channels == (2,)


def test_few_batches_are_few_by_the_momentum():
    model = with_norm(healthy(), 0, variance=lambda v: v + 1.0, batches=10)
    few = told(model)["too_few_batches"]
    assert few.values["left"] == pytest.approx(0.9**10)
    assert few.severity == "warning"
    assert "too_few_batches" not in told(with_norm(model, 0, momentum=0.5))
    assert "too_few_batches" in told(with_norm(model, 0, batches=43))
    assert "too_few_batches" not in told(with_norm(model, 0, batches=44))


def test_a_momentum_that_the_file_does_not_say_is_not_held_against_statistics_that_refute_it():
    model = with_norm(healthy(), 0, variance=lambda v: v + 1.0, batches=30, momentum=None)
    assert told(model)["too_few_batches"].severity == "note"
    assert told(with_norm(model, 0, batches=5))["too_few_batches"].severity == "warning"
    assert "too_few_batches" not in told(with_norm(model, 0, variance=put(0, 0.9 * 0.9**30)))


def test_a_momentum_that_forgets_is_turned_round_in_the_sentence():
    sentence = told(with_norm(healthy(), 0, momentum=0.99))["momentum_forgets"].sentence
    assert "so the weight 0.01 may be meant" in sentence
    assert "momentum_forgets" not in told(with_norm(healthy(), 0, momentum=0.5))


def test_the_first_letter_is_no_greek_capital():
    assert told(with_norm(healthy(), 0, gamma=put(2, -1.0)))["gamma_negative"].sentence.startswith("γ is below 0")


def test_gains_that_are_dead_negative_and_huge():
    dead = told(with_norm(healthy(), 0, gamma=put(2, 0.0)))["gamma_dead"]
    assert (dead.severity, dead.channels) == ("warning", (2,))
    assert told(with_norm(healthy(), 0, gamma=put(2, -1.0)))["gamma_negative"].severity == "note"
    assert told(with_norm(healthy(), 0, gamma=np.negative))["gamma_negative"].severity == "warning"
    huge = told(with_norm(healthy(), 0, gamma=put(2, 500.0)))["gamma_huge"]
    assert huge.channels == (2,)
    assert "gamma_huge" not in told(with_norm(healthy(), 0, gamma=put(2, 9.0)))
    assert told(with_norm(healthy(), 0, gamma=lambda g: 300.0 * g))["gamma_huge"].severity == "warning"


def test_an_rms_norm_may_add_1_to_what_it_keeps():
    of_rms = {"kind": "rms", "beta": None, "mean": None, "variance": None, "batches": None, "momentum": None}
    model = with_norm(healthy(), 0, **of_rms, gamma=np.array([-0.5, -0.2, 0.0, -0.4, -0.1, -0.3, -0.6, -0.2]))
    assert {one.severity for one in examine(model)} == {"note"}


def test_a_residual_branch_begins_with_a_gamma_of_0():
    new = {"mean": np.zeros(CHANNELS), "variance": np.ones(CHANNELS), "batches": 0}
    assert told(with_norm(healthy(), 0, gamma=np.zeros(CHANNELS), **new))["gamma_dead"].severity == "note"
    assert told(with_norm(healthy(), 0, gamma=np.zeros(CHANNELS)))["gamma_dead"].severity == "warning"
    uncounted = with_norm(healthy(), 0, gamma=np.zeros(CHANNELS), batches=None)
    assert told(uncounted)["gamma_dead"].severity == "warning"
    without_statistics = {"kind": "group", "mean": None, "variance": None, "batches": None}
    bare = with_norm(healthy(), 0, gamma=np.zeros(CHANNELS), **without_statistics)
    assert told(bare)["gamma_dead"].severity == "note"


def test_float16_has_a_largest_and_a_smallest_number():
    model = healthy()
    beyond = told(with_norm(model, 0, variance=put(2, 1e-11), eps=1e-14))["float16_reach"]
    assert beyond.channels == (2,)
    assert beyond.values["value"] > 65504.0
    vanishing = told(with_norm(model, 0, variance=put(2, 1e16)))["float16_reach"]
    assert "rounds to 0" in vanishing.sentence
    weight = model.read("conv0.weight")
    weight[1] *= 1e6
    assert "The folded weight" in told(with_norm(model, 0, gamma=put(1, 20.0)))["float16_reach"].sentence


def test_what_has_no_scale_is_out_of_no_types_reach():
    """A weight in front that is infinite, and a channel that is divided by 0, have findings of their own."""
    model = healthy()
    model.read("conv2.weight")[3, 0, 1, 1] = np.inf
    assert {one.id for one in examine(model)} == {"not_finite"}
    still = with_norm(healthy(), 0, variance=put(1, 0.0), eps=0.0)
    assert {one.id for one in examine(still)} == {"divides_by_zero"}


def test_int8_loses_the_channels_beside_one_that_is_large():
    lost = told(with_norm(healthy(), 0, gamma=put(2, 3000.0)))["int8_reach"]
    assert (lost.severity, len(lost.channels)) == ("warning", CHANNELS - 1)
    assert told(with_norm(healthy(), 0, variance=put(2, 1e7)))["int8_reach"].severity == "note"


def test_a_shift_beyond_ten_gains_is_told_of_the_activation_that_the_file_names():
    far = with_norm(healthy(), 0, beta=put(2, -20.0))
    assert told(far)["shift_saturates"].severity == "note"
    assert told(with_norm(far, 0, behind="Relu"))["shift_saturates"].severity == "warning"
    assert "shift_saturates" not in told(with_norm(far, 0, behind="HardSwish"))
    assert "shift_saturates" not in told(with_norm(far, 0, behind="LeakyRelu"))
    assert told(with_norm(healthy(), 0, beta=put(2, 20.0), behind="Tanh"))["shift_saturates"].channels == (2,)
    assert "shift_saturates" not in told(with_norm(healthy(), 0, beta=put(2, 20.0), behind="Relu"))


def test_all_statistics_times_a_factor_are_told_of_the_model():
    for factor, text in ((999.98, "multiplied"), (1 / 999.98, "divided")):
        model = healthy()
        for place in range(4):
            model = with_norm(model, place, mean=lambda m: factor * m, variance=lambda v: factor * v)  # noqa: B023
        first = examine(model)[0]
        assert (first.id, first.norm) == ("scale_factor", "")
        assert text in first.sentence
        assert "scale_factor" not in told(with_norm(model, 3, mean=lambda m: m / factor, variance=lambda v: v / factor))  # noqa: B023


def test_a_factor_of_all_is_told_though_the_first_norm_sees_raw_inputs_or_a_norm_has_means_of_0():
    for factor in (999.98, 1 / 999.98):
        model = healthy()
        for place in range(4):
            model = with_norm(model, place, mean=lambda m: factor * m, variance=lambda v: factor * v)  # noqa: B023
        unit = 100.0 if factor > 1 else 0.01
        raw = with_norm(model, 0, variance=lambda v: unit**2 * v, mean=lambda m: unit * m)  # noqa: B023
        assert "scale_factor" in told(raw)
        assert "scale_factor" in told(with_norm(model, 2, mean=lambda m: 1e-6 * m))
    for other in ({"variance": lambda v: 1e4 * v}, {"mean": lambda m: 1e2 * m}, {"variance": lambda v: 1e-4 * v}):
        model = healthy()
        for place in range(4):
            model = with_norm(model, place, **other)
        assert "scale_factor" not in told(model)


def test_statistics_of_another_layer_are_named_and_a_layer_under_two_names_is_a_note():
    model = healthy()
    taken = {"mean": model.norms[0].mean, "variance": model.norms[0].variance}
    copied = told(with_norm(model, 2, **taken))["copied_statistics"]
    assert (copied.norm, copied.severity) == ("bn2", "warning")
    assert "those of bn0" in copied.sentence
    same = with_norm(model, 2, **taken, gamma=model.norms[0].gamma, beta=model.norms[0].beta)
    assert told(same)["copied_statistics"].severity == "note"


def test_a_model_that_is_kept_twice_is_a_note_of_each_norm():
    model = healthy(2)
    norms = [replace(norm, name=f"{top}.{norm.name}") for top in ("net", "average") for norm in model.norms]
    moved = replace(model, norms=tuple(replace(norm, gamma=norm.gamma + i) for i, norm in enumerate(norms)))
    findings = examine(moved)
    assert [(one.norm, one.id, one.severity) for one in findings] == [
        ("average.bn0", "copied_statistics", "note"), ("average.bn1", "copied_statistics", "note")
    ]  # fmt: skip


def test_statistics_of_another_size_than_the_neighbours_unless_the_weights_in_front_are():
    model = healthy()
    for factor, text in ((1e5, "above the largest"), (1e-6, "below the smallest")):
        unlike = told(with_norm(model, 1, variance=lambda v: factor * v, eps=0.0))["unlike_neighbours"]  # noqa: B023
        assert unlike.norm == "bn1"
        assert text in unlike.sentence
    assert "deviations from 0" in told(with_norm(model, 1, mean=lambda m: 1e5 * m))["unlike_neighbours"].sentence
    model.read("conv1.weight")[...] *= 300.0
    grown = with_norm(model, 1, mean=lambda m: 300.0 * m, variance=lambda v: 9e4 * v)
    assert examine(grown) == ()


def test_norms_whose_weight_in_front_is_known_are_compared_with_such_and_means_with_all():
    """As in blocks that begin with their norm: in front of every second one nothing is known."""
    mixed = healthy(norms=8)
    for place in range(0, 8, 2):
        mixed = with_norm(mixed, place, front=None)
    assert examine(mixed) == ()
    for place in (2, 4):
        assert examine(with_norm(mixed, place, variance=lambda v: 1e5 * v))[0].id == "unlike_neighbours"
    alone = with_norm(healthy(norms=2), 1, front=None, mean=lambda m: 1e5 * m)
    assert told(alone)["unlike_neighbours"].norm == "bn1"


def test_the_first_norm_may_see_pixels():
    model = healthy()
    model.read("conv0.weight")[...] *= 0.5
    pixels = with_norm(model, 0, mean=lambda m: 255 * m, variance=lambda v: 255.0**2 * v)
    assert told(pixels)["unlike_neighbours"].severity == "note"
    assert told(with_norm(model, 1, variance=lambda v: 255.0**2 * v))["unlike_neighbours"].severity == "warning"


def test_the_sizes_of_a_weight_are_those_of_each_output_whatever_its_axis_and_size(monkeypatch):
    weight = np.arange(24.0).reshape(2, 3, 2, 2) - 10.0
    for outputs, over in ((0, (1, 2, 3)), (1, (0, 2, 3))):
        channels = weight.shape[outputs]
        front = Front("conv", "w", "b", outputs, "graph")
        norm = Norm("bn", "batch", gamma=np.ones(channels), front=front)
        of = model_of([norm], {"w": weight, "b": np.array([1.0, -4.0])})
        for block in (2**20, 1):
            monkeypatch.setattr("bncore.doctor.findings.weights.front.BLOCK", block)
            sizes = front_sizes(of, norm)
            np.testing.assert_array_equal(sizes.largest, np.abs(weight).max(axis=over))
            np.testing.assert_array_equal(sizes.power, np.square(weight).sum(axis=over))
            assert sizes.bias == 4.0
    assert front_sizes(of, replace(norm, gamma=np.ones(5))) is None


def test_a_channel_of_another_size_than_its_layer():
    model = healthy()
    assert told(with_norm(model, 1, variance=put(3, 1e6)))["channel_unlike"].channels == (3,)
    assert told(with_norm(model, 1, variance=put(3, 1e6), front=None))["channel_unlike"].severity == "note"
    assert "deviations from 0" in told(with_norm(model, 1, mean=put(3, 1e5)))["channel_unlike"].sentence


def test_a_bias_in_front_is_a_note_unless_a_relu_may_stand_between():
    model = healthy()
    tensors = {name: model.read(name) for name in model.tensors} | {"conv0.bias": np.ones(CHANNELS)}
    front = replace(model.norms[0].front, bias="conv0.bias")
    biased = with_norm(model_of(model.norms, tensors), 0, front=front)
    assert told(biased)["bias_in_front"].severity == "note"
    assert "up to 1.00, does nothing" in told(biased)["bias_in_front"].sentence
    zero = with_norm(model_of(model.norms, tensors | {"conv0.bias": np.zeros(CHANNELS)}), 0, front=front)
    assert "all 0, does nothing" in told(zero)["bias_in_front"].sentence
    assert "bias_in_front" not in told(with_norm(biased, 0, mean=np.abs))
    known = with_norm(biased, 0, mean=np.abs, front=replace(front, known_by="graph"))
    assert "bias_in_front" in told(known)
    assert "bias_in_front" not in told(with_norm(known, 0, kind="group", mean=None, variance=None, batches=None))


def test_arrays_that_do_not_fit_each_other_are_told_and_nothing_else():
    (only,) = examine(with_norm(healthy(), 1, beta=np.zeros(3)))
    assert (only.id, only.norm, only.severity) == ("lengths_differ", "bn1", "error")
    assert "β 3" in only.sentence
