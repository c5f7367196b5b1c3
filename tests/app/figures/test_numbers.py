"""Numbers as a person reads them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.figures.numbers import counted, significant, three


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_three_digits_are_within_half_of_the_third(value):
    text = three(value)
    read = float(text.replace(",", "").replace("−", "-"))
    assert math.isclose(read, value, rel_tol=0.0051) or abs(value) > 1.79e308  # rounds to more than a float holds
    assert len(text) <= 10


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (2530.4, "2,530"), (999.6, "1,000"), (0.9996, "1.00"), (1.0, "1.00"), (12.34, "12.3"), (-0.05, "−0.0500"),
        (1e6, "1e6"), (999_999, "1e6"), (1e-3, "0.00100"), (1.5e-7, "1.5e−7"), (0.0, "0"), (-0.0, "0"),
        (math.inf, "∞"), (-math.inf, "−∞"), (math.nan, "not a number"),
    ],
)  # fmt: skip
def test_three_significant_digits(value, text):
    assert three(value) == text


def test_counts_have_their_noun():
    assert [counted(n, "value") for n in (0, 1, 1234)] == ["0 values", "1 value", "1,234 values"]


@given(st.lists(st.floats(-1e300, 1e300)), st.integers(1, 6))
def test_significant_numbers_are_as_short_as_asked(values, digits):
    for value, kept in zip(values, significant(values, digits), strict=True):
        assert kept == float(f"{value:.{digits - 1}e}")
