"""The backward pass: laws, three routes to each gradient, edges."""

from decimal import Decimal, getcontext

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bncore
from bncore import backward, forward
from tests.bncore.truth import jacobian_dx, long, staged_dx, true_forward, ulps_of_largest
from tests.each import each

pytestmark = pytest.mark.usefixtures("each_backend")
laws = settings(max_examples=50, deadline=None)
placements = pytest.mark.parametrize("eps_placement", bncore.EPS_PLACEMENTS)
modes = pytest.mark.parametrize("mode", bncore.MODES)
seeds = st.integers(0, 2**32 - 1)
sizes = st.integers(2, 12)


def drawn(seed, examples=7, features=3):
    """x, dy, gamma, beta."""
    rng = np.random.default_rng(seed)
    x, dy = rng.standard_normal((2, examples, features))
    return 3 * x + 1, dy, rng.standard_normal(features), rng.standard_normal(features)


def central_difference(loss, at, step=1e-5):
    """dloss/dat, entry by entry, in float64."""
    gradient = np.empty_like(at)
    for index in np.ndindex(at.shape):
        nudge = np.zeros_like(at)
        nudge[index] = step
        gradient[index] = (loss(at + nudge) - loss(at - nudge)) / (2 * step)
    return gradient


@placements
@modes
@each("eps", [0.0, 1e-5, 0.7])
def test_all_gradients_equal_central_differences(eps_placement, mode, eps):
    x, dy, gamma, beta = drawn(0)
    kept = {"eps": eps, "eps_placement": eps_placement, "mode": mode}
    running = {"running_mean": [1, 0, -1], "running_var": [4, 1, 2]} if mode == "inference" else {}

    def loss(x, gamma, beta):
        return float((forward(x, gamma, beta, **kept, **running).y * dy).sum())

    gradients = backward(dy, forward(x, gamma, beta, **kept, **running))
    np.testing.assert_allclose(gradients.dx, central_difference(lambda x: loss(x, gamma, beta), x), atol=1e-8)
    np.testing.assert_allclose(gradients.dgamma, central_difference(lambda g: loss(x, g, beta), gamma), atol=1e-8)
    np.testing.assert_allclose(gradients.dbeta, central_difference(lambda b: loss(x, gamma, b), beta), atol=1e-8)


@placements
@pytest.mark.parametrize(("shape", "axis"), [((5, 3, 2, 4), 1), ((5, 2, 4, 3), -1), ((3, 9), 0)])
def test_dx_equals_central_differences_for_any_feature_axis(eps_placement, shape, axis):
    rng = np.random.default_rng(2)
    x, dy = rng.standard_normal((2, *shape))
    gamma = np.array([1.0, -2.0, 0.5])

    def loss(x):
        return float((forward(x, gamma, eps_placement=eps_placement, feature_axis=axis).y * dy).sum())

    gradients = backward(dy, forward(x, gamma, eps_placement=eps_placement, feature_axis=axis))
    np.testing.assert_allclose(gradients.dx, central_difference(loss, x), atol=1e-8)


@laws
@given(seeds, sizes, st.sampled_from([1e-12, 1e-5, 0.3, 10]), st.sampled_from(list(bncore.EPS_PLACEMENTS)))
def test_dx_equals_the_chain_rule_in_stages_and_the_written_out_jacobian(seed, examples, eps, placement):
    x, dy, gamma, _ = drawn(seed, examples)
    gradients = backward(dy, forward(x, gamma, eps=eps, eps_placement=placement))
    size = np.abs(gradients.dx_direct).max()
    for route in (staged_dx, jacobian_dx):
        truth = route(x, dy, gamma, eps=eps, eps_placement=placement).astype(float)
        np.testing.assert_allclose(gradients.dx, truth, rtol=0, atol=1e-13 * size)


@laws
@given(seeds, sizes, st.sampled_from(list(bncore.EPS_PLACEMENTS)))
def test_dx_sums_to_zero_over_the_batch(seed, examples, placement):
    x, dy, gamma, _ = drawn(seed, examples)
    gradients = backward(dy, forward(x, gamma, eps_placement=placement))
    assert np.abs(gradients.dx.sum(axis=0)).max() <= 1e-14 * examples * np.abs(gradients.dx_direct).max()


@laws
@given(seeds, sizes, st.sampled_from(list(bncore.EPS_PLACEMENTS)))
def test_dx_is_orthogonal_to_x_hat_as_eps_goes_to_zero(seed, examples, placement):
    x, dy, gamma, _ = drawn(seed, examples)
    result = forward(x, gamma, eps=0, eps_placement=placement)
    gradients = backward(dy, result)
    overlap = np.abs((gradients.dx * result.x_hat).sum(axis=0)).max()
    assert overlap <= 1e-13 * examples * np.abs(gradients.dx_direct).max()


