"""The stage: batches that are dealt one by one or played, and one slider for the batch size."""

import json

import pytest
from playwright.sync_api import expect

from tests.browser.batch_size.page import BatchSize
from tests.browser.conftest import Watch
from tests.browser.playground.page import STEP_TO
from tests.browser.stage import settled, shifted, watch_shifts

pytestmark = pytest.mark.folded
TITLED = """(lanes) => lanes.map((lane) => {
  const [band, title] = [".band", "text"].map((part) => lane.querySelector(part).getBoundingClientRect());
  return title.bottom <= band.top + 2;
})"""
"""Whether a pile's title stands above where its dots fall."""
CROSSED = """(lanes) => lanes.flatMap((lane) => {
  const all = [...document.querySelectorAll("#piles .without")].map((line) => line.getBoundingClientRect());
  return [...lane.querySelectorAll(":scope > :is(.strong, .told)")].filter((text) => {
    const [said, height] = [text.getBoundingClientRect(), Number(text.getAttribute("y"))];
    const baseline = document.querySelector("#piles").getBoundingClientRect().top + height;
    return all.some(({ x, top, bottom }) => said.left < x && x < said.right && top < baseline && baseline - 8 < bottom);
  }).map(({ textContent }) => textContent);
})"""
"""The labels of the piles' titles that a line of no noise crosses."""
BEHIND = """(lanes) => lanes.map((lane) => {
  const [band, line] = [".band", ".without"].map((part) => lane.querySelector(part));
  return Boolean(band.compareDocumentPosition(line) & Node.DOCUMENT_POSITION_PRECEDING);
})"""
"""Whether the line of no noise lies behind a pile's band, which hides it."""
FALLING = "() => document.querySelector('#piles').getAnimations({ subtree: true }).length"
MIDDLES = """() => {
  const lit = [...document.querySelectorAll("#dots .lit")].map((dot) => Number(dot.getAttribute("cx")));
  const marked = Number(document.querySelector("#dots .deal .middle").getAttribute("x1"));
  return [lit.reduce((sum, x) => sum + x, 0) / lit.length, marked];
}"""
"""Of the lit dots, and where their mean is marked."""
WITHOUT_A_PLACE = """() => [...document.querySelectorAll("#stage svg *")]
  .filter(({ attributes }) => [...attributes].some(({ value }) => /NaN|undefined|Infinity/.test(value))).length"""
SHOWN = "Number(document.querySelector('#deal-number').textContent)"


def test_a_deal_lights_its_batch_plays_to_the_end_where_motion_is_wanted_and_a_slider_turns_the_size_and_nothing_else(
    view: BatchSize, watch: Watch
) -> None:
    watch_shifts(view.page)
    view.open("deal=30")
    settled(view.page)
    expect_one_slider_to_turn_the_size_and_nothing_else_to_move(view, watch)
    expect_every_source_and_state_drawn_without_complaint(view, watch)
    view.step_to("")
    expect_a_deal_lights_its_batch(view, watch)
    expect_an_answer_of_few_bytes(view)
    view.step_to("deal=0")
    expect_it_to_play_to_pause_and_to_go_on_to_the_end(view)
    view.step_to("")
    expect_deals_at_once_without_motion(view)
    expect_the_stage_in_view_on_a_phone(view)


def expect_a_deal_lights_its_batch(view: BatchSize, watch: Watch) -> None:
    """Its example falls."""
    stage, asked = view.answer()["stage"], watch.asked("/api/")
    assert (view.lit(), view.fallen()) == (8, [40, 40, 40])
    assert view.page.locator("#piles .lane").evaluate_all(TITLED) == [True] * 3
    assert view.told("number").inner_text() == "40"
    view.dealer("Deal").click()
    assert view.query == {"deal": "41"}
    assert (view.lit(), view.fallen()) == (8, [41, 41, 41])
    lit, marked = view.page.evaluate(MIDDLES)
    assert lit == pytest.approx(marked, abs=1.5)
    for name, of in (("mean", "mean"), ("sd", "sd"), ("x-hat", "values")):
        said = float(view.told(name).inner_text().replace("−", "-"))
        assert said == pytest.approx(stage[of][40], rel=6e-3)
    view.page.locator("#piles .lane.batch_norm circle").nth(2).hover()
    middle, of_third = view.page.evaluate(MIDDLES)
    assert middle == pytest.approx(of_third, abs=1.5)
    assert of_third != marked, "the batch that the third dot came from"
    view.told("number").hover()
    assert view.page.evaluate(MIDDLES) == [lit, marked]
    expect(view.told("said")).to_have_text(
        f"Deal 41: mean {view.told('mean').inner_text()}, deviation {view.told('sd').inner_text()}, "
        f"x̂ {view.told('x-hat').inner_text()}."
    )
    view.told("sd").locator("..").locator(".term").hover()
    expect(view.page.locator("#term-tip")).to_contain_text("The batch's deviation")
    view.dealer("Reset").click()
    assert (view.lit(), view.fallen()) == (0, [0, 0, 0])
    expect(view.told("said")).to_have_text("No batch is dealt.")
    expect(view.dealer("Reset")).to_have_attribute("aria-disabled", "true")
    assert watch.asked("/api/") == asked  # all deals came at once
    view.page.go_back()
    assert (view.lit(), view.fallen()) == (8, [41, 41, 41])
    view.page.go_forward()
    assert view.fallen() == [0, 0, 0]


