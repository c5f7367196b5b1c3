import csv
import io
import random

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from app.batches.uploads.delimited import blocks
from app.errors import UnreadableBatch, UploadTooLarge
from tests.app.batches.uploads.conftest import Parser
from tests.each import each

TABLE = [[1.5, -2.0], [3.0, 4.25]]


@each(
    "text",
    [
        "a,b\n1.5,-2\n3,4.25\n",
        "a\tb\n1.5\t-2\n3\t4.25\n",
        "a;b\n1.5;-2\n3;4.25\n",
        "a|b\n1.5|-2\n3|4.25\n",
        "a b\n1.5 -2\n3 4.25\n",
        "a;b\n1,5;-2,0\n3,0;4,25\n",
        "a\tb\n1,5\t-2,0\n3,0\t4,25\n",
        'a,b\n"1,5","-2,0"\n3,"4,25"\n',
        '"a","b"\n"1,5",-2\n"3","4,25"\n',
        "a,b\r\n1.5,-2\r\n3,4.25\r\n",
        '"a","b"\n"1.5","-2"\n"3","4.25"\n',
        "\ufeffa,b\n1.5,-2\n3,4.25",
        "\n\na,b\n\n1.5,-2\n\n3,4.25\n\n",
        "a, b\n 1.5 , -2\n3,+4.25e0\n",
        "a,b\n,\n1.5,-2\n, \t\n\n3,4.25\n,\n,",
        ";\na;b\r\n1.5;-2\r\n;\r\n3;4.25\r\n;;;;\r\n",
        'a,b\n1.5,-2\n"",""\n" " ,\n"3","4.25"\n',
        "a\tb\n1.5\t-2\n\t\n3\t4.25\n \t\t\n",
        "# a,b\n1.5,-2\n3,4.25\n",
        "# made by hand\n# a,b\n1.5,-2\n3,4.25\n",
    ],
)
def test_every_way_of_writing_a_table_gives_the_same_batch(parse: Parser, text: str) -> None:
    batch = parse.batch(text.encode())
    assert batch.x.tolist() == TABLE
    assert batch.feature_names == ("a", "b")
    assert batch.warnings == ()


def test_a_table_without_a_header_gets_counted_names(parse: Parser) -> None:
    batch = parse.batch(b"1.5,-2\n3,4.25\n")
    assert (batch.x.tolist(), batch.feature_names) == (TABLE, ("x0", "x1"))


def test_a_header_can_be_forced(parse: Parser) -> None:
    assert parse.batch(b"2019,2020\n1,2\n", header="yes").feature_names == ("2019", "2020")
    assert len(parse.batch(b"2019,2020\n1,2\n").x) == 2


def test_a_header_can_be_denied(parse: Parser) -> None:
    batch = parse.batch(b"a,1\nb,2\n", header="no")
    assert batch.x.tolist() == [[1.0], [2.0]]


def test_text_in_every_row_does_not_make_the_first_row_a_header(parse: Parser) -> None:
    assert parse.batch(b"setosa,1,2\nsetosa,3,4\n").x.tolist() == [[1.0, 2.0], [3.0, 4.0]]


def test_a_latin_1_file_keeps_its_names_and_labels(parse: Parser) -> None:
    batch = parse.batch("Größe;Art\n1;groß\n2;klein\n".encode("latin-1"), label="Art")
    assert batch.feature_names == ("Größe",)
    assert batch.label_names == ("groß", "klein")


def test_repeated_and_empty_names_are_made_unique(parse: Parser) -> None:
    batch = parse.batch(b",a,a,a (2),a\n1.5,2,3,4,5\n")
    assert batch.feature_names[:2] == ("x0", "a")
    assert len(set(batch.feature_names)) == 5


def test_one_numeric_column_is_a_batch_of_one_feature(parse: Parser) -> None:
    assert parse.batch(b"a\n1\n2\n").x.shape == (2, 1)


def test_truth_values_become_zero_and_one(parse: Parser) -> None:
    assert parse.batch(b"a,b\ntrue,1\nFALSE,2\n").x.tolist() == [[1.0, 1.0], [0.0, 2.0]]


def test_text_columns_are_left_out_with_a_warning_that_names_them(parse: Parser) -> None:
    batch = parse.batch(b"name,a,place\nx,1,here\ny,2,there\n")
    assert batch.feature_names == ("a",)
    assert batch.warnings == ("Left out because they hold text: name, place.",)


