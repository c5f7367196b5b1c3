"""The derivation: walk forward and backward, change numbers, switch the notation, light terms and cells."""

import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest
from playwright.sync_api import Page, expect

from tests.browser import files
from tests.browser.conftest import Watch
from tests.browser.derivation import MIDDLE, ORDER, PASTE, Derivation
from tests.browser.held import Held

DEFAULT = [["1", "20", "0.5"], ["2", "10", "0.7"], ["4", "40", "0.1"], ["5", "30", "0.9"]]
ASKED = "/api/v1/derivation"


@pytest.fixture
def derivation(page: Page) -> Derivation:
    """The derivation, not opened yet."""
    return Derivation(page)


# ---- the walk ----


def test_it_opens_with_the_mean_worked_out(derivation: Derivation, watch: Watch) -> None:
    derivation.open()
    derivation.expect_step("mean")
    assert derivation.grid("values") == DEFAULT
    assert derivation.numbers() == ["1.00", "2.00", "4.00", "5.00", "3.00"]
    assert derivation.text("#step-symbols").startswith("μ")
    assert derivation.table("#step-value")[-1] == ["", "3.00", "25.0", "0.550"]
    expect(derivation.page.locator("#headline")).to_contain_text("directly")
    assert watch.asked(ASKED) == []


def test_arrow_keys_walk_through_every_node_and_back_without_a_request(derivation: Derivation, watch: Watch) -> None:
    derivation.open("step=x")
    for name in ORDER[1:]:
        derivation.page.keyboard.press("ArrowRight")
        derivation.expect_step(name)
        assert derivation.numbers()
    derivation.settle()
    assert derivation.query["step"] == "dx"
    expect(derivation.page.locator("#step-side")).to_have_text("backward, step 23 of 23")
    for name in ORDER[-2::-1]:
        derivation.page.keyboard.press("ArrowLeft")
        derivation.expect_step(name)
    derivation.page.keyboard.press("End")
    derivation.expect_step("dx")
    derivation.page.keyboard.press("Home")
    derivation.expect_step("x")
    assert watch.asked(ASKED) == []


def test_buttons_step_and_stop_at_the_ends(derivation: Derivation) -> None:
    derivation.open()
    derivation.click("Next step")
    derivation.expect_step("centred")
    derivation.click("Previous step")
    derivation.expect_step("mean")
    derivation.click("Last step")
    derivation.expect_step("dx")
    expect(derivation.page.get_by_role("button", name="Next step")).to_have_attribute("aria-disabled", "true")
    derivation.page.locator("#next").dispatch_event("click")
    derivation.expect_step("dx")
    derivation.click("First step")
    derivation.expect_step("x")
    expect(derivation.page.get_by_role("button", name="Previous step")).to_have_attribute("aria-disabled", "true")


def test_any_node_can_be_jumped_to_by_mouse_and_keyboard(derivation: Derivation) -> None:
    derivation.open()
    derivation.node("dvar").click()
    derivation.expect_step("dvar")
    expect(derivation.page.locator("#step-title")).to_have_text("∂L/∂σ²: at the variance")
    derivation.node("x_hat").focus()
    derivation.page.keyboard.press("Enter")
    derivation.expect_step("x_hat")
    derivation.page.locator("#position").press("ArrowRight")
    derivation.expect_step("scaled")


def test_it_plays_from_step_to_step_and_pauses(page: Page) -> None:
    page.clock.install()
    derivation = Derivation(page)
    page.goto("/derivation?step=dx_mean")
    derivation.expect_step("dx_mean")
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.clock.run_for(1700)
    derivation.expect_step("dx_variance")
    page.get_by_role("button", name="Pause").click()
    page.clock.run_for(5000)
    derivation.expect_step("dx_variance")
    page.get_by_role("button", name="Play").click()
    page.clock.run_for(5000)
    derivation.expect_step("dx")
    expect(page.get_by_role("button", name="Play")).to_be_visible()


def test_a_new_step_is_announced(derivation: Derivation) -> None:
    derivation.open()
    derivation.page.keyboard.press("ArrowRight")
    expect(derivation.page.locator("#announced[role=status]")).to_have_text("x − μ: centred")


