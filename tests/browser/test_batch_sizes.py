"""How many examples a batch takes: the control goes as far as the source, and what goes beyond it is told."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import files
from tests.browser.playground.page import Playground

TYPED = "1,2;3,5;4,4;7,1;8,8"
ENDS = [("iris", "150", "150"), ("digits", "1,797", "1797"), ("normal", "", "1024"), ("inline", "5", "5")]
"""Of the playground's sources, how many examples they have and where the slider ends."""


@pytest.mark.folded
def test_the_number_of_examples_goes_as_far_as_the_source_by_link_by_key_and_by_slider(
    page: Page, tmp_path: Path
) -> None:
    page.goto("/?source=iris&batch_size=1024")
    view = Playground(page).settle()
    the_number_of_examples_goes_as_far_as_the_source(view, ENDS)
    view.step_to("source=normal&features=2&batch_size=1000")
    a_source_with_fewer_takes_its_own_number_and_so_does_an_upload(view, tmp_path)


def the_number_of_examples_goes_as_far_as_the_source(view: Playground, ends: list[tuple[str, str, str]]) -> None:
    """Where iris is asked for 1,024 examples."""
    a_link_that_asks_for_more_says_what_was_taken(view)
    more_than_the_source_has_is_all_of_it(view)
    for source, total, most in ends:
        take(view, source)
        the_slider_ends_where_the_source_does(view, total, most)


def take(view: Playground, source: str) -> None:
    """Choose the source, and type the table where it is one."""
    if view.field("source").input_value() != source:
        view.choose("source", source)
    if source == "inline":
        view.field("values").fill(TYPED.replace(";", "\n"))
        view.page.keyboard.press("Tab")
        view.settle()


def a_link_that_asks_for_more_says_what_was_taken(view: Playground) -> None:
    said = "1,024 examples are asked for, and the source has 150: all of them are taken."
    expect(view.page.locator("#warnings")).to_contain_text(said)


def more_than_the_source_has_is_all_of_it(view: Playground) -> None:
    for typed in ("20", "1024"):
        view.enter("batch_size", typed)
    expect(view.field("batch_size")).to_have_value("150")
    assert view.query["batch_size"] == "150"
    expect(view.page.locator("#warnings")).to_be_hidden()


def the_slider_ends_where_the_source_does(view: Playground, total: str, most: str) -> None:
    said = f"The source has {total} examples." if total else "The source has no end."
    expect(view.page.locator("#source-size")).to_have_text(said)
    view.field("batch_size").fill("3")
    view.field("batch_size").press("Enter")
    view.press("batch_size", "End")
    expect(view.field("batch_size")).to_have_value(most)
    view.page.keyboard.press("ArrowLeft")
    assert int(view.field("batch_size").input_value()) < int(most)


def a_source_with_fewer_takes_its_own_number_and_so_does_an_upload(view: Playground, tmp_path: Path) -> None:
    page = view.page
    view.choose("source", "iris")
    assert view.query.get("batch_size") is None
    view.press("batch_size", "End")
    expect(view.field("batch_size")).to_have_value("auto")  # all of a source that has an end: the slider stands there
    expect(page.locator("#batch-line")).to_contain_text("150 examples")
    with files.taken(page):
        page.locator("#file").set_input_files(files.on_disk(tmp_path, "people.csv", files.table(rows=23)))
    expect(page.locator("#source-size")).to_have_text("The source has 23 examples.")
    view.settle()
    view.press("batch_size", "ArrowLeft")
    expect(view.field("batch_size")).to_have_value("22")
