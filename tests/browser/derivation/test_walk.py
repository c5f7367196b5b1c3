"""The derivation's walk: forward and backward, node by node, with this batch's numbers plugged in."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Watch
from tests.browser.derivation.page import ASKED, DEFAULT, ORDER, Derivation
from tests.browser.tab import run_first

pytestmark = pytest.mark.folded
PLAYED = """{
  const { setTimeout, clearTimeout } = window;
  const waiting = new Map();
  window.setTimeout = (act, after = 0, ...given) => {
    const timer = setTimeout(after < 1000 ? act : () => {}, after, ...given);
    if (after >= 1000) waiting.set(timer, { act, after });
    return timer;
  };
  window.clearTimeout = (timer) => {
    waiting.delete(timer);
    clearTimeout(timer);
  };
  window.pass = () => {
    const passed = [...waiting.values()];
    waiting.clear();
    for (const { act } of passed) act();
    return passed.map(({ after }) => after);
  };
}"""
"""A page on which what waits for a second or longer waits for `pass()`, which tells how long it was to wait."""
PLUGGED = """(names) => names.map((name) => {
  document.querySelector(`.node[data-node="${name}"]`).dispatchEvent(new MouseEvent("click", { bubbles: true }));
  const last = [...document.querySelectorAll("#step-numbers .slot")].at(-1);
  return [document.querySelector('.node[aria-current="step"]').dataset.node, last.textContent];
})"""
"""Of each node, pressed one after the other: which one is lit, and the last number of its formula."""


def test_a_walk_is_made_by_keys_buttons_and_jumps_or_plays_asks_for_nothing_and_plugs_in_the_answers_numbers(
    derivation: Derivation, watch: Watch
) -> None:
    run_first(derivation.page, PLAYED)
    derivation.open()
    expect_the_first_step_and_the_mean_worked_out(derivation, watch)
    expect_a_new_step_announced(derivation)
    derivation.page.keyboard.press("Home")
    expect_arrow_keys_walk_through_every_node_and_back(derivation, watch)
    expect_buttons_step_and_stop_at_the_ends(derivation)
    expect_any_node_jumped_to(derivation)
    assert watch.asked(ASKED) == []
    derivation.step_to("open=batch,step&cell=2,1&eps=0.5&gamma=2,-1,1")
    expect_the_answers_numbers_plugged_in(derivation)
    derivation.step_to("open=batch,step&values=1,1;2,1;4,1&cell=0,1&eps=0.5&eps_placement=deviation&step=dvar")
    expect_none_for_the_constant_feature_alone(derivation)
    derivation.step_to(f"open=summed&values={WIDE}&step=mean")
    expect_the_result_of_a_long_formula_in_sight(derivation)
    derivation.step_to("step=dx_mean")
    expect_it_to_play_from_step_to_step_and_to_pause(derivation)
    expect_marks_at_once_with_less_motion(derivation)


def expect_the_first_step_and_the_mean_worked_out(derivation: Derivation, watch: Watch) -> None:
    derivation.expect_step("x")
    assert derivation.grid("values") == DEFAULT
    for _ in range(4):
        derivation.page.keyboard.press("ArrowRight")
    derivation.expect_step("mean")
    assert derivation.numbers() == ["1.00", "2.00", "4.00", "5.00", "3.00"]
    assert derivation.text("#step-symbols").startswith("μ")
    assert derivation.table("#step-value")[-1] == ["", "3.00", "25.0", "0.550"]
    expect(derivation.headline).to_have_text("The mean μ of x0 is 3.00: the average of its 4 examples.")
    assert watch.asked(ASKED) == []


def expect_a_new_step_announced(derivation: Derivation) -> None:
    derivation.page.keyboard.press("ArrowRight")
    expect(derivation.page.locator("#headline[role=status]")).to_have_text("Example 0 of x0 lies 2.00 below the mean.")


def expect_arrow_keys_walk_through_every_node_and_back(derivation: Derivation, watch: Watch) -> None:
    """The focus goes along, from a node; without a request."""
    derivation.node("x").focus()
    derivation.watch_steps()
    derivation.walk("ArrowRight", ORDER[1:], focused=True)
    derivation.settle()
    assert derivation.query["step"] == "dx"
    expect(derivation.page.locator("#step-side")).to_have_text("backward, step 23 of 23")
    derivation.page.locator("#main").focus()
    derivation.walk("ArrowLeft", ORDER[-2::-1])
    derivation.page.keyboard.press("End")
    derivation.expect_step("dx")
    derivation.page.keyboard.press("Home")
    derivation.expect_step("x")
    assert watch.asked(ASKED) == []


def expect_buttons_step_and_stop_at_the_ends(derivation: Derivation) -> None:
    derivation.node("mean").click()
    derivation.click("Next step")
    derivation.expect_step("centred")
    derivation.click("Step back")
    derivation.expect_step("mean")
    derivation.click("Last step")
    derivation.expect_step("dx")
    expect(derivation.page.get_by_role("button", name="Next step")).to_have_attribute("aria-disabled", "true")
    derivation.page.locator('[data-go="next"]').dispatch_event("click")
    derivation.expect_step("dx")
    derivation.click("First step")
    derivation.expect_step("x")
    expect(derivation.page.get_by_role("button", name="Step back")).to_have_attribute("aria-disabled", "true")


def expect_any_node_jumped_to(derivation: Derivation) -> None:
    """By mouse and keyboard."""
    derivation.node("dvar").click()
    derivation.expect_step("dvar")
    expect(derivation.page.locator("#step-title")).to_have_text("∂L/∂σ²: at the variance")
    derivation.node("x_hat").focus()
    derivation.page.keyboard.press("Enter")
    derivation.expect_step("x_hat")
    derivation.page.locator("#position").press("ArrowRight")
    derivation.expect_step("scaled")


def expect_played_on(derivation: Derivation, step: str) -> None:
    """The step that is shown has stood as long as one does."""
    (stood,) = derivation.page.evaluate("() => pass()")
    assert 1000 <= stood <= 1700
    derivation.expect_step(step)


def expect_it_to_play_from_step_to_step_and_to_pause(derivation: Derivation) -> None:
    page = derivation.page
    derivation.expect_step("dx_mean")
    page.evaluate("() => document.activeElement.blur()")
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    expect_played_on(derivation, "dx_variance")
    page.get_by_role("button", name="Pause").click()
    assert page.evaluate("() => pass()") == []
    derivation.expect_step("dx_variance")
    page.get_by_role("button", name="Play").click()
    expect_played_on(derivation, "dx")
    expect(page.get_by_role("button", name="Play")).to_be_visible()


def expect_marks_at_once_with_less_motion(derivation: Derivation) -> None:
    page = derivation.page
    page.emulate_media(reduced_motion="reduce")
    derivation.node("dx_mean").click()
    derivation.expect_step("dx_mean")
    page.get_by_role("button", name="Play").click()
    expect_played_on(derivation, "dx_variance")
    assert page.evaluate("() => document.querySelector('#stage').getAnimations({ subtree: true }).length") == 0


def expect_the_answers_numbers_plugged_in(derivation: Derivation) -> None:
    for placement in ("variance", "deviation"):
        derivation.controls.choose("eps_placement", placement)
        nodes = derivation.answer()["nodes"]
        plugged = derivation.page.evaluate(PLUGGED, [node["name"] for node in nodes])
        for node, (lit, last) in zip(nodes, plugged, strict=True):
            assert lit == node["name"]
            expect_plugged_in(node["name"], node["value"], last)


def expect_plugged_in(name: str, value: Any, last: str) -> None:
    """At example 2 of x1."""
    here = value[2][1] if isinstance(value, list) and isinstance(value[0], list) else value
    here = here[1] if isinstance(here, list) else here
    shown = float(re.sub(r"[(),]", "", last).replace("−", "-"))
    assert shown == pytest.approx(here, rel=6e-3, abs=1e-12), name


def expect_none_for_the_constant_feature_alone(derivation: Derivation) -> None:
    """What would be divided by 0."""
    expect_none(derivation, "none, σ is 0", "stays 0 however s moves")
    derivation.controls.choose("eps_placement", "variance")
    derivation.controls.enter("eps", "0")
    derivation.node("dx_direct").click()
    derivation.cell(0, 1).focus()
    expect_none(derivation, "none, s is 0", "is 0 there by definition")


def expect_none(derivation: Derivation, told: str, why: str) -> None:
    expect(derivation.page.locator("#step-locals .value-of")).to_have_text([f"= {told}"])
    assert derivation.numbers()[-1] == told
    expect(derivation.page.locator("#step-none")).to_contain_text(why)
    derivation.cell(0, 0).focus()
    expect(derivation.page.locator("#step-none")).to_have_text("")
    assert derivation.numbers()[-1][-1].isdigit()


WIDE = ";".join(",".join(str((3 * j + 5 * i) % 11) for i in range(6)) for j in range(8))
IN_SIGHT = """(one) => {
  const [at, box] = [one, one.closest(".stage, .part")].map((element) => element.getBoundingClientRect());
  return at.left >= box.left && at.right <= box.right;
}"""


def expect_the_result_of_a_long_formula_in_sight(derivation: Derivation) -> None:
    """Arrows reach it."""
    for step in ("mean", "dx"):
        derivation.node(step).click()
        derivation.expect_step(step)
        derivation.settle()
        expect_the_result_reached(derivation)


def expect_the_result_reached(derivation: Derivation) -> None:
    result = derivation.page.locator("#step-numbers .slot").last
    assert result.evaluate(IN_SIGHT)
    assert derivation.page.locator("#summed-numbers .slot").last.evaluate(IN_SIGHT)
    terms = derivation.page.locator("#step-numbers .term")
    expect(derivation.page.locator('#step-numbers .term[tabindex="0"]')).to_have_count(1)
    terms.first.focus()
    for _ in range(terms.count() - 1):
        derivation.page.keyboard.press("ArrowRight")
    expect(result).to_be_focused()


def test_a_step_that_there_is_not_is_told_beside_the_walk_and_stays_in_the_address_until_another_is_gone_to(
    derivation: Derivation, watch: Watch
) -> None:
    watch.refusals = {422}
    derivation.open("step=99")
    expect(derivation.page.locator("#e-step")).to_contain_text("“99” is not allowed here; allowed: 'x' or ")
    expect(derivation.page.locator("#problem")).not_to_contain_text("step is")
    assert derivation.query == {"step": "99"}
    derivation.page.locator('#stage [data-go="last"]').click()
    expect(derivation.page.locator("#e-step")).to_be_hidden()
    assert derivation.query == {"step": ORDER[-1]}
