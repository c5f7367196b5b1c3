"""The network's stage: a knob on each block's weights is pulled, by hand and by key, and one sees who notices."""

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.held import Held
from tests.browser.network.page import Network

SMALL = "depth=4&width=16&batch_size=64"
ALL_NOTICE = "Block 1 × 3: 3 of 3 later blocks notice without BN, 0 of 3 with."
AT_REST = "Over 4 blocks the deviation of z "
STOP = 7  # pixels
WORDS = {
    "later blocks notice": "by more than 1 % of a deviation", "deviations at rest": "before a knob is moved",
    "moved by": "The Wasserstein distance", "deviation of z": "The deviation over all units",
    "gradient at z": "How much the loss changes",
}  # fmt: skip
FLOATING = ["waiting"]
"""What shifts where an answer takes long: the box of its progress, which lies above the page and grows."""
SHIFTS = """() => {
  window.shifted = [];
  const told = ({ value, hadRecentInput, sources }) =>
    ({ value, hadRecentInput, of: sources.map(({ node }) => node?.id || node?.className || node?.nodeName) });
  const keep = (list) => window.shifted.push(...list.getEntries().map(told));
  new PerformanceObserver(keep).observe({ type: "layout-shift" });
}"""

pytestmark = pytest.mark.folded


def taken(network: Network, grip: Locator) -> tuple[float, float]:
    """The pointer is down on a grip: where."""
    box = grip.bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    network.page.mouse.move(x, y)
    network.page.mouse.down()
    return x, y


def near(path: str, other: str) -> bool:
    """Whether two outlines are the same but for a number that rounding may take to the next bin."""
    a, b = ([float(number) for number in re.findall(r"-?[\d.]+", each)] for each in (path, other))
    return len(a) == len(b) and all(abs(x - y) < 3 for x, y in zip(a, b, strict=True))


def expect_knobs_and_sliders_to_pull_a_block_and_a_block_pointed_at_told(network: Network) -> None:
    network.step_to(SMALL)
    expect_a_dragged_knob_followed(network)
    expect_a_block_told_in_both_rows(network)
    network.step_to(SMALL)
    expect_a_knob_pressed_and_reset_and_a_slider_by_key(network)


def expect_a_dragged_knob_followed(network: Network) -> None:
    """With batch norm nobody notices."""
    before = {name: [network.outline(name, block) for block in range(1, 5)] for name in ("without", "with")}
    rulers = network.rulers()
    assert rulers
    x, y = taken(network, network.knob(1))
    for stop in range(1, 6):
        network.page.mouse.move(x, y - stop * STOP)
    expect(network.headline).to_have_text(ALL_NOTICE)
    assert network.rulers() == rulers
    expect(network.knob(1)).to_have_attribute("aria-valuetext", "× 3")
    for block in (2, 3, 4):
        assert network.outline("without", block) != before["without"][block - 1]
        assert near(network.outline("with", block), before["with"][block - 1])
        expect(network.bell("without", block)).to_have_class(re.compile("notices"))
        expect(network.bell("with", block)).not_to_have_class(re.compile("notices"))
    assert network.outline("with", 1) != before["with"][0]
    network.page.mouse.up()
    network.settle()
    assert network.query == {**network.query, "disturb_layer": "1"}
    assert network.rulers() == rulers
    expect(network.page.locator("#net-blocks-without li").nth(3)).to_contain_text(": it notices.")
    network.page.go_back()
    expect(network.headline).to_contain_text(AT_REST)
    assert network.outline("without", 4) == before["without"][3]
    network.page.go_forward()
    expect(network.headline).to_have_text(ALL_NOTICE)


def expect_a_knob_pressed_and_reset_and_a_slider_by_key(network: Network) -> None:
    """It follows before the answer comes."""
    expect_a_pressed_knob_to_pull_threefold_and_another_one_to_take_its_place(network)
    network.page.get_by_role("button", name="Reset the knob").click()
    expect(network.headline).to_contain_text(AT_REST)
    network.settle()
    expect_a_slider_by_key_with_a_name_a_value_and_a_way_back(network)
    network.page.keyboard.press("Delete")
    expect(network.headline).to_contain_text(AT_REST)
    network.settle()
    expect_a_knob_to_follow_its_hand_and_to_ask_for_the_stage_alone(network)