@each(
    ("cells", "shown", "instead"),
    [
        (("1.234,5", "2,5"), "'1.234,5'", "'1234,5'"),
        (("-1.234.567", "1.000"), "'-1.234.567'", "'-1234567'"),
        (('"1,234.5"', '"12,000"'), "'1,234.5'", "'1234.5'"),
        (("1 234", "5"), "'1 234'", "'1234'"),
        (("1\u202f234,5", "12,0"), "'1\\u202f234,5'", "'1234,5'"),
    ],
)
def test_numbers_with_marks_between_their_thousands_are_left_out_with_a_hint(
    parse: Parser, cells: tuple[str, ...], shown: str, instead: str
) -> None:
    text = "a;b\n" + "".join(f"{cell};{i}\n" for i, cell in enumerate(cells))
    batch = parse.batch(text.encode())
    assert batch.feature_names == ("b",)
    assert f"as {shown}: write them without, as {instead}" in batch.warnings[-1]


def test_quoted_commas_among_commas_are_decimal_where_one_can_be_nothing_else(parse: Parser) -> None:
    assert parse.batch(b'a,b\n"1,5",1\n"1,234",2\n').x.tolist() == [[1.5, 1], [1.234, 2]]
    thousands = parse.batch(b'a,b\n"1,500",1\n"1,234",2\n')
    assert thousands.feature_names == ("b",)
    assert "as '1,500': write them without, as '1500'" in thousands.warnings[-1]


def test_a_table_of_nothing_but_such_numbers_gets_the_hint_too(parse: Parser) -> None:
    with pytest.raises(UnreadableBatch, match=r"no column of numbers.*write them without, as '1234,5'"):
        parse.batch(b"a;b\n1.234,5;1.000.000\n2.345,5;2.000.000\n")


@each("cell", ["oops", "12.05.2024", "1.2345,6", "10:30"])
def test_other_text_gets_no_such_hint(parse: Parser, cell: str) -> None:
    assert len(parse.batch(f"a;b\n{cell};1\n{cell};2\n".encode()).warnings) == 1


@each("cell", ["", "NA", "nan", "NaN", "null", "?", " "])
def test_a_missing_value_is_an_error_that_names_row_line_and_column(parse: Parser, cell: str) -> None:
    with pytest.raises(UnreadableBatch, match=r"row 2 \(line 4\), column 'b'.*missing=drop") as caught:
        parse.batch(f"a,b\n1,2\n\n3,{cell}\n5,6\n".encode())
    assert caught.value.field == "missing"


def test_an_infinite_value_is_an_error_that_names_it(parse: Parser) -> None:
    with pytest.raises(UnreadableBatch, match=r"row 1 \(line 2\), column 'a': it holds '-inf'"):
        parse.batch(b"a,b\n-inf,2\n1,2\n")


def test_rows_with_missing_values_can_be_dropped(parse: Parser) -> None:
    batch = parse.batch(b"a,b\n1,2\n,4\n5,inf\n7,8\n", missing="drop")
    assert batch.x.tolist() == [[1.0, 2.0], [7.0, 8.0]]
    assert batch.warnings == ("2 of 4 rows dropped because of missing or infinite values.",)


def test_a_table_where_no_row_is_whole_is_an_error(parse: Parser) -> None:
    with pytest.raises(UnreadableBatch, match=r"the first in row 1 \(line 2\), column 'b', so no example is left"):
        parse.batch(b"a,b\n1,\n,2\n", missing="drop")
    with pytest.raises(UnreadableBatch, match="The only row has a missing or infinite value"):
        parse.batch(b"a,b\n1,inf\n")
    with pytest.raises(UnreadableBatch, match="so no example is left"):
        parse.batch(b"a,b\nNA,\n,NA\n")
    with pytest.raises(UnreadableBatch, match="no row below them"):
        parse.batch(b"a,b\n,\n,\n")


@each("text", ["a,b,\n1,2,\n3,4,\n", "a,b,c\n1,2,\n3,4,NA\n", "c,a,b\n,1,2\n,3,4\n"])
def test_a_column_without_a_number_is_left_out_with_a_warning(parse: Parser, text: str) -> None:
    batch = parse.batch(text.encode())
    assert batch.x.tolist() == [[1.0, 2.0], [3.0, 4.0]]
    assert batch.feature_names == ("a", "b")
    assert [warning for warning in batch.warnings if "because they are empty" in warning]


def test_beside_an_empty_column_a_missing_value_is_still_named(parse: Parser) -> None:
    with pytest.raises(UnreadableBatch, match=r"row 2 \(line 3\), column 'b'"):
        parse.batch(b"a,b,\n1,2,\n3,,\n5,6,\n")


@each(("line", "fields"), [("5,6,7", "3 fields"), ("5", "1 field")])
def test_a_ragged_table_is_an_error_with_the_line_number(parse: Parser, line: str, fields: str) -> None:
    with pytest.raises(UnreadableBatch, match=f"Line 303 has {fields}, and the first row has 2"):
        parse.batch(b"a,b\n" + b"1,2\n" * 300 + f"\n{line}\n".encode())


