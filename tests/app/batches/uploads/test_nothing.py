"""Rows of a CSV that hold nothing but delimiters are empty lines, for the fast reader and for the slow one."""

import csv
import io

import pytest

from app.batches.uploads.delimited.nothing import emptied, holds
from app.errors import UnreadableBatch
from tests.app.batches.uploads.conftest import Parser
from tests.each import each


@each(
    "nothing",
    [",", ";;;", " ,\t", '"",""', '" " ,', ' "",', '"""",', '"" "",', ",x", "\t", '""', '"', "", ",,\r", "1,", ' " ",'],
)
def test_the_two_readers_of_a_file_agree_on_what_is_no_row(nothing: str) -> None:
    """The slow one tells row and line of what the fast one met."""
    ends = (f"a,b\n1,2\n{nothing}\n3,4\n", f'a,b\n1,"\n{nothing}\n"\n3,4\n')
    for text in ends:
        block = emptied(text.encode(), ",")
        rows = [record for record in csv.reader(io.StringIO(text)) if holds(record)]
        assert len(rows) == sum(bool(record) for record in csv.reader(io.StringIO(block.decode())))


def test_the_line_of_a_missing_value_below_rows_of_nothing_is_right(parse: Parser) -> None:
    batch = parse.batch(b"a;b\n;\n1;2\n;;\n3;\n", missing="drop")
    assert batch.x.tolist() == [[1.0, 2.0]]
    with pytest.raises(UnreadableBatch, match=r"row 2 \(line 5\), column 'b'"):
        parse.batch(b"a;b\n;\n1;2\n;;\n3;\n")
