"""Inference, an intended Bessel forward and the other norms: right is right there, and mistakes have their names."""

import numpy as np
import pytest

from bncore import BadParameter, EmptyBatch
from bncore.diagnosis import ORDER, candidates, case_of, headline, probe, separation, text, third_route
from bncore.diagnosis.given.precision import BFLOAT16
from bncore.numeric import differentiate
from tests.bncore.diagnosis.batches import PLACEMENTS, batch, check, named
from tests.bncore.diagnosis.conventions import CONVENTIONS, given, loss, probed
from tests.each import each

conventions = pytest.mark.parametrize("name", CONVENTIONS)
placements = pytest.mark.parametrize("placement", PLACEMENTS)
PRECISIONS = {
    "float64": lambda values: values, "float32": lambda values: values.astype("float32"),
    "float16": lambda values: values.astype("float16"), "bfloat16": lambda values: BFLOAT16.to(values),
}  # fmt: skip


@conventions
@each(("axes", "placement"), [(2, "deviation"), (4, "variance")])
def test_the_correct_dx_is_that_of_central_differences(name, placement, axes):
    case = probed(name, axes, placement)
    numeric = differentiate(lambda x: loss(case, x), case.as_given(case.x))
    np.testing.assert_allclose(given(case, "dx"), numeric.value, atol=1e-8)


@conventions
@placements
@each("precision", PRECISIONS)
def test_a_right_gradient_is_called_wrong_in_no_convention_and_precision(name, placement, precision):
    case = probed(name, 2, placement)
    right = {tensor: PRECISIONS[precision](given(case, tensor)) for tensor in case.convention.tensors}
    report = check(case, right)
    assert report.correct
    assert report.diagnoses == ()
    assert precision in ("float16", "bfloat16") or report.warnings == ()


@pytest.mark.parametrize(
    ("name", "axes", "placement"),
    [*((name, 2, "deviation") for name in CONVENTIONS), ("layer", 4, "variance"), ("bessel", 4, "variance")],
)
def test_each_mistake_of_a_convention_is_named_alone_on_its_probe(name, axes, placement):
    """Every second one: the others are named on the probe of another convention."""
    case = probed(name, axes, placement)
    for tensor in case.convention.tensors:
        built, turn = candidates(case, tensor), [*CONVENTIONS].index(name) + axes // 4
        for mistake, values in list(zip(built.ids, built.values, strict=True))[turn % 2 :: 2]:
            answer = given(case, tensor, values).astype("float32")
            assert named(check(case, {tensor: answer}), tensor) == [mistake]


@conventions
@each("seed", [0, 11])
def test_a_probe_of_a_convention_separates_its_mistakes(name, seed):
    case = probed(name, 2, "variance", seed)
    assert min(separation(case, tensor)[0] for tensor in case.convention.tensors) > 1e-3


@pytest.mark.parametrize("name", ["bessel", "layer", "rms"])
def test_the_third_route_goes_the_way_of_the_convention(name):
    case = probed(name, 2, "deviation")
    routes = list(third_route(case, {"dx": given(case, "dx")}))
    assert [route.tensor for route in routes] == [name for name in ("dx", "dgamma", "dbeta") if name in case.truth]
    assert all(route.difference <= 1e-7 for route in routes)


def scale(given_, var):
    return np.sqrt(var + given_["eps"]) if given_["eps_placement"] == "variance" else np.sqrt(var) + given_["eps"]


def frozen(given_, made):
    """dx and dgamma as a student's code makes them in inference; x as rows."""
    x, g, gamma = given_["x"], given_["dy"], given_["gamma"]
    s, s_batch = scale(given_, given_["running_var"]), scale(given_, x.var(0))
    x_hat, x_batch = (x - given_["running_mean"]) / s, (x - x.mean(0)) / s_batch
    beside = given_["eps_placement"] == "deviation"
    pull, own = (s / np.sqrt(given_["running_var"]), s_batch / x.std(0)) if beside else (1.0, 1.0)
    trained = gamma / s_batch * (g - g.mean(0) - own * x_batch * (g * x_batch).mean(0))
    return {
        "right": (gamma / s * g, (g * x_hat).sum(0)),
        "training_mode": (trained, (g * x_batch).sum(0)),
        "batch_statistics": (gamma / s_batch * g, (g * x_hat).sum(0)),
        "statistics_move": (gamma / s * (g - g.mean(0) - pull * x_hat * (g * x_hat).mean(0)), (g * x_hat).sum(0)),
        "fresh_running_statistics": (gamma / scale(given_, 1.0) * g, (g * x / scale(given_, 1.0)).sum(0)),
        "gamma_missing": (g / s, (g * x_hat).sum(0)),
        "eps_dropped": (gamma / np.sqrt(given_["running_var"]) * g, (g * x_hat).sum(0)),
    }[made]  # fmt: skip


@placements
@each("made", [
    "right", "training_mode", "batch_statistics", "statistics_move", "fresh_running_statistics", "gamma_missing",
    "eps_dropped",
])  # fmt: skip
def test_what_is_made_of_the_statistics_in_inference_is_named(placement, made):
    given_ = batch((9, 5), 1, placement)
    dx, dgamma = frozen(given_, made)
    report = check(case_of(**given_, mode="inference"), {"dx": dx, "dgamma": dgamma})
    assert named(report) == ([] if made == "right" else [made])
    assert report.correct == (made == "right")
    if made in ("training_mode", "fresh_running_statistics"):
        assert named(report, "dgamma") == [made]