def test_the_line_number_counts_line_ends_inside_quotes(parse: Parser) -> None:
    with pytest.raises(UnreadableBatch, match="Line 5 has 1 field,"):
        parse.batch(b'a,b\n"x\ny",2\nz,1\n5\n')


@each(
    ("text", "message"),
    [("a,b\n", "no row below"), ("\n\n", "no row"), ("a,b\nx,y\n", "no column of numbers"), ("a\rb\r", "line ends")],
)
def test_a_table_without_numbers_is_a_named_error(parse: Parser, text: str, message: str) -> None:
    with pytest.raises(UnreadableBatch, match=message):
        parse.batch(text.encode())


def test_numbers_that_take_more_than_the_limit_are_refused(parse: Parser) -> None:
    parse.limit = 1000
    with pytest.raises(UploadTooLarge, match="limit is 1,000"):
        parse.batch(b"1,2\n" * 100)


def test_a_file_of_many_blocks_reads_like_one(parse: Parser) -> None:
    rows = 40 * blocks.BLOCK // 1_000_000
    text = "".join(f'{i},"line\nend {"x" * 50_000}",{i % 7}\n' for i in range(rows))
    batch = parse.batch(("n,text,m\n" + text).encode())
    assert len(text) > blocks.BLOCK
    assert batch.x.tolist() == [[i, i % 7] for i in range(rows)]


def test_a_missing_value_in_a_late_block_is_named(parse: Parser) -> None:
    parse.limit = 10**8
    rows = blocks.BLOCK // 6
    text = "a,b\n" + "1.25,3\n" * rows + "1.25,\n"
    with pytest.raises(UnreadableBatch, match=rf"row {rows + 1:,} \(line {rows + 2:,}\), column 'b'"):
        parse.batch(text.encode())


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    table=arrays.arrays(
        np.float64,
        st.tuples(st.integers(1, 20), st.integers(1, 5)),
        elements=st.floats(allow_nan=False, allow_infinity=False),
    ),
    header=st.booleans(),
    seed=st.integers(0, 1000),
)
def test_a_table_that_is_written_is_read_back_equal(
    parse: Parser, table: "np.ndarray[tuple[int, int], np.dtype[np.float64]]", header: bool, seed: int
) -> None:
    choice = random.Random(seed).choice
    file = io.StringIO()
    writer = csv.writer(
        file,
        delimiter=choice(",\t;|"),
        lineterminator=choice(["\n", "\r\n"]),
        quoting=choice([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
    )
    names = [f"name {i}" for i in range(table.shape[1])]
    writer.writerows(([names] if header else []) + table.tolist())
    batch = parse.batch(file.getvalue().encode())
    np.testing.assert_array_equal(batch.x, table)
    assert batch.feature_names == (tuple(names) if header else tuple(f"x{i}" for i in range(table.shape[1])))


@each("text", ["a;b\n1,234;2\n5,678;3\n", "a\tb\n1,234\t2\n", "a;b\n1,234;0\n12,000;7\n"])
def test_commas_that_may_all_part_thousands_are_refused_with_both_readings(parse: Parser, text: str) -> None:
    with pytest.raises(UnreadableBatch, match=r"“1,234” in the file may be 1\.234 or 1234"):
        parse.batch(text.encode())


def test_one_decimal_comma_that_can_be_nothing_else_tells_what_the_others_are(parse: Parser) -> None:
    assert parse.batch(b"a;b\n1,234;0,5\n5,678;3\n").x.tolist() == [[1.234, 0.5], [5.678, 3]]


def test_a_word_processors_minus_sign_is_a_minus(parse: Parser) -> None:
    text = "a,b,name\n\u22121.5,2,2019\u22122020\n3,\u2212.5,\u22121\n"
    batch = parse.batch(text.encode(), label="name")
    assert batch.x.tolist() == [[-1.5, 2], [3, -0.5]]
    assert batch.label_names == ("-1", "2019\u22122020")
    assert parse.batch("a;b\n\u22121,5;2\n".encode()).x.tolist() == [[-1.5, 2]]


def test_digits_of_other_scripts_are_text_as_pyarrow_reads_them(parse: Parser) -> None:
    assert parse.batch("a,b\n\u0663,1\n\u0664,2\n".encode()).feature_names == ("b",)


def test_an_integer_of_thousands_of_digits_is_infinite_and_said_to_be(parse: Parser) -> None:
    with pytest.raises(UnreadableBatch, match="missing or infinite"):
        parse.batch(f"a,b\n{'9' * 5000},1\n1,2\n".encode())
