"""Cells of text in columns of numbers: which of them are told."""

import pytest

from app.errors import UnreadableBatch
from tests.app.batches.uploads.conftest import Parser
from tests.each import each


@pytest.mark.parametrize("row", [3, 900])
def test_a_stray_cell_is_named_with_its_row_and_line(parse: Parser, row: int) -> None:
    cells = ["5"] * 1000
    cells[row - 1] = "oops"
    text = "a,b\n" + "".join(f"{cell},1\n" for cell in cells)
    batch = parse.batch(text.encode())
    assert batch.feature_names == ("b",)
    assert "'a' is left out because 1 cell is no number (1,000 rows)" in batch.warnings[0]
    assert f"the first is 'oops' in row {row} (line {row + 1})" in batch.warnings[0]


@each(("cells", "told"), [
    (["1", "3", "Total"], "1 cell is no number (3 rows): the first is 'Total' in row 3 (line 4)."),
    (["1", "3", "-", "6"], "1 cell is no number (4 rows): the first is '-' in row 3 (line 4)."),
    (["n\u200b", "3", "-", "6"], "2 cells are no numbers (4 rows): the first is 'n\\u200b' in row 1 (line 2)."),
])  # fmt: skip
def test_text_in_up_to_half_of_the_cells_of_numbers_is_named_however_few_rows_there_are(parse, cells, told) -> None:
    text = "a,b\n" + "".join(f"{cell},2\n" for cell in cells)
    assert parse.batch(text.encode()).warnings == (
        f"Column 'a' is left out because {told} Mend it, or leave the cell empty.",
    )


def test_a_table_of_one_column_with_a_cell_of_text_is_told_which(parse: Parser) -> None:
    with pytest.raises(UnreadableBatch, match=r"no column of numbers; .*: the first is 'Total' in row 3 \(line 4\)"):
        parse.batch(b"a\n1\n3\nTotal\n")


def test_a_column_that_turns_to_text_late_counts_as_text(parse: Parser) -> None:
    text = "a,b\n" + "1,1\n" * 300 + "x,1\n" * 700
    assert parse.batch(text.encode()).warnings == ("Left out because they hold text: a.",)
