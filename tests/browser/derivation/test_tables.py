"""The derivation's tables: numbers typed, dragged, and refused where they stand; they grow and shrink."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Watch
from tests.browser.derivation.page import ASKED, DEFAULT, MIDDLE, Derivation
from tests.browser.held import Held

pytestmark = pytest.mark.folded


def test_numbers_are_typed_dragged_and_mended_tables_grow_and_shrink_and_a_finger_drags_the_cell_that_was_tapped(
    derivation: Derivation, watch: Watch
) -> None:
    derivation.open("open=batch&step=mean")
    expect_a_cell_dragged_up_and_down(derivation)
    expect_a_typed_number_changes_what_follows(derivation)
    expect_escape_takes_back(derivation, watch)
    expect_arrow_keys_go_from_cell_to_cell(derivation)
    watch.refusals.add(422)
    expect_no_number_told_and_mended(derivation)
    expect_an_emptied_cell_not_shown_as_0(derivation)
    expect_a_decimal_comma_is_a_point(derivation)
    derivation.step_to("open=batch&values=1,2,3,4,5;2,4,1,3,2;3,1,2,2,9&dy=1,0,0,0,0;0,1,0,0,0;0,0,1,0,0&cell=2,4")
    expect_tables_to_grow_and_to_shrink(derivation)
    expect_a_slice_to_become_a_table_with_its_names(derivation)
    derivation.step_to("open=batch&step=y")
    expect_tables_of_scale_shift_and_gradient(derivation)
    expect_a_late_answer_takes_back_nothing(derivation)
    derivation.page.set_viewport_size({"width": 390, "height": 844})
    derivation.step_to("open=batch&step=mean")
    expect_a_finger_to_drag_the_cell_that_was_tapped_and_to_scroll_the_page_at_any_other(derivation)


def expect_a_cell_dragged_up_and_down(derivation: Derivation) -> None:
    derivation.cell(3, 0).scroll_into_view_if_needed()
    x, y = derivation.cell(3, 0).evaluate(MIDDLE)
    derivation.page.mouse.move(x, y)
    derivation.page.mouse.down()
    derivation.page.mouse.move(x, y - 40, steps=4)
    expect(derivation.cell(3, 0)).to_have_value("5.1")
    derivation.page.mouse.move(x, y + 80, steps=4)
    derivation.page.mouse.up()
    derivation.settle()
    assert derivation.query["values"].endswith("4.8,30,0.9")
    assert derivation.numbers()[3] == "4.80"
    derivation.page.go_back()
    derivation.settle()
    assert derivation.grid("values") == DEFAULT


def expect_a_typed_number_changes_what_follows(derivation: Derivation) -> None:
    before = derivation.text("#headline")
    derivation.type(0, 0, "9")
    assert derivation.query["values"] == "9,20,0.5;2,10,0.7;4,40,0.1;5,30,0.9"
    assert derivation.numbers() == ["9.00", "2.00", "4.00", "5.00", "5.00"]
    assert derivation.text("#headline") != before
    expect(derivation.cell(1, 0)).to_be_focused()
    derivation.type(0, 0, "1")
    assert derivation.grid("values") == DEFAULT


def expect_escape_takes_back(derivation: Derivation, watch: Watch) -> None:
    derivation.cell(1, 1).focus()
    derivation.settle()
    before, asked = derivation.query, len(watch.asked(ASKED))
    derivation.page.keyboard.type("77")
    derivation.page.keyboard.press("Escape")
    expect(derivation.cell(1, 1)).to_have_value("10")
    assert derivation.query == before
    assert len(watch.asked(ASKED)) == asked


def expect_arrow_keys_go_from_cell_to_cell(derivation: Derivation) -> None:
    """With Alt they change it."""
    derivation.cell(0, 0).focus()
    for key, (example, feature) in {"ArrowDown": (1, 0), "ArrowRight": (1, 1), "ArrowUp": (0, 1)}.items():
        derivation.page.keyboard.press(key)
        expect(derivation.cell(example, feature)).to_be_focused()
    derivation.expect_step("mean")
    derivation.page.keyboard.press("Alt+ArrowUp")
    derivation.settle()
    expect(derivation.cell(0, 1)).to_have_value("20.1")
    derivation.page.keyboard.press("Alt+Shift+ArrowDown")
    derivation.settle()
    assert derivation.query["values"].startswith("1,19.1,0.5")


def expect_a_finger_to_drag_the_cell_that_was_tapped_and_to_scroll_the_page_at_any_other(
    derivation: Derivation,
) -> None:
    derivation.cell(3, 0).evaluate("(cell) => cell.scrollIntoView({ block: 'center' })")
    before = derivation.page.evaluate("scrollY")
    derivation.swipe(3, 0, 0)
    expect(derivation.cell(3, 0)).to_be_focused()
    derivation.swipe(3, 0, 80)
    expect(derivation.cell(3, 0)).to_have_value("5.2")
    assert derivation.page.evaluate("scrollY") == before
    derivation.settle()
    derivation.swipe(3, 1, 80)
    derivation.page.wait_for_function("(before) => scrollY > before", arg=before)
    derivation.settle()
    assert derivation.grid("values") == [*DEFAULT[:3], ["5.2", "30", "0.9"]]


def expect_tables_to_grow_and_to_shrink(derivation: Derivation) -> None:
    derivation.click("+ feature")
    assert [len(row) for row in derivation.grid("values")] == [6] * 3
    assert "dy" not in derivation.query
    expect(derivation.page.get_by_role("button", name="+ feature")).to_have_attribute("aria-disabled", "true")
    derivation.click("− example")
    derivation.click("− example")
    assert derivation.grid("values") == [["1", "2", "3", "4", "5", "5"]]
    assert derivation.query["cell"].startswith("0,")
    expect(derivation.page.locator("#warnings")).to_contain_text("one example")


def expect_no_number_told_and_mended(derivation: Derivation) -> None:
    derivation.type(1, 2, "zero")
    expect(derivation.page.locator("#e-values")).to_contain_text("Row 2, column 3 (example 1 of x2) is 'zero'")
    assert derivation.grid("values")[1] == ["2", "10", "zero"]
    derivation.type(1, 2, "0")
    expect(derivation.page.locator("#e-values")).to_be_hidden()
    assert derivation.grid("values")[1] == ["2", "10", "0"]


def expect_an_emptied_cell_not_shown_as_0(derivation: Derivation) -> None:
    derivation.type(1, 2, "")
    expect(derivation.page.locator("#e-values")).to_contain_text("Row 2, column 3 (example 1 of x2) is empty")
    assert derivation.grid("values")[1] == ["2", "10", ""]
    derivation.type(1, 2, "0.7")
    expect(derivation.page.locator("#e-values")).to_be_hidden()


def expect_a_decimal_comma_is_a_point(derivation: Derivation) -> None:
    """Two numbers are refused at that cell."""
    derivation.type(0, 1, "2,5")
    assert derivation.grid("values")[0] == ["1", "2.5", "0.5"]
    derivation.type(0, 1, "1,5", "layer")
    assert derivation.query["gamma"] == "1,1.5,1"
    derivation.type(2, 1, "1, 2")
    expect(derivation.page.locator("#e-values")).to_contain_text("“1, 2” is not a number")
    derivation.type(2, 1, "1,234")
    expect(derivation.page.locator("#e-values")).to_contain_text("“1,234” may be 1.234 or 1234")
    assert derivation.grid("values")[2] == DEFAULT[2]
    derivation.type(2, 1, "\u22121,5")
    assert derivation.grid("values")[2] == ["4", "-1.5", "0.1"]


def expect_tables_of_scale_shift_and_gradient(derivation: Derivation) -> None:
    derivation.type(0, 0, "2", "layer")
    derivation.type(1, 0, "0.5", "layer")
    assert (derivation.query["gamma"], derivation.query["beta"]) == ("2,1,1", "0.5,0,0")
    assert derivation.numbers()[0] == "2.00"
    derivation.type(0, 0, "3", "dy")
    assert derivation.query["dy"].startswith("3,0.52,")
    assert derivation.answer()["dy"][0][0] == 3
    derivation.page.locator("#c-upstream").select_option("ones")
    derivation.settle()
    assert derivation.grid("dy") == [["1"] * 3] * 4
    assert "dy" not in derivation.query


def expect_a_late_answer_takes_back_nothing(derivation: Derivation) -> None:
    held = Held(derivation.page, "**/api/v1/derivation**", most=1)
    derivation.cell(0, 0).fill("7")
    derivation.cell(0, 0).press("Enter")
    derivation.page.wait_for_function("() => document.getElementById('view').getAttribute('aria-busy') === 'true'")
    derivation.cell(2, 1).fill("8")
    derivation.cell(2, 1).press("Enter")
    with derivation.page.expect_response(lambda response: "8" in response.url and "/api/v1/derivation" in response.url):
        held.take().continue_()
    assert derivation.grid("values")[2] == ["4", "8", "0.1"]
    derivation.settle()
    assert derivation.grid("values") == [["7", "20", "0.5"], DEFAULT[1], ["4", "8", "0.1"], DEFAULT[3]]


def expect_a_slice_to_become_a_table_with_its_names(derivation: Derivation) -> None:
    derivation.step_to("open=batch&source=wine&batch_size=5&selected=2,12&layer_width=0")
    before = derivation.answer()["batch"]
    derivation.type(0, 0, "3.25")
    for name in ("source", "batch_size", "selected"):
        assert name not in derivation.query
    after = derivation.answer()["batch"]
    assert after["values"][0][0] == 3.25
    assert after["values"][1:] == before["values"][1:]
    assert after["feature_names"] == before["feature_names"]
    derivation.page.locator('[data-resize="more-features"]').click()
    derivation.settle()
    assert derivation.answer()["batch"]["feature_names"] == [*before["feature_names"], "x2"]
