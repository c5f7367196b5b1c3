"""The playground's stage by hand: steps, play, marks that are dragged and moved by key, the ruler, the address."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import DESKTOP, Watch
from tests.browser.held import Held
from tests.browser.playground.page import SLID_TO, Playground
from tests.browser.stage import fits, shifted, watch_shifts, words_in_sight
from tests.browser.test_widths import PHONE

pytestmark = pytest.mark.folded
PLACES = "(dots) => [...dots.children].map((dot) => parseFloat(dot.getAttribute('transform').slice(10)))"
ORDER = """() => {
  const [stage, controls, parts] = ["stage", "controls", "parts"].map((id) => document.getElementById(id));
  const follows = (one, other) => Boolean(one.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING);
  return follows(stage, controls) && follows(controls, parts);
}"""
LINES = """(all) => all.map((label) =>
  Math.round(label.getBoundingClientRect().height / parseFloat(getComputedStyle(label).lineHeight)))"""
CROSSED = """(lanes) => lanes
  .map((lane) => ["text", "line.mean"].map((part) => lane.querySelector(part).getBoundingClientRect()))
  .filter(([told, mean]) => mean.right > told.left && mean.left < told.right && mean.top < told.bottom).length"""
"""How many lanes' means go through what is told of them."""
ARROWED = """(lanes) => lanes.map((lane) => {
  const seen = [...lane.querySelectorAll(".arrow")].filter((arrow) => getComputedStyle(arrow).display !== "none");
  const at = (mark) => parseFloat(mark.getAttribute("transform").slice(10));
  const dots = [...lane.querySelectorAll(".dots path")].map(at).sort((one, other) => one - other);
  const firsts = seen.filter((arrow) => arrow.classList[1] === seen[0].classList[1]);
  return [seen.length, firsts.map(at).sort((one, other) => one - other), dots];
})"""
"""Of each lane: how many arrows are seen, where those of one kind start, and where the dots are."""
KEPT = """(lanes) => {
  const kept = lanes.flatMap((lane) => {
    const { left, right } = lane.querySelector(".lane-back").getBoundingClientRect();
    const arrows = [...lane.querySelectorAll(".arrow:not(.spare):not([visibility])")];
    return arrows.map((arrow) => arrow.getBoundingClientRect()).map((at) => at.left >= left && at.right <= right);
  });
  return [true, false].map((is) => kept.filter((one) => one === is).length);
}"""
"""How many of the arrows that are seen lie within their lane, and how many do not."""
STEPS = ["x", "centred", "x_hat", "scaled", "y", "activation"]


def grip(page: Page, name: str) -> Locator:
    return page.get_by_role("slider", name=name, exact=True)


def ticks(page: Page) -> list[str]:
    return page.locator(".ruler text").all_text_contents()


def drag(page: Page, mark: Locator, by: float) -> None:
    """Take a mark, move it aside in three moves, and keep hold of it."""
    box = mark.locator(".hit").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    for share in (0.3, 0.6, 1.0):
        page.mouse.move(x + by * share, y)


def test_it_fits_the_screen_plays_says_where_it_is_shows_picked_features_and_its_marks_and_knobs_are_dragged(
    playground: Playground, watch: Watch
) -> None:
    page = playground.page
    page.set_viewport_size({"width": 1280, "height": 800})
    watch_shifts(page)
    page.emulate_media(reduced_motion="reduce")
    playground.open()
    expect_it_to_fit_the_screen_and_to_play_to_its_last_step(playground)
    watch.refusals.add(422)
    expect_each_step_to_say_where_it_is(playground)
    expect_picked_features_and_tab_to_go_from_the_stage_to_the_controls(playground)
    page.set_viewport_size({"width": 1280, "height": 900})
    page.evaluate("() => scrollTo(0, 0)")
    playground.step_to("step=y")
    page.emulate_media(reduced_motion=None)
    expect_a_dragged_mean_to_change_beta_the_end_of_the_deviation_bar_gamma_and_the_weights_knob_x(playground, watch)


def expect_it_to_fit_the_screen_and_to_play_to_its_last_step(playground: Playground) -> None:
    page = playground.page
    assert fits(page)
    expect(page.locator(".part[open]")).to_have_count(0)
    assert words_in_sight(page) <= 350
    assert page.locator(".stage-controls label").evaluate_all(LINES) == [1, 1, 1, 1]
    expect(page.locator("#stage-sentence")).to_contain_text("which is a line here")
    page.get_by_role("button", name="play").click()
    expect(page.locator('[data-step="activation"][aria-current="step"]')).to_be_visible()
    expect(page.locator("#stage-sentence")).to_contain_text("f is ReLU")
    assert playground.query == {"step": "activation"}
    page.go_back()
    expect(page.locator('[data-step="x"][aria-current="step"]')).to_be_visible()
    expect(page.locator("#steps [data-said]")).to_contain_text("These 3 features, on one ruler")
    assert shifted(page) < 0.02