@pytest.mark.parametrize("placement", ["variance", "deviation"])
def test_each_number_that_is_plugged_in_is_the_answers(derivation: Derivation, placement: str) -> None:
    derivation.open(f"cell=2,1&eps=0.5&eps_placement={placement}&gamma=2,-1,1")
    answer = derivation.answer()
    nodes = {node["name"]: node["value"] for node in answer["nodes"]}
    for name, value in nodes.items():
        derivation.node(name).click()
        derivation.expect_step(name)
        here = value[2][1] if isinstance(value, list) and isinstance(value[0], list) else value
        here = here[1] if isinstance(here, list) else here
        shown = float(re.sub(r"[(),]", "", derivation.numbers()[-1]).replace("−", "-"))
        assert shown == pytest.approx(here, rel=6e-3, abs=1e-12), name


@pytest.mark.parametrize(
    ("query", "told", "why"),
    [
        ("eps=0.5&eps_placement=deviation&step=dvar", "none, σ is 0", "stays 0 however s moves"),
        ("eps=0&step=dx_direct", "none, s is 0", "is 0 there by definition"),
    ],
)
def test_what_would_be_divided_by_0_is_none_for_the_constant_feature_alone(
    derivation: Derivation, query: str, told: str, why: str
) -> None:
    derivation.open(f"values=1,1;2,1;4,1&cell=0,1&{query}")
    assert derivation.numbers()[-1] == told
    expect(derivation.page.locator("#step-locals .value-of")).to_have_text([f"= {told}"])
    expect(derivation.page.locator("#step-none")).to_contain_text(why)
    derivation.cell(0, 0).focus()
    expect(derivation.page.locator("#step-none")).to_have_text("")
    assert derivation.numbers()[-1][-1].isdigit()


WIDE = ";".join(",".join(str((3 * j + 5 * i) % 11) for i in range(6)) for j in range(8))
IN_SIGHT = (
    "(one) => { const at = one.getBoundingClientRect(); const box = one.closest('.card').getBoundingClientRect();"
)
IN_SIGHT += " return at.left >= box.left && at.right <= box.right; }"


@pytest.mark.parametrize("step", ["mean", "dgamma", "dscale", "dx"])
def test_the_result_of_a_long_formula_is_in_sight_and_arrows_reach_it(derivation: Derivation, step: str) -> None:
    derivation.open(f"values={WIDE}&step={step}")
    result = derivation.page.locator("#step-numbers .slot").last
    assert result.evaluate(IN_SIGHT)
    assert derivation.page.locator("#summed-numbers .slot").last.evaluate(IN_SIGHT)
    terms = derivation.page.locator("#step-numbers .term")
    expect(derivation.page.locator('#step-numbers .term[tabindex="0"]')).to_have_count(1)
    terms.first.focus()
    for _ in range(terms.count() - 1):
        derivation.page.keyboard.press("ArrowRight")
    expect(result).to_be_focused()


# ---- changing numbers ----


def test_a_typed_number_changes_everything_that_follows_from_it(derivation: Derivation) -> None:
    derivation.open()
    before = derivation.text("#headline")
    derivation.type(0, 0, "9")
    assert derivation.query["values"] == "9,20,0.5;2,10,0.7;4,40,0.1;5,30,0.9"
    assert derivation.numbers() == ["9.00", "2.00", "4.00", "5.00", "5.00"]
    assert derivation.text("#headline") != before
    expect(derivation.cell(1, 0)).to_be_focused()


def test_a_cell_is_dragged_up_and_down(derivation: Derivation) -> None:
    derivation.open()
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


def test_a_finger_drags_the_cell_that_was_tapped_and_scrolls_the_page_at_any_other(derivation: Derivation) -> None:
    derivation.page.set_viewport_size({"width": 390, "height": 844})
    derivation.open()
    derivation.cell(3, 0).scroll_into_view_if_needed()
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


def test_arrow_keys_go_from_cell_to_cell_and_with_alt_change_it(derivation: Derivation) -> None:
    derivation.open()
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


def test_escape_takes_back_what_was_typed(derivation: Derivation, watch: Watch) -> None:
    derivation.open("cell=1,1")
    derivation.cell(1, 1).focus()
    derivation.page.keyboard.type("77")
    derivation.page.keyboard.press("Escape")
    expect(derivation.cell(1, 1)).to_have_value("10")
    assert "values" not in derivation.query
    assert watch.asked(ASKED) == []