def expect_a_slider_by_key_with_a_name_a_value_and_a_way_back(network: Network) -> None:
    knob = network.knob(2)
    expect(knob).to_have_attribute("aria-valuetext", "× 1")
    knob.focus()
    for _ in range(5):
        network.page.keyboard.press("ArrowUp")
    expect(knob).to_have_attribute("aria-valuetext", "× 3")
    expect(network.headline).to_have_text("Block 2 × 3: 2 of 2 later blocks notice without BN, 0 of 2 with.")
    network.page.keyboard.press("Shift+ArrowUp")
    network.settle()
    assert (network.query["disturb_layer"], network.query["disturb_shift"]) == ("2", "0.1")
    expect(network.page.get_by_role("slider", name="Biases of block 2, plus")).to_have_attribute(
        "aria-valuetext", "+ 0.1"
    )
    expect(knob).to_have_attribute("aria-valuetext", "× 3")
    network.page.keyboard.press("Delete")
    expect(network.headline).to_contain_text(AT_REST)
    expect(knob).to_have_attribute("aria-valuetext", "× 1")
    assert "disturb_layer" not in network.query
    network.page.go_back()
    expect(knob).to_have_attribute("aria-valuetext", "× 3")
    network.page.go_back()
    expect(knob).to_have_attribute("aria-valuetext", "× 1")
    for said in ("× 3", "× 1"):
        network.page.keyboard.press("Enter")
        expect(knob).to_have_attribute("aria-valuetext", said)
    network.page.keyboard.press("Home")
    expect(knob).to_have_attribute("aria-valuetext", "× 0.1")
    expect(knob).to_be_focused()


def expect_a_pressed_knob_to_pull_threefold_and_another_one_to_take_its_place(network: Network) -> None:
    """Reset takes it back."""
    network.knob(1).click()
    expect(network.headline).to_have_text(ALL_NOTICE)
    network.knob(3).click()
    expect(network.headline).to_contain_text("Block 3 × 3: 1 of 1 later")
    expect(network.knob(1)).to_have_attribute("aria-valuetext", "× 1")
    network.page.get_by_role("button", name="Reset the knob").click()
    expect(network.headline).to_contain_text(AT_REST)
    network.page.get_by_role("slider", name="Biases of block 1, plus").focus()
    network.page.keyboard.press("PageUp")
    expect(network.headline).to_contain_text("Block 1, biases + 1: ")
    network.page.keyboard.press("Backspace")
    expect(network.headline).to_contain_text(AT_REST)
    biases = network.page.locator("#net-biases")
    biases.click()
    expect(network.headline).to_contain_text("Block 1, biases + 2: ")
    expect(biases).to_have_attribute("aria-valuetext", "+ 2")
    network.page.keyboard.press("Enter")
    expect(network.headline).to_contain_text(AT_REST)
    network.knob(3).click()
    biases.click()
    expect(network.headline).to_contain_text("Block 3 × 3 and shifted: ")
    biases.click()
    expect(network.headline).to_contain_text("Block 3 × 3: 1 of 1")


def expect_a_claim_to_set_the_stage_to_mark_where_to_look_and_to_be_taken_back(network: Network) -> None:
    lit = network.page.locator("#net-board .net-lit")
    expect(lit).to_have_count(0)
    network.claim("Vanishing gradients").click()
    network.settle()
    assert network.query == {
        "preset": "vanishing", "depth": "10", "width": "100", "activation": "sigmoid", "initialization": "normal",
        "weight_scale": "0.1", "notation": "lecture",
    }  # fmt: skip
    expect(network.headline).to_have_text(re.compile(r"The gradient that reaches block 1 is .* times as large with BN"))
    expect(lit).to_have_count(2)
    expect(lit.first).to_have_class(re.compile("net-gradient"))
    expect(network.page.locator("#net-told")).to_have_text(
        "Look at the gradient of block 1, without BN and with it. The claim holds here."
    )
    expect(network.claim("Vanishing gradients")).to_have_attribute("aria-pressed", "true")
    expect(network.page.locator("#net-board .net-law")).to_have_count(0)
    network.claim("Batch norm makes gradients grow").click()
    expect(network.page.locator("#net-board .net-law")).to_have_count(1)
    expect(network.page.locator("#net-board .net-other")).to_have_count(1)
    expect(network.page.locator('[data-row="with"] .net-lines')).to_contain_text("1.211")
    network.page.go_back()
    expect(lit).to_have_count(2)
    usual = network.page.get_by_role("button", name="Back to the usual network")
    for way in (network.claim("Vanishing gradients"), usual):
        way.click()
        expect(lit).to_have_count(0)
        expect(usual).to_be_hidden()
        network.settle()
        assert network.query == {"notation": "lecture"}
        network.page.go_back()
        expect(lit).to_have_count(2)


