"""What is printed or captured whole: every section, every figure, seen on the screen before or not."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.drawn import CHARTS, PLOTS, all_drawn, set_idle
from tests.browser.pages import EVERY, OF_A_SOURCE, QUICK, SHOWN
from tests.browser.playground.page import Playground
from tests.browser.stage_picture import the_stage_leaves_as_a_picture_in_either_scheme
from tests.browser.view import open_folds

OPEN = "() => [...document.querySelectorAll('details.part[open]')].map((part) => part.dataset.part)"
WATCHED = """() => new MutationObserver(() => { window.drawnAnew = true; })
  .observe(document.querySelector("#figure-parameters .plot"), { childList: true, subtree: true, attributes: true })"""
FIRST_OPEN = """() => document.querySelector("[data-figure]:not([hidden])").closest("details")
  ?.setAttribute("open", "")"""
AGES = 5000  # milliseconds
OTHERS = [path + QUICK.get(name, "") for name, path, _ in SHOWN if path in EVERY and path not in OF_A_SOURCE]

MARKED = {"/training": "step=20", "/doctor": "norm=layer1.bn1"}
"""Where a page with a stage has all its marks there."""


def plots(page: Page) -> list[dict[str, Any]]:
    every: list[dict[str, Any]] = page.evaluate(PLOTS)
    return every


def paper_shows_every_section_and_figure_in_a_sheets_width_and_light_and_a_capture_no_empty_plot(
    playground: Playground,
) -> None:
    """On a wide screen, its sections closed."""
    page = playground.page
    page.emulate_media(color_scheme="dark")
    expect(page.locator("html")).to_have_attribute("data-scheme", "dark")
    playground.settle()
    assert page.evaluate("() => 'Plotly' in window"), "what is printed as soon as a page is loaded has its figures"
    before = page.evaluate(OPEN)
    page.evaluate("() => dispatchEvent(new Event('beforeprint'))")
    on_paper = plots(page)
    assert len(on_paper) >= 3
    assert all(plot["drawn"] and 0 < plot["width"] <= 700 and plot["width"] == plot["room"] for plot in on_paper)
    assert page.locator(".part-body:visible").count() == page.locator("details.part:visible").count()
    assert page.evaluate("() => document.documentElement.dataset.scheme") == "light"
    expect(page.locator("header.top")).to_be_hidden()
    page.evaluate("() => dispatchEvent(new Event('afterprint'))")
    playground.settle()
    assert page.evaluate(OPEN) == before
    assert page.evaluate("() => document.documentElement.dataset.scheme") == "dark"
    expect(page.locator("header.top")).to_be_visible()
    page.evaluate(FIRST_OPEN)
    page.locator("[data-figure]:not([hidden]) .plot").first.scroll_into_view_if_needed()
    playground.settle()
    seen = plots(page)[0]
    assert seen["width"] == seen["room"] != on_paper[0]["width"]
    open_folds(page)
    all_drawn(page)


@pytest.mark.folded
def test_what_the_screen_does_not_show_is_drawn_when_nothing_moves_and_not_while_a_hand_is_on_the_page(
    timed: Page,
) -> None:
    captured(timed, "/?source=iris&open=all")
    set_idle(timed, is_idle=True)
    timed.evaluate(WATCHED)
    timed.mouse.move(640, 120)
    timed.mouse.down()
    timed.evaluate("() => document.getElementById('scheme').click()")  # all is to be drawn anew
    timed.clock.run_for(AGES)
    assert not timed.evaluate("() => window.drawnAnew")
    timed.mouse.up()
    timed.clock.run_for(AGES)
    assert timed.evaluate("() => window.drawnAnew")


@pytest.mark.folded
@pytest.mark.parametrize("path", OTHERS)
def test_a_capture_of_the_whole_page_has_no_empty_plot_and_one_of_its_stage_is_a_picture(
    playground: Playground, tmp_path: Path, path: str
) -> None:
    path, _, others = path.partition("?")
    query = f"{others}&open=all"
    captured(playground.page, f"{path}?{query}")
    if path in MARKED:
        playground.step_to(f"{query}&{MARKED[path]}")
        the_stage_leaves_as_a_picture_in_either_scheme(playground, tmp_path)


def captured(page: Page, path: str) -> None:
    page.goto(path)
    Playground(page).settle()
    all_drawn(page)
    assert page.evaluate(PLOTS) or page.evaluate(CHARTS)
    assert page.evaluate("() => scrollY") == 0