@pytest.mark.parametrize("text", ["1\t2\n3\t4\n5\t7", "1, 2\n3, 4\n5, 7\n", "1, 2;3, 4;5, 7", "1 2\n3 4\n5 7"])
def test_a_block_pasted_at_the_first_cell_is_the_new_table(derivation: Derivation, text: str) -> None:
    derivation.open("cell=3,2&output=3&gamma=1,2,3")
    derivation.paste(0, 0, text)
    assert derivation.grid("values") == [["1", "2"], ["3", "4"], ["5", "7"]]
    assert derivation.query["gamma"] == "1,2"
    assert derivation.numbers() == ["1.00", "3.00", "5.00", "3.00"]


@pytest.mark.parametrize("text", ["1,5\t2,5\r\n3,5\t−4,5\r\n", "1,5;2,5\n3,5;−4,5", "1,5\t2,5;3,5\t-4,5"])
def test_a_decimal_comma_in_a_spreadsheets_cells_is_a_point(derivation: Derivation, text: str) -> None:
    derivation.open()
    derivation.paste(0, 0, text)
    assert derivation.grid("values") == [["1.5", "2.5"], ["3.5", "-4.5"]]


def test_a_single_number_with_a_comma_is_pasted_as_it_is_typed(derivation: Derivation) -> None:
    derivation.open()
    assert derivation.cell(0, 0).evaluate(PASTE, "2,5"), "left to the browser"
    assert not derivation.cell(0, 0).evaluate(PASTE, "2\t5"), "taken"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("1,5\n3,5\n0,5", "“1,5” may be 1.5 or the numbers 1, 5. Write “1.5”, or “1, 5” with a space."),
        ("1,2;3,4", "“1,2” may be 1.2 or the numbers 1, 2."),
        ("1,234\t2\n3\t4", "“1,234” may be 1.234 or 1234. Write “1.234” or “1234”."),
    ],
)
def test_a_block_that_can_be_read_in_two_ways_is_refused_beside_the_table(
    derivation: Derivation, watch: Watch, text: str, told: str
) -> None:
    derivation.open()
    derivation.paste(0, 0, text)
    expect(derivation.page.locator("#e-values")).to_contain_text(told)
    assert derivation.grid("values") == DEFAULT
    assert watch.asked(ASKED) == []
    derivation.paste(0, 0, "1, 2\n3, 4")
    expect(derivation.page.locator("#e-values")).to_be_hidden()


def test_a_block_pasted_elsewhere_lies_over_what_is_there(derivation: Derivation) -> None:
    derivation.open()
    derivation.paste(2, 1, "7\t8\t9\n−1\t−2\t3\n0\t0\t0")
    assert derivation.grid("values") == [*DEFAULT[:2], ["4", "7", "8"], ["5", "-1", "-2"]]


def test_a_table_grows_and_shrinks_within_its_limits(derivation: Derivation) -> None:
    derivation.open("values=1,2,3,4,5;2,4,1,3,2;3,1,2,2,9&dy=1,0,0,0,0;0,1,0,0,0;0,0,1,0,0&cell=2,4")
    derivation.click("+ feature")
    assert [len(row) for row in derivation.grid("values")] == [6] * 3
    assert "dy" not in derivation.query
    expect(derivation.page.get_by_role("button", name="+ feature")).to_have_attribute("aria-disabled", "true")
    derivation.click("− example")
    derivation.click("− example")
    assert derivation.grid("values") == [["1", "2", "3", "4", "5", "5"]]
    assert derivation.query["cell"].startswith("0,")
    expect(derivation.page.locator("#warnings")).to_contain_text("one example")


def test_what_is_no_number_is_told_beside_the_table_and_can_be_mended(derivation: Derivation, watch: Watch) -> None:
    watch.refusals.add(422)
    derivation.open()
    derivation.type(1, 2, "zero")
    expect(derivation.page.locator("#e-values")).to_contain_text("Row 2, column 3 (example 1 of x2) is 'zero'")
    assert derivation.grid("values")[1] == ["2", "10", "zero"]
    derivation.type(1, 2, "0")
    expect(derivation.page.locator("#e-values")).to_be_hidden()
    assert derivation.grid("values")[1] == ["2", "10", "0"]


