"""Numbers as a person reads them."""

import math

from hypothesis import given
from hypothesis import strategies as st

from app.figures.numbers import apart, beside, counted, digits, is_rounding, significant, span, three, times
from tests.each import each


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_three_digits_are_within_half_of_the_third(value):
    text = three(value)
    read = float(text.replace(",", "").replace("−", "-"))
    assert math.isclose(read, value, rel_tol=0.0051) or abs(value) > 1.79e308  # rounds to more than a float holds
    assert len(text) <= 10


@each(
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


def read(text):
    return float(text.replace(",", "").replace("−", "-"))


SIZES = st.floats(1e-300, 1e300)


@given(SIZES, st.integers(3, 12))
def test_so_many_digits_are_within_half_of_the_last(value, count):
    assert math.isclose(read(digits(value, count)), value, rel_tol=0.51 * 10.0 ** (1 - count))


@given(SIZES, st.floats(-1e-2, 1e-2), st.sampled_from([1.0, -1.0]))
def test_two_numbers_that_differ_by_more_than_rounding_are_printed_apart_and_in_order(size, off, sign):
    first, second = sign * size, sign * size * (1.0 + off)
    texts = apart(first, second)
    if abs(off) > 2e-13:
        assert (read(texts[0]) < read(texts[1])) is (first < second)
        assert texts[0] != texts[1]
    elif abs(off) < 1e-13:
        assert texts[0] == texts[1] == three(first)


def test_no_more_digits_than_it_takes():
    assert apart(0.148, 0.152) == ("0.148", "0.152")
    assert apart(0.14801, 0.14849) == ("0.1480", "0.1485")
    assert apart(1234.0, 1230.4) == ("1,234", "1,230")
    assert apart(math.nan, 1.0) == ("not a number", "1.00")
    assert apart(0.1 + 1e-9, 0.1, 2.0**-23) == ("0.100", "0.100")  # single precision tells no more


def test_rounding_is_called_rounding_and_only_rounding():
    assert beside(5.49e-14, 5.49e-14) == "5.49e−14"  # beside its own size a number is what it is
    assert beside(5.49e-17, 1.0) == "0 up to rounding"
    assert beside(1e-9, 1.0) == "1e−9"
    assert not is_rounding(math.nan, 1.0)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1))
def test_a_span_names_two_different_ends_or_one_number(values):
    text = span(values)
    low, _, high = text.removeprefix("from ").partition(" to ")
    if text.startswith("from"):
        assert read(low) < read(high)
    else:
        assert text == f"all {three(min(values))}" + " up to rounding" * (min(values) != max(values))


@each(
    ("after", "before", "told"),
    [
        (458.0, 1.0, "458 times"), (0.999_96, 1.0, "0.99996 times"), (1.0, 1.0, "the same as"),
        (1.91e-64, 1.0, "nothing, up to rounding, beside"), (0.004, 1.0, "1/250 of"), (1.0, 0.0, "∞ times"),
    ],
)  # fmt: skip
def test_a_ratio_is_told_with_the_digits_that_part_it_from_one(after, before, told):
    assert times(after, before) == told
