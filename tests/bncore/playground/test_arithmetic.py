"""x_hat by statistics in another arithmetic is off just where these lose digits."""

import numpy as np

from bncore.playground.arithmetic import in_arithmetic

EPSILON = {"eps": 1e-5, "eps_placement": "variance"}
ROWS = np.random.default_rng(0).normal(0, 1, (3, 64)) + np.array([[0.0], [1e4], [0.0]])


def test_exact_statistics_are_off_by_nothing():
    assert not in_arithmetic("exact", ROWS, EPSILON).off.any()


def test_the_feature_whose_mean_is_far_off_is_the_worst():
    for name in ("squares", "float16", "bfloat16"):
        other = in_arithmetic(name, ROWS, EPSILON)
        assert other.worst == 1
        assert other.off[1] > 1 > 0.1 > other.off[0]


def test_a_negative_variance_is_no_number_and_off_without_end():
    rows = np.array([[4096.0, 4096.5, 4097.0, 4099.0]])
    other = in_arithmetic("squares", rows * 1e3, EPSILON | {"eps": 0.0})
    assert np.isfinite(other.exact).all()
    assert other.other_var <= 0 or other.off[0] > 0


def test_a_constant_feature_without_epsilon_is_not_off():
    other = in_arithmetic("float16", np.ones((1, 4)), EPSILON | {"eps": 0.0})
    assert other.off[0] == 0
