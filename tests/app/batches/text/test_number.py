"""One number as text: its forms, and what it is refused for."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.batches.text.number import NotANumber, may_be_thousands, pattern, rounded, undecided, ungrouped, value
from tests.each import each


@each(
    ("word", "number"),
    [("1", 1), ("-1.5", -1.5), ("\u22124E-2", -0.04), ("+2.", 2), (".5e3", 500), ("0001", 1), ("1e-400", 0)],
)
def test_the_forms_of_a_number(word, number):
    assert value(word) == number


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_what_python_prints_is_read_bit_for_bit(number):
    assert np.float64(value(repr(number))).tobytes() == np.float64(number).tobytes()


@each("word", ["", " ", "1,5", "1_000", "0x10", "\u0663", "1e", "e5", "--1", "1 2", "1.2.3", "1e1000000", "²"])
def test_what_is_no_number_is_refused(word):
    with pytest.raises(NotANumber, match="not a finite number"):
        value(word)


@each("word", ["nan", "NaN", "-inf", "+Infinity", "INF"])
def test_numbers_that_are_not_finite_are_numbers_only_where_they_may_be(word):
    with pytest.raises(NotANumber, match="not a finite number"):
        value(word)
    assert not np.isfinite(value(word, finite=False))


@each("word", ["1e400", "-1e999", "9" * 400, "9" * 5000])
@each("finite", [True, False])
def test_a_number_that_is_too_large_is_no_infinity(word, finite):
    with pytest.raises(NotANumber, match="too large for a float64"):
        value(word, finite=finite)


def test_an_integer_that_would_be_rounded_is_refused_with_its_value():
    with pytest.raises(NotANumber) as caught:
        value("\u22129007199254740993")
    assert caught.value.rounded == -9007199254740993
    assert rounded(" 9007199254740993 ") == 9007199254740993
    assert rounded("9007199254740992") is None
    assert rounded("9" * 5000) is None
    assert rounded("text") is None


@each(("word", "without"), [("1,234", "1234"), ("-1.234.567,5", "-1234567,5"), ("1'000", "1000"), ("12.5", None)])
def test_marks_between_thousands(word, without):
    assert ungrouped(word) == without


@each("word", ["0,234", "1,5", "1234,567", "1,2345", "1,234,567"])
def test_a_mark_that_is_only_one_thing_leaves_no_doubt(word):
    assert not may_be_thousands(word, ",")


def test_one_decimal_comma_that_can_be_nothing_else_decides_for_all():
    assert undecided(["1,234", "2,000"]) == "1,234"
    assert undecided(["2,000", "1,5"]) is None
    assert undecided(["2,000", "1,5", "0.5"]) == "2,000"
    assert undecided(["1.234", "2"]) is None


@pytest.mark.parametrize("decimal", [".", ","])
def test_the_pattern_of_a_cell_is_that_of_the_numbers(decimal):
    number = re.compile(pattern(decimal))
    for word in ("1", "-1.5", "+2.", ".5e3", "\u22124", " 7 ", "inf", "-Infinity"):
        assert number.fullmatch(word.replace(".", decimal))
    for word in ("", "nan", "1_0", "\u0663", "1e1000000", "1.5".replace(".", {".": ",", ",": "."}[decimal])):
        assert not number.fullmatch(word)
