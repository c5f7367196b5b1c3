"""A quote that is opened and never closed is named with its line, wherever in the file it is."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.batches.uploads.delimited import blocks
from app.batches.uploads.delimited.quotes import opened
from app.errors import UnreadableBatch
from tests.app.batches.uploads.conftest import Parser
from tests.each import each


@each(
    ("text", "line"),
    [
        ('a,b\n"1,2\n3,4\n', 2),
        ('a;b\n1;2\n3;"4\n5;6\n', 3),
        ('a,b\n"1\n","2\n3,4\n', 3),
        ("a,b\n" + "1,2\n" * 300 + '3,"4\n' + "5,6\n" * 9, 302),
        ("a,b\n" + "1,2\n" * 300 + '\n"5\n', 303),
        ('a,b\n1,2\n3,"4', 3),
    ],
)
def test_a_quote_that_is_never_closed_is_named_with_its_line(parse: Parser, text: str, line: int) -> None:
    with pytest.raises(UnreadableBatch, match=f"^Line {line} opens a quote that is never closed"):
        parse.batch(text.encode())


@each(("text", "line"), [('"a,b\n1,2\n3,4\n', 1), ('# from a lab\na,"b\n' + "1,2\n" * 300, 2)])
def test_one_in_the_header_is_named_instead_of_a_table_without_rows(parse: Parser, text: str, line: int) -> None:
    with pytest.raises(UnreadableBatch, match=rf"^Line {line} opens a quote that is not closed within \d+ lines"):
        parse.batch(text.encode())


def test_one_in_a_late_block_is_named(parse: Parser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "BLOCK", 100)
    with pytest.raises(UnreadableBatch, match=r"^Line 602 opens a quote that is never closed"):
        parse.batch(b"a,b\n" + b"1,2\n" * 600 + b'"3,4\n' + b"1,2\n" * 50)


def test_a_quote_within_a_field_is_a_character(parse: Parser) -> None:
    assert parse.batch(b'a,size\n1,5"\n2,5"\n3,7"\n').x.tolist() == [[1], [2], [3]]


@given(st.text('",\na ', max_size=12))
def test_of_quotes_odd_in_number_what_is_open_is_what_a_reader_goes_on_with(text: str) -> None:
    end = "\n" * (text[-1:] not in "\n") + "end,end"
    read = list(csv.reader(io.StringIO(text + end)))
    last = None if read[-1] == ["end", "end"] else (text + end).count("\n") - read[-1][-1].count("\n")
    assert opened(text.encode(), ",") == (last if text.count('"') % 2 else None)