@placements
def test_by_an_intended_bessel_forward_that_of_k_minus_one_is_right_and_that_of_k_is_named(placement):
    given_ = batch((9, 5), 1, placement)
    biased, unbiased = case_of(**given_), case_of(**given_, forward_variance="unbiased")
    assert named(check(biased, {"dx": given(unbiased, "dx")})) == ["unbiased_in_forward"]
    assert check(unbiased, {"dx": given(unbiased, "dx")}).correct
    assert named(check(unbiased, {"dx": given(biased, "dx")})) == ["biased_in_forward"]
    x, g, gamma = given_["x"], given_["dy"], given_["gamma"]
    s = scale(given_, x.var(0, ddof=1))
    x_hat = (x - x.mean(0)) / s
    c0 = 1.0 if placement == "variance" else s / x.std(0, ddof=1)
    for factor, name in ((9 / 8, []), (1, ["biased_in_backward"])):
        dx = gamma / s * (g - g.mean(0) - factor * c0 * x_hat * (g * x_hat).mean(0))
        assert named(check(unbiased, {"dx": dx})) == name


@pytest.mark.parametrize(("name", "norm", "mistake"), [
    ("layer", "batch", "batch_norm"), ("group", "layer", "layer_norm"), ("rms", "instance", "instance_norm"),
    ("layer", "rms", "rms_norm"), ("instance", "batch", "batch_norm"), ("rms", "layer", "layer_norm"),
])  # fmt: skip
def test_the_gradient_of_another_norm_is_named_as_that_norm(name, norm, mistake):
    case = probed(name, 4, "variance")
    dx = differentiate(lambda x: loss(case, x, norm), case.as_given(case.x)).value
    assert named(check(case, {"dx": dx})) == [mistake]


def test_as_many_statistics_as_channels_are_no_channels():
    x, dy = np.random.default_rng(0).normal(size=(2, 2, 4, 5))
    case = case_of(x, [2.0, -1.5, 1.2, 3.0], dy=dy, norm="group", groups=2)
    assert case.units == case.channels
    numeric = differentiate(lambda moved: loss(case, moved), x)
    np.testing.assert_allclose(case.as_given(case.h), dy * case.given_gamma.reshape(1, -1, 1))
    np.testing.assert_allclose(given(case, "dx"), numeric.value, atol=1e-8)
    np.testing.assert_allclose(case.of_parameters(case.dy), dy.sum((0, 2)))


def test_a_mean_that_rms_norm_does_not_subtract_is_named():
    case = probed("rms", 2, "variance")
    h, x = case.given_gamma * case.as_given(case.dy), case.as_given(case.x)
    s = np.sqrt((x**2).mean(1, keepdims=True) + case.eps)
    x_hat = x / s
    dx = (h - h.mean(1, keepdims=True) - x_hat * (h * x_hat).mean(1, keepdims=True)) / s
    assert named(check(case, {"dx": dx})) == ["mean_path_added"]


def test_what_a_convention_does_not_have_is_refused_by_name_and_the_rest_is_checked():
    case = probed("inference", 2, "variance")
    report = check(case, {"dx": given(case, "dx"), "dmean": np.zeros(4)})
    assert report.refused == {"dmean": "There is no dmean in inference: mean and variance are constants."}
    assert report.tensors["dx"].verdict == "exact"
    assert headline(report) == "dmean is not checked. The rest is correct: dx is exact."
    for tensor in ("dbeta", "dmean"):
        with pytest.raises(BadParameter, match=f"no {tensor} in RMS norm"):
            check(probed("rms", 2, "variance"), {tensor: np.zeros(7)})


def test_a_diagnosis_speaks_of_the_norm_that_is_checked_and_its_axes():
    for name, line in (
        (
            "layer",
            "dx = (dx_hat - dx_hat.mean(1, keepdims=True) - x_hat * (dx_hat * x_hat).mean(1, keepdims=True)) / s",
        ),
        ("rms", "dx = (dx_hat - x_hat * (dx_hat * x_hat).mean(1, keepdims=True)) / s"),
        ("inference", "dx = gamma / s * dy, with the running s"),
    ):
        case = probed(name, 2, "variance")
        said = text(check(case, {"dx": given(case, "dx") * -1}))
        assert line in said
        assert ("none by this convention" in said) == (name != "layer")
        assert "batch norm" not in said.lower() or name == "inference"


@each(("arguments", "parameter"), [
    ({"norm": "ghost"}, "norm"), ({"mode": "eval"}, "mode"), ({"forward_variance": "no"}, "forward_variance"),
    ({"norm": "rms", "forward_variance": "unbiased"}, "forward_variance"),
    ({"mode": "inference", "forward_variance": "unbiased"}, "forward_variance"),
    ({"norm": "instance", "axes": 2}, "axes"),
])  # fmt: skip
def test_a_convention_that_there_is_not_is_refused(arguments, parameter):
    with pytest.raises(BadParameter) as caught:
        probe(0, **arguments)
    assert caught.value.parameter == parameter


def test_a_norm_that_has_nothing_to_average_and_running_statistics_that_it_does_not_keep_are_refused():
    x = np.ones((3, 4))
    with pytest.raises(EmptyBatch, match="in instance norm one number has a statistic of its own"):
        case_of(x, dy=x, norm="instance")
    with pytest.raises(BadParameter, match="keeps no running statistics"):
        case_of(x, dy=x, norm="layer", running_mean=np.zeros(4), running_var=np.ones(4))
    with pytest.raises(BadParameter, match="running_mean"):
        case_of(x, dy=x, mode="inference")
    assert set(case_of(x, dy=x).convention.tensors) == set(ORDER)
