"""The batch size page: what it opens with, links, errors, uploads, texts that are whole."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser import files
from tests.browser.at_widths import at_widths
from tests.browser.batch_size.page import BatchSize
from tests.browser.conftest import Watch
from tests.browser.drawn import all_drawn

CUT_TITLES = """() => {
  const roomOf = (caption) => {
    const { paddingLeft, paddingRight } = getComputedStyle(caption);
    return caption.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight);
  };
  const isNarrow = (title) => title.clientWidth < roomOf(title.parentElement) - 1;
  const isCut = (title) => title.scrollWidth > title.clientWidth + 0.5 || isNarrow(title);
  const titles = [...document.querySelectorAll(".panel:not([hidden]) .panel-title")];
  return titles.filter(isCut).map((title) => title.textContent);
}"""
"""Titles that are cut off, or narrower than the caption that they stand in."""
CUT_TEXTS = """() => [...document.querySelectorAll(".panel:not([hidden]) .plot")].flatMap((plot) => {
  const { left, right, top, bottom } = plot.getBoundingClientRect();
  const inside = (r) => r.left >= left - 1 && r.right <= right + 1 && r.top >= top - 1 && r.bottom <= bottom + 1;
  const texts = [...plot.querySelectorAll("text")].filter((text) => text.getBoundingClientRect().width > 0);
  return texts.filter((text) => !inside(text.getBoundingClientRect())).map((text) => text.textContent);
})"""


TABLES = """() => {
  const closed = document.querySelectorAll("[data-figure]:not([hidden]):has(.behind[hidden]) [data-show-table]");
  for (const button of closed) button.click();
}"""
TOLD = """(name) => {
  const table = document.querySelector(`[data-figure="${name}"] .behind table`);
  return { rows: table.querySelectorAll("tbody tr").length, text: table.textContent };
}"""


def test_it_opens_whole_with_its_tables_asks_for_nothing_and_tells_an_error_at_its_control_and_is_whole_on_a_phone(
    view: BatchSize, watch: Watch
) -> None:
    for width in at_widths(view.page, view.open, (1280,)):
        expect_titles_and_texts_whole(view, width)
    expect_marked_sizes_on_the_axis(view, ["2", "8", "32", "178"])
    expect_everything_drawn_and_nothing_asked_for(view, watch)
    expect_tables_with_their_numbers(view)
    watch.refusals.add(422)
    expect_an_error_beside_its_control(view)
    expect_another_source_whole_on_a_phone(view)


def expect_titles_and_texts_whole(view: BatchSize, width: int) -> None:
    assert view.page.evaluate(CUT_TITLES) == [], width
    all_drawn(view.page)
    assert view.page.evaluate(CUT_TEXTS) == [], width


def expect_marked_sizes_on_the_axis(view: BatchSize, marked: list[str]) -> None:
    for figure in ("estimates_mean", "estimates_noise"):
        texts = view.controls.plot(figure).locator(".xtick text").all_text_contents()
        assert [text for text in texts if text] == marked, figure


def expect_everything_drawn_and_nothing_asked_for(view: BatchSize, watch: Watch) -> None:
    expect(view.headline).to_contain_text("At K = 8, x̂ of one example scatters by")
    assert watch.asked("/api/") == []
    answer = view.answer()
    assert view.headline.inner_text() == answer["headline"]
    view.tab("Drag an example").click()
    assert view.headline.inner_text() == answer["stage"]["strip"]["headline"]
    view.tab("Deal a batch").click()
    assert view.headline.inner_text() == answer["headline"]
    assert set(view.controls.figures()) == view.shown_figures()
    bands = view.controls.data("estimates_mean")
    assert bands[0]["y"] == answer["estimates"]["features"][0]["mean"]["quantiles"][0]


def expect_tables_with_their_numbers(view: BatchSize) -> None:
    view.controls.menu("estimates_mean").get_by_role("button", name="Table").click()
    expect(view.controls.figure("estimates_mean").locator(".behind table tbody tr")).not_to_have_count(0)
    view.page.evaluate(TABLES)
    view.settle()
    for name in view.controls.figures():
        told = view.page.evaluate(TOLD, name)
        assert told["rows"] > 0, name
        assert "undefined" not in told["text"], name
        assert "NaN" not in told["text"], name


def expect_an_error_beside_its_control(view: BatchSize) -> None:
    """The view stays."""
    view.controls.enter("draws", "20000")
    view.controls.expect_error("draws", "10,000")
    assert view.controls.figures()
    view.controls.enter("draws", "120")
    expect(view.controls.error("draws")).to_be_hidden()
    expect(view.page.locator("#x-hat-text")).to_contain_text("Over 120 batches")


def expect_another_source_whole_on_a_phone(view: BatchSize) -> None:
    query = "source=breast_cancer&feature=19&size=128&draws=100"
    for width in at_widths(view.page, lambda: view.step_to(query), (390,)):
        expect_titles_and_texts_whole(view, width)
    expect_marked_sizes_on_the_axis(view, ["2", "8", "32", "256", "569"])


@pytest.mark.folded
def test_a_link_with_a_wrong_field_shows_the_rest_a_right_one_is_the_whole_view_and_an_upload_a_population_of_its_own(
    view: BatchSize, watch: Watch, tmp_path: Path
) -> None:
    watch.refusals.add(422)
    view.open("example=9&draws=100")
    expect_the_rest_shown(view, "example")
    view.step_to("feature=99&draws=100")
    expect_the_rest_shown(view, "feature")
    expect_a_link_to_be_the_whole_view(view)
    expect_an_upload_is_a_population_of_its_own(view, tmp_path)


def expect_a_link_to_be_the_whole_view(view: BatchSize) -> None:
    link = "source=iris&size=32&feature=2&example=4&move_by=-1.5&rate=0.2&momentum=0.3&members=6&notation=lecture"
    view.step_to(f"{link}&tab=strip&draws=100&open=estimates,noise")
    shown = {name: view.controls.data(name) for name in ("estimates_noise", "noise_shapes")}
    moved = view.moved("train")
    headline = view.headline.inner_text()
    view.page.reload()
    view.settle()
    assert {name: view.controls.data(name) for name in shown} == shown
    assert view.moved("train") == moved
    assert all(by != 0 for by in moved)
    assert view.headline.inner_text() == headline
    assert view.page.locator("#c-feature option:checked").inner_text() == "petal length"
    assert view.page.locator("#c-example").input_value() == "4"
    strips = view.page.locator(".bs-strips figcaption")
    expect(strips.filter(has_text="in training")).to_contain_text("Z̄")


def expect_an_upload_is_a_population_of_its_own(view: BatchSize, folder: Path) -> None:
    file = folder / "people.csv"
    file.write_text("height,weight\n1.62,61\n1.75,70\n1.81,93\n1.58,50\n1.7,66\n")
    files.drop(view.page, file)
    expect(view.page.locator("#batch-line")).to_contain_text("people.csv")
    view.settle()
    assert "feature" not in view.query
    expect(view.page.locator("#batch-line")).to_contain_text("5 examples")


def expect_the_rest_shown(view: BatchSize, field: str) -> None:
    expect(view.controls.error(field)).to_be_visible()
    expect(view.headline).to_have_text("Not computed.")
    expect(view.page.locator("#x-hat-text")).to_contain_text("batches of 8")
