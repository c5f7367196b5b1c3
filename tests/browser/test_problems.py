"""What went wrong is told beside its control, and above the view where that control cannot be seen."""

import hashlib
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import files
from tests.browser.conftest import DESKTOP, Watch
from tests.browser.pages import OF_A_SOURCE
from tests.browser.playground.page import Playground
from tests.browser.test_widths import PHONE, overflow

GONE = "0" * 64


@pytest.fixture
def phone(playground: Playground) -> Playground:
    playground.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    return playground


def sheet(page: Page) -> None:
    """Open or close the sheet of controls."""
    page.get_by_role("button", name="Controls").click()


@pytest.mark.folded
@pytest.mark.parametrize("path", OF_A_SOURCE)
def test_an_upload_that_is_gone_is_asked_for_in_the_view_and_a_wrong_field_told_above_it(
    phone: Playground, watch: Watch, tmp_path: Path, path: str
) -> None:
    watch.refusals |= {410, 415, 422}
    file = files.on_disk(tmp_path, "people.csv", files.table(rows=60 + OF_A_SOURCE.index(path)))
    source = hashlib.sha256(file.read_bytes()).hexdigest()
    phone.page.goto(f"{path}?source={source}")
    button = phone.page.get_by_text("Upload a file")
    for size in (DESKTOP, PHONE):
        phone.page.set_viewport_size(size)  # type: ignore[arg-type]
        phone.settle()
        expect(phone.problem).to_be_in_viewport()
        expect(phone.problem).to_contain_text("is not here")
        expect(button).to_be_in_viewport()
    assert overflow(phone.page) == 0
    phone.page.locator("#file").set_input_files(
        files.on_disk(tmp_path, "picture.png", b"\x89PNG\r\n\x1a\n" + bytes(64))
    )
    expect(phone.page.locator("#e-file")).to_be_in_viewport()
    phone.page.locator("#file").set_input_files(file)
    expect(phone.problem).to_be_hidden()
    phone.settle()
    expect(phone.page.locator("#batch-line")).to_contain_text("people.csv")
    expect(phone.page.locator("#control-groups #drop")).to_have_count(1)
    expect(button).to_be_hidden()
    phone.step_to("source=iris&eps=-3")
    while_the_sheet_is_closed_the_reason_stands_above_the_view(phone)


@pytest.mark.folded
def test_a_phone_that_opens_a_wrong_address_says_so_above_the_view(phone: Playground, watch: Watch) -> None:
    watch.refusals.add(422)
    phone.open("eps=-3")
    while_the_sheet_is_closed_the_reason_stands_above_the_view(phone)


def while_the_sheet_is_closed_the_reason_stands_above_the_view(phone: Playground) -> None:
    expect(phone.problem).to_be_in_viewport()
    expect(phone.problem).to_contain_text("Epsilon: “-3” is not allowed here; allowed: a number from 0 to")
    expect(phone.problem).to_contain_text("Not computed; below is still")
    sheet(phone.page)
    expect(phone.error("eps")).to_contain_text("a number from 0 to")
    expect(phone.problem).not_to_contain_text("Epsilon")
    sheet(phone.page)
    expect(phone.problem).to_contain_text("Epsilon")
    sheet(phone.page)
    phone.enter("eps", "0.1")
    expect(phone.problem).to_be_hidden()


@pytest.mark.folded
def test_a_wide_screen_says_in_the_empty_view_what_is_missing(playground: Playground, watch: Watch) -> None:
    watch.refusals.add(410)
    playground.page.goto(f"/?source={GONE}")
    playground.settle()
    playground.expect_error("source", "is not here")
    expect(playground.problem).to_contain_text("is not here")
    expect(playground.headline).to_have_text("Nothing is computed.")
    expect(playground.page.locator(".opening").get_by_text("Upload a file")).to_be_in_viewport()
    playground.choose("source", "iris")
    expect(playground.problem).to_be_hidden()
    expect(playground.page.locator(".opening").get_by_text("Upload a file")).to_have_count(0)


@pytest.mark.folded
def test_on_a_phone_the_way_out_of_a_missing_value_and_an_upload_that_fails_are_told_in_the_view(
    phone: Playground, watch: Watch, tmp_path: Path
) -> None:
    watch.refusals |= {415, 422}
    content = files.with_gap().encode()
    phone.page.request.post("/api/v1/batches", data=content)
    phone.page.goto(f"/?source={hashlib.sha256(content).hexdigest()}")
    phone.settle()
    expect(phone.problem).to_contain_text("row 3")
    phone.problem.get_by_role("button", name="Leave those rows out").click()
    phone.settle()
    assert phone.query["missing"] == "drop"
    expect(phone.problem).to_be_hidden()
    phone.page.locator("#file").set_input_files(files.on_disk(tmp_path, "people.csv", files.ragged()))
    expect(phone.problem).to_contain_text("Line 5")
    phone.page.locator("#file").set_input_files(files.on_disk(tmp_path, "people.csv", files.table()))
    expect(phone.problem).to_be_hidden()


@pytest.mark.folded
@pytest.mark.parametrize(
    ("path", "wrong", "usual", "said"),
    [
        (
            "/",
            "step=backward&wall=yes&open=Forward!",
            ("#steps [aria-current=step]", "x"),
            [
                "Step: the page ignores “backward” and shows “x”",
                "Wall: the page ignores “yes” and shows itself as without it",
                "Open sections: the page ignores “Forward!” and shows itself as without it",
            ],
        ),
        (
            "/batch-size",
            "tab=drop&deal=many",
            ("[role=tab][aria-selected=true]", "deal"),
            [
                "the page ignores “drop” and shows “deal”; allowed: 'deal' or 'strip'.",
                "the page ignores “many” and shows “40”",
            ],
        ),
    ],
    ids=["playground", "batch size"],
)
def test_wrong_fields_of_the_page_itself_are_named_and_the_usual_is_shown(
    playground: Playground, watch: Watch, path: str, wrong: str, usual: tuple[str, str], said: list[str]
) -> None:
    watch.refusals.add(422)
    page = playground.page
    page.goto(f"{path}?{wrong}&seed=3")
    playground.settle()
    for words in said:
        expect(playground.problem).to_contain_text(words)
    expect(playground.problem).not_to_contain_text("Not computed")
    expect(playground.headline).not_to_contain_text("computed")
    expect(playground.headline).not_to_be_empty()
    marked, shown = usual
    assert page.locator(marked).evaluate("(one) => one.dataset.step ?? one.dataset.tab") == shown
    playground.click("New draw")
    playground.settle()
    expect(playground.problem).to_be_hidden()
    assert playground.query == {"seed": "4"}


@pytest.mark.folded
def test_a_section_that_is_not_there_is_in_no_further_address(playground: Playground) -> None:
    playground.open("open=forward,nowhere")
    playground.click("New draw")
    assert playground.query == {"open": "forward", "seed": "1"}