@laws
@given(seeds, sizes, st.sampled_from(list(bncore.EPS_PLACEMENTS)))
def test_the_three_paths_add_up_to_dx(seed, examples, placement):
    x, dy, gamma, _ = drawn(seed, examples)
    gradients = backward(dy, forward(x, gamma, eps_placement=placement))
    total = gradients.dx_direct + gradients.dx_mean + gradients.dx_variance
    np.testing.assert_allclose(total, gradients.dx, rtol=0, atol=1e-14 * np.abs(gradients.dx_direct).max())


def test_each_path_is_the_derivative_with_the_other_two_held_fixed():
    x, dy, gamma, _ = drawn(4)
    result = forward(x, gamma)
    gradients = backward(dy, result)
    mean, scale = result.mean, result.scale
    paths = {
        "dx_direct": lambda x: (x - mean) / scale,
        "dx_mean": lambda z: (x - z.mean(axis=0)) / scale,
        "dx_variance": lambda z: (x - mean) / forward(z).scale,
    }
    for name, x_hat in paths.items():
        truth = central_difference(lambda z, x_hat=x_hat: float((gamma * x_hat(z) * dy).sum()), x)
        np.testing.assert_allclose(getattr(gradients, name), truth, atol=1e-8, err_msg=name)


def test_dx_hat_is_gamma_dy():
    x, dy, gamma, beta = drawn(1)
    np.testing.assert_array_equal(backward(dy, forward(x, gamma, beta)).dx_hat, gamma * dy)


def test_inference_treats_the_statistics_as_constants():
    x, dy, gamma, _ = drawn(1)
    result = forward(x, gamma, mode="inference", running_mean=[0, 0, 0], running_var=[1, 4, 9], eps=0)
    gradients = backward(dy, result)
    np.testing.assert_allclose(gradients.dx, dy * gamma / [1, 2, 3], rtol=1e-15)
    assert not gradients.dx_mean.any()
    assert not gradients.dx_variance.any()


@placements
@each(("dtype", "ratio"), [("float32", 1e4), ("float64", 1e8)])
@each("shape", [(60, 5), (4096, 3), (50_000, 4)])
def test_gradient_error_does_not_grow_with_mean_over_deviation(dtype, ratio, shape, eps_placement):
    rng = np.random.default_rng(1)
    x = (rng.standard_normal(shape) + ratio * rng.uniform(0.5, 1, shape[1])).astype(dtype)
    dy = rng.standard_normal(shape).astype(dtype)
    gamma = rng.standard_normal(shape[1])
    gradients = backward(dy, forward(x, gamma, eps_placement=eps_placement))
    assert ulps_of_largest(gradients.dx, staged_dx(x, dy, gamma, eps_placement=eps_placement)) <= 8
    terms = long(dy) * true_forward(x, eps_placement=eps_placement).x_hat
    error = np.abs(long(gradients.dgamma) - terms.sum(axis=0)) / np.abs(terms).sum(axis=0)
    assert error.max() <= 8 * np.finfo(dtype).eps


@each("dtype", ["float16", "float32"])
def test_two_examples_whose_dx_nearly_vanishes_keep_their_digits(dtype):
    x, dy = np.array([[1], [4]], dtype=dtype), np.array([[1], [-2]], dtype=dtype)
    assert ulps_of_largest(backward(dy, forward(x, eps=1e-3)).dx, staged_dx(x, dy, eps=1e-3)) <= 1


@placements
@each("seed", range(10))
def test_of_two_examples_dx_is_exact_to_the_last_digits_though_only_epsilon_leaves_it(seed, eps_placement):
    rng = np.random.default_rng(seed)
    x, dy = rng.normal(5, 1, (2, 1)), rng.standard_normal((2, 1))
    getcontext().prec = 60
    eps = Decimal(float("1e-5"))
    half, difference = ((Decimal(z[0, 0]) - Decimal(z[1, 0])) / 2 for z in (x, dy))
    beside = eps_placement == "deviation"
    scale = abs(half) + eps if beside else (half**2 + eps).sqrt()
    truth = float(difference * eps / (scale**2 if beside else scale**3))
    dx = backward(dy, forward(x, eps=1e-5, eps_placement=eps_placement)).dx[:, 0]
    np.testing.assert_allclose(dx, [truth, -truth], rtol=16 * np.finfo(float).eps, atol=0)


