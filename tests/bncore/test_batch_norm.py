"""The forward pass: laws, small tables, axes, dtypes, edges."""

import copy
import pickle
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

import bncore
from bncore import backward, forward
from tests.bncore.truth import true_forward, ulps_of_largest
from tests.each import each

pytestmark = pytest.mark.usefixtures("each_backend")
laws = settings(max_examples=50, deadline=None)
placements = pytest.mark.parametrize("eps_placement", bncore.EPS_PLACEMENTS)
batches = arrays(
    np.float64, array_shapes(min_dims=2, max_dims=2, min_side=2, max_side=12), elements=st.floats(-100, 100)
)


@laws
@given(batches, st.floats(-1e3, 1e3))
def test_shifting_a_batch_leaves_x_hat(x, shift):
    moved = forward(x + shift)
    np.testing.assert_allclose(moved.x_hat, forward(x).x_hat, atol=1e-8)


@laws
@given(batches, st.sampled_from([2.0**-20, 0.25, 8.0, 2.0**30]))
def test_scaling_a_batch_by_powers_of_two_leaves_x_hat_exactly_without_eps(x, factor):
    x = np.round(x, 3)  # no deviations so small that their squares leave float64
    np.testing.assert_array_equal(forward(x * factor, eps=0).x_hat, forward(x, eps=0).x_hat)


@laws
@given(batches)
def test_x_hat_has_mean_zero(x):
    assert np.abs(forward(x).x_hat.mean(axis=0)).max() < 1e-14


@laws
@given(batches)
@pytest.mark.parametrize("eps_placement", bncore.EPS_PLACEMENTS)
def test_variance_of_x_hat_is_var_over_scale_squared_and_so_one_without_eps(eps_placement, x):
    x = np.round(x, 3)
    result = forward(x, eps=0.5, eps_placement=eps_placement)
    np.testing.assert_allclose(result.x_hat.var(axis=0), result.var / result.scale**2, rtol=1e-12)
    limit = forward(x, eps=0, eps_placement=eps_placement)
    np.testing.assert_allclose(limit.x_hat.var(axis=0)[limit.var > 0], 1, rtol=1e-12)


@laws
@given(batches, st.booleans())
def test_inference_equals_training_on_frozen_statistics(x, deviation):
    placement = "deviation" if deviation else "variance"
    trained = forward(x, eps_placement=placement)
    frozen = forward(x, mode="inference", running_mean=trained.mean, running_var=trained.var, eps_placement=placement)
    np.testing.assert_allclose(frozen.x_hat, trained.x_hat, rtol=1e-10, atol=1e-9)


@laws
@given(batches)
def test_gamma_scale_and_beta_mean_undo_the_normalization(x):
    plain = forward(x)
    np.testing.assert_allclose(forward(x, plain.scale, plain.mean).y, x, atol=1e-12)


def test_small_table_under_the_root():
    result = forward([[1.0, 2.0], [3.0, 2.0], [5.0, 8.0]], gamma=[2, 1], beta=[0, 10], eps=1 / 3)
    np.testing.assert_array_equal(result.mean, [3, 4])
    np.testing.assert_allclose(result.var, [8 / 3, 8])
    np.testing.assert_allclose(result.scale, np.sqrt([3, 25 / 3]))
    np.testing.assert_allclose(result.y[:, 0], np.array([-4, 0, 4]) / np.sqrt(3))
    np.testing.assert_allclose(result.y[:, 1], 10 + np.array([-2, -2, 4]) / np.sqrt(25 / 3))


def test_small_table_beside_the_deviation():
    result = forward([[0.0], [4.0]], eps=2, eps_placement="deviation")
    np.testing.assert_array_equal(result.scale, [4])
    np.testing.assert_array_equal(result.x_hat, [[-0.5], [0.5]])