def test_an_emptied_cell_is_not_shown_as_0(derivation: Derivation, watch: Watch) -> None:
    watch.refusals.add(422)
    derivation.open()
    derivation.type(1, 2, "")
    expect(derivation.page.locator("#e-values")).to_contain_text("Row 2, column 3 (example 1 of x2) is empty")
    assert derivation.grid("values")[1] == ["2", "10", ""]


def test_a_decimal_comma_in_a_cell_is_a_point_and_two_numbers_are_refused_at_that_cell(
    derivation: Derivation, watch: Watch
) -> None:
    watch.refusals.add(422)
    derivation.open()
    derivation.type(0, 1, "2,5")
    assert derivation.grid("values")[0] == ["1", "2.5", "0.5"]
    derivation.type(0, 1, "1,5", "layer")
    assert derivation.query["gamma"] == "1,1.5,1"
    derivation.type(2, 1, "1, 2")
    expect(derivation.page.locator("#e-values")).to_contain_text("Row 3, column 2 (example 2 of x1) is '1 2'")


def test_a_late_answer_does_not_take_back_what_was_typed_since(derivation: Derivation) -> None:
    derivation.open()
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


def test_scale_shift_and_the_gradient_from_above_are_tables_too(derivation: Derivation) -> None:
    derivation.open("step=y")
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


def test_a_slice_of_a_data_set_becomes_a_table_when_it_is_edited(derivation: Derivation) -> None:
    derivation.open("source=wine&batch_size=5&selected=2,12&layer_width=0")
    before = derivation.answer()["batch"]["values"]
    derivation.type(0, 0, "3.25")
    query = derivation.query
    assert "source" not in query
    assert "batch_size" not in query
    assert "selected" not in query
    after = derivation.answer()["batch"]["values"]
    assert after[0][0] == 3.25
    assert after[1:] == before[1:]


# ---- what is looked at ----


def test_choosing_a_cell_works_the_formulas_out_for_it(derivation: Derivation) -> None:
    derivation.open("step=x_hat")
    derivation.cell(2, 1).click()
    derivation.settle()
    assert derivation.query["cell"] == "2,1"
    assert derivation.numbers()[:2] == ["40.0", "25.0"]
    expect(derivation.page.locator("#step-place")).to_have_text("At example 2 of x1:")
    expect(derivation.page.locator("#headline")).to_contain_text("at example 2 of x1")


def test_the_lectures_notation_turns_the_tables_and_every_symbol(derivation: Derivation) -> None:
    derivation.open("step=dgamma")
    assert derivation.table("#grid-values")[0] == ["", "x0", "x1", "x2"]
    derivation.page.locator("#c-notation").select_option("lecture")
    derivation.settle()
    assert derivation.grid("values") == [list(column) for column in zip(*DEFAULT, strict=True)]
    assert derivation.table("#grid-values")[0] == ["", "0", "1", "2", "3"]
    assert [len(row) for row in derivation.table("#step-value")] == [2] * 3
    assert "Z" in derivation.text("#step-symbols")
    assert derivation.node("scaled").text_content() == "GZ̄"
    for selector in ("#view", "#step-symbols"):
        for symbol in ("γ", "β", "x̂"):
            assert symbol not in derivation.text(selector), (selector, symbol)
    expect(derivation.page.get_by_role("button", name="+ unit")).to_be_visible()
    derivation.type(3, 0, "6")
    assert derivation.query["values"].endswith(";6,30,0.9")
    expect(derivation.cell(3, 1)).to_be_focused()


def test_the_sum_over_k_and_the_paths_come_to_the_same_number(derivation: Derivation) -> None:
    derivation.open("cell=2,0&step=dx")
    rows = derivation.table("#summed")
    assert [row[0] for row in rows[1:]] == ["0", "1", "2 = j", "3", "sum"]
    assert [row[1] for row in rows[1:5]] == ["0", "0", "1", "0"]
    dx = derivation.numbers()[-1]
    assert rows[-1][-1] == dx
    assert derivation.numbers("#summed-numbers")[-1] == dx
    expect(derivation.page.locator("#printed-text")).to_contain_text("drops ε")
    derivation.figure("paths").scroll_into_view_if_needed()
    derivation.settle()
    heights = derivation.figure("paths").locator(".plot").evaluate("(plot) => plot.data.map(({ y }) => y[2])")
    assert sum(heights[:3]) == pytest.approx(heights[3])


