"""A first line `sep=;`, by which Excel knows the delimiter, says the delimiter and is no row."""

import pytest

from app.errors import UnreadableBatch
from tests.app.batches.uploads.conftest import Parser
from tests.each import each


@each("delimiter", [",", "\t", ";", "|", " "])
@each("line", ["sep={}\r\n", "\ufeffSEP={}\n", '"sep={}"\n', "sep={}\n# measured\n"])
def test_the_delimiter_is_taken_from_the_first_line(parse: Parser, delimiter: str, line: str) -> None:
    batch = parse.batch((line.format(delimiter) + "a;b\n1;2\n3;4\n".replace(";", delimiter)).encode())
    assert batch.feature_names == ("a", "b")
    assert batch.x.tolist() == [[1, 2], [3, 4]]
    assert not batch.warnings


def test_it_is_taken_at_its_word(parse: Parser) -> None:
    assert parse.batch(b"sep=;\na\n1\n2\n").feature_names == ("a",)
    assert parse.batch(b"sep=;\n1,5;2\n2,5;3\n").x.tolist() == [[1.5, 2], [2.5, 3]]
    with pytest.raises(UnreadableBatch, match="its columns hold text: a,b"):
        parse.batch(b"sep=;\na,b\n1,2\n")


def test_lines_are_counted_from_it_on(parse: Parser) -> None:
    with pytest.raises(UnreadableBatch, match=r"row 2 \(line 4\), column 'b'"):
        parse.batch(b"sep=;\na;b\n1;2\n3;\n")
    with pytest.raises(UnreadableBatch, match=r"^Line 2 opens a quote"):
        parse.batch(b'sep=;\na;"b\n1;2\n')


def test_alone_it_is_no_table(parse: Parser) -> None:
    with pytest.raises(UnreadableBatch, match="no row"):
        parse.batch(b"sep=;\n")


def test_further_down_it_is_a_row(parse: Parser) -> None:
    assert parse.batch(b"name;x\nsep=;1\nsep=;2\n").warnings == ("Left out because they hold text: name.",)
