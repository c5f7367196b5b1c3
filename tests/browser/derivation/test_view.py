"""What of the derivation is looked at: a cell, the notation, an entry of the Jacobian, a moved example, the routes."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.derivation.page import DEFAULT, MIDDLE, Derivation

LACKS = "([part, symbol]) => !document.querySelector(part).innerText.normalize('NFKC').includes(symbol)"
"""Once its figures, too, are drawn anew."""


def expect_marks_of_the_moved_figure_where_the_outputs_are_and_to_obey_the_keys(derivation: Derivation) -> None:
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


def test_a_cell_an_entry_a_moved_example_routes_sum_and_paths_are_looked_at_and_the_lectures_notation_is_everywhere(
    derivation: Derivation,
) -> None:
    derivation.open()
    expect_one_number_of_the_sum_and_the_paths(derivation)
    expect_two_paths_forgotten_by_naive(derivation)
    expect_the_lectures_notation_everywhere(derivation)
    derivation.page.locator("#main").focus()
    derivation.step_to("step=x_hat")
    expect_zeros_between_features(derivation)
    expect_a_dragged_examples_output_lags_behind(derivation)
    expect_a_picked_entry_shows_its_terms(derivation)
    expect_every_output_moves_with_an_example(derivation)
    expect_formulas_worked_out_for_a_chosen_cell(derivation)
    expect_routes_side_by_side(derivation)
    derivation.step_to("values=1,10;2,30;4,20;5,40&cell=1,1&move_by=0&step=mean")
    expect_marks_of_the_moved_figure_where_the_outputs_are_and_to_obey_the_keys(derivation)


def expect_zeros_between_features(derivation: Derivation) -> None:
    rows = [row[1:] for row in derivation.table("#between")[1:]]
    assert all((rows[i][j] == "0") == (i != j) for i in range(3) for j in range(3))


def expect_a_dragged_examples_output_lags_behind(derivation: Derivation) -> None:
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


def expect_a_picked_entry_shows_its_terms(derivation: Derivation) -> None:
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
    for shown, exact in ((mean, -0.25), (variance, entry["variance_bracket"]), (total, entry["total"])):
        assert float(shown.strip("()").replace("−", "-")) == pytest.approx(exact, rel=6e-3)
    derivation.page.locator("#c-output").select_option("1")
    derivation.settle()
    assert derivation.numbers("#entry-numbers")[2] == "1.00"


def expect_formulas_worked_out_for_a_chosen_cell(derivation: Derivation) -> None:
    derivation.cell(2, 1).click()
    derivation.settle()
    assert derivation.query["cell"] == "2,1"
    assert derivation.numbers()[:2] == ["40.0", "25.0"]
    expect(derivation.page.locator("#step-place")).to_have_text("With numbers below: at example 2 of x1.")
    expect(derivation.headline).to_contain_text("Example 2 of x1 becomes")


def expect_routes_side_by_side(derivation: Derivation) -> None:
    """With their differences."""
    head, *rows = derivation.table("#routes")
    assert head[1:4] == ["formula", "staged", "central differences"]
    assert [row[0] for row in rows] == ["∂L/∂x", "∂L/∂γ", "∂L/∂β"]
    for row in rows:
        assert row[1] == row[2] == row[3]
        staged, central, bound = (float(text.replace("−", "-")) for text in row[4:])
        assert staged < 1e-12
        assert central <= bound < 1e-4


def expect_every_output_moves_with_an_example(derivation: Derivation) -> None:
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


def expect_one_number_of_the_sum_and_the_paths(derivation: Derivation) -> None:
    derivation.cell(2, 0).focus()
    derivation.node("dx").click()
    derivation.settle()
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


def expect_two_paths_forgotten_by_naive(derivation: Derivation) -> None:
    """It says what becomes of dx."""
    derivation.controls.choose("upstream", "ones")
    derivation.cell(1, 0).focus()
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


def expect_the_lectures_notation_everywhere(derivation: Derivation) -> None:
    """It turns the tables, too."""
    derivation.node("dgamma").click()
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
            derivation.page.wait_for_function(LACKS, arg=[selector, symbol])
    expect(derivation.page.get_by_role("button", name="+ unit")).to_be_visible()
    derivation.type(3, 0, "6")
    assert derivation.query["values"].endswith(";6,30,0.9")
    expect(derivation.cell(3, 1)).to_be_focused()
