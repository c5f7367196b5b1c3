"""Numbers whose squares leave float64, at both of its ends: held against the definition in longdouble's wider range."""

import numpy as np
import pytest

from bncore import FLAGS, VarianceOverflow, backward, forward, norms, statistics
from tests.bncore.truth import long, staged_dx, true_forward
from tests.each import each

pytestmark = [
    pytest.mark.usefixtures("each_backend"),
    pytest.mark.skipif(np.finfo(np.longdouble).minexp > -16000, reason="longdouble has float64's range here"),
]
SIZES = (1e-145, 1e-154, 1e-157, 1e-164, 1e-170, 1e-300, 1e-320)
SHAPE = np.array([3.0, -1.0, 0.5, 8.0, -2.5, 0.25, 1.0, -6.0, 4.0])
UPSTREAM = np.array([1.0, 0.5, -2.0, 0.25, 0.0, -0.75, 1.5, 3.0, -0.125])
PLACEMENTS = ("variance", "deviation")


def near(values, truth, ulps=8):
    """Relative to the truth's largest number; numbers below float64's range may be off by its smallest one."""
    off = np.abs(long(values) - truth)
    return (off <= ulps * 2.0**-52 * np.abs(truth).max() + long(5e-324)).all()


@each("size", SIZES)
@each("count", [3, 9])
@each("placement", PLACEMENTS)
@each("eps", [1e-5, 1e-300, 1e300])
def test_a_feature_of_any_size_is_normalized_and_pulled_back_exactly(size, count, placement, eps):
    x, dy = np.stack([SHAPE[:count] * size, SHAPE[:count]], axis=1), np.stack([UPSTREAM[:count]] * 2, axis=1)
    keywords = {"eps": eps, "eps_placement": placement}
    result, truth = forward(x, [2.0, 1.0], [0.0, 3.0], **keywords), true_forward(x, [2, 1], [0, 3], **keywords)
    gradients = backward(dy, result)
    dx = staged_dx(x, dy, [2, 1], **keywords)
    for feature in range(2):
        assert near(result.x_hat[:, feature], truth.x_hat[:, feature])
        assert near(result.y[:, feature], truth.y[:, feature])
        assert near(gradients.dx[:, feature], dx[:, feature])
        assert near(result.sigma[feature], np.sqrt(truth.var[feature]))


@each("size", SIZES)
@each("count", [2, 3, 9])
def test_without_epsilon_x_hat_does_not_depend_on_the_size(size, count):
    """Down to subnormal numbers, which have lost digits of `size`, but are what they are."""
    x = SHAPE[:count, np.newaxis] * size
    result = forward(x, eps=0)
    assert near(result.x_hat, true_forward(x, eps=0).x_hat)
    assert (result.scale > 0).all()
    assert [flag.name for flag in result.flags] == (["variance_underflow"] if size < 1e-154 else [])


@each("size", [1e-145, 1e-157, 1e-200, 1e-300])
@each("count", [3, 9])
@each("placement", PLACEMENTS)
def test_without_epsilon_the_gradient_grows_as_the_size_shrinks(size, count, placement):
    x, dy = SHAPE[:count, np.newaxis] * size, UPSTREAM[:count, np.newaxis]
    dx = backward(dy, forward(x, eps=0, eps_placement=placement)).dx
    assert near(dx, staged_dx(x, dy, eps=0, eps_placement=placement), ulps=32)


def test_two_neighbours_of_0_are_told_apart():
    x = [[0.0, 5e-324], [5e-324, 1e-323]]
    result = forward(x, eps=0)
    np.testing.assert_array_equal(result.x_hat, [[-1, -1], [1, 1]])
    assert {flag.name for flag in result.flags} == {"variance_underflow"} <= set(FLAGS)


def test_a_gradient_that_leaves_float64_is_infinite_and_none_is_0_or_no_number():
    result = forward([[1e-310], [2e-310], [4e-310]], eps=0)
    with np.errstate(over="ignore"):
        dx = backward([[1.0], [0.0], [0.0]], result).dx
    assert np.isinf(dx).all()
    np.testing.assert_array_equal(backward([[0.0]] * 3, result).dx, 0)


def test_tiny_features_leave_the_others_their_bits():
    x = np.random.default_rng(3).normal(size=(300, 16))
    tiny = x.copy()
    tiny[:, 5] *= 1e-200
    for axis, batches in ((1, (x, tiny)), (0, (x.T, tiny.T))):
        plain, mixed = (forward(batch, feature_axis=axis) for batch in batches)
        others = [i for i in range(16) if i != 5]
        np.testing.assert_array_equal(np.take(mixed.y, others, axis), np.take(plain.y, others, axis))


