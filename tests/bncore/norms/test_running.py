"""Batch renormalization's r and d, and the running statistics of those norms that keep some."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import bncore
from bncore import norms

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
    found = norms.forward(x, "renorm", eps=0, running_mean=[0, 0, 0.5], running_var=[1, 1, 1])
    assert found.r.tolist() == [2, 1 / 3, 1]
    assert found.d.tolist() == [5, 0.25, 0.5]
    assert found.settings == {"r_max": 3.0, "d_max": 5.0}
    np.testing.assert_allclose(found.x_hat[:, 0], [5 - 2, 5 + 2])
    tight = norms.forward(x, "renorm", eps=0, running_mean=[0, 0, 9], running_var=[1, 1, 1], r_max=1.5, d_max=2)
    np.testing.assert_allclose(tight.r, [1.5, 1 / 1.5, 1])
    assert tight.d.tolist() == [2, 0.25, -2]


@pytest.mark.parametrize("norm", ["batch", "renorm"])
@pytest.mark.parametrize("convention", bncore.RUNNING_VARIANCES)
def test_running_statistics_move_as_batch_norms(norm, convention):
    x, _ = batch()
    rule = {"momentum": 0.3, "running_variance": convention, "running_mean": [1, 2, 3], "running_var": [1, 1, 4]}
    found, truth = norms.forward(x, norm, **rule), bncore.forward(x, **rule)
    np.testing.assert_allclose(found.running_mean, truth.running_mean)
    np.testing.assert_allclose(found.running_var, truth.running_var)


def test_ghost_batches_move_them_one_after_the_other():
    x, _ = batch()
    mean, var = bncore.cold_start(CHANNELS)
    for part in (x[:4], x[4:]):
        step = bncore.forward(part, running_mean=mean, running_var=var, momentum=0.2)
        mean, var = step.running_mean, step.running_var
    cold = dict(zip(("running_mean", "running_var"), bncore.cold_start(CHANNELS), strict=True))
    found = norms.forward(x, "ghost", ghost_size=4, momentum=0.2, **cold)
    np.testing.assert_allclose(found.running_mean, mean)
    np.testing.assert_allclose(found.running_var, var)


def test_none_are_made_up():
    assert norms.forward(batch()[0], "batch").running_mean is None
    assert norms.forward(batch()[0], "ghost", ghost_size=2).running_var is None