@placements
@each(("dtype", "ratio"), [("float32", 1e4), ("float64", 1e8)])
@each("shape", [(60, 5), (4096, 3), (5000, 16)])
def test_error_does_not_grow_with_mean_over_deviation(dtype, ratio, shape, eps_placement):
    rng = np.random.default_rng(1)
    x = (rng.standard_normal(shape) + ratio * rng.uniform(0.5, 1, shape[1])).astype(dtype)
    gamma, beta = rng.standard_normal((2, shape[1]))
    result = forward(x, gamma, beta, eps_placement=eps_placement)
    truth = true_forward(x, gamma, beta, eps_placement=eps_placement)
    assert ulps_of_largest(result.x_hat, truth.x_hat) <= 8
    assert ulps_of_largest(result.y, truth.y) <= 8
    np.testing.assert_allclose(result.mean, truth.mean.astype(float), rtol=3e-16)
    np.testing.assert_allclose(result.var, truth.var.astype(float), rtol=1e-14)


def test_first_example_far_from_all_others_costs_no_accuracy():
    x = np.random.default_rng(0).standard_normal((20_000, 2))
    x[0] = 1e9
    truth = true_forward(x)
    assert ulps_of_largest(forward(x).x_hat, truth.x_hat) <= 8


@each("dtype", ["float16", "float32", "float64"])
@each("rows", [3, 4096, 4099, 100_003])
def test_constant_column_comes_out_as_beta_exactly(dtype, rows):
    result = forward(np.full((rows, 1), 100.1, dtype=dtype), beta=[0.75])
    np.testing.assert_array_equal(result.var, [0])
    np.testing.assert_array_equal(result.y, np.full((rows, 1), 0.75, dtype=dtype))
    assert [flag.name for flag in result.flags] == ["constant_feature"]


@each(("shape", "axis"), [((6, 4, 3, 5), 1), ((6, 3, 5, 4), 3), ((6, 3, 5, 4), -1), ((4, 60), 0), ((3, 4, 200, 90), 1)])
def test_any_feature_axis_equals_two_axes(shape, axis):
    x = np.random.default_rng(0).standard_normal(shape)
    gamma, beta = np.arange(1.0, 5), np.arange(4.0)
    rows = np.moveaxis(x, axis, -1).reshape(-1, 4)
    result, flat = forward(x, gamma, beta, feature_axis=axis), forward(rows, gamma, beta)
    np.testing.assert_allclose(np.moveaxis(result.y, axis, -1).reshape(-1, 4), flat.y, atol=1e-13)
    np.testing.assert_allclose(result.var, flat.var, rtol=1e-14)
    assert result.count == rows.shape[0]
    assert result.y.shape == shape


@each("dtype", ["float16", "float32", "float64"])
def test_floats_keep_their_dtype_and_statistics_are_float64(dtype):
    result = forward(np.random.default_rng(0).standard_normal((9, 2)).astype(dtype))
    assert result.y.dtype == result.x_hat.dtype == dtype
    assert result.mean.dtype == result.var.dtype == result.scale.dtype == np.float64


@each("dtype", ["int8", "uint64", "bool", ">f8"])
def test_other_numbers_become_native_float64(dtype):
    result = forward(np.array([[0, 1], [1, 1], [1, 0]]).astype(dtype))
    assert result.y.dtype == np.dtype("float64")
    np.testing.assert_allclose(result.mean, [2 / 3, 2 / 3])


def test_dtype_argument_converts_first():
    assert forward([[1.0], [2.0]], dtype="float16").y.dtype == np.float16


def test_non_contiguous_and_read_only_input_gives_the_same_and_stays():
    whole = np.random.default_rng(0).standard_normal((40, 12))
    before = whole.copy()
    x = whole[::-2, ::3]
    x.flags.writeable = False
    np.testing.assert_array_equal(forward(x).y, forward(np.ascontiguousarray(x)).y)
    np.testing.assert_array_equal(forward(np.asfortranarray(x)).y, forward(np.ascontiguousarray(x)).y)
    np.testing.assert_array_equal(whole, before)


def test_parameters_are_copied_not_kept():
    gamma = np.ones(2)
    result = forward(np.eye(2), gamma)
    gamma[:] = 5
    np.testing.assert_array_equal(result.gamma, [1, 1])


