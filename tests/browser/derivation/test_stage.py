"""The derivation's stage: steps by key, button and history, the example that is dragged, and the way to the checker."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.announced import announced, listen
from tests.browser.conftest import Watch
from tests.browser.derivation.page import ASKED, DEFAULT, MIDDLE, ORDER, Derivation
from tests.browser.stage import fits, settled, shifted, watch_shifts, words_in_sight

LAPTOP = {"width": 1280, "height": 800}

pytestmark = pytest.mark.folded


def mark(derivation: Derivation, example: int) -> tuple[float, float]:
    """The middle of an example's mark on the upper ruler."""
    x, y = derivation.page.locator("#strip .grip").nth(example).evaluate(MIDDLE)
    return float(x), float(y)


def outputs(derivation: Derivation) -> list[float]:
    """Where the outputs lie, in pixels from the left."""
    dots = derivation.page.locator("#strip .outputs .mark")
    return [float(x) for x, _ in dots.evaluate_all(f"(all) => all.map({MIDDLE})")]


def ghosts(derivation: Derivation) -> Locator:
    """Where inputs and outputs stood before a hand moved one."""
    return derivation.page.locator("#strip .ghosts circle")


def ticks(derivation: Derivation) -> list[str]:
    return derivation.page.locator("#strip .axes text").all_text_contents()


def test_the_stage_with_its_sentence_fits_a_laptop_and_says_little_unasked(derivation: Derivation) -> None:
    derivation.page.set_viewport_size(LAPTOP)
    derivation.open()
    assert fits(derivation.page)
    for part in ("#graph", "#step-numbers", ".steps", "#strip", "#headline"):
        expect(derivation.page.locator(part)).to_be_in_viewport(ratio=0.99)
    assert words_in_sight(derivation.page) <= 350
    expect(derivation.page.locator("details.part[open]")).to_have_count(0)


def test_each_step_has_its_sentence_is_said_once_and_is_a_step_back(derivation: Derivation, watch: Watch) -> None:
    derivation.open()
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


def test_an_example_is_dragged_everything_follows_and_the_rulers_stay(derivation: Derivation) -> None:
    derivation.page.set_viewport_size(LAPTOP)
    watch_shifts(derivation.page)
    derivation.open("step=mean")
    settled(derivation.page)
    before, ruler, (x, y) = outputs(derivation), ticks(derivation), mark(derivation, 3)
    derivation.page.mouse.move(x, y)
    derivation.page.mouse.down()
    derivation.page.mouse.move(x + 60, y, steps=4)
    derivation.page.wait_for_function(
        "() => document.querySelector('#headline').textContent.includes('μ of x0 is 3.2')"
    )
    assert ticks(derivation) == ruler
    assert mark(derivation, 3)[0] == pytest.approx(x + 60, abs=2)
    expect(ghosts(derivation)).to_have_count(8)
    derivation.page.mouse.move(x + 120, y, steps=4)
    derivation.page.mouse.up()
    derivation.settle()
    assert ticks(derivation) == ruler
    values = derivation.answer()["batch"]["values"]
    assert [row[0] for row in values[:3]] == [1, 2, 4]
    assert values[3][0] > 6
    assert derivation.query["cell"] == "3,0"
    assert all(abs(now - then) > 1 for now, then in zip(outputs(derivation), before, strict=True))
    assert derivation.numbers()[3] == f"{values[3][0]:#.3g}"
    derivation.page.go_back()
    derivation.settle()
    assert derivation.answer()["batch"]["values"][3][0] == 5
    assert shifted(derivation.page) < 0.02


def test_what_a_hand_did_stays_in_sight_until_another_step_or_until_it_is_put_back(derivation: Derivation) -> None:
    watch_shifts(derivation.page)
    derivation.open("step=mean")
    settled(derivation.page)
    page, put_back = derivation.page, derivation.page.get_by_role("button", name="Put back")
    expect(put_back).to_have_attribute("aria-disabled", "true")
    ruler, before, (x, y) = ticks(derivation), outputs(derivation), mark(derivation, 3)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 90, y, steps=4)
    page.mouse.up()
    page.mouse.click(640, 100)  # the focus leaves, and the pointer
    derivation.settle()
    assert ticks(derivation) == ruler
    stood = ghosts(derivation).evaluate_all(f"(all) => all.map({MIDDLE})")
    assert [at for at, _ in stood[4:]] == pytest.approx(before, abs=1)
    assert stood[3][0] == pytest.approx(x, abs=1)
    ghost = page.get_by_text("dashed: before")
    ghost.focus()
    expect(page.get_by_role("tooltip")).to_contain_text("A ghost is a dashed ring")
    put_back.click()
    derivation.settle()
    expect(ghosts(derivation)).to_have_count(0)
    expect(ghost).to_be_hidden()
    assert outputs(derivation) == pytest.approx(before, abs=1)
    assert derivation.answer()["batch"]["values"][3][0] == 5
    expect(put_back).to_have_attribute("aria-disabled", "true")
    page.go_back()
    derivation.settle()
    assert derivation.answer()["batch"]["values"][3][0] > 5
    page.get_by_role("slider", name="x of example 3 of x0").press("ArrowLeft")
    derivation.settle()
    derivation.click("Next step")
    expect(ghosts(derivation)).to_have_count(0)
    assert shifted(page) < 0.02


