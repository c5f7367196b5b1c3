"""The gradient check's doors: the notebook first, a refusal that keeps the place, and faults in one sentence each."""

from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import expect

from bncore.diagnosis import probe, ready_answers
from tests.browser import files
from tests.browser.announced import announced, listen
from tests.browser.conftest import Watch
from tests.browser.gradient_check.page import GradientCheck
from tests.browser.gradient_check.tensors import RIGHT, WRONG
from tests.browser.gradient_check.test_snippet import STUDENT, shown
from tests.browser.stage import settled, shifted, watch_shifts, words_in_sight

LAPTOP = {"width": 1280, "height": 800}
OWN = "batch=own&x=[[1,10],[2,30],[4,25]]&dy=[[1,0],[0,2],[-1,0.5]]&gamma=[2,-1]&beta=[0.5,0]&eps=0.25"

pytestmark = pytest.mark.folded


def test_the_notebook_is_the_first_door_a_link_with_a_gradient_opens_its_own_and_a_refusal_keeps_the_place(
    check: GradientCheck, watch: Watch, tmp_path: Path
) -> None:
    check.page.set_viewport_size(LAPTOP)
    watch_shifts(check.page)
    check.open()
    settled(check.page)
    expect_the_notebook_first_and_little_said_unasked(check)
    expect_no_control_moves_the_page(check)
    watch.refusals.add(422)
    expect_a_refused_file_to_leave_the_door_open(check, tmp_path)
    expect_the_snippet_of_an_own_batch_to_run_on_it(check)
    expect_a_batch_too_large_for_the_snippet_said_to_be(check)
    expect_the_door_of_a_gradient_open(check)
    check.step_to("mistake=own")
    expect_a_verdict_announced_once(check)
    expect_faults_with_the_line_to_look_at(check)
    expect_a_refusal_to_keep_what_was_typed_the_scroll_and_the_focus(check)


def expect_the_notebook_first_and_little_said_unasked(check: GradientCheck) -> None:
    first, second = check.page.locator('input[name="way"]').all()
    expect(first).to_be_checked()
    assert (first.get_attribute("value"), second.get_attribute("value")) == ("code", "paste")
    for part in (".snippet pre", "#copy-snippet", "#headline", ".diagnosis .look", "#verdicts"):
        expect(check.page.locator(part)).to_be_in_viewport(ratio=0.9)
    expect(check.field("dx")).to_be_hidden()
    assert words_in_sight(check.page) <= 350
    expect(check.page.locator("details[open]")).to_have_count(0)
    assert not {" p ", " a ", " c ", "c₀"} & set(check.page.locator(".factors-formula").all_inner_texts())
    assert check.query == {}


def expect_the_door_of_a_gradient_open(check: GradientCheck) -> None:
    for query in ("dx=1", "mistake=layer_norm", "way=paste"):
        (check.open if query == "dx=1" else check.step_to)(query)
        expect(check.field("dx")).to_be_visible()
        expect(check.page.locator("#snippet")).to_be_hidden()
    check.page.get_by_role("radio", name="Run in my notebook").check()
    check.settle()
    expect(check.page.locator("#snippet")).to_be_visible()
    check.page.go_back()
    expect(check.field("dx")).to_be_visible()


def expect_the_snippet_of_an_own_batch_to_run_on_it(check: GradientCheck) -> None:
    check.step_to(f"{OWN}&way=code&mistake=own&form=cs231n")
    for placement in ("variance", "deviation"):
        check.choose("eps_placement", placement)
        for form, name in {"CS231n's two functions": "bn_param", "Any function": "my_gradients"}.items():
            check.radio(form)
            expect(check.page.locator("#snippet")).to_contain_text(name)
            expect_the_snippet_to_run(check, placement)


def expect_the_snippet_to_run(check: GradientCheck, placement: str) -> None:
    code = check.page.locator("#snippet").inner_text()
    assert "[[1.0, 10.0], [2.0, 30.0], [4.0, 25.0]]" in code
    assert "probe" not in code
    beside = STUDENT.replace("std = np.sqrt(var + eps)", "std = np.sqrt(var) + eps")
    beside = beside.replace("-0.5 * (var + eps) ** -1.5", "-0.5 / (std**2 * np.sqrt(var))")
    student = {"variance": STUDENT, "deviation": beside}[placement]
    assert shown(student + code).startswith("Correct: dbeta, dgamma and dx are exact.")
    assert "The path through the mean is missing" in shown(student.replace(" + dmean / N", "") + code)