def test_missing_gamma_and_beta_are_one_and_zero():
    x = np.random.default_rng(0).standard_normal((6, 3))
    result = forward(x)
    np.testing.assert_allclose(result.y, result.x_hat, rtol=0, atol=4 * np.finfo(float).eps)
    np.testing.assert_array_equal(forward(x, np.ones(3), np.zeros(3)).y, result.y)


@placements
def test_one_example_gives_beta_and_is_flagged(eps_placement):
    result = forward([[3.0, -4.0]], beta=[1, 2], eps_placement=eps_placement)
    np.testing.assert_array_equal(result.x_hat, [[0, 0]])
    np.testing.assert_array_equal(result.y, [[1, 2]])
    assert [(flag.name, flag.features) for flag in result.flags] == [("single_example", (0, 1))]


@placements
def test_eps_zero_with_a_constant_feature_is_zero_and_flagged(eps_placement):
    result = forward([[7.0, 1.0], [7.0, 3.0]], beta=[5, 0], eps=0, eps_placement=eps_placement)
    np.testing.assert_array_equal(result.y, [[5, -1], [5, 1]])
    assert [(flag.name, flag.features) for flag in result.flags] == [
        ("constant_feature", (0,)),
        ("zero_denominator", (0,)),
    ]
    assert all(flag.text for flag in result.flags)


def test_an_ordinary_batch_has_no_flags():
    assert forward([[1.0], [2.0]]).flags == ()


def test_inference_keeps_the_running_statistics_and_flags_a_zero_denominator():
    result = forward([[1.0, 2.0]], mode="inference", running_mean=[0, 1], running_var=[0, 4], eps=0)
    np.testing.assert_array_equal(result.y, [[0, 0.5]])
    np.testing.assert_array_equal(result.running_var, [0, 4])
    assert [(flag.name, flag.features) for flag in result.flags] == [("zero_denominator", (0,))]


@each(("convention", "expected"), [("unbiased", 0.75 * 1 + 0.25 * 2), ("biased", 0.75 * 1 + 0.25)])
def test_training_moves_the_running_statistics_by_momentum(convention, expected):
    result = forward([[1.0], [3.0]], running_mean=[0], running_var=[1], momentum=0.25, running_variance=convention)
    np.testing.assert_allclose(result.running_mean, [0.5])
    np.testing.assert_allclose(result.running_var, [expected])
    np.testing.assert_array_equal(result.var, [1])


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda result: pickle.loads(pickle.dumps(result))])
@each("x", [[[1.0, 4.0], [3.0, 3.5], [2.0, 9.0]], [[1e-300], [3e-300]]])
def test_a_copy_of_results_has_the_same_numbers_and_the_same_way_back(copied, x):
    result = forward(np.array(x, np.float64), eps=1e-3)
    dy = np.array(x)[::-1] ** 2
    wanted = backward(dy, result)
    for got in (backward(dy, copied(result)), copied(wanted)):
        for name in ("dx", "dgamma", "dbeta", "dx_variance"):
            np.testing.assert_array_equal(getattr(got, name), getattr(wanted, name))
        for name in ("y", "mean", "var", "scale", "x_hat"):
            np.testing.assert_array_equal(getattr(got.forward, name), getattr(result, name))


def test_running_statistics_are_none_when_not_given():
    assert forward([[1.0], [3.0]]).running_mean is None


def test_float32_up_to_its_largest_number_is_normalized():
    result = forward(np.array([[3e38], [-3e38]], dtype=np.float32))
    np.testing.assert_array_equal(result.x_hat, [[1], [-1]])


def test_a_result_too_large_for_its_dtype_warns():
    with pytest.warns(RuntimeWarning, match="overflow"):
        result = forward(np.array([[1], [2]], dtype=np.float16), gamma=[1e6])
    assert np.isinf(result.y).all()


def test_smallest_eps_of_a_constant_feature_stays_finite():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = forward([[1.0], [1.0]], eps=2.3e-308, eps_placement="deviation")
    np.testing.assert_array_equal(result.y, [[0], [0]])
