"""Central differences: the bound holds, and the step is chosen."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import bncore
from bncore.numeric import STACK, differentiate, numeric_gradients, outputs_of_many
from tests.each import each

FUNCTIONS = {
    "cube": (lambda x: x**3, lambda x: 3 * x**2),
    "exp": (np.exp, np.exp),
    "sine": (np.sin, np.cos),
    "reciprocal": (lambda x: 1 / (4 + x), lambda x: -1 / (4 + x) ** 2),
    "constant": (lambda x: 0 * x + 7, lambda x: 0 * x),
}


@pytest.mark.parametrize("name", FUNCTIONS)
@given(at=st.floats(-2, 2))
def test_the_error_is_within_the_bound_and_the_bound_is_small(name, at):
    function, derivative = FUNCTIONS[name]
    numeric = differentiate(function, [at])
    assert abs(numeric.value[0, 0] - derivative(np.float64(at))) <= numeric.bound[0, 0] <= 1e-4


def test_the_shape_is_outputs_then_entries():
    numeric = differentiate(lambda x: np.stack([x.sum(0)] * 5), np.ones((2, 3)))
    assert numeric.value.shape == numeric.bound.shape == numeric.step.shape == (5, 3, 2, 3)
    np.testing.assert_allclose(numeric.value[0, :, 1], np.eye(3), atol=1e-12)


def test_a_sharp_bend_gets_a_smaller_step_than_a_gentle_one():
    sharp = differentiate(lambda x: np.sin(20 * x), [0.3]).step.item()
    assert sharp < differentiate(lambda x: np.sin(0.02 * x), [0.3]).step.item()


def test_the_bend_is_extrapolated_away():
    numeric = differentiate(lambda x: np.sin(3000 * x), [0.3])
    assert abs(numeric.value.item() - 3000 * np.cos(900)) < 0.01 * numeric.bound.item()


def test_the_point_is_not_changed_and_a_scalar_loss_will_do():
    at = np.array([1.0, 2.0])
    assert differentiate(lambda x: (x**2).sum(), at).value.tolist() == pytest.approx([2.0, 4.0])
    assert at.tolist() == [1.0, 2.0]


@each("eps_placement", bncore.EPS_PLACEMENTS)
@each("eps", [1e-5, 0.5])
@each(("shape", "axis"), [((6, 3), 1), ((2, 3, 2, 2), 1), ((3, 5), 0)])
def test_numeric_gradients_agree_with_backward_within_their_bounds(eps_placement, eps, shape, axis):
    rng = np.random.default_rng(0)
    x, dy = rng.standard_normal((2, *shape))
    gamma, beta = rng.standard_normal((2, 3))
    keywords = {"eps": eps, "eps_placement": eps_placement, "feature_axis": axis}
    exact = bncore.backward(dy, bncore.forward(x, gamma, beta, **keywords))
    numeric = numeric_gradients(x, gamma, beta, dy=dy, **keywords)
    for name in ("dx", "dgamma", "dbeta"):
        assert (np.abs(numeric[name].value - getattr(exact, name)) <= numeric[name].bound).all(), name
        assert numeric[name].bound.max() < 1e-5 * (1 + np.abs(numeric[name].value).max())


def test_a_constant_feature_beside_the_deviation_has_the_derivative_of_centring():
    dy = np.array([[1.0], [2.0], [6.0]])
    numeric = numeric_gradients([[7.0]] * 3, [3.0], dy=dy, eps=0.25, eps_placement="deviation")["dx"]
    assert (np.abs(numeric.value - 3 / 0.25 * (dy - 3)) <= numeric.bound).all()


def test_many_points_at_once_give_what_one_by_one_gives():
    at = np.random.default_rng(0).standard_normal((3, 4))
    alone = differentiate(lambda x: np.sin(x) * x.sum(), at)
    together = differentiate(lambda x: np.sin(x) * x.sum(axis=(1, 2), keepdims=True), at, stacked=True)
    for name in ("value", "bound", "step"):
        np.testing.assert_allclose(getattr(together, name), getattr(alone, name), atol=1e-12)


def test_a_batch_that_does_not_fit_one_stack_is_nudged_in_several():
    rng = np.random.default_rng(0)
    x, dy = rng.standard_normal((2, 24, 8))
    assert 14 * x.size**2 > 4 * STACK
    numeric = numeric_gradients(x, dy=dy)["dx"]
    assert (np.abs(numeric.value - bncore.backward(dy, bncore.forward(x)).dx) <= numeric.bound).all()


@each("axis", [0, 1, 2])
def test_many_batches_at_once_stay_apart(axis):
    rng = np.random.default_rng(0)
    x = rng.standard_normal((5, 3, 3, 3))
    gamma, beta = rng.standard_normal((2, 5, 3))
    outputs = outputs_of_many(x, gamma, beta, feature_axis=axis, eps=0.1)
    for i in range(5):
        alone = bncore.forward(x[i], gamma[i], beta[i], feature_axis=axis, eps=0.1).y
        np.testing.assert_allclose(outputs[i], alone, atol=1e-14)
