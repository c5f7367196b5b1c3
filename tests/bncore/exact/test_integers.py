"""Integers beyond 2^53 as the numerics take them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bncore import BadParameter, forward
from bncore.exact.integers import first_rounded, is_rounded


@given(st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=5))
def test_the_first_rounded_entry_of_an_array_is_the_first_that_changes(values):
    expected = next((i for i, value in enumerate(values) if int(float(value)) != value), None)
    assert first_rounded(np.array(values, np.uint64)) == (None if expected is None else (expected,))


@given(st.integers(-(2**63), 2**63 - 1))
def test_signed_integers_are_looked_at_as_well(value):
    assert (first_rounded(np.array([value], np.int64)) is not None) == is_rounded(value)


def test_the_top_of_uint64_is_refused_with_its_place_and_value():
    x = np.array([[2**64 - 1], [2**64 - 2], [2**64 - 5]], np.uint64)
    with pytest.raises(BadParameter, match=r"x\[0, 0\] is 18446744073709551615; it is an integer that float64"):
        forward(x)


def test_integers_that_are_held_are_normalized_exactly():
    x = np.array([[2**62], [2**62 + 1024]], np.int64)
    np.testing.assert_array_equal(forward(x, eps=0).x_hat, [[-1], [1]])
    assert forward(np.array([[2**53 + 1], [0]]), dtype="float32").y.dtype == np.float32  # rounding is asked for
