"""How many examples a batch takes: the control goes as far as the source, and what goes beyond it is told."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import files
from tests.browser.playground.page import Playground

TYPED = "source=inline&values=1,2;3,5;4,4;7,1;8,8"


def opened(page: Page, address: str) -> Playground:
    view = Playground(page)
    page.goto(address)
    return view.settle()


@pytest.mark.parametrize(
    ("address", "total", "most"),
    [
        ("/?source=wine", "178", "178"),
        ("/?source=digits", "1,797", "1797"),
        ("/?source=normal", "", "1024"),
        (f"/?{TYPED}", "5", "5"),
        ("/network?source=iris&depth=2&width=8", "150", "150"),
        ("/norms?source=wine", "178", "64"),
        (f"/norms?{TYPED}", "5", "5"),
        (f"/derivation?{TYPED}&batch_size=3", "5", "5"),
    ],
)
def test_the_slider_ends_where_the_source_does(page: Page, address: str, total: str, most: str) -> None:
    view = opened(page, address)
    said = f"The source has {total} examples." if total else "The source has no end."
    expect(page.locator("#source-size")).to_have_text(said)
    view.press("batch_size", "End")
    at_end = view.field("batch_size").input_value()
    assert at_end in ("auto", most)  # auto is all of a source that has an end, and there the slider stands already
    view.press("batch_size", "ArrowLeft")
    assert int(view.field("batch_size").input_value()) < int(most)
    view.press("batch_size", "End")
    expect(view.field("batch_size")).to_have_value(most)


@pytest.mark.parametrize("path", ["/", "/norms", "/network"])
def test_more_than_the_source_has_is_all_of_it(page: Page, path: str) -> None:
    view = opened(page, f"{path}?source=wine&batch_size=20")
    view.enter("batch_size", "1024")
    expect(view.field("batch_size")).to_have_value("178")
    assert view.query["batch_size"] == "178"
    expect(page.locator("#warnings")).to_be_hidden()


@pytest.mark.parametrize("path", ["/", "/norms", "/network"])
def test_a_link_that_asks_for_more_says_what_was_taken(page: Page, path: str) -> None:
    opened(page, f"{path}?source=wine&batch_size=1024")
    said = "1,024 examples are asked for, and the source has 178: all of them are taken."
    expect(page.locator("#warnings")).to_contain_text(said)


def test_another_source_with_fewer_examples_takes_its_own_number(page: Page) -> None:
    view = opened(page, "/?source=digits&batch_size=1000")
    view.choose("source", "wine")
    assert view.query.get("batch_size") is None
    expect(page.locator("#batch-line")).to_contain_text("178 examples")


def test_the_slider_follows_an_upload(page: Page, tmp_path: Path) -> None:
    view = opened(page, "/")
    with page.expect_response("**/api/v1/batches"):
        page.locator("#file").set_input_files(files.on_disk(tmp_path, "people.csv", files.table(rows=23)))
    expect(page.locator("#source-size")).to_have_text("The source has 23 examples.")
    view.settle()
    view.press("batch_size", "ArrowLeft")
    expect(view.field("batch_size")).to_have_value("22")