def test_an_example_is_moved_and_every_output_moves(derivation: Derivation) -> None:
    derivation.open()
    derivation.page.locator("#c-cell").select_option("2")
    derivation.settle()
    slider = derivation.page.locator('.control[data-field="move_by"] .slide')
    slider.focus()
    slider.press("End")
    derivation.settle()
    assert (derivation.query["cell"], derivation.query["move_by"]) == ("2,0", "3")
    moved = derivation.answer()["moved"]
    derivation.figure("moved").scroll_into_view_if_needed()
    derivation.settle()
    traces = derivation.figure("moved").locator(".plot").evaluate("(plot) => plot.data.map(({ y }) => [...y])")
    assert traces[1] == moved["before"]
    assert traces[2] == moved["after"]
    assert all(a != b for a, b in zip(traces[1], traces[2], strict=True))
    expect(derivation.page.locator("#moved-text")).to_contain_text("every other one moves too")


def test_an_example_is_dragged_by_its_mark_and_its_output_lags_behind(derivation: Derivation) -> None:
    derivation.open()
    mark = derivation.handles()[3]
    x, y = mark.evaluate(MIDDLE)
    derivation.page.mouse.move(x, y)
    derivation.page.mouse.down()
    derivation.page.mouse.move(x, y - 30, steps=3)
    derivation.page.mouse.up()
    derivation.settle()
    moved = derivation.answer()["moved"]
    assert derivation.query["cell"] == "3,0"
    assert float(derivation.query["move_by"]) > 0
    assert moved["after"][3] > moved["before"][3]
    assert all(a != b for a, b in zip(moved["after"], moved["before"], strict=True))
    now = derivation.handles()[3].evaluate(MIDDLE)
    assert now[0] == pytest.approx(x, abs=1)
    assert y - 30 < now[1] < y
    derivation.page.go_back()
    derivation.settle()
    assert "move_by" not in derivation.query


def test_the_marks_of_the_moved_figure_lie_where_the_outputs_are_and_obey_the_keys(derivation: Derivation) -> None:
    derivation.open("values=1,10;2,30;4,20;5,40&cell=1,1&move_by=0")
    first, second, *_ = derivation.handles()
    drawn = derivation.figure("moved").locator(".plot .points").last.locator("path")
    for mark, point in zip(derivation.handles(), drawn.all(), strict=True):
        assert mark.evaluate(MIDDLE) == pytest.approx(point.evaluate(MIDDLE), abs=1.5)
    second.focus()
    second.press("ArrowUp")
    derivation.settle()
    assert float(derivation.query["move_by"]) > 0
    second.press("ArrowLeft")
    expect(first).to_be_focused()
    derivation.settle()
    assert derivation.query["cell"] == "0,1"
    assert derivation.active() == "mean"  # the page's own arrow keys did not walk on


def test_a_picked_entry_of_the_jacobian_shows_its_terms(derivation: Derivation) -> None:
    derivation.open()
    derivation.figure("jacobian").scroll_into_view_if_needed()
    derivation.settle()
    plot = derivation.figure("jacobian").locator(".plot")
    place = plot.evaluate(
        """(plot) => {
          const { xaxis, yaxis, _size } = plot._fullLayout;
          const { left, top } = plot.getBoundingClientRect();
          return [left + xaxis._offset + xaxis.d2p(1), top + yaxis._offset + yaxis.d2p(3)];
        }"""
    )
    derivation.page.mouse.click(*place)
    derivation.page.wait_for_url("**output=3**")
    derivation.settle()
    assert (derivation.query["cell"], derivation.query["output"]) == ("1,0", "3")
    entry = derivation.answer()["jacobian"]["entry"]
    *_, identity, mean, variance, total = derivation.numbers("#entry-numbers")
    assert identity == "0"
    x_hat = next(node["value"] for node in derivation.answer()["nodes"] if node["name"] == "x_hat")
    of_output, of_cell = (
        float(text.strip("()").replace("−", "-")) for text in derivation.numbers("#entry-numbers")[3:5]
    )
    assert (of_output, of_cell) == (pytest.approx(x_hat[3][0], rel=6e-3), pytest.approx(x_hat[1][0], rel=6e-3))
    for shown, exact in ((mean, entry["mean_part"]), (variance, entry["variance_part"]), (total, entry["total"])):
        assert float(shown.strip("()").replace("−", "-")) == pytest.approx(exact, rel=6e-3)
    derivation.page.locator("#c-output").select_option("1")
    derivation.settle()
    assert derivation.numbers("#entry-numbers")[2] == "1.00"