def expect_a_batch_too_large_for_the_snippet_said_to_be(check: GradientCheck) -> None:
    x = (np.arange(80) % 7).reshape(40, 2)
    check.step_to(f"way=code&batch=own&gamma=&beta=&x={x.tolist()}&dy={x[::-1].tolist()}")
    expect(check.page.locator("#snippet-note")).to_be_visible()
    expect(check.page.locator("#snippet-note")).to_contain_text("too large to be written out")
    expect(check.page.locator("#snippet")).to_contain_text("/probe?seed=0")
    check.radio("A probe")
    expect(check.page.locator("#snippet-note")).to_be_hidden()


def expect_a_refusal_to_keep_what_was_typed_the_scroll_and_the_focus(check: GradientCheck) -> None:
    check.page.set_viewport_size({"width": 1280, "height": 560})
    check.step_to("way=paste&mistake=own&batch=own")
    check.paste("dgamma", "1 2")
    check.field("dy").scroll_into_view_if_needed()
    scrolled = check.page.evaluate("() => scrollY")
    assert scrolled > 0
    check.field("dy").focus()
    check.field("dy").press("Control+A")
    check.page.keyboard.insert_text("[[1, 2], [three, 4]]")
    check.expect_error("dy", "“three” in dy is not a number")
    expect(check.field("dy")).to_be_focused()
    expect(check.field("dy")).to_have_value("[[1, 2], [three, 4]]")
    expect(check.field("dgamma")).to_have_value("1 2")
    assert check.page.evaluate("() => scrollY") == pytest.approx(scrolled, abs=2)
    expect(check.page.locator("#verdicts")).to_be_hidden()
    assert check.query["dy"] == "[[1, 2], [three, 4]]"
    check.page.reload()
    check.expect_error("dy", "“three” in dy is not a number")
    expect(check.field("dy")).to_have_value("[[1, 2], [three, 4]]")
    expect(check.field("dgamma")).to_have_value("1 2")
    expect(check.page.get_by_role("radio", name="My own batch")).to_be_checked()


def expect_a_refused_file_to_leave_the_door_open(check: GradientCheck, folder: Path) -> None:
    before = check.query
    path = files.on_disk(folder, "dx.npy", "no array")
    with check.page.expect_response("**/gradient-check/arrays**"):
        check.page.locator("#file").set_input_files(path)
    expect(check.error("file")).to_contain_text("neither NPZ nor NPY")
    expect(check.page.locator("#snippet")).to_be_visible()
    assert check.query == before


def expect_faults_with_the_line_to_look_at(check: GradientCheck) -> None:
    case = probe(0).case()
    twice = ready_answers(case)["mean_path_missing"]["dx"] / case.gamma
    check.paste("dx", str(twice.tolist()))
    check.paste("dbeta", str((RIGHT["dbeta"] / 7).tolist()))
    cards = check.page.locator("[data-diagnosis]")
    expect(cards).to_have_count(2)
    expect(cards.nth(0).locator("h3")).to_have_text("dbeta: a mean stands where a sum belongs.")
    expect(cards.nth(1).locator("h3")).to_have_text("dx: the path through the mean is missing, and gamma is missing.")
    assert cards.nth(1).locator(".look").inner_text() == "dmean/dx = 1 / K\ndx_hat = gamma * dy"
    explanation = cards.nth(1).get_by_text("Two mistakes at once")
    expect(explanation).to_be_hidden()
    cards.nth(1).locator("summary").click()
    expect(explanation).to_be_visible()
    check.paste("dx", str(WRONG["dx"].tolist()))
    assert len(check.headline.inner_text().split()) <= 20


def expect_a_verdict_announced_once(check: GradientCheck) -> None:
    listen(check.page)
    check.paste("dx", str(WRONG["dx"]))
    check.expect_headline("wrong sign")
    assert announced(check.page) == [check.headline.inner_text()]


def expect_no_control_moves_the_page(check: GradientCheck) -> None:
    check.page.get_by_role("button", name="New probe").click()
    check.settle()
    check.page.get_by_role("radio", name="Any function").check()
    check.settle()
    check.page.locator("#c-axes").select_option("4")
    check.settle()
    check.page.locator("#c-eps_placement").select_option("deviation")
    check.settle()
    assert shifted(check.page) < 0.02
