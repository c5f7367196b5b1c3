"""A block pasted into the derivation's table: from a spreadsheet, from CSV, and where it reads in two ways."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Watch
from tests.browser.derivation.page import ASKED, DEFAULT, PASTE, Derivation
from tests.browser.held import Held

pytestmark = pytest.mark.folded
BLOCKS = ("1 2\n3 4\n5 7", "1, 2;3, 4;5, 7")
COMMAS = "1,5\t2,5\r\n3,5\t−4,5\r\n"
TWO_WAYS = "1,5\n3,5\n0,5"
TOLD = "“1,5” may be 1.5 or the numbers 1, 5. Write “1.5”, or “1, 5” with a space."


def test_a_block_at_the_first_cell_is_the_new_table_two_ways_are_refused_and_elsewhere_it_fills_its_own_cells(
    derivation: Derivation, watch: Watch
) -> None:
    derivation.open("open=batch&cell=3,2&output=3&gamma=1,2,3&step=mean")
    for block in BLOCKS:
        expect_the_new_table(derivation, block)
        derivation.paste(0, 0, COMMAS)
        assert derivation.grid("values") == [["1.5", "2.5"], ["3.5", "-4.5"]]
    watch.refusals.add(422)
    expect_refused_beside_the_table(derivation, watch, TWO_WAYS, TOLD)
    assert derivation.cell(0, 0).evaluate(PASTE, "2,5"), "left to the browser"
    assert not derivation.cell(0, 0).evaluate(PASTE, "2\t5"), "taken"
    derivation.settle()
    expect_what_is_pasted_elsewhere_one_after_the_other_or_late_to_fill_its_own_cells(derivation)


def expect_the_new_table(derivation: Derivation, block: str) -> None:
    derivation.paste(0, 0, block)
    assert derivation.grid("values") == [["1", "2"], ["3", "4"], ["5", "7"]]
    assert derivation.query["gamma"] == "1,2"
    assert derivation.numbers() == ["1.00", "3.00", "5.00", "3.00"]


def expect_refused_beside_the_table(derivation: Derivation, watch: Watch, text: str, told: str) -> None:
    before, asked = derivation.grid("values"), watch.asked(ASKED)
    derivation.paste(0, 0, text)
    expect(derivation.page.locator("#e-values")).to_contain_text(told)
    assert derivation.grid("values") == before
    assert watch.asked(ASKED) == asked
    derivation.paste(0, 0, "1, 2\n3, 4")
    expect(derivation.page.locator("#e-values")).to_be_hidden()


def expect_what_is_pasted_elsewhere_one_after_the_other_or_late_to_fill_its_own_cells(derivation: Derivation) -> None:
    derivation.step_to("open=batch&step=mean")
    expect_a_block_elsewhere_lies_over_what_is_there(derivation)
    expect_texts_read_one_after_the_other(derivation)
    expect_a_late_block_does_not_fill_another_source(derivation)


def expect_a_block_elsewhere_lies_over_what_is_there(derivation: Derivation) -> None:
    derivation.paste(2, 1, "7\t8\t9\n−1\t−2\t3\n0\t0\t0")
    assert derivation.grid("values") == [*DEFAULT[:2], ["4", "7", "8"], ["5", "-1", "-2"]]


def expect_texts_read_one_after_the_other(derivation: Derivation) -> None:
    """None is lost."""
    held = Held(derivation.page, "**/api/v1/tables", most=1)
    derivation.cell(0, 0).fill("1,5")
    derivation.cell(0, 0).press("Enter")
    derivation.cell(1, 0).fill("1,5")
    derivation.cell(1, 0).press("Enter")
    derivation.cell(2, 0).fill("7")
    derivation.cell(2, 0).press("Enter")
    held.take().continue_()
    derivation.settle()
    assert [row[0] for row in derivation.grid("values")] == ["1.5", "1.5", "7", "5"]


def expect_a_late_block_does_not_fill_another_source(derivation: Derivation) -> None:
    held = Held(derivation.page, "**/api/v1/tables", most=1)
    derivation.cell(0, 0).focus()
    derivation.cell(0, 0).evaluate(PASTE, "1\t2\n3\t4")
    derivation.page.locator("#c-source").select_option("wine")
    held.take().continue_()
    derivation.settle()
    assert derivation.query["source"] == "wine"
    assert derivation.grid("values")[0] != ["1", "2"]
