"""The derivation's stage: steps by key, button and history, and the way to the checker."""

import pytest
from playwright.sync_api import expect

from tests.browser.announced import announced, listen
from tests.browser.conftest import Watch
from tests.browser.derivation.page import ASKED, DEFAULT, ORDER, Derivation
from tests.browser.stage import fits, settled, shifted, watch_shifts, words_in_sight

LAPTOP = {"width": 1280, "height": 800}
BATCH = "values=1,10;2,30;4,25&dy=1,0;0,2;-1,0.5&gamma=2,-1&beta=0.5&eps=0.25&eps_placement=deviation&step=x"

pytestmark = pytest.mark.folded


def test_the_stage_fits_a_laptop_tells_each_step_once_no_control_moves_the_page_and_the_last_step_leads_to_the_checker(
    derivation: Derivation, watch: Watch
) -> None:
    derivation.page.set_viewport_size(LAPTOP)
    watch_shifts(derivation.page)
    derivation.open()
    settled(derivation.page)
    expect_it_fits_and_says_little_unasked(derivation)
    expect_each_step_said_once_and_a_step_back(derivation, watch)
    expect_the_stage_alone_asked_for_while_a_hand_moves(derivation, watch)
    expect_no_control_moves_the_page(derivation)
    derivation.page.locator("#main").focus()
    derivation.step_to("step=sigma&open=batch")
    expect_a_step_that_there_is_not_to_walk_on_and_a_large_source_sliced(derivation)
    derivation.step_to(BATCH)
    expect_a_phone_to_show_the_graph_beside_the_buttons_that_step(derivation)
    expect_the_last_step_to_hand_its_batch_to_the_checker(derivation)


ROOM_BELOW = "(link) => link.closest('.step').getBoundingClientRect().bottom - link.getBoundingClientRect().bottom"


def expect_a_phone_to_show_the_graph_beside_the_buttons_that_step(derivation: Derivation) -> None:
    page = derivation.page
    page.set_viewport_size({"width": 390, "height": 844})
    page.evaluate("() => scrollTo(0, 0)")
    sheet = page.locator("#sheet").bounding_box()
    assert sheet is not None
    for part in (".graph-scroll", ".steps"):
        box = page.locator(part).bounding_box()
        assert box is not None
        assert 0 <= box["y"] < box["y"] + box["height"] <= sheet["y"]
    page.set_viewport_size(LAPTOP)  # type: ignore[arg-type]


def expect_it_fits_and_says_little_unasked(derivation: Derivation) -> None:
    assert fits(derivation.page)
    for part in ("#graph", "#step-numbers", ".steps", "#strip", "#headline"):
        expect(derivation.page.locator(part)).to_be_in_viewport(ratio=0.99)
    assert words_in_sight(derivation.page) <= 350
    expect(derivation.page.locator("details.part[open]")).to_have_count(0)


def expect_each_step_said_once_and_a_step_back(derivation: Derivation, watch: Watch) -> None:
    sentences = derivation.answer()["stage"]["sentences"]
    listen(derivation.page)
    for name in ORDER[1:6]:
        derivation.page.keyboard.press("ArrowRight")
        expect(derivation.headline).to_have_text(sentences[name])
    derivation.click("Last step")
    expect(derivation.headline).to_have_text(sentences["dx"])
    assert announced(derivation.page) == [sentences[name] for name in [*ORDER[1:6], "dx"]]
    assert watch.asked(ASKED) == []
    derivation.page.go_back()
    derivation.expect_step(ORDER[5])
    expect(derivation.headline).to_have_text(sentences[ORDER[5]])
    derivation.page.go_back()
    derivation.expect_step(ORDER[4])
    derivation.page.go_forward()
    derivation.expect_step(ORDER[5])


def expect_the_stage_alone_asked_for_while_a_hand_moves(derivation: Derivation, watch: Watch) -> None:
    derivation.click("First step")
    slider = derivation.page.get_by_role("slider", name="x of example 0 of x0")
    slider.focus()
    derivation.settle()
    for _ in range(4):
        slider.press("ArrowRight")
    derivation.settle()
    asked = watch.asked(ASKED)
    assert any("parts=stage" in one for one in asked)
    assert "parts=stage" not in asked[-1]
    assert "parts" not in derivation.query


def expect_no_control_moves_the_page(derivation: Derivation) -> None:
    for name in ("Last step", "Step back", "First step", "Next step"):
        derivation.click(name)
    for name in ("scale", "dvar", "x_hat"):
        derivation.node(name).click()
    derivation.page.locator("#position").press("End")
    derivation.page.locator("#c-eps_placement").select_option("deviation")
    derivation.settle()
    slide = derivation.page.locator('.control[data-field="eps"] .slide')
    for _ in range(4):
        slide.press("ArrowRight")
    derivation.settle()
    assert shifted(derivation.page) < 0.02


def expect_a_step_that_there_is_not_to_walk_on_and_a_large_source_sliced(derivation: Derivation) -> None:
    derivation.expect_step("var")
    derivation.page.keyboard.press("ArrowRight")
    derivation.expect_step("scale")
    expect_an_example_lit_from_either_side(derivation)
    derivation.controls.choose("source", "wine")
    expect(derivation.page.locator("#strip .grip")).to_have_count(8)
    derivation.node("mean").click()
    expect(derivation.headline).to_contain_text("the average of its 8 examples")


def expect_an_example_lit_from_either_side(derivation: Derivation) -> None:
    lit = derivation.page.locator("#strip .mark.lit")
    derivation.cell(2, 0).hover()
    expect(lit).to_have_count(2)
    expect(lit.first).to_have_attribute("data-example", "2")
    derivation.cell(2, 1).hover()
    expect(lit).to_have_count(0)
    derivation.page.locator("#strip .grip").nth(3).hover()
    assert derivation.lit() == [(3, 0)]


def expect_the_last_step_to_hand_its_batch_to_the_checker(derivation: Derivation) -> None:
    hand_over = derivation.page.get_by_role("link", name="Your turn: write it")
    expect(hand_over).to_be_hidden()
    derivation.page.keyboard.press("End")
    expect(hand_over).to_be_visible()
    assert hand_over.evaluate(ROOM_BELOW) >= 4  # for the frame of the focus
    hand_over.click()
    page = derivation.page
    page.wait_for_url("**/gradient-check?**")
    derivation.settle()
    for name, numbers in {"x": "1.0,10.0", "dy": "-1.0,0.5", "gamma": "2.0,-1.0", "beta": "0.5,0.5"}.items():
        assert numbers in page.locator(f"#c-{name}").input_value()
    expect(page.locator("#c-eps")).to_have_value("0.25")
    expect(page.locator("#c-eps_placement")).to_have_value("deviation")
    expect(page.locator("#headline")).to_contain_text("Nothing to check yet")
    expect(page.locator("#snippet")).to_contain_text("[1.0, 10.0]")
    page.go_back()
    derivation.settle()
    derivation.expect_step("dx")
    assert derivation.grid("values") != DEFAULT