def test_between_features_stand_zeros(derivation: Derivation) -> None:
    derivation.open()
    rows = [row[1:] for row in derivation.table("#between")[1:]]
    assert all((rows[i][j] == "0") == (i != j) for i in range(3) for j in range(3))


def test_naive_forgets_two_paths_and_says_what_becomes_of_dx(derivation: Derivation) -> None:
    derivation.open("upstream=ones&cell=1,0")
    table = derivation.page.locator("#naive-table")
    expect(table).to_be_hidden()
    derivation.click("Show the naive gradient")
    assert derivation.query["naive"] == "on"
    expect(derivation.page.get_by_role("button", name="Show the naive gradient")).to_have_attribute(
        "aria-pressed", "true"
    )
    expect(table).to_be_visible()
    expect(derivation.page.locator("#naive-text")).to_contain_text("100 % of its squared length")
    expect(derivation.node("dx_mean")).to_have_class(re.compile("forgotten"))
    expect(derivation.node("dx_direct")).not_to_have_class(re.compile("forgotten"))
    derivation.click("Show the naive gradient")
    assert "naive" not in derivation.query
    expect(table).to_be_hidden()


def test_the_routes_stand_side_by_side_with_their_differences(derivation: Derivation) -> None:
    derivation.open("cell=1,1")
    head, *rows = derivation.table("#routes")
    assert head[1:4] == ["formula", "staged", "central differences"]
    assert [row[0] for row in rows] == ["∂L/∂x", "∂L/∂γ", "∂L/∂β"]
    for row in rows:
        assert row[1] == row[2] == row[3]
        staged, central, bound = (float(text.replace("−", "-")) for text in row[4:])
        assert staged < 1e-12
        assert central <= bound < 1e-4


# ---- terms and cells ----


def test_hovering_a_number_lights_the_cell_that_it_came_from(derivation: Derivation) -> None:
    derivation.open()
    derivation.page.locator('#step-numbers .slot[data-at="k2"]').hover()
    assert derivation.lit() == [(2, 0)]
    expect(derivation.page.get_by_role("tooltip")).to_contain_text("one for each example and feature")
    expect(derivation.node("x")).to_have_class(re.compile(r"\blit\b"))
    derivation.page.mouse.move(640, 5)
    assert derivation.lit() == []
    expect(derivation.page.get_by_role("tooltip")).to_be_hidden()


def test_focusing_a_statistic_lights_all_examples_of_its_feature(derivation: Derivation) -> None:
    derivation.open("step=x_hat&cell=1,2")
    derivation.page.locator('#step-symbols .term[data-term="mean"]').focus()
    assert derivation.lit() == [(j, 2) for j in range(4)]
    derivation.page.locator('#step-symbols .term[data-term="x"]').focus()
    assert derivation.lit() == [(1, 2)]
    derivation.page.keyboard.press("Escape")
    assert derivation.lit() == []


def test_a_gradients_number_lights_the_gradient_from_above(derivation: Derivation) -> None:
    derivation.open("step=dgamma")
    derivation.page.locator('#step-numbers .slot[data-term="dy"][data-at="k3"]').hover()
    assert derivation.lit("dy") == [(3, 0)]
    assert derivation.lit("values") == []


def test_a_cell_lights_its_terms(derivation: Derivation) -> None:
    derivation.open()
    derivation.cell(2, 0).hover()
    lit = derivation.page.locator("#step-numbers .slot.lit")
    expect(lit).to_have_text(["4.00", "3.00"])  # its own number, and the mean that it is a part of
    derivation.cell(2, 1).hover()
    expect(lit).to_have_count(0)


def test_gamma_lights_its_own_row_only(derivation: Derivation) -> None:
    derivation.open("step=y")
    derivation.page.locator('#step-symbols .term[data-term="gamma"]').focus()
    assert derivation.lit("layer") == [(0, 0)]


# ---- taking it along ----

STATE = "values=1,2;3,5;4,4&dy=1,0;0,1;0,0&eps=0.5&eps_placement=deviation&notation=lecture&step=dvar&cell=2,1&naive=on"


