"""Inference: running statistics as constants for the norms that keep some; the others do the same as in training."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import bncore
from bncore import norms
from bncore.norms import NORMS
from bncore.numeric import differentiate
from tests.bncore.norms.cases import PLACEMENTS, SHAPES, drawn, settings

RUNNING = [name for name, row in NORMS.items() if row.running]
OWN = [name for name, row in NORMS.items() if not row.running]
every_placement = pytest.mark.parametrize("placement", PLACEMENTS)
every_shape = pytest.mark.parametrize("shape", SHAPES, ids=str)
of_running = pytest.mark.parametrize("norm", RUNNING)


def statistics(channels, seed=5):
    rng = np.random.default_rng(seed)
    return {"running_mean": rng.normal(0, 2, channels), "running_var": rng.uniform(0.2, 4, channels)}


def test_the_norms_with_running_statistics_are_those_of_the_batch():
    assert RUNNING == ["batch", "renorm", "ghost"]


@of_running
@every_shape
@every_placement
def test_inference_is_that_of_batch_norm_forward_and_backward(norm, shape, placement):
    x, dy, gamma, beta = drawn(norm, shape)
    given_ = {"mode": "inference", "eps": 0.3, "eps_placement": placement, **statistics(shape[1])}
    ours, theirs = norms.forward(x, norm, gamma, beta, **given_), bncore.forward(x, gamma, beta, **given_)
    for name in ("y", "x_hat", "mean", "var", "scale", "running_mean", "running_var"):
        np.testing.assert_allclose(getattr(ours, name), getattr(theirs, name), rtol=1e-14, atol=1e-14)
    assert (ours.mode, ours.r, ours.d) == ("inference", None, None)
    gradients, truth = norms.backward(dy, ours), bncore.backward(dy, theirs)
    for name in ("dx", "dgamma", "dbeta"):
        np.testing.assert_allclose(getattr(gradients, name), getattr(truth, name), rtol=1e-12, atol=1e-13)


@of_running
@every_placement
def test_its_gradients_are_those_of_central_differences(norm, placement):
    x, dy, gamma, beta = drawn(norm, (3, 6, 2))
    given_ = {"mode": "inference", "eps": 0.01, "eps_placement": placement, **statistics(6)}

    def loss(x, gamma, beta):
        return float((dy * norms.forward(x, norm, gamma, beta, **given_).y).sum())

    gradients = norms.backward(dy, norms.forward(x, norm, gamma, beta, **given_))
    for name, truth in {
        "dx": differentiate(lambda at: loss(at, gamma, beta), x),
        "dgamma": differentiate(lambda at: loss(x, at, beta), gamma),
        "dbeta": differentiate(lambda at: loss(x, gamma, at), beta),
    }.items():
        assert (np.abs(getattr(gradients, name) - truth.value) <= truth.bound).all(), name
        assert truth.bound.max() < 1e-5, name


@of_running
@given(st.integers(0, 2**32 - 1))
def test_an_example_has_its_result_whatever_its_companions_and_any_number_of_them(norm, seed):
    x = np.random.default_rng(seed).normal(3, 2, (7, 4, 3))
    given_ = {"mode": "inference", **statistics(4, seed)}
    among = norms.forward(x, norm, **given_)
    for number in (1, 2, 5):
        np.testing.assert_array_equal(norms.forward(x[:number], norm, **given_).y, among.y[:number])


@of_running
@given(st.integers(0, 2**32 - 1), st.sampled_from(PLACEMENTS))
def test_training_equals_inference_on_the_batchs_own_statistics(norm, seed, placement):
    x = np.random.default_rng(seed).normal(3, 2, (6, 4, 3))
    of = bncore.statistics(x)
    own = {"running_mean": of.mean, "running_var": of.var}
    trained = norms.forward(
        x, norm, eps_placement=placement, **{"ghost": {"ghost_size": 6}, "renorm": own}.get(norm, {})
    )
    inferred = norms.forward(x, norm, mode="inference", eps_placement=placement, **own)
    np.testing.assert_allclose(inferred.y, trained.y, atol=1e-12)


@given(st.integers(0, 2**32 - 1), st.sampled_from(PLACEMENTS))
def test_inference_of_renormalization_is_its_training_with_nothing_clipped(seed, placement):
    x = np.random.default_rng(seed).normal(3, 2, (6, 4, 3))
    given_ = {"eps_placement": placement, **statistics(4, seed)}
    trained = norms.forward(x, "renorm", r_max=1e6, d_max=1e6, **given_)
    np.testing.assert_allclose(norms.forward(x, "renorm", mode="inference", **given_).y, trained.y, atol=1e-11)


@of_running
def test_running_statistics_stay_as_they_are(norm):
    x, *_ = drawn(norm, (4, 6))
    given_ = statistics(6)
    result = norms.forward(x, norm, mode="inference", momentum=1, **given_)
    np.testing.assert_array_equal(result.running_mean, given_["running_mean"])
    np.testing.assert_array_equal(result.running_var, given_["running_var"])


@pytest.mark.parametrize("norm", OWN)
@every_shape
def test_layer_instance_group_and_rms_norm_compute_the_same_in_both_modes(norm, shape):
    x, dy, gamma, beta = drawn(norm, shape)
    trained, inferred = (
        norms.forward(x, norm, gamma, beta, mode=mode, **settings(norm, shape)) for mode in ("train", "inference")
    )
    np.testing.assert_array_equal(inferred.y, trained.y)
    np.testing.assert_array_equal(norms.backward(dy, inferred).dx, norms.backward(dy, trained).dx)
    assert (trained.mode, inferred.mode) == ("train", "inference")
    assert inferred.settings == trained.settings


def test_ghosts_and_limits_have_no_effect():
    x = np.random.default_rng(0).normal(size=(5, 3))
    given_ = {"mode": "inference", **statistics(3)}
    plain = norms.forward(x, "ghost", **given_)
    np.testing.assert_array_equal(norms.forward(x, "ghost", ghost_size=4, **given_).y, plain.y)  # 4 divides no 5
    np.testing.assert_array_equal(norms.forward(x, "renorm", r_max=1, d_max=0, **given_).y, plain.y)
    assert (plain.settings, plain.count, plain.var.shape) == ({}, 5, (3,))


@of_running
def test_a_single_cell_and_equal_cells_are_nothing_special_and_a_denominator_of_0_is(norm):
    given_ = {"mode": "inference", "eps": 0, "running_mean": [1.0, 1.0], "running_var": [4.0, 0.0]}
    result = norms.forward([[7.0, 7.0]], norm, **given_)
    np.testing.assert_array_equal(result.x_hat, [[3.0, 0.0]])
    np.testing.assert_array_equal(norms.backward([[1.0, 1.0]], result).dx, [[0.5, 0.0]])
    assert [(remark.name, remark.statistics) for remark in result.remarks] == [("zero_denominator", (1,))]


@of_running
def test_inference_without_running_statistics_is_refused(norm):
    with pytest.raises(bncore.BatchNormError, match="give running_mean and running_var") as caught:
        norms.forward(np.eye(3), norm, mode="inference")
    assert caught.value.parameter == "running_mean"


def test_an_unknown_mode_and_running_statistics_in_vain_are_refused():
    with pytest.raises(bncore.BatchNormError, match="train, inference") as caught:
        norms.forward(np.eye(3), "layer", mode="test")
    assert caught.value.parameter == "mode"
    with pytest.raises(bncore.BatchNormError, match="keeps no running"):
        norms.forward(np.eye(3), "layer", mode="inference", **statistics(3))