@placements
def test_dx_vanishes_where_dy_is_the_same_for_every_example(eps_placement):
    gradients = backward(np.full((8, 3), 0.1), forward(drawn(3, 8)[0], eps_placement=eps_placement))
    assert np.abs(gradients.dx).max() < 1e-16


@placements
def test_one_example_gives_dx_zero(eps_placement):
    gradients = backward([[5.0, -1.0]], forward([[3.0, 4.0]], eps_placement=eps_placement))
    np.testing.assert_array_equal(gradients.dx, [[0, 0]])
    np.testing.assert_array_equal(gradients.dgamma, [0, 0])
    np.testing.assert_array_equal(gradients.dbeta, [5, -1])


@each(("eps_placement", "scale"), [("variance", 0.5), ("deviation", 0.25)])
def test_a_constant_feature_has_the_derivative_of_centring(eps_placement, scale):
    dy = np.array([[1.0], [2.0], [6.0]])
    gradients = backward(dy, forward([[7.0], [7.0], [7.0]], [3], eps=0.25, eps_placement=eps_placement))
    np.testing.assert_array_equal(gradients.dx, 3 / scale * (dy - 3))


@placements
def test_without_eps_a_constant_feature_gets_dx_zero_and_the_others_theirs(eps_placement):
    x, dy, gamma, _ = drawn(5)
    x[:, 1] = 100.1
    gradients = backward(dy, forward(x, gamma, eps=0, eps_placement=eps_placement))
    np.testing.assert_array_equal(gradients.dx[:, 1], 0)
    alone = backward(dy[:, [0, 2]], forward(x[:, [0, 2]], gamma[[0, 2]], eps=0, eps_placement=eps_placement))
    np.testing.assert_allclose(gradients.dx[:, [0, 2]], alone.dx, rtol=1e-13)


@each("dtype", ["float16", "float32", "float64"])
def test_dx_has_the_dtype_of_x_and_parameter_gradients_are_float64(dtype):
    x, dy, *_ = drawn(0)
    gradients = backward(dy, forward(x.astype(dtype)))
    assert {gradients.dx.dtype, gradients.dx_hat.dtype, gradients.dx_mean.dtype, gradients.dx_variance.dtype} == {
        np.dtype(dtype)
    }
    assert gradients.dgamma.dtype == gradients.dbeta.dtype == np.float64


def test_non_contiguous_and_read_only_dy_gives_the_same_and_stays():
    x, dy, *_ = drawn(0, 8)
    whole = np.repeat(dy, 2, axis=0)
    strided = whole[::2]
    strided.flags.writeable = False
    result = forward(x)
    np.testing.assert_array_equal(backward(strided, result).dx, backward(dy, result).dx)
    np.testing.assert_array_equal(whole, np.repeat(dy, 2, axis=0))


def test_backward_leaves_the_forward_result():
    x, dy, *_ = drawn(0)
    result = forward(x)
    first = backward(dy, result).dx
    np.testing.assert_array_equal(backward(dy, result).dx, first)
    np.testing.assert_array_equal(result.x_hat, forward(x).x_hat)


def test_dy_of_another_shape_is_refused():
    with pytest.raises(bncore.ShapeMismatch) as caught:
        backward(np.ones((2, 3)), forward(np.eye(3)))
    assert caught.value.parameter == "dy"


@pytest.mark.parametrize("bad", [np.nan, np.inf])
@modes
def test_dy_that_is_not_finite_is_refused_with_its_place(bad, mode):
    dy = np.ones((3, 2))
    dy[1, 1] = bad
    result = forward(np.ones((3, 2)), mode=mode, running_mean=[0, 0], running_var=[1, 1])
    with pytest.raises(bncore.NonFiniteInput, match=r"dy\[1, 1\]"):
        backward(dy, result)


def test_dy_that_is_not_real_is_refused():
    with pytest.raises(bncore.BadDtype):
        backward(np.ones((2, 2), complex), forward(np.eye(2)))


@pytest.mark.parametrize(("shape", "axis"), [((3000, 40), 1), ((3, 40, 70, 60), 1), ((40, 5000), 0)])
def test_a_batch_of_many_blocks_gives_what_the_truth_gives(shape, axis):
    rng = np.random.default_rng(0)
    x, dy = rng.standard_normal((2, *shape))
    gradients = backward(dy, forward(x, feature_axis=axis))
    rows, dy_rows = (np.moveaxis(a, axis, -1).reshape(-1, 40) for a in (x, dy))
    assert ulps_of_largest(np.moveaxis(gradients.dx, axis, -1).reshape(-1, 40), staged_dx(rows, dy_rows)) <= 8
