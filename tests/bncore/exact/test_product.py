"""Rows of a matrix product: what is equal stays equal, and what rounding may do is bounded."""

from fractions import Fraction

import numpy as np

from bncore.exact.product import product, rounding_of_sums
from bncore.network import Convolution, Linear
from bncore.network.measures.rounding import rounding
from tests.each import each

COUNTS = (1, 2, 3, 5, 17, 63, 64, 65)


def drawn(*shape, dtype):
    return np.random.default_rng([7, *shape]).standard_normal(shape).astype(dtype)


@each("dtype", ["float32", "float64"])
@each("examples", COUNTS)
def test_equal_examples_have_equal_products(examples, dtype):
    """Odd counts: a BLAS kernel takes the last rows of a block by another path."""
    row, weight = drawn(2, 37, dtype=dtype), drawn(37, 45, dtype=dtype)
    products = product(np.tile(row, (examples, 1)), weight, examples).reshape(examples, 2, 45)
    assert (products == products[0]).all()
    np.testing.assert_allclose(products[0], row @ weight, rtol=1e-4)


def test_one_other_example_in_the_middle_is_not_lost():
    rows = np.ones((9, 4))
    rows[4, 2] = 3.0
    np.testing.assert_array_equal(product(rows, np.eye(4), 9), rows)


def test_equal_images_have_equal_channels():
    images = np.tile(drawn(1, 3, 7, 5, dtype="float32"), (13, 1, 1, 1))
    outputs = Convolution(drawn(6, 3, 3, 3, dtype="float32"), padding=1).forward(images).y
    assert (outputs == outputs[0]).all()


@each("dtype", ["float32", "float64"])
@each("size", [1e-30, 1.0, 1e15])
def test_a_product_is_no_farther_from_the_truth_than_its_rounding(dtype, size):
    x, layer = drawn(6, 19, dtype=dtype) * size, Linear(drawn(19, 3, dtype=dtype), drawn(3, dtype=dtype))
    x = x.astype(dtype)
    y = layer.forward(x).y
    bound = rounding(layer, x, y)
    for unit in range(3):
        weights, bias = [Fraction(float(w)) for w in layer.weight[:, unit]], Fraction(float(layer.bias[unit]))
        exact = [sum(Fraction(float(v)) * w for v, w in zip(row, weights, strict=True)) + bias for row in x]
        off = max(abs(float(Fraction(float(v)) - e)) for v, e in zip(y[:, unit], exact, strict=True))
        assert off <= bound[unit] < 1e4 * float(np.finfo(dtype).eps) * max(size, 1.0)


def test_a_convolution_counts_the_terms_of_its_kernel():
    ones = np.ones((1, 2, 4, 4), np.float32)
    layer = Convolution(np.ones((3, 2, 3, 3), np.float32))
    bound = rounding(layer, ones, layer.forward(ones).y)
    u = float(np.finfo(np.float32).eps) / 2
    np.testing.assert_allclose(bound, 18 * rounding_of_sums(18, np.dtype("float32")) + 18 * u, rtol=1e-12)


def test_of_too_many_terms_nothing_is_known():
    assert rounding_of_sums(2048, np.dtype("float16")) == float("inf")
