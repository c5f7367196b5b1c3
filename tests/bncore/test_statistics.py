"""Mean and variance of each feature."""

from fractions import Fraction

import numpy as np
import pytest

from bncore import statistics
from tests.bncore.truth import true_forward
from tests.each import each

pytestmark = pytest.mark.usefixtures("each_backend")


def test_small_table():
    over_batch = statistics([[1, 10], [2, 10], [6, 40]])
    np.testing.assert_array_equal(over_batch.mean, [3, 20])
    np.testing.assert_allclose(over_batch.var, [14 / 3, 200])
    assert over_batch.count == 3


def test_mean_and_variance_equal_exact_fractions():
    x = (1e8 + np.random.default_rng(0).standard_normal(999))[:, np.newaxis]
    exact = [Fraction(value) for value in x[:, 0]]
    mean = sum(exact) / 999
    var = sum((value - mean) ** 2 for value in exact) / 999
    over_batch = statistics(x)
    assert abs(Fraction(over_batch.mean[0]) + Fraction(over_batch.mean_rest[0]) - mean) < Fraction(1e-15)
    assert abs(Fraction(over_batch.var[0]) / var - 1) < Fraction(1e-14)


def test_mean_rest_is_what_rounding_takes_from_the_mean():
    over_batch = statistics(1e15 + np.array([[0.0], [0.125], [0.25]]))
    assert over_batch.mean_rest[0] == 0
    assert statistics(1e15 + np.array([[0.0], [0.125]])).mean_rest[0] == 0.0625


@each("shape", [(7, 3), (4099, 3), (131_072, 1), (10_007, 7), (300, 257), (5000, 2, 3)])
@each("dtype", ["float16", "float32", "float64"])
def test_every_way_of_cutting_memory_gives_the_truth(shape, dtype):
    x = (np.random.default_rng(0).standard_normal(shape) * 3 - 5).astype(dtype)
    truth = true_forward(np.moveaxis(x, 1, -1).reshape(-1, shape[1]))
    over_batch = statistics(x)
    np.testing.assert_allclose(over_batch.mean, truth.mean.astype(float), rtol=1e-15)
    np.testing.assert_allclose(over_batch.var, truth.var.astype(float), rtol=2e-14)


def test_sorted_batch_whose_blocks_differ_has_the_right_variance():
    x = np.sort(np.random.default_rng(0).standard_normal((200_000, 1)), axis=0)
    np.testing.assert_allclose(statistics(x).var, true_forward(x).var.astype(float), rtol=1e-14)


def test_mean_is_centred_once_more_where_the_first_example_is_the_odd_one():
    x = np.full((4001, 1), 0.1)
    x[0] = 0
    over_batch = statistics(x)
    exact = Fraction(0.1) * 4000 / 4001
    assert (
        abs(Fraction(over_batch.mean[0]) + Fraction(over_batch.mean_rest[0]) - exact) <= Fraction(np.spacing(0.1)) / 2
    )
