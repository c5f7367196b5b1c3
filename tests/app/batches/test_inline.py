"""A table typed into the query: what is read, what is refused and where, and that its text reads back exactly."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from app.batches.batch import Source
from app.batches.inline import MAX_COLUMNS, MAX_ROWS, InlineSource, parse_table
from app.errors import InvalidQuery, UnreadableBatch
from tests.each import each

TABLES = arrays.arrays(
    np.float64,
    st.tuples(st.integers(1, MAX_ROWS), st.integers(1, MAX_COLUMNS)),
    elements=st.floats(allow_nan=False, allow_infinity=False),
)


def typed(x: np.ndarray) -> str:
    """A table as text, with every digit."""
    return ";".join(",".join(map(repr, row)) for row in x.tolist())


@each(
    "text",
    [
        "1,2;3,4",
        " 1 , 2 ; 3 , 4 ",
        "1,2\n3,4",
        "1,2\r\n3,4\r\n",
        "1,2\r3,4",
        "1\t2\n3\t4\n",
        "1 2;3  4",
        "1,2;\n3,4;\n",
        "\n1,2\n\n3,4\n\n",
        "+1,2.;3.0,.4e1",
    ],
)
def test_rows_and_values_may_be_separated_as_people_and_spreadsheets_do(text: str) -> None:
    batch = parse_table(text)
    assert np.array_equal(batch.x, [[1, 2], [3, 4]])
    assert batch.x.dtype == np.float64
    assert batch.feature_names == ("x0", "x1")


def test_decimals_exponents_and_either_minus_sign_are_numbers() -> None:
    assert np.array_equal(parse_table("-1.5,2e3,−4E-2,1e+2").x, [[-1.5, 2000.0, -0.04, 100.0]])


@given(TABLES)
def test_a_table_with_every_digit_reads_back_bit_for_bit(x: np.ndarray) -> None:
    assert parse_table(typed(x)).x.tobytes() == x.tobytes()


@each(
    ("text", "message"),
    [
        ("", "The table is empty"),
        (" \n ; \n", "The table is empty"),
        ("1,2;3,", "Row 2, column 2 (example 1 of x1) is empty"),
        ("1\t\t3", "Row 1, column 2 (example 0 of x1) is empty"),
        ("1,2;3", "Row 2 has another number of columns than row 1: 1, not 2"),
        ("1;2,3", "Row 2 has another number of columns than row 1: 2, not 1"),
        ("1,2;3,four", "Row 2, column 2 (example 1 of x1) is 'four', which is not a finite number"),
        ("nan,1", "Row 1, column 1 (example 0 of x0) is 'nan', which is not a finite number"),
        ("1,-inf", "Row 1, column 2 (example 0 of x1) is '-inf', which is not a finite number"),
        ("1_000", "Row 1, column 1 (example 0 of x0) is '1_000', which is not"),
        ("٣", "Row 1, column 1 (example 0 of x0) is '٣', which is not"),
        ("0x10", "Row 1, column 1 (example 0 of x0) is '0x10', which is not"),
        ("1,2 3", "Row 1, column 2 (example 0 of x1) is '2 3', which is not"),
        ("1;-1e999", "Row 2, column 1 (example 1 of x0) is '-1e999', which is too large"),
    ],
)
def test_an_unreadable_table_is_refused_with_its_place(text: str, message: str) -> None:
    with pytest.raises(UnreadableBatch) as caught:
        parse_table(text)
    assert message in caught.value.detail
    assert caught.value.field == "values"
    assert caught.value.allowed is not None
    assert "at most 64 rows of 16 numbers" in caught.value.allowed


def test_the_largest_table_is_read_and_one_row_or_column_more_is_refused() -> None:
    assert parse_table(typed(np.ones((MAX_ROWS, MAX_COLUMNS)))).x.shape == (MAX_ROWS, MAX_COLUMNS)
    with pytest.raises(UnreadableBatch, match="has 65 rows; at most 64"):
        parse_table(typed(np.ones((MAX_ROWS + 1, 1))))
    with pytest.raises(UnreadableBatch, match="Row 1 has 17 columns; at most 16"):
        parse_table(typed(np.ones((1, MAX_COLUMNS + 1))))


def test_a_long_wrong_cell_is_quoted_in_part() -> None:
    with pytest.raises(UnreadableBatch) as caught:
        parse_table("1" * 100_000 + "x")
    assert len(caught.value.detail) < 120
    assert len(str(caught.value.given)) < 50


def test_a_source_is_finite_and_draws_without_replacement() -> None:
    source: Source = InlineSource("1;2;3;4;5")
    assert source.examples == 5
    drawn = source.draw(3, np.random.default_rng(0)).x[:, 0]
    assert len(set(drawn.tolist())) == 3
    assert set(drawn.tolist()) <= {1, 2, 3, 4, 5}


@each("size", [None, 5, 256])
def test_none_or_as_many_as_there_are_is_all_rows_in_order(size: int | None) -> None:
    batch = InlineSource("1;2;3;4;5").draw(size, np.random.default_rng(0))
    assert batch.x[:, 0].tolist() == [1, 2, 3, 4, 5]


def test_sources_of_equal_text_are_equal_and_a_wrong_one_is_refused_at_once() -> None:
    assert InlineSource("1,2") == InlineSource("1,2")
    with pytest.raises(UnreadableBatch):
        InlineSource("1,")


@each(
    ("typed", "names"),
    [
        ("", ("x0", "x1")), (" ", ("x0", "x1")), ("alcohol", ("alcohol", "x1")), ("a,b", ("a", "b")),
        (", ash of  wine ", ("x0", "ash of wine")), ("a,a", ("a", "a (2)")), ("x1", ("x1", "x1 (2)")),
    ],
)  # fmt: skip
def test_the_columns_of_a_typed_table_have_names(typed, names):
    assert InlineSource("1,2;3,4", typed).draw(None, np.random.default_rng(0)).feature_names == names


def test_more_names_than_columns_are_refused():
    with pytest.raises(InvalidQuery, match="There are 3 names, and the table has 2 columns") as caught:
        InlineSource("1,2;3,4", "a,b,c")
    assert (caught.value.field, caught.value.given) == ("feature_names", "a,b,c")
