"""The same text in every place where numbers are read: the same numbers or a refusal, and never other numbers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.batches.inline import parse_table
from app.batches.text.cells import one_cell, rows_of
from app.batches.text.refusal import Unreadable
from app.errors import UserError
from app.views.gradient_check.tensor import parsed
from tests.each import each


def typed(text):
    return parse_table(text).x


def pasted(text):
    return np.array(rows_of(text), dtype=np.float64)


def checked(text):
    array = parsed(text, "dx", 1000)
    return None if array is None else np.atleast_2d(array.exact)


PLACES = {"typed": typed, "pasted": pasted, "checked": checked}


def read(text):
    """What each place makes of a text: numbers, or the words of the refusal."""
    readings = {}
    for name, place in PLACES.items():
        try:
            readings[name] = place(text)
        except (UserError, Unreadable) as error:
            readings[name] = error.detail
        except ValueError:
            readings[name] = "ragged"
    return readings


ALIKE = {
    "1.5 2\n3 4": [[1.5, 2], [3, 4]], "1\t2\n3\t4\n": [[1, 2], [3, 4]], "1 2; 3 4": [[1, 2], [3, 4]],
    "1, 2\r\n3, 4": [[1, 2], [3, 4]], "\ufeff1 \u22122\r3 4": [[1, -2], [3, 4]],
    "1,5\t2,5\n\u22123,5\t4": [[1.5, 2.5], [-3.5, 4]],
    "1,234\t0,5": [[1.234, 0.5]], "1.5,2\n3,4.0": [[1.5, 2], [3, 4]],
    "1\n2\n3": [[1], [2], [3]], "1;2;3": [[1], [2], [3]],
    "1\u00a02\n3 4": [[1, 2], [3, 4]], "1 2;\n3 4;": [[1, 2], [3, 4]], "1.234\t2.5": [[1.234, 2.5]],
}  # fmt: skip


@each("text", ALIKE)
def test_a_text_that_reads_in_one_way_means_the_same_everywhere(text):
    for name, reading in read(text).items():
        np.testing.assert_array_equal(reading, ALIKE[text], err_msg=name)


@each(
    ("text", "words"),
    [
        ("1,234\t2\n3\t4", "may be 1.234 or 1234"), ("1.234\t2,5", "may be 1.234 or 1234"),
        ("1e400 2", "too large"), ("1\t\u0663", "\u0663"), ("1 9007199254740993", "does not hold"),
        ("1\t\t2", "is empty"),
        ("1, 2 345", "2 345"), ("1_000 2", "1_000"), ("1\t2\n\t\n3\t4", "is empty"), ("1,234.5\t2", "1,234.5"),
    ],
)  # fmt: skip
def test_what_is_refused_is_refused_everywhere(text, words):
    for name, reading in read(text).items():
        assert isinstance(reading, str), name
        assert words in reading, name


@each(
    ("text", "declared", "words"),
    [
        ("1,2;3,4", [[1, 2], [3, 4]], "“1,2” in dx may be 1.2 or the numbers 1, 2"),
        ("1,5\n2,5", [[1, 5], [2, 5]], "“1,5” in dx may be 1.5 or the numbers 1, 5"),
        ("1,2;\n3,4;\n", [[1, 2], [3, 4]], "“1,2” in dx may be 1.2 or the numbers 1, 2"),
        ("1,234,567", [[1, 234, 567]], "“1,234,567” in dx may be 1234567 or the numbers 1, 234, 567"),
    ],
)
def test_commas_part_numbers_where_that_is_said_and_a_text_alone_is_refused_with_both_readings(text, declared, words):
    readings = read(text)
    np.testing.assert_array_equal(readings["typed"], declared)
    assert words in readings["checked"]
    assert readings["pasted"] == readings["checked"].replace(" in dx", "")


@pytest.mark.parametrize(
    ("text", "cells"), [("1,5;2,5\n3,5;4,5", [[1.5, 2.5], [3.5, 4.5]]), ("1;2\n3;4", [[1, 2], [3, 4]])]
)
def test_semicolons_within_lines_are_cells_and_refused_where_they_are_said_to_end_rows(text, cells):
    readings = read(text)
    np.testing.assert_array_equal(readings["pasted"], cells)
    np.testing.assert_array_equal(readings["checked"], cells)
    assert "may be 2 rows, as semicolons end rows, or one row of 2 cells" in readings["typed"]


@given(st.text(alphabet="0123,.;\t\n -\u2212e", min_size=1, max_size=14))
def test_no_text_means_different_numbers_in_different_places(text):
    numbers = [reading for reading in read(text).values() if not isinstance(reading, str) and reading is not None]
    for reading in numbers[1:]:
        np.testing.assert_array_equal(reading, numbers[0])


@each(("text", "word"), [("2,5", "2.5"), (" \u22121,5 ", "-1.5"), ("0,234", "0.234"), ("7", "7"), ("5,", "5.")])
def test_a_comma_in_a_single_cell_is_a_decimal_point(text, word):
    assert one_cell(text) == word


@each(
    ("text", "words"),
    [
        ("1,234", "“1,234” may be 1.234 or 1234. Write “1.234” or “1234”."), ("1 5", "“1 5” is not a number"),
        ("1.234.567,5", "“1.234.567,5” has marks between its thousands. Write “1234567.5”."), ("", "not a number"),
        ("1;2", "“1;2” is not a number"),
    ],
)  # fmt: skip
def test_a_single_cell_that_can_be_read_in_two_ways_is_refused(text, words):
    with pytest.raises(Unreadable) as caught:
        one_cell(text)
    assert words in caught.value.detail