def expect_each_step_to_say_where_it_is(playground: Playground) -> None:
    """The ruler zooms."""
    page = playground.page
    said, rulers = set(), []
    for step in STEPS:
        page.locator(f'#steps [data-step="{step}"]').click()
        expect(page.locator("#stage .drawing")).to_have_attribute("data-step", step)
        said.add(page.locator("#stage-sentence").inner_text())
        rulers.append(page.locator("#stage-ruler").inner_text())
        assert playground.query.get("step", "x") == step
    assert len(said) == 6
    assert "from 0 to 1800" in rulers[0]
    assert "from −4 to 4" in rulers[2]
    page.locator('#steps [data-go="back"]').click()
    expect(page.locator("#stage .drawing")).to_have_attribute("data-step", "y")
    page.locator('[data-arrows="dx"]').click()
    expect(page.locator("#stage-sentence")).to_contain_text("∂L/∂x")
    assert page.locator(".arrow.dx").count() == 3 * 178
    expect_arrows_evenly_over_the_order_of_values(page, most=48, kinds=1)
    page.locator('[data-arrows="paths"]').click()
    assert page.locator(".arrows :is(.direct, .mean, .variance)").count() == 3 * 3 * 178
    expect_arrows_evenly_over_the_order_of_values(page, most=24, kinds=3)
    expect_an_example_that_is_pointed_at_to_have_its_arrows(page)
    assert playground.query == {"step": "y", "arrows": "paths"}
    expect_nothing_hidden_to_say_what_was(playground)
    playground.step_to("step=y&arrows=paths&lanes=6")
    expect(page.locator("#stage-ruler")).to_contain_text("; a dot is one example; 24 have arrows")
    expect_arrows_at_the_rulers_ends_to_stay_within_their_lanes(playground)
    playground.step_to("step=y&arrows=paths&batch_size=24")
    assert [seen for seen, _, _ in page.locator(".lane").evaluate_all(ARROWED)] == [3 * 24] * 3
    expect(page.locator("#stage-ruler")).not_to_contain_text("arrows")
    playground.step_to("step=y")


def expect_arrows_evenly_over_the_order_of_values(page: Page, most: int, kinds: int) -> None:
    """At some of many dots, from the first to the last, and the line below says of how many."""
    for seen, starts, dots in page.locator(".lane").evaluate_all(ARROWED):
        assert seen == most * kinds
        assert starts == [dots[int(rank * (len(dots) - 1) / (most - 1) + 0.5)] for rank in range(most)]
    expect(page.locator("#stage-ruler")).to_contain_text(f"; a dot is one example; {most} of each feature have arrows")


def expect_arrows_at_the_rulers_ends_to_stay_within_their_lanes(playground: Playground) -> None:
    """Neither under a menu, nor cut off."""
    for size in (PHONE, DESKTOP):
        playground.page.set_viewport_size(size)  # type: ignore[arg-type]
        for query in ("step=x&arrows=paths", "step=x&arrows=dx&source=digits"):
            playground.step_to(query)
            inside, outside = playground.page.locator(".lane").evaluate_all(KEPT)
            assert (inside > 48, outside) == (True, 0), (size, query)


def expect_an_example_that_is_pointed_at_to_have_its_arrows(page: Page) -> None:
    lane = page.locator(".lane").first
    spare = lane.locator(".arrow.spare").first
    expect(spare).to_have_css("display", "none")
    lane.locator(f'.dots [data-example="{spare.get_attribute("data-example")}"]').dispatch_event("pointermove")
    expect(spare).not_to_have_css("display", "none")
    page.keyboard.press("Escape")
    expect(spare).to_have_css("display", "none")


def expect_nothing_hidden_to_say_what_was(playground: Playground) -> None:
    """A screen reader finds neither the step's sentence from before the arrows, nor the error of a mended field."""
    said = playground.page.locator("#steps [data-said]")
    expect(said).to_have_text("")
    playground.page.locator('[data-arrows="paths"]').click()
    playground.page.locator('#steps [data-step="scaled"]').click()
    expect(said).to_contain_text("now 1")
    playground.enter("gamma", "2.5")
    expect(said).to_have_text("")
    playground.page.locator('#steps [data-step="y"]').click()
    playground.enter("gamma", "none")
    playground.expect_error("gamma", "none")
    playground.enter("gamma", "1")
    expect(playground.error("gamma")).to_have_text("")


def expect_a_dragged_mean_to_change_beta_the_end_of_the_deviation_bar_gamma_and_the_weights_knob_x(
    playground: Playground, watch: Watch
) -> None:
    expect_a_dragged_mean_to_change_beta_while_the_ruler_stays(playground)
    playground.page.emulate_media(reduced_motion="reduce")  # else the bar is still on its way there
    playground.step_to("step=scaled")
    expect_the_end_of_the_deviation_bar_to_change_gamma(playground)
    expect_keys_to_go_on_from_where_the_mark_was_sent(playground)
    playground.page.emulate_media(reduced_motion=None)
    playground.step_to("step=x_hat")
    expect_the_whole_answer_given_up(playground)
    expect_x_to_move_and_not_x_hat(playground, watch)


