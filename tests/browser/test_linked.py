"""A feature, an example, a block or a channel that is pointed at is lit wherever its page has it."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.batch_size.page import BatchSize
from tests.browser.derivation.page import Derivation
from tests.browser.gradient_check.page import GradientCheck
from tests.browser.network.page import Network
from tests.browser.norms.page import Norms
from tests.browser.playground.page import STAGES, Playground

pytestmark = pytest.mark.folded  # a law opens the sections that it looks at

LANES = "source=iris&lanes=0,2,3"
# The texts of the ticks along an axis that lie within the bands that are lit there.
LIT_TICKS = """(figure, axis) => {
  const [low, high] = axis === "x" ? ["left", "right"] : ["top", "bottom"];
  const boxes = (selector) => [...figure.querySelectorAll(selector)].map((e) => [e, e.getBoundingClientRect()]);
  const area = figure.querySelector(".nsewdrag").getBoundingClientRect();
  const side = axis === "x" ? "height" : "width";
  const bands = boxes(".linked-band").filter(([, box]) => Math.abs(box[side] - area[side]) < 1);
  return boxes(`.${axis}tick text`).filter(([, box]) => {
    const middle = (box[low] + box[high]) / 2;
    return bands.some(([, band]) => band[low] < middle && middle < band[high]);
  }).map(([tick]) => tick.textContent);
}"""
# Where the tick of a text lies, beside the axes: a point in its row or column.
AT_TICK = """(figure, [axis, text]) => {
  const area = figure.querySelector(".nsewdrag").getBoundingClientRect();
  const tick = [...figure.querySelectorAll(`.${axis}tick text`)].find((one) => one.textContent === text);
  const { left, right, top, bottom } = tick.getBoundingClientRect();
  if (axis === "x") return [(left + right) / 2, area.top + area.height / 2];
  return [area.left + 0.9 * area.width, (top + bottom) / 2];
}"""


def lit_ticks(figure: Locator, axis: str = "y") -> list[str]:
    """What the bands that are lit along an axis of a figure are called there."""
    texts: list[str] = figure.evaluate(LIT_TICKS, axis)
    return texts


def point_at(page: Page, figure: Locator, tick: str, axis: str = "y") -> None:
    """Move the mouse into the row, or the column, that a tick names."""
    figure.scroll_into_view_if_needed()
    page.mouse.move(*figure.evaluate(AT_TICK, [axis, tick]))


def linked(page: Page, within: str = "") -> Locator:
    return page.locator(f"{within} [data-linked]")


def test_a_feature_and_an_example_are_lit_in_the_stage_the_rows_and_the_pair(playground: Playground) -> None:
    playground.page.set_viewport_size({"width": 1280, "height": 2400})
    playground.open(f"{LANES}&arrows=dx&pair=0,3&open=forward,backward,features,pair")
    a_feature_is_lit_in_the_stage_the_rows_and_the_table(playground)
    playground.step_to(f"{LANES}&batch_size=24&step=x_hat&selected=0,3&pair=0,3&open=forward,features,pair")
    an_example_is_lit_in_the_stage_the_pair_and_the_rugs_and_terms_stay_as_they_are(playground)


def a_feature_is_lit_in_the_stage_the_rows_and_the_table(playground: Playground) -> None:
    page = playground.page
    for name in (*STAGES, "dx"):
        playground.drawn(name)
    page.locator('.lane[data-feature="0"] .lane-back').hover(position={"x": 300, "y": 20})
    assert lit_ticks(playground.figure("x")) == ["sepal length"]
    heights = page.locator("#chain-forward .linked-band").evaluate_all(
        "(all) => all.map((band) => band.getBoundingClientRect().top)"
    )
    assert len(heights) == len(STAGES)
    assert len(set(heights)) == 1
    expect(page.locator("#feature-0")).to_have_attribute("data-linked", "")
    expect(page.locator("#features tr[data-linked]")).to_have_count(1)
    expect(playground.figure("pair")).to_have_attribute("data-linked", "")
    page.keyboard.press("Escape")
    expect(linked(page)).to_have_count(0)
    expect(page.locator(".linked-band")).to_have_count(0)

    point_at(page, playground.figure("dx"), "petal length")
    expect(page.locator(".lane[data-linked]")).to_have_attribute("data-feature", "2")
    assert lit_ticks(playground.figure("x")) == ["petal length"]
    expect(playground.figure("pair")).not_to_have_attribute("data-linked", "")
    page.mouse.move(640, 5)
    expect(linked(page)).to_have_count(0)

    page.locator('#features .pick[data-feature="0"]').focus()
    page.keyboard.press("Tab")
    assert lit_ticks(playground.figure("x_hat").locator("xpath=preceding-sibling::*[1]")) == ["sepal width"]
    page.locator("#feature-3").hover()
    expect(page.locator(".lane[data-linked]")).to_have_attribute("data-feature", "3")


def an_example_is_lit_in_the_stage_the_pair_and_the_rugs_and_terms_stay_as_they_are(playground: Playground) -> None:
    page = playground.page
    playground.drawn("pair")
    last = page.locator('.lane[data-feature="3"] [data-example="23"]')  # above the others
    last.scroll_into_view_if_needed()
    dot = last.bounding_box()
    assert dot
    page.mouse.move(dot["x"] + dot["width"] / 2, dot["y"] + dot["height"] / 2)
    lit = page.locator(".dots [data-linked]")
    expect(lit).to_have_count(3)
    assert set(lit.evaluate_all("(all) => all.map((dot) => dot.dataset.example)")) == {"23"}
    expect(playground.figure("pair").locator(".linked-point")).to_have_count(2)
    expect(playground.figure("x_hat").locator(".linked-point")).to_have_count(2)
    page.locator('[data-figure="y"] .formula .term[data-term="gamma"]:visible').first.hover()
    expect(linked(page)).to_have_count(0)
    expect(page.locator('.control[data-field="gamma"]')).to_have_class("control per_feature lit")


def a_block_is_lit_in_the_curves_the_columns_and_the_schematic(network: Network) -> None:
    page = network.page
    page.set_viewport_size({"width": 1280, "height": 3000})
    network.step_to("depth=4&width=8&open=depth,schematic,columns")
    for name in ("depth_deviation", "depth_gradient", "activations_without", "activations_with", "gradients_with"):
        network.drawn(name)
    network.joint("z4", "with").hover()
    for name in ("depth_deviation", "depth_gradient"):
        assert lit_ticks(page.locator(f"#figure-{name}"), "x") == ["4"]
    for name in ("activations_without", "activations_with", "gradients_with"):
        assert lit_ticks(page.locator(f"#figure-{name}")) == ["4"]
    point_at(page, page.locator("#figure-activations_without"), "2")
    expect(page.locator('.net-stack[data-block="2"][data-linked]')).to_have_count(2)
    assert lit_ticks(page.locator("#figure-depth_deviation"), "x") == ["2"]


def an_example_is_lit_in_the_deals_their_dots_the_strips_and_the_jacobian(view: BatchSize) -> None:
    page = view.page
    page.set_viewport_size({"width": 1280, "height": 4000})
    view.step_to("draws=100&members=6&example=2&open=dependence")
    view.controls.drawn("jacobian_total")
    jacobian, dots = page.locator("#figure-jacobian_total"), page.locator("#dots .dots [data-linked]")
    page.locator("#piles .dropout .latest").hover()
    expect(dots).to_have_attribute("data-example", "2")
    expect(dots).to_have_class("lit followed")
    assert lit_ticks(jacobian) == ["2"]
    page.locator('#dots [data-example="4"]').hover()
    assert lit_ticks(jacobian) == ["4"]
    expect(page.locator("#piles .lane[data-linked]")).to_have_count(0)
    point_at(page, jacobian, "5", "x")
    assert "5" in dots.evaluate_all("(all) => all.map((dot) => dot.dataset.example)")
    page.locator("#dots .followed").hover()
    expect(page.locator("#piles .lane[data-linked]")).to_have_count(3)
    page.mouse.move(640, 5)
    expect(linked(page)).to_have_count(0)
    page.locator("#c-feature").focus()
    page.keyboard.press("Tab")
    page.locator("#c-example").focus()
    expect(dots).to_have_attribute("data-example", "2")

    page.locator("#tab-strip").click()
    view.settle()
    page.locator("#strip-train .values [data-example='3'] .now").hover()
    for axis in ("x", "y"):
        assert lit_ticks(jacobian, axis) == ["3"]
    point_at(page, jacobian, "1", "x")
    lit = page.locator("#strip-inference [data-linked]")
    assert "1" in lit.evaluate_all("(all) => all.map((one) => one.dataset.example)")


def test_a_tensor_is_lit_in_its_verdict_its_line_its_field_and_its_figures_and_a_unit_in_them(page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 3000})
    check = GradientCheck(page).open("way=paste&numeric=true&open=factors")
    lit = "(all) => all.map((one) => one.id || one.dataset.diagnosis || one.dataset.field || one.tagName)"
    every = ["dx", "variance_path_missing", "TR", "figure-factors", "figure-against", "TR"]
    page.locator('#verdicts [data-tensor="dx"]').hover()
    assert linked(page).evaluate_all(lit) == every
    check.figure("against").locator("figcaption").hover()
    assert linked(page).evaluate_all(lit) == every
    page.mouse.move(640, 5)
    expect(linked(page)).to_have_count(0)
    page.locator("#c-mistake").focus()
    for field in ("dx", "dgamma"):
        page.keyboard.press("Tab")
        expect(check.field(field)).to_be_focused()
        assert linked(page).evaluate_all(lit)[0] == field
    page.locator("#fold-table summary").click()
    page.locator('#batch-table td[data-feature="1"]').first.hover()
    expect(check.figure("factors").locator(".linked-point")).to_have_count(3)
    expect(check.figure("against").locator(".linked-point")).to_have_count(7)


def a_cell_of_the_norms_lights_its_channels_rows_on_the_stage_and_below_it_and_a_row_its_cells(norms: Norms) -> None:
    page = norms.page
    page.set_viewport_size({"width": 1280, "height": 3000})
    norms.step_to("open=cube,distributions")
    before, lit = page.locator("#figure-before"), page.locator("#stage [data-linked]")
    names = norms.answer()["batch"]["channel_names"]
    page.locator('[data-stage-cube="group"] [data-example="1"][data-channel="2"]').first.hover()
    assert lit_ticks(before) == [names[2]]
    assert lit_ticks(page.locator("#figure-after_batch")) == [names[2]]
    expect(norms.box("batch", 1, 2)).to_have_attribute("data-linked", "")
    point_at(page, before, names[3])
    assert set(lit.evaluate_all("(all) => all.map((one) => one.dataset.channel)")) == {"3"}
    assert lit.count() == 9 * 4 * 9
    page.mouse.move(640, 5)
    expect(linked(page)).to_have_count(0)
    page.locator("#stage").focus()
    page.keyboard.press("PageDown")
    expect(page.locator("#stage-said")).not_to_be_empty()
    assert lit_ticks(before) == [names[int(norms.query["cell"].split(",")[1])]]
    page.locator("#c-situation").focus()
    expect(linked(page)).to_have_count(0)
    norms.box("batch", 1, 2).hover()
    assert lit_ticks(before) == lit_ticks(page.locator("#figure-after_batch")) == [names[2]]


def a_cell_of_the_derivation_lights_its_example_and_its_terms(derivation: Derivation) -> None:
    page = derivation.page
    page.set_viewport_size({"width": 1280, "height": 4000})
    derivation.step_to("open=batch,paths,jacobian")
    cell = page.locator('#grid-values input[data-example="2"][data-feature="1"]')
    cell.hover()
    expect(cell).to_have_class("lit")
    assert lit_ticks(derivation.figure("jacobian"), "x") == ["2"]
    assert lit_ticks(derivation.figure("jacobian")) == ["2"]
    assert lit_ticks(derivation.figure("paths"), "x") == ["2"]
    point_at(page, derivation.figure("paths"), "1", "x")
    lit = page.locator("#grid-dy [data-linked]")
    assert set(lit.evaluate_all("(all) => all.map((one) => one.dataset.example)")) == {"1"}