@pytest.mark.parametrize("changed", ["another feature's cell", "a number that is typed", "a convention"])
def test_what_a_hand_did_is_not_shown_behind_other_numbers(derivation: Derivation, changed: str) -> None:
    derivation.open("step=mean&open=batch")
    slider = derivation.page.get_by_role("slider", name="x of example 3 of x0")
    slider.press("PageUp")
    derivation.settle()
    expect(ghosts(derivation)).to_have_count(8)
    derivation.cell(2, 0).focus()
    derivation.settle()
    expect(ghosts(derivation)).to_have_count(8)
    if changed == "another feature's cell":
        derivation.cell(2, 1).focus()
    elif changed == "a number that is typed":
        derivation.type(0, 0, "7")
    else:
        derivation.page.locator("#c-eps_placement").select_option("deviation")
    derivation.settle()
    expect(ghosts(derivation)).to_have_count(0)


def test_play_is_a_few_stops_into_the_stage_and_arrows_reach_every_node_and_every_mark(derivation: Derivation) -> None:
    derivation.open("step=mean")
    page = derivation.page
    derivation.node("mean").focus()
    for name in ORDER[5:]:
        page.keyboard.press("ArrowRight")
        expect(derivation.node(name)).to_be_focused()
        derivation.expect_step(name)
    page.keyboard.press("Home")
    expect(derivation.node("x")).to_be_focused()
    play = page.get_by_role("button", name="play", exact=True)
    for _ in range(5):
        page.keyboard.press("Tab")
        if play.evaluate("(button) => button === document.activeElement"):
            break
    expect(play).to_be_focused()
    mark_of = [page.get_by_role("slider", name=f"x of example {j} of x0") for j in range(4)]
    page.get_by_role("button", name="Put back").focus()
    page.keyboard.press("Tab")
    for j in range(3):
        expect(mark_of[j]).to_be_focused()
        page.keyboard.press("ArrowDown")
    expect(mark_of[3]).to_be_focused()
    expect(page.locator("#strip-keys")).to_be_visible()
    page.keyboard.press("ArrowUp")
    expect(mark_of[2]).to_be_focused()
    derivation.settle()
    assert derivation.query["cell"] == "2,0"
    assert derivation.answer()["batch"]["values"][2][0] == 4
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.closest('#strip')") is None
    page.keyboard.press("Shift+Tab")
    expect(mark_of[2]).to_be_focused()


def test_a_mark_is_a_slider_with_a_name_a_value_keys_and_a_reset(derivation: Derivation) -> None:
    derivation.open("step=mean")
    slider = derivation.page.get_by_role("slider", name="x of example 1 of x0")
    assert slider.get_attribute("aria-valuetext") == "2.00"
    slider.focus()
    for _ in range(3):
        slider.press("ArrowRight")
    slider.press("PageDown")
    derivation.settle()
    assert derivation.answer()["batch"]["values"][1][0] == pytest.approx(1.93)
    expect(slider).to_have_attribute("aria-valuetext", "1.93")
    assert derivation.active() == "mean"
    slider.press("Delete")
    derivation.settle()
    assert derivation.answer()["batch"]["values"][1][0] == 2
    derivation.page.go_back()
    derivation.settle()
    assert derivation.answer()["batch"]["values"][1][0] == pytest.approx(1.93)


def test_an_example_lights_up_on_the_stage_and_in_the_table_from_either_side(derivation: Derivation) -> None:
    derivation.open("open=batch")
    lit = derivation.page.locator("#strip .mark.lit")
    derivation.cell(2, 0).hover()
    expect(lit).to_have_count(2)
    expect(lit.first).to_have_attribute("data-example", "2")
    derivation.cell(2, 1).hover()
    expect(lit).to_have_count(0)
    derivation.page.locator("#strip .grip").nth(3).hover()
    assert derivation.lit() == [(3, 0)]


def test_while_a_hand_moves_the_stage_alone_is_asked_for(derivation: Derivation, watch: Watch) -> None:
    derivation.open()
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


def test_no_control_of_the_stage_moves_the_page(derivation: Derivation) -> None:
    derivation.page.set_viewport_size(LAPTOP)
    watch_shifts(derivation.page)
    derivation.open()
    settled(derivation.page)
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


def test_the_last_step_hands_its_batch_to_the_checker(derivation: Derivation) -> None:
    derivation.open(
        "values=1,10;2,30;4,25&dy=1,0;0,2;-1,0.5&gamma=2,-1&beta=0.5&eps=0.25&eps_placement=deviation&step=x"
    )
    hand_over = derivation.page.get_by_role("link", name="Your turn: write it")
    expect(hand_over).to_be_hidden()
    derivation.page.keyboard.press("End")
    expect(hand_over).to_be_visible()
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


def test_a_source_that_is_too_large_is_sliced(derivation: Derivation) -> None:
    derivation.open("source=wine&step=mean")
    expect(derivation.page.locator("#strip .grip")).to_have_count(8)
    expect(derivation.headline).to_contain_text("the average of its 8 examples")


def test_an_address_of_a_step_that_this_placement_has_not_walks_on_from_its_neighbour(derivation: Derivation) -> None:
    derivation.open("step=sigma")
    derivation.expect_step("var")
    derivation.page.keyboard.press("ArrowRight")
    derivation.expect_step("scale")


def test_with_less_motion_steps_play_and_marks_stand_where_they_belong_at_once(page: Page) -> None:
    page.emulate_media(reduced_motion="reduce")
    page.clock.install()
    page.goto("/derivation?step=dx_mean")
    derivation = Derivation(page)
    derivation.expect_step("dx_mean")
    page.keyboard.press("Space")
    page.clock.run_for(1700)
    derivation.expect_step("dx_variance")
    assert page.evaluate("() => document.querySelector('#stage').getAnimations({ subtree: true }).length") == 0
