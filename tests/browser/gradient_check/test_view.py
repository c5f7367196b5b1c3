"""The gradient check: paste, examples, errors beside their fields, links, the keyboard."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Watch
from tests.browser.gradient_check.page import GradientCheck
from tests.browser.gradient_check.tensors import RIGHT, WRONG
from tests.browser.test_share import a_figures_numbers_leave_as_csv

pytestmark = pytest.mark.folded
TOLD = {"cs231n": "Stanford's course", "probe": "on which no two mistakes look the same"}


def test_the_first_screen_names_a_mistake_and_its_choices_it_works_by_keyboard_alone_and_errors_are_at_their_field(
    check: GradientCheck, watch: Watch, tmp_path: Path
) -> None:
    check.open("open=factors")
    expect_a_mistake_named_untouched(check)
    a_figures_numbers_leave_as_csv(check, tmp_path, "factors", set())
    for choice, told in TOLD.items():
        expect_explained(check, choice, told)
    check.step_to("way=paste")
    expect_it_to_work_by_keyboard_alone(check)
    expect_an_example_in_fields_and_link(check)
    check.step_to("way=paste")
    watch.refusals.add(422)
    expect_changed_numbers_to_be_ones_own(check)
    expect_errors_beside_their_field(check)


def expect_a_mistake_named_untouched(check: GradientCheck) -> None:
    check.expect_headline("dx is wrong. The path through the variance is missing.")
    assert check.verdict("dx") == "wrong"
    assert check.verdict("dgamma") == "exact"
    assert check.diagnoses() == ["variance_path_missing"]
    card = check.card("variance_path_missing")
    expect(card.locator("math mfrac")).not_to_have_count(0)
    expect(card).to_contain_text("Every x also moves the variance")
    expect(check.page.locator("#factors")).to_contain_text("missing")
    assert len(check.data("factors")) == 3
    assert len(check.data("against")) == 4


def expect_explained(check: GradientCheck, choice: str, told: str) -> None:
    page = check.page
    tip, label = page.locator("#term-tip"), page.locator(f'label.term[data-term="{choice}"]')
    label.hover()
    expect(tip).to_contain_text(told)
    page.mouse.move(2, 2)
    expect(tip).to_be_hidden()
    label.locator("input").focus()
    expect(tip).to_contain_text(told)
    expect(label).to_have_attribute("aria-describedby", "term-tip")
    page.keyboard.press("Escape")
    expect(tip).to_be_hidden()


def expect_a_wrong_gradient_diagnosed(check: GradientCheck) -> None:
    check.paste("dx", str(WRONG["dx"]))
    check.expect_headline("The path through the mean has the wrong sign.")
    check.paste("dgamma", "\t".join(map(str, RIGHT["dgamma"])).replace(".", ","))
    assert check.verdict("dgamma") == "exact"
    assert check.diagnoses() == ["mean_path_sign"]
    expect(check.field("mistake")).to_have_value("own")


def expect_pasted_numbers_in_the_link(check: GradientCheck) -> None:
    before = check.verdict("dx"), check.field("dx").input_value(), check.diagnoses()
    assert before[-1] != []
    assert check.query["dx"] == before[1]
    link = check.page.url
    check.page.goto("about:blank")
    check.page.goto(link)
    check.settle()
    assert (check.verdict("dx"), check.field("dx").input_value(), check.diagnoses()) == before


def expect_it_to_work_by_keyboard_alone(check: GradientCheck) -> None:
    check.page.get_by_role("radio", name="A probe").focus()
    check.page.keyboard.press("ArrowRight")
    check.settle()
    assert check.query == {"way": "paste", "batch": "own"}
    expect(check.field("x")).to_be_visible()
    check.page.keyboard.press("ArrowLeft")
    check.settle()
    expect(check.field("x")).to_be_hidden()
    check.field("dx").focus()
    check.page.keyboard.press("Control+A")
    with check.page.expect_response("**/gradient-check/view"):
        check.page.keyboard.insert_text(str(RIGHT["dx"]))
        check.page.keyboard.press("Tab")
    check.expect_headline("Correct")
    expect(check.field("dgamma")).to_be_focused()


def expect_an_example_in_fields_and_link(check: GradientCheck) -> None:
    check.example("layer_norm")
    check.expect_headline("This is layer norm.")
    assert check.query == {"way": "paste", "mistake": "layer_norm"}
    text = check.field("dx").input_value()
    check.page.reload()
    check.settle()
    check.expect_headline("This is layer norm.")
    assert check.field("dx").input_value() == text
    check.example("correct")
    check.expect_headline("Correct: dbeta, dgamma and dx are exact.")
    check.page.go_back()
    check.settle()
    check.expect_headline("This is layer norm.")
    check.page.go_forward()
    check.settle()
    check.expect_headline("Correct")
    expect(check.page.locator("#diagnoses-section")).to_be_hidden()


WRITTEN_WRONG = {
    "[[1, 2], [3]]": "ragged", "[[1, 2], [3, 4]]": "give (7, 4)", "[[1. 2.]\n ...]": "shortened by dots",
    "a b": "is not a number", "[[nan]]": "nan",
}  # fmt: skip
"""Of what is no gradient: what is said of it."""


def expect_errors_beside_their_field(check: GradientCheck) -> None:
    check.paste("dgamma", str(RIGHT["dgamma"]))
    for text, words in WRITTEN_WRONG.items():
        expect_an_error_beside_its_field(check, text, words)
    check.paste("dx", str(WRONG["dx"]))
    expect(check.error("dx")).to_be_hidden()
    check.expect_headline("wrong sign")


def expect_changed_numbers_to_be_ones_own(check: GradientCheck) -> None:
    check.paste("dgamma", str(RIGHT["dgamma"] / 7))
    assert check.diagnoses() == ["averaged", "variance_path_missing"]
    assert set(check.query) == {"way", "dx", "dgamma", "dbeta"}
    expect(check.page.locator("#batch-line")).to_contain_text("Your gradient on the probe of seed 0")


def expect_an_error_beside_its_field(check: GradientCheck, text: str, words: str) -> None:
    check.paste("dx", text)
    check.expect_error("dx", words)
    assert check.verdict("dx") == "not checked"
    assert check.verdict("dbeta") == "exact"


def expect_one_too_long_said_to_be_and_to_come_back_with_back_and_forward(check: GradientCheck) -> None:
    long = str(WRONG["dx"]) + " " * 9000
    check.paste("dx", long)
    assert "dx" not in check.query
    expect(check.page.locator("#in-link")).to_contain_text("too long for the address")
    check.paste("dx", str(RIGHT["dx"]) + " " * 9000)
    check.expect_headline("Correct: dx is exact.")
    check.page.go_back()
    check.expect_headline("wrong sign")
    assert check.field("dx").input_value() == long
    expect(check.page.locator("#in-link")).to_be_visible()
    check.page.go_back()
    check.expect_headline("Nothing to check yet")
    check.page.go_forward()
    check.expect_headline("wrong sign")


def expect_no_verdict_from_before_beside_a_refusal(check: GradientCheck) -> None:
    check.step_to("batch=own")
    told = str(check.headline.text_content())
    expect(check.page.locator("#verdicts")).to_be_visible()
    check.paste("x", "a b")
    check.expect_error("x", "is not a number")
    expect(check.headline).to_have_text("Nothing is checked: see the marked field.")
    expect(check.page.locator("#jump")).to_have_text("Not checked: see the marked field.")
    for part in ("#verdicts", "#diagnoses", "#factors", "#warnings"):
        expect(check.page.locator(part)).to_be_hidden()
    expect(check.page.locator("#batch-line")).to_have_text("")
    expect(check.page.locator("#batch")).to_have_text("")
    expect(check.problem).to_contain_text("is not a number")
    check.paste("x", "1 9\n3 11\n1 11\n3 9")
    expect(check.headline).to_have_text(told)
    expect(check.page.locator("#verdicts")).to_be_visible()


def test_a_link_with_an_error_shows_it_no_verdict_stands_beside_a_refusal_and_what_is_pasted_is_in_the_link_or_too_long(
    check: GradientCheck, watch: Watch
) -> None:
    watch.refusals.add(422)
    check.open("dgamma=1 2")
    check.expect_error("dgamma", "give (4,)")
    check.step_to("batch=own&x=1,2,b&dx=1")
    check.expect_error("x", "“b” in x is not a number")
    check.step_to("seed=-1")
    check.expect_error("seed", "0")
    expect_no_verdict_from_before_beside_a_refusal(check)
    check.step_to("mistake=own")
    expect_one_too_long_said_to_be_and_to_come_back_with_back_and_forward(check)
    check.step_to("mistake=own")
    expect_a_wrong_gradient_diagnosed(check)
    expect_pasted_numbers_in_the_link(check)
