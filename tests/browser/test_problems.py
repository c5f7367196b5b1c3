"""What went wrong is told beside its control, and above the view where that control cannot be seen."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import files
from tests.browser.conftest import DESKTOP, Watch
from tests.browser.playground.page import STEP_TO, Playground
from tests.browser.test_widths import PHONE, overflow
from tests.browser.view import fold, open_folds

INK, MUTED = "rgb(29, 35, 43)", "rgb(89, 98, 110)"
WRONG = [
    ("eps", "much", "number", "Epsilon: “much” is not allowed."),
    ("gamma", "wide", "a number", "Scale: “wide” is not allowed."),
    ("batch_size", "0", "1", "Batch size: “0” is not allowed."),
]


@pytest.fixture
def phone(playground: Playground) -> Playground:
    playground.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    return playground


def sheet(page: Page) -> None:
    """Open or close the sheet of controls."""
    page.get_by_role("button", name="Controls").click()


STRONG = """(ink) => [...document.querySelectorAll("#view *")]
  .filter((element) => [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim()))
  .filter((element) => !element.closest(".controls, .problem, .error, button, a, select, label, .help-text"))
  .filter((element) => !element.closest("svg, .control"))
  .filter((element) => element.checkVisibility() && getComputedStyle(element).color === ink)
  .map((element) => element.textContent.trim().slice(0, 60))"""
"""The texts of the view that stand in full ink, but for what is pressed or filled in."""


def what_is_gone_is_asked_for_in_the_view_and_told_above_it(playground: Playground, file: Path) -> None:
    page = playground.page
    button = page.get_by_text("Upload a file")
    for size in (DESKTOP, PHONE):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        playground.settle()
        expect(playground.problem).to_be_in_viewport()
        expect(playground.problem).to_contain_text("is not here")
        expect(button).to_be_in_viewport()
    assert overflow(page) == 0
    picture = files.on_disk(file.parent, "picture.png", b"\x89PNG\r\n\x1a\n" + bytes(64))
    page.locator("#file").set_input_files(picture)
    expect(page.locator("#e-file")).to_be_in_viewport()
    page.locator("#file").set_input_files(file)
    expect(playground.problem).to_be_hidden()
    playground.settle()
    expect(page.locator("#batch-line")).to_contain_text("people.csv: ")
    expect(page.locator("#control-groups #drop")).to_have_count(1)
    expect(button).to_be_hidden()


def an_error_takes_back_what_was_said_dims_the_rest_and_calls_a_file_by_its_name(playground: Playground) -> None:
    page = playground.page
    playground.enter("eps", "1e-5")
    concluded = playground.headline.text_content() or ""
    expect(playground.headline).to_have_css("color", INK)
    assert page.evaluate(STRONG, INK) != []
    playground.enter("eps", "-1")
    expect(playground.headline).to_have_css("color", MUTED)
    expect(playground.headline).to_have_text("Not computed.")
    open_folds(page)
    assert page.evaluate(STRONG, INK) == []
    fold(page)
    expect(page.locator("#drawn")).to_be_empty()
    expect(playground.problem).to_contain_text("below is still people.csv")
    playground.enter("eps", "1e-5")
    expect(playground.headline).to_have_css("color", INK)
    expect(playground.headline).to_have_text(concluded)
    playground.choose("source", "iris")
    expect(page.locator("#batch-line")).not_to_contain_text("people.csv")


@pytest.mark.folded
def test_a_wrong_value_is_told_above_the_view_of_a_phone_and_beside_its_control_in_a_link_and_when_it_is_entered(
    phone: Playground, watch: Watch
) -> None:
    watch.refusals.add(422)
    phone.open("source=iris&eps=-3&gamma=2&open=forward")
    while_the_sheet_is_closed_the_reason_stands_above_the_view(phone)
    phone.page.set_viewport_size(DESKTOP)
    a_link_with_a_wrong_value_shows_the_error_beside_its_control(phone)
    phone.click("Reset everything")
    the_plots_stay_until_it_is_mended(phone)


def while_the_sheet_is_closed_the_reason_stands_above_the_view(phone: Playground) -> None:
    expect(phone.problem).to_be_in_viewport()
    expect(phone.problem).to_contain_text("Epsilon: “-3” is not allowed here; allowed: a number from 0 to")
    expect(phone.problem).to_contain_text("Not computed; below is still")
    sheet(phone.page)
    expect(phone.error("eps")).to_contain_text("a number from 0 to")
    expect(phone.problem).to_have_text(
        re.compile(r"^Epsilon: “-3” is not allowed\. Not computed; below is still \w.*\.$")
    )
    sheet(phone.page)
    expect(phone.problem).to_contain_text("Epsilon: “-3” is not allowed here; allowed: a number from 0 to")
    sheet(phone.page)


def a_link_with_a_wrong_value_shows_the_error_beside_its_control(playground: Playground) -> None:
    playground.expect_error("eps", "0")
    expect(playground.field("gamma")).to_have_value("2")
    playground.enter("eps", "0.1")
    assert set(playground.column("γ")) == {"2.00"}


def the_plots_stay_until_it_is_mended(playground: Playground) -> None:
    before = playground.data("x_hat")
    for field, text, words, why in WRONG:
        playground.enter(field, text)
        playground.expect_error(field, words)
        expect(playground.field(field)).to_have_value(text)
        assert playground.data("x_hat") == before
        expect(playground.figure("y")).to_be_visible()
        expect(playground.problem).to_have_text(f"{why} Not computed; below is still Wine.")
        playground.click("Reset everything")
        expect(playground.error(field)).to_be_hidden()
    playground.enter("eps", "-1")
    playground.enter("eps", "0.5")
    expect(playground.error("eps")).to_have_attribute("hidden", "")
    expect(playground.field("eps")).not_to_have_attribute("aria-invalid", "true")
    assert playground.query == {"eps": "0.5"}
    nothing_of_a_source_that_is_shown_is_said_of_one_that_was_refused(playground)
    the_reason_stands_above_the_view_where_its_control_is_out_of_sight(playground)


TO_THE_TOP = """() => {
  for (let box = document.getElementById("e-eps"); box; box = box.parentElement) box.scrollTop = 0;
}"""
"""The page, and its controls, which scroll for themselves."""


def nothing_of_a_source_that_is_shown_is_said_of_one_that_was_refused(playground: Playground) -> None:
    page = playground.page
    expect(page.locator("#source-size")).to_have_text("The source has 178 examples.")
    page.evaluate(TO_THE_TOP)
    page.evaluate(STEP_TO, "?source=zzz")
    expect(playground.error("source")).to_have_text("“zzz” is not allowed here; choose one from the menu.")
    expect(playground.problem).to_have_text("Source: “zzz” is not allowed. Not computed; below is still Wine.")
    menu = page.locator("#c-source")
    assert menu.evaluate("({ selectedOptions: [one] }) => [one.text, one.disabled]") == ["zzz", True]
    for place in ("#about-source", "#batch-line", "#source-size"):
        expect(page.locator(place)).to_be_empty()
    page.evaluate(STEP_TO, "?eps=0.25")
    expect(page.locator("#source-size")).to_have_text("The source has 178 examples.")
    expect(page.locator("#batch-line")).to_contain_text("Wine")
    expect(menu).to_have_value("wine")
    expect(menu.locator("[value=zzz]")).to_have_count(0)
    page.evaluate(STEP_TO, "?activation=zzz")
    told = "Activation: “zzz” is not allowed here; choose one from the menu. Not computed; below is still Wine."
    expect(playground.problem).to_have_text(told)
    page.evaluate(STEP_TO, "?eps=0.25")


def the_reason_stands_above_the_view_where_its_control_is_out_of_sight(playground: Playground) -> None:
    page = playground.page
    page.set_viewport_size({"width": DESKTOP["width"], "height": 400})
    page.evaluate(TO_THE_TOP)
    page.evaluate(STEP_TO, "?eps=-1")
    expect(playground.problem).to_contain_text("Epsilon: “-1” is not allowed here; allowed: a number from 0 to")
    page.set_viewport_size(DESKTOP)
    page.evaluate(STEP_TO, "?eps=0.5")
    expect(playground.problem).to_be_hidden()


@pytest.mark.folded
def test_a_link_whose_view_stays_empty_says_why_above_it_where_the_control_would_stand_in_the_view(
    playground: Playground, watch: Watch
) -> None:
    watch.refusals.add(422)
    playground.page.goto("/?gamma=1,2")
    expect(playground.headline).to_have_text("Nothing is computed.")
    for size in (DESKTOP, PHONE):
        playground.page.set_viewport_size(size)  # type: ignore[arg-type]
        expect(playground.problem).to_be_in_viewport()
        expect(playground.problem).to_have_text("“Scale” has 2 values, and the batch has 13 features.")


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