def expect_a_block_told_in_both_rows(network: Network) -> None:
    network.headline.hover()
    told = network.page.locator("#net-told")
    expect(told).to_contain_text("Drag a knob")
    network.bell("with", 2).locator(".net-now").hover()
    expect(told).to_have_text(re.compile(r"^Block 2, without BN: .*: it notices\. Block 2, with BN: .* not notice\.$"))
    expect(network.page.locator("#net-board .net-pointed")).to_have_count(7)
    network.headline.hover()
    expect(told).to_contain_text("Drag a knob")
    tip = network.page.locator("#term-tip")
    for word, meant in WORDS.items():
        network.page.locator('[data-row="without"] .term', has_text=word).hover()
        expect(tip).to_contain_text(meant)
    network.page.locator('[data-row="without"] .term', has_text="deviations at rest").focus()
    network.page.keyboard.press("ArrowRight")
    expect(tip).to_contain_text(WORDS["moved by"])


def expect_a_knob_to_follow_its_hand_and_to_ask_for_the_stage_alone(network: Network) -> None:
    """Before the answer comes."""
    held = Held(network.page, "**/api/v1/network*")
    network.knob(4).focus()
    network.page.keyboard.press("ArrowUp")
    expect(network.knob(4)).to_have_attribute("aria-valuetext", "× 1.2")
    expect(network.headline).to_contain_text(AT_REST)
    assert "parts=stage" in held.urls()[0]
    held.end()
    network.page.keyboard.press("ArrowUp")
    expect(network.headline).to_contain_text("Block 4 × 1.5: no later block is there")


def test_nothing_moves_but_what_is_pulled_by_hand_or_key_the_stage_fits_and_a_claim_sets_it_and_is_taken_back(
    network: Network,
) -> None:
    network.page.emulate_media(reduced_motion="reduce")
    network.page.set_viewport_size({"width": 1280, "height": 800})
    network.open()
    box = network.page.locator("#stage").bounding_box()
    assert box
    assert box["y"] + box["height"] <= 800
    expect_nothing_else_to_move(network, 1280, "Exploding activations", "Batch norm makes gradients grow")
    network.page.set_viewport_size({"width": 390, "height": 800})
    network.settle()
    expect_nothing_else_to_move(network, 390, "Exploding activations")
    network.page.emulate_media(reduced_motion=None)
    network.page.set_viewport_size({"width": 1280, "height": 900})
    network.step_to("seed=3&notation=lecture&depth=2&width=8")
    expect_a_claim_to_set_the_stage_to_mark_where_to_look_and_to_be_taken_back(network)
    expect_knobs_and_sliders_to_pull_a_block_and_a_block_pointed_at_told(network)


def expect_nothing_else_to_move(network: Network, width: int, *claims: str) -> None:
    network.page.evaluate(SHIFTS)
    taken(network, network.knob(1))
    for stop in (9, 2):
        network.page.mouse.move(0, 300 - stop * STOP)
    network.page.mouse.up()
    network.settle()
    assert network.page.evaluate("() => document.getAnimations().length") == 0
    for claim in claims:
        network.claim(claim).click()
        network.settle()
    shifted = network.page.evaluate("() => window.shifted")
    seen = [shift for shift in shifted if not shift["hadRecentInput"] and shift["of"] != FLOATING]
    assert sum(shift["value"] for shift in seen) < 0.02, seen
    assert network.page.evaluate("() => document.documentElement.scrollWidth") == width