def expect_an_answer_of_few_bytes(view: BatchSize) -> None:
    with view.page.expect_response(lambda response: "parts=stage" in response.url) as answered:
        view.controls.drag("size", "400")
    body = answered.value.body()
    assert len(body) < 12_000
    assert "figures" not in json.loads(body)
    view.settle()


def expect_deals_at_once_without_motion(view: BatchSize) -> None:
    view.page.emulate_media(reduced_motion="reduce")
    view.dealer("Deal").click()
    assert view.page.evaluate(FALLING) == 0
    view.dealer("Play").click()
    assert view.query == {"deal": "200"}
    assert view.fallen() == [200, 200, 200]
    assert view.page.evaluate(FALLING) == 0
    expect(view.told("said")).to_contain_text("Deal 200: ")


def expect_the_stage_in_view_on_a_phone(view: BatchSize) -> None:
    """Above the open controls."""
    view.page.set_viewport_size({"width": 390, "height": 844})
    view.settle()
    lanes = view.page.locator("#piles .lane")
    assert lanes.evaluate_all(CROSSED) == []
    assert lanes.evaluate_all(BEHIND) == [False] * 3
    view.page.locator("#sheet").click()
    assert view.page.evaluate("() => { scrollTo(0, 900); return scrollY; }") > 400
    view.controls.press("size", "PageUp")
    assert view.lit() > 8
    top, *drawings = (view.page.locator(f"#{name}").bounding_box() for name in ("sheet", "dots", "piles"))
    for drawing in drawings:
        assert 40 < drawing["y"] < drawing["y"] + drawing["height"] <= top["y"]


def expect_it_to_play_to_pause_and_to_go_on_to_the_end(view: BatchSize) -> None:
    said = view.told("said").inner_text()
    view.dealer("Play").click()
    view.page.wait_for_function(f"() => {SHOWN} >= 5")
    assert view.told("said").inner_text() == said  # nothing more while it plays
    assert view.query == {"deal": "0"}  # nothing is written while it plays
    view.dealer("Pause").click()
    paused = view.told("number").inner_text()
    assert view.query == {"deal": paused}
    assert 5 <= int(paused) < 200
    expect(view.told("said")).to_contain_text(f"Deal {paused}: ")
    view.dealer("Play").click()
    view.page.wait_for_function(f"(paused) => {SHOWN} > paused", arg=int(paused))
    view.page.evaluate(STEP_TO, "?deal=190")
    expect(view.told("number")).to_have_text("190")
    view.dealer("Play").click()
    expect(view.told("number")).to_have_text("200")
    expect(view.dealer("Deal")).to_have_attribute("aria-disabled", "true")
    expect(view.dealer("Play")).to_be_visible()
    assert view.query == {"deal": "200"}
    assert view.fallen() == [200, 200, 200]
    view.dealer("Play").click()
    view.page.wait_for_function(f"() => {SHOWN} < 200")
    view.dealer("Pause").click()


def expect_one_slider_to_turn_the_size_and_nothing_else_to_move(view: BatchSize, watch: Watch) -> None:
    asked = len(watch.asked("/api/"))
    rulers = view.ticks("dots", "piles")
    view.controls.drag("size", "300", "500", "600")
    expect(view.headline).not_to_contain_text("K = 8,")
    assert "parts=stage" in watch.asked("/api/")[asked]
    assert view.ticks("dots", "piles") == rulers
    view.controls.release("size")
    view.settle()
    size = int(view.query["size"])
    assert size > 16
    assert view.query["members"] == "16"
    assert view.lit() == size
    assert view.ticks("dots", "piles") == rulers
    expect(view.page.locator("#x-hat-text")).to_contain_text(f"batches of {size}")
    view.controls.press("size", "End")
    assert view.lit() == 178
    expect(view.headline).to_contain_text("all the examples")
    view.controls.press("size", "Home")
    assert (view.query["size"], view.query["members"], view.lit()) == ("2", "2", 2)
    assert view.ticks("dots", "piles") == rulers
    view.tab("Deal a batch").press("ArrowRight")
    expect(view.page.locator("#strip-x .grip")).to_have_count(2)
    assert view.query["tab"] == "strip"
    view.controls.press("move_by", "End")
    view.tab("Drag an example").press("ArrowLeft")
    expect(view.page.locator("#dots")).to_be_visible()
    assert shifted(view.page) < 0.02


def expect_every_source_and_state_drawn_without_complaint(view: BatchSize, watch: Watch) -> None:
    view.step_to("source=inline&values=3;3;3&size=3&members=3&draws=100")
    assert view.lit() == 3
    view.controls.choose("source", "heavy_tailed")
    view.controls.choose("source", "digits")
    assert view.page.locator("#dots circle").count() == 200
    expect(view.page.locator("#dots-text")).to_contain_text("200 dots stand for 1,797 examples")
    view.strip()
    assert view.page.evaluate(WITHOUT_A_PLACE) == 0
    assert watch.complaints == []