@each("shape", [(40, 3), (6, 3, 4, 5), (5000, 2), (200, 3, 400)])
def test_every_layout_is_lifted(shape):
    x = np.random.default_rng(4).normal(size=shape)
    factors = np.where(np.arange(shape[1]) % 2, 1.0, 1e-180).reshape(-1, *[1] * (len(shape) - 2))
    dy = np.random.default_rng(5).normal(size=shape)
    small, plain = (forward(batch, eps=0) for batch in (x * factors, x))
    np.testing.assert_allclose(small.x_hat, plain.x_hat, rtol=0, atol=1e-14)
    scaled = backward(dy, small).dx * factors
    np.testing.assert_allclose(scaled, backward(dy, plain).dx, rtol=0, atol=1e-13)


def test_float32_as_small_as_it_goes_is_normalized():
    x = np.array([[1e-45], [-1e-45], [3e-45]], np.float32)
    np.testing.assert_allclose(forward(x, eps=0).x_hat, true_forward(x, eps=0).x_hat.astype(np.float32), rtol=1e-6)


@each("norm", norms.NORMS)
@each("size", [1e-157, 1e-164, 1e-170, 1e-320])
def test_every_norm_of_tiny_numbers_pulls_back_what_epsilon_alone_would(norm, size):
    """Beside eps 1e-5 such numbers are 0: dx is that of a statistic whose deviation is 0, (g - <g>) / sqrt(eps)."""
    x, dy = np.outer(SHAPE[:4], SHAPE[:6]), np.outer(UPSTREAM[:4], [1.0, -2.0, 0.5, 3.0, 0.25, -1.0])
    given = {"group": {"groups": 2}, "ghost": {"ghost_size": 2}}.get(norm, {})
    if norms.NORMS[norm].running:
        given |= {"running_mean": np.zeros(6), "running_var": np.full(6, 2.0)}
    result = norms.forward(x * size, norm, **given)
    rows = result.arrangement.rows(dy * (1.0 if result.r is None else result.r))
    left = rows - rows.mean(axis=1, keepdims=True) if norms.NORMS[norm].centred else rows
    expected = result.arrangement.whole(left / np.sqrt(1e-5))
    if result.count > 1:
        assert np.abs(norms.backward(dy, result).dx - expected).max() <= 1e-12 * np.abs(expected).max()
        assert "constant_cells" not in {remark.name for remark in result.remarks}
    assert (result.standardized.sigma > 0).all() == (result.count > 1 or norm == "rms")


@each("norm", ["layer", "rms", "group"])
@each("size", [1e-170, 1e-320, 1e150])
def test_without_epsilon_no_norm_depends_on_the_size(norm, size):
    x = np.outer(SHAPE[:4], 2.0 ** np.arange(6))
    given = {"groups": 2} if norm == "group" else {}
    close = 1e-14 if size > 1e-300 else 1e-3
    small, plain = (norms.forward(batch, norm, eps=0, **given).x_hat for batch in (x * size, x))
    np.testing.assert_allclose(small, plain, rtol=0, atol=close)


@each("norm", ["batch", "rms"])
def test_squares_that_only_their_sum_takes_out_of_range_are_added_in_another_unit(norm):
    x = np.tile([[1e154], [-1e154]], (500, 1))
    result = norms.forward(x, norm, axis=None, eps=0)
    np.testing.assert_allclose(np.abs(result.x_hat), 1, rtol=1e-14)
    np.testing.assert_allclose(result.var, 1e308, rtol=1e-14)


def test_a_variance_beyond_float64_is_refused_by_its_feature():
    with pytest.raises(VarianceOverflow, match="feature 2"):
        statistics([[1.0, 1e154, 1.7e308], [2.0, -1e154, -1.7e308]])


@each("eps", [0, 1e-5])
@each("made", [forward, norms.forward])
def test_given_statistics_at_the_top_centre_numbers_of_the_other_sign(made, eps):
    given = {"running_mean": [1.7e308, 0.0], "running_var": [1e308, 4.0], "mode": "inference"}
    x_hat = made([[-1.7e308, 1.0], [1.7e308, 3.0]], eps=eps, **given).x_hat
    np.testing.assert_allclose(x_hat, [[-3.4e154, 0.5], [0, 1.5]], rtol=1e-5)


def test_in_inference_dx_is_a_number_where_x_hat_is_none():
    with np.errstate(over="ignore"):
        result = forward([[1e300], [1.0]], running_mean=[0.0], running_var=[1e-30], eps=0, mode="inference")
        gradients = backward([[1.0], [2.0]], result)
    assert np.isinf(result.x_hat[0, 0])
    np.testing.assert_allclose(gradients.dx, [[1e15], [2e15]])
    np.testing.assert_array_equal(gradients.dx_variance, 0)