def expect_a_dragged_mean_to_change_beta_while_the_ruler_stays(playground: Playground) -> None:
    page = playground.page
    before = ticks(page)
    drag(page, grip(page, "Shift β of proline"), 500)
    expect(page.locator("#headline")).to_contain_text("on proline: mean")
    assert ticks(page) == before
    lanes = page.locator(".lane")
    expect(lanes.locator(".lane-told[text-anchor=start]")).to_have_count(1)
    assert lanes.evaluate_all(CROSSED) == 0
    page.mouse.up()
    playground.settle()
    beta = float(playground.query["beta"].split(",")[12])
    assert beta == pytest.approx(3.0)  # its reach; the pointer went further
    expect(page.locator("#headline")).to_have_text("β = 3 on proline: mean 3.00, deviation 1.00")
    expect(page.locator("#stage-ruler")).to_contain_text("from −8 to 8")
    page.go_back()
    playground.settle()
    assert "beta" not in playground.query
    page.go_forward()
    playground.settle()
    assert playground.query["beta"].endswith(",3")


def expect_the_end_of_the_deviation_bar_to_change_gamma(playground: Playground) -> None:
    """By drag and by key, and it is reset."""
    page = playground.page
    bar = grip(page, "Scale γ of hue")
    drag(page, bar, 60)
    page.mouse.up()
    playground.settle()
    gamma = float(playground.query["gamma"].split(",")[10])
    assert 1.2 < gamma < 2.2
    expect(page.locator("#headline")).to_contain_text("on hue: mean 0, deviation")
    bar.press("ArrowRight")
    bar.press("PageUp")
    playground.settle()
    assert float(playground.query["gamma"].split(",")[10]) == pytest.approx(gamma + 0.55)
    expect(bar).to_have_attribute("aria-valuenow", f"{gamma + 0.55:.2f}".rstrip("0"))
    bar.press("Delete")
    playground.settle()
    assert playground.query["gamma"].split(",")[10] == "1"
    expect(grip(page, "Shift β of hue")).to_be_hidden()


def expect_keys_to_go_on_from_where_the_mark_was_sent(playground: Playground) -> None:
    """Not from the last answer: else what is pressed before the server has answered is lost."""
    bar = grip(playground.page, "Scale γ of hue")
    held = Held(playground.page, re.compile(r"/api/v1/playground\?"), most=1)
    bar.press("ArrowRight")
    held.urls()
    bar.press("PageUp")
    held.let_go()
    playground.settle()
    assert playground.query["gamma"].split(",")[10] == "1.55"


def expect_x_to_move_and_not_x_hat(playground: Playground, watch: Watch) -> None:
    """Only the stage is asked for."""
    page = playground.page
    places = page.locator(".lane .dots").first.evaluate(PLACES)
    watch.requests.clear()
    slider = page.locator('.control[data-field="x_scale"] .slide')
    slider.evaluate("(s) => { s.value = 738; s.dispatchEvent(new Event('input', { bubbles: true })); }")
    expect(page.locator("#headline")).to_have_text("Weights × 3: every x follows, every x̂ stands still.")
    assert watch.asked("parts=stage")
    playground.settle()
    assert page.locator(".lane .dots").first.evaluate(PLACES) == pytest.approx(places, abs=0.2)
    assert "parts" not in playground.query
    assert "parts=stage" not in watch.requests[-1]


def expect_the_whole_answer_given_up(playground: Playground) -> None:
    """For which the hand had rested, when it moves on; else the stage waits for all the figures of its last move."""
    page = playground.page
    slider = page.locator('.control[data-field="x_scale"] .slide')
    wholes = Held(page, re.compile(r"/api/v1/playground\?(?!.*parts=stage)"), most=1)
    slider.evaluate(SLID_TO, 738)
    wholes.urls()
    with page.expect_event("requestfailed") as given_up:
        slider.evaluate(SLID_TO, 600)
    assert "parts" not in given_up.value.url
    expect(page.locator("#headline")).to_have_text("Weights × 1.6: every x follows, every x̂ stands still.")
    playground.settle()
    assert playground.query["x_scale"] == "1.6"
    expect(page.locator("#problem")).to_be_hidden()
    wholes.end()


def expect_picked_features_and_tab_to_go_from_the_stage_to_the_controls(playground: Playground) -> None:
    page = playground.page
    page.get_by_label("Feature on lane 3").select_option(label="ash")
    playground.settle()
    assert playground.query["lanes"] == "12,0,2"
    order = page.evaluate(ORDER)
    assert order
    page.locator("[data-part=paths] > summary").press("Enter")
    playground.settle()
    assert playground.query["open"] == "paths"
    page.goto("/#t-pair")
    expect(page.locator('[data-part="pair"]')).to_have_attribute("open", "")
