"""Running statistics against the batches of a capture: silent by chance at every size, and not deaf."""

import numpy as np
import pytest

from bncore.doctor import Norm
from bncore.doctor.findings.captured.held import hold
from bncore.doctor.findings.captured.steps import steps_of
from tests.bncore.doctor.findings.recorded.captures import watched_of

LEVEL, WARM = 1e-3, 40


def steps(rng, size, channels, count, unbiased=True, draw="standard_normal", moved=0.0, wider=1.0):
    """A norm that was watched, and whose running statistics are of earlier batches of the same."""
    batches = [getattr(rng, draw)((size, channels)) for _ in range(WARM + count)]
    mean, var = batches[0].mean(0), batches[0].var(0) * (size / (size - 1) if unbiased else 1.0)
    for x in batches[1:WARM]:
        mean = 0.9 * mean + 0.1 * x.mean(0)
        var = 0.9 * var + 0.1 * x.var(0) * (size / (size - 1) if unbiased else 1.0)
    norm = Norm("bn", "batch", mean=mean + moved, variance=var * wider, eps=1e-5, momentum=0.1, batches=WARM)
    return steps_of(watched_of(norm, batches[WARM:]))


@pytest.mark.parametrize("unbiased", [True, False])
@pytest.mark.parametrize("draw", ["standard_normal", "standard_exponential"])
def test_of_a_hundred_healthy_norms_hardly_one_is_named(unbiased, draw):
    rng = np.random.default_rng(0)
    for size, count in ((2, 2), (2, 4), (2, 30), (8, 4)):
        named = sum(hold(steps(rng, size, 16, count, unbiased, draw), LEVEL).off.any() for _ in range(25))
        assert named <= 1, (size, count)


@pytest.mark.parametrize("unbiased", [True, False])
def test_one_step_is_one_example_of_whatever_size(unbiased):
    rng = np.random.default_rng(1)
    assert not any(hold(steps(rng, size, 16, 1, unbiased), LEVEL).off.any() for size in (2, 8, 64) for _ in range(8))


def test_two_deviations_and_a_variance_sixteen_times_too_large_are_named_by_four_steps_of_32():
    rng = np.random.default_rng(2)
    for _ in range(10):
        assert hold(steps(rng, 32, 16, 4, moved=2.0), LEVEL).off.all()
        assert hold(steps(rng, 32, 16, 4, wider=16.0), LEVEL).off.all()
        assert hold(steps(rng, 32, 16, 4, wider=1 / 16), LEVEL).off.all()


def test_only_the_channels_that_are_off_are_named():
    moved = np.zeros(16)
    moved[[3, 7]] = 3.0
    held = hold(steps(np.random.default_rng(3), 64, 16, 8, moved=moved), LEVEL)
    assert np.flatnonzero(held.off).tolist() == [3, 7]
    assert held.errors[[3, 7]].min() > 5 > np.delete(held.errors, [3, 7]).max()


def test_variances_that_happen_to_be_alike_are_not_taken_for_surer_than_a_bells():
    """Six batches of four numbers, all of variance 1, beside a running variance of 3."""
    x = np.array([[-1.0, -1.0, 1.0, 1.0]]).T * np.ones((4, 64))
    norm = Norm("bn", "batch", mean=np.zeros(64), variance=np.full(64, 3.0), eps=1e-5, momentum=0.1, batches=99)
    assert not hold(steps_of(watched_of(norm, [x] * 6)), LEVEL).off.any()
    assert hold(steps_of(watched_of(norm, [np.tile(x, (16, 1))] * 6)), LEVEL).off.all()
