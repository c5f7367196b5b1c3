"""Operands whose examples are not as far apart as another's, and results that begin anywhere in a line of the cache:
features lie side by side, so nothing is copied."""

import numpy as np
import pytest

from bncore import forward
from bncore.kernels import using
from tests.bncore.kernels.test_passes import MODULE, SETS, WHY, assert_same_bits, batch, mild, outcome
from tests.each import each

pytestmark = pytest.mark.skipif(MODULE is None, reason=f"NumPy alone: {WHY}")


def apart(x, by):
    """The same numbers, in every so many of the examples of a larger array, of which all others are NaN."""
    larger = np.full((by * len(x), *x.shape[1:]), np.nan, x.dtype)
    larger[::by] = x
    return larger[::by]


@each("shape", [(9, 70), (70, 9), (5, 7, 33), (3, 2, 600)])
def test_examples_further_apart_than_those_of_another_operand_change_no_bit(shape):
    x, dy, gamma, beta = batch(4, mild, shape, 1, "float32")
    for instructions in SETS:
        with using(instructions):
            plain = outcome(x, dy, gamma, beta, 1)
            for sparse in ((apart(x, 2), dy), (x, apart(dy, 3))):
                assert_same_bits(outcome(*sparse, gamma, beta, 1), plain)


def empty(shape, dtype, at):
    """An array whose first number is so many numbers behind the beginning of a line of the cache."""
    size, line = np.prod(shape), 64 // np.dtype(dtype).itemsize
    room = np.full(size + 2 * line, np.nan, dtype)
    begin = -room.ctypes.data % 64 // room.itemsize + at
    return room[begin : begin + size].reshape(shape)


@each("dtype", ["float32", "float64"])
@each("shape", [(64, 256), (3, 160), (20, 128), (40, 130), (40, 48), (100, 144)])
def test_where_in_a_line_of_the_cache_a_result_begins_changes_no_bit(shape, dtype):
    x, dy, gamma, beta = batch(5, mild, shape, 1, dtype)
    for instructions in SETS:
        with using(instructions):
            plain = outcome(x, dy, gamma, beta, 1)
            for at in range(64 // x.itemsize):
                results = [empty(shape, dtype, at) for _ in range(2)]
                assert_same_bits(outcome(x, dy, gamma, beta, 1, *results), plain)
                for result in results:
                    room = result.base
                    result[...] = np.nan
                    assert np.isnan(room).all()  # nothing beside it is written


@each("features", [896, 897, 898, 900])
def test_what_the_kernels_serve_does_not_depend_on_the_vectors(features):
    x = batch(6, mild, (128, features), 1, "float64")[0]
    for instructions in SETS:
        with using(instructions):
            assert forward(x, eps=0).careful is None