def test_a_copied_link_gives_the_same_again(derivation: Derivation, origin: str) -> None:
    derivation.page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=origin)
    derivation.open(STATE)
    derivation.click("− example")
    derivation.page.keyboard.press("ArrowRight")
    derivation.click("Copy link")
    link = derivation.page.evaluate("() => navigator.clipboard.readText()")
    said = [derivation.text(f"#{name}") for name in ("headline", "step", "summed", "naive-text", "conventions")]
    derivation.page.goto("/docs")
    derivation.page.goto(link)
    derivation.settle()
    assert [derivation.text(f"#{name}") for name in ("headline", "step", "summed", "naive-text", "conventions")] == said
    assert derivation.active() == "dmean"


def test_copied_as_python_it_gives_this_view(derivation: Derivation, origin: str) -> None:
    derivation.page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=origin)
    derivation.open(STATE)
    derivation.click("Copy as Python")
    code = derivation.page.evaluate("() => navigator.clipboard.readText()")
    assert '["paths"]' in code
    finished = subprocess.run(
        [sys.executable, "-c", code.removesuffix(".show()")], check=True, capture_output=True, text=True
    )
    assert finished.stdout.strip() == derivation.page.locator("#headline").text_content()
    derivation.click("Copy as curl")
    command = derivation.page.evaluate("() => navigator.clipboard.readText()")
    address = command.removeprefix("curl -s '").removesuffix("'")
    assert json.loads(urlopen(address).read())["headline"] == derivation.page.locator("#headline").text_content()


def test_a_figure_leaves_as_a_picture_and_as_a_table(derivation: Derivation) -> None:
    derivation.open()
    figure = derivation.figure("paths")
    figure.scroll_into_view_if_needed()
    derivation.settle()
    figure.locator(".menu summary").click()
    with derivation.page.expect_download() as downloaded:
        figure.get_by_role("button", name="Picture, SVG").click()
    assert downloaded.value.suggested_filename == "bnscope-paths.svg"
    figure.locator(".menu summary").click()
    figure.get_by_role("button", name="Table").click()
    expect(figure.locator(".behind tbody tr")).to_have_count(4)


def test_a_wrong_field_costs_only_itself(derivation: Derivation, watch: Watch) -> None:
    watch.refusals.add(422)
    derivation.open("eps=-1&cell=2,1")
    expect(derivation.page.locator("#e-eps")).to_be_visible()
    expect(derivation.page.locator("#step-place")).to_contain_text("x1")


def test_a_table_that_is_too_large_says_what_is_taken(derivation: Derivation, watch: Watch) -> None:
    watch.refusals.add(422)
    derivation.open(f"values={';'.join(['1,2'] * 9)}")
    expect(derivation.page.locator("#e-values")).to_contain_text("at most 8 rows of 6")
    assert derivation.grid("values") == DEFAULT
    derivation.type(0, 0, "3")
    expect(derivation.page.locator("#e-values")).to_be_hidden()


def test_a_link_to_an_upload_that_is_gone_shows_the_table_and_says_so(derivation: Derivation, watch: Watch) -> None:
    watch.refusals.add(410)
    derivation.open(f"source={'0' * 64}&cell=1,1")
    expect(derivation.page.locator("#e-source")).to_be_visible()
    expect(derivation.page.locator("#step-place")).to_contain_text("x1")


@pytest.mark.parametrize("text", [files.table(), files.with_gap()], ids=["whole", "with a gap"])
def test_a_file_is_dropped_and_a_slice_of_it_worked_out(
    derivation: Derivation, watch: Watch, tmp_path: Path, text: str
) -> None:
    watch.refusals.add(422)
    path = files.on_disk(tmp_path, "people.csv", text)
    derivation.open("gamma=2,1,1")
    with derivation.page.expect_response("**/api/v1/batches"):
        files.drop(derivation.page, path)
    way_out = derivation.page.get_by_role("button", name="Leave those rows out")
    if ",," in text:
        way_out.click()
    derivation.settle()
    expect(derivation.page.locator("#batch-line")).to_contain_text("people.csv")
    assert derivation.query["source"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert "gamma" not in derivation.query
    assert derivation.answer()["batch"]["feature_names"] == ["height", "weight", "age"]
    assert len(derivation.grid("values")) == derivation.answer()["batch"]["shape"][0]
