"""Batch renormalization's r and d, and the running statistics of those norms that keep some."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import bncore
from bncore import norms
from tests.each import each

CHANNELS = 3


def batch(seed=0, shape=(8, CHANNELS, 2)):
    rng = np.random.default_rng(seed)
    return rng.normal(2, 3, shape), rng


@given(st.integers(0, 2**32 - 1), st.sampled_from(list(bncore.EPS_PLACEMENTS)))
def test_unclipped_it_is_inference_by_the_running_statistics(seed, placement):
    x, rng = batch(seed)
    stats = {"running_mean": rng.normal(size=CHANNELS), "running_var": rng.uniform(0.5, 2, CHANNELS)}
    ours = norms.forward(x, "renorm", r_max=1e6, d_max=1e6, eps_placement=placement, **stats)
    theirs = bncore.forward(x, mode="inference", eps_placement=placement, **stats)
    np.testing.assert_allclose(ours.x_hat, theirs.x_hat, atol=1e-12)


@given(st.integers(0, 2**32 - 1))
def test_with_nothing_allowed_it_is_batch_norm(seed):
    x, rng = batch(seed)
    stats = {"running_mean": rng.normal(size=CHANNELS), "running_var": rng.uniform(0.5, 2, CHANNELS)}
    ours = norms.forward(x, "renorm", r_max=1, d_max=0, **stats)
    np.testing.assert_allclose(ours.x_hat, bncore.forward(x).x_hat, atol=1e-12)
    assert ours.r.tolist() == [1, 1, 1]
    assert ours.d.tolist() == [0, 0, 0]


def test_r_and_d_by_hand_and_clipped():
    x = [[10.0, 0.0, 0.0], [14.0, 0.5, 2.0]]  # means 12, 0.25, 1; deviations 2, 0.25, 1
    result = norms.forward(x, "renorm", eps=0, running_mean=[0, 0, 0.5], running_var=[1, 1, 1])
    assert result.r.tolist() == [2, 1 / 3, 1]
    assert result.d.tolist() == [5, 0.25, 0.5]
    assert result.settings == {"r_max": 3.0, "d_max": 5.0}
    np.testing.assert_allclose(result.x_hat[:, 0], [5 - 2, 5 + 2])
    tight = norms.forward(x, "renorm", eps=0, running_mean=[0, 0, 9], running_var=[1, 1, 1], r_max=1.5, d_max=2)
    np.testing.assert_allclose(tight.r, [1.5, 1 / 1.5, 1])
    assert tight.d.tolist() == [2, 0.25, -2]


@each("norm", ["batch", "renorm"])
@each("convention", bncore.RUNNING_VARIANCES)
def test_running_statistics_move_as_batch_norms(norm, convention):
    x, _ = batch()
    rule = {"momentum": 0.3, "running_variance": convention, "running_mean": [1, 2, 3], "running_var": [1, 1, 4]}
    result, truth = norms.forward(x, norm, **rule), bncore.forward(x, **rule)
    np.testing.assert_allclose(result.running_mean, truth.running_mean)
    np.testing.assert_allclose(result.running_var, truth.running_var)


def test_ghost_batches_move_them_one_after_the_other():
    x, _ = batch()
    mean, var = bncore.cold_start(CHANNELS)
    for part in (x[:4], x[4:]):
        step = bncore.forward(part, running_mean=mean, running_var=var, momentum=0.2)
        mean, var = step.running_mean, step.running_var
    cold = dict(zip(("running_mean", "running_var"), bncore.cold_start(CHANNELS), strict=True))
    result = norms.forward(x, "ghost", ghost_size=4, momentum=0.2, **cold)
    np.testing.assert_allclose(result.running_mean, mean)
    np.testing.assert_allclose(result.running_var, var)


def test_none_are_made_up():
    assert norms.forward(batch()[0], "batch").running_mean is None
    assert norms.forward(batch()[0], "ghost", ghost_size=2).running_var is None


# ---- what is averaged ----


def denominators(var, eps, placement):
    return bncore.EPS_PLACEMENTS[placement].scale(np.asarray(var, float), eps)


@each(("norm", "settings"), [("renorm", {}), ("ghost", {"ghost_size": 8}), ("batch", {})])
@each("placement", bncore.EPS_PLACEMENTS)
@each("eps", [1e-5, 0.7])
def test_the_papers_rule_averages_the_denominator(norm, settings, placement, eps):
    x, _ = batch()
    of = bncore.statistics(x)
    rule = {"momentum": 0.3, "running_variance": "biased", "running_average": "deviation"}
    start = {"running_mean": [1.0, 2.0, 3.0], "running_var": [1.0, 0.01, 40.0]}
    result = norms.forward(x, norm, eps=eps, eps_placement=placement, **rule, **start, **settings)
    truth = 0.7 * denominators(start["running_var"], eps, placement) + 0.3 * denominators(of.var, eps, placement)
    np.testing.assert_allclose(denominators(result.running_var, eps, placement), truth, rtol=1e-14)
    np.testing.assert_allclose(result.running_mean, 0.7 * np.array(start["running_mean"]) + 0.3 * of.mean)


def test_the_papers_rule_by_hand():
    x = [[10.0, 0.0], [18.0, 2.0]]  # deviations 4 and 1
    start = {"running_mean": [0, 0], "running_var": [4, 1]}
    rule = {"momentum": 0.5, "running_variance": "biased", "eps": 0}
    result = norms.forward(x, "renorm", running_average="deviation", **rule, **start)
    assert result.running_var.tolist() == [9, 1]  # the mean of deviations 2 and 4 is 3
    assert norms.forward(x, "renorm", **rule, **start).running_var.tolist() == [10, 1]
    unbiased = norms.forward(
        x, "renorm", running_average="deviation", **rule | {"running_variance": "unbiased"}, **start
    )
    np.testing.assert_allclose(unbiased.running_var, [(1 + np.sqrt(8)) ** 2, (0.5 + np.sqrt(0.5)) ** 2])


def test_ghost_batches_deviations_move_one_after_the_other():
    x, _ = batch()
    var, rule = np.ones(CHANNELS), {"momentum": 0.2, "running_variance": "biased", "running_average": "deviation"}
    for part in (x[:4], x[4:]):
        var = norms.forward(part, "batch", running_mean=np.zeros(CHANNELS), running_var=var, **rule).running_var
    cold = dict(zip(("running_mean", "running_var"), bncore.cold_start(CHANNELS), strict=True))
    result = norms.forward(x, "ghost", ghost_size=4, **rule, **cold)
    np.testing.assert_allclose(result.running_var, var)


@each("running_var", [0.0, 1e-300, 1e-30, 1.0, 1e300])
@each("eps", [0.0, 1e-5, 1e3])
def test_the_average_of_equal_deviations_is_that_deviation_however_small_beside_epsilon(running_var, eps):
    x = np.sqrt(running_var) * np.array([[1.0], [-1.0]])
    given_ = {"running_mean": [0.0], "running_var": [running_var], "eps": eps, "running_variance": "biased"}
    result = norms.forward(x, "batch", running_average="deviation", **given_)
    np.testing.assert_allclose(result.running_var, [running_var], rtol=1e-14)


def test_inference_divides_by_the_average():
    x, _ = batch()
    start = {"running_mean": np.zeros(CHANNELS), "running_var": np.ones(CHANNELS)}
    trained = norms.forward(x, "renorm", running_average="deviation", running_variance="biased", momentum=0.5, **start)
    left = {"running_mean": trained.running_mean, "running_var": trained.running_var}
    scale = 0.5 * np.sqrt(1 + 1e-5) + 0.5 * trained.scale
    np.testing.assert_allclose(norms.forward(x, "renorm", mode="inference", **left).scale, scale)


def test_an_unknown_average_is_refused():
    with pytest.raises(bncore.BatchNormError, match="variance, deviation") as caught:
        norms.forward(batch()[0], "batch", running_average="mean", running_mean=[0] * 3, running_var=[1] * 3)
    assert caught.value.parameter == "running_average"
