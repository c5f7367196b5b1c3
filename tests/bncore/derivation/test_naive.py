"""Statistics as constants: what the gradient then contains, and what normalization undoes of it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bncore import EPS_PLACEMENTS, backward, forward
from bncore.derivation.naive import naive
from bncore.playground.vanishing import rounds_to_zero

placements = pytest.mark.parametrize("eps_placement", EPS_PLACEMENTS)


def both(eps=0.0, eps_placement="variance", dy=None, seed=0):
    rng = np.random.default_rng(seed)
    x, random = rng.standard_normal((2, 6, 3))
    result = forward(2 * x + 5, rng.standard_normal(3), eps=eps, eps_placement=eps_placement)
    gradients = backward(random if dy is None else dy, result)
    return naive(result, gradients), result, gradients


@placements
def test_it_is_inferences_gradient(eps_placement):
    without_paths, result, gradients = both(0.2, eps_placement)
    fixed = forward(
        np.zeros((6, 3)), result.gamma, eps=0.2, eps_placement=eps_placement, mode="inference",
        running_mean=result.mean, running_var=result.var,
    )  # fmt: skip
    np.testing.assert_allclose(without_paths.dx, backward(gradients.terms.dy, fixed).dx, rtol=1e-12)


@given(seed=st.integers(0, 2**32 - 1))
def test_without_epsilon_the_true_gradient_is_what_is_left_when_shift_and_stretch_are_taken_out(seed):
    without_paths, _, gradients = both(seed=seed)
    left = (gradients.dx**2).sum(0) / (without_paths.dx**2).sum(0)
    np.testing.assert_allclose(without_paths.undone, 1 - left, atol=1e-9)
    np.testing.assert_allclose(np.cos(np.radians(without_paths.angle)) ** 2, left, atol=1e-9)


def test_its_sum_over_the_batch_is_not_zero():
    without_paths, result, gradients = both()
    np.testing.assert_allclose(without_paths.total, result.gamma / result.scale * gradients.dbeta)
    assert np.abs(without_paths.total).min() > 1e-3


@placements
def test_a_step_along_a_gradient_that_is_all_shift_changes_nothing(eps_placement):
    without_paths, result, gradients = both(0.3, eps_placement, dy=np.ones((6, 3)))
    np.testing.assert_allclose(without_paths.undone, 1)
    rng = np.random.default_rng(0)
    x = 2 * rng.standard_normal((2, 6, 3))[0] + 5
    after = forward(x - 0.1 * without_paths.dx, result.gamma, eps=0.3, eps_placement=eps_placement)
    np.testing.assert_allclose(after.y, result.y, atol=1e-13)
    assert np.abs(gradients.dx).max() < 1e-15


def test_where_nothing_arrives_there_is_no_angle():
    without_paths, _, _ = both(dy=np.zeros((6, 3)))
    assert np.isnan(without_paths.angle).all()
    assert np.isnan(without_paths.error).all()
    assert not without_paths.undone.any()


@pytest.mark.parametrize("eps", [0.0, 0.3])
def test_a_true_gradient_of_nothing_but_rounding_has_no_direction(eps):
    ones, _, _ = both(eps, dy=np.ones((6, 3)))
    assert np.isnan(ones.angle).all()
    assert np.isnan(ones.error).all()
    np.testing.assert_allclose(ones.undone, 1)
    _, result, _ = both(eps)
    squares, _, gradients = both(eps, dy=2 * result.y)
    assert np.isnan(squares.angle).all() == (eps == 0)
    assert rounds_to_zero(gradients).all() == (eps == 0)


def test_the_error_is_relative_to_the_true_gradient():
    without_paths, _, gradients = both(0.1)
    missing = np.linalg.norm(without_paths.dx - gradients.dx, axis=0)
    np.testing.assert_allclose(without_paths.error, missing / np.linalg.norm(gradients.dx, axis=0))
