"""The network, disturbed: who notices, and where the page shows it."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.network.page import SMALL, Network

OPEN = "open=schematic,disturbed"
"""What is looked at here."""
PARTED = """(all) => all.filter((label) => label.checkVisibility()).filter((label) => {
  const [symbol, title] = [".symbol", ".title"].map((part) => label.querySelector(part).getBoundingClientRect());
  return title.top >= symbol.bottom - 4;
}).map((label) => label.textContent)"""
"""The labels whose title stands below their symbol, not beside it."""
SLID_TO = "(slider, value) => { slider.value = value; slider.dispatchEvent(new Event('input', { bubbles: true })); }"


pytestmark = pytest.mark.folded


def test_a_disturbed_block_moves_the_later_ones_without_batch_norm_only_in_place_and_the_words_follow_norm_and_notation(
    network: Network,
) -> None:
    network.open(f"open=all&{SMALL}")
    expect_no_norm_and_the_lectures_notation_at_once(network)
    network.step_to(f"{OPEN}&depth=5&width=16&eps=0&dtype=float64")
    expect_later_blocks_moved_without_batch_norm_only(network)
    expect_tinted_and_drawn_once_where_nothing_moved(network)
    expect_a_red_edge_and_a_word_of_its_own(network)
    expect_modules_to_scroll_to_the_block_that_is_opened_or_disturbed(network)
    network.step_to(f"{OPEN}&{SMALL}")
    expect_a_moved_factor_disturbs_block_1_and_undo_takes_it_back(network)
    expect_a_step_back_disturbs_nothing_when_the_field_is_left(network)
    expect_modules_stay_when_one_is_pressed(network)
    expect_a_negative_factor_flips_the_sign(network)
    expect_the_section_filled_in_place_as_high_as_the_joint_beside_it_which_shows_both_passes(network)
    network.page.set_viewport_size({"width": 320, "height": 900})
    assert network.page.locator("label:has(> .symbol)").evaluate_all(PARTED) == []


def expect_later_blocks_moved_without_batch_norm_only(network: Network) -> None:
    network.disturb(2)
    assert network.query["disturb_layer"] == "2"
    expect(network.page.locator("#disturb-headline")).to_contain_text("covariate shift")
    moved = network.line("disturb_values", 0), network.line("disturb_values", 1)
    assert min(moved[0]) > 1  # type: ignore[type-var]
    assert moved[1][0] > 1  # type: ignore[operator]
    assert moved[1][1:] == pytest.approx([0, 0, 0], abs=1e-9)
    assert "Nothing stops it" in network.text("without")
    assert "Batch norm stops it at once" in network.text("with")
    expect(network.product(2)).to_have_text("× 3.00")
    expect(network.joint("z5")).to_have_accessible_name(
        re.compile(r"z of block 5, without BN, its distribution moved by \d\.\d+ deviations, its values by 2\.0\d")
    )
    expect(network.page.locator("#moved-legend")).to_contain_text("how far the joint's distribution moved")


def expect_tinted_and_drawn_once_where_nothing_moved(network: Network) -> None:
    network.step_to(
        f"{OPEN}&depth=3&width=16&eps=0&dtype=float64&disturb_layer=1&disturb_factor=-1&activation=tanh&joint=f2"
    )
    expect_tinted_by_its_distribution_not_by_single_values(network)
    network.controls.enter("disturb_factor", "3")
    expect_drawn_once_where_nothing_moved(network)


def expect_tinted_by_its_distribution_not_by_single_values(network: Network) -> None:
    row = next(r for r in network.answer()["disturb"]["columns"]["with"]["joints"] if r["joint"] == "norm2")
    assert row["values_moved"] > 1.9
    shade = network.joint("norm2", "with").evaluate("(button) => Number(button.style.getPropertyValue('--moved'))")
    assert shade == pytest.approx(row["moved"])
    assert shade < 0.2


def expect_drawn_once_where_nothing_moved(network: Network) -> None:
    for figure in ("joint", "joint_gradient"):
        drawn = [(trace["name"], trace["yaxis"]) for trace in network.controls.data(figure)]
        assert drawn == [("after", "y"), ("before", "y"), ("with BN, unmoved", "y2")]


def expect_a_moved_factor_disturbs_block_1_and_undo_takes_it_back(network: Network) -> None:
    network.controls.slider("disturb_factor").evaluate(SLID_TO, "5")
    network.controls.slider("disturb_factor").dispatch_event("change")
    network.settle()
    assert (network.query["disturb_layer"], network.query["disturb_factor"]) == ("1", "5")
    expect(network.product(1)).to_have_text("× 5.00")
    network.controls.click("Undo the disturbance")
    assert "disturb_layer" not in network.query
    expect(network.page.locator("#disturbed-view")).to_be_hidden()


def expect_a_step_back_disturbs_nothing_when_the_field_is_left(network: Network) -> None:
    """A browser tells then what was typed into it, though Enter has told it before."""
    network.controls.enter("disturb_factor", "4")
    assert (network.query["disturb_layer"], network.query["disturb_factor"]) == ("1", "4")
    network.step_to(f"{OPEN}&{SMALL}&disturb_factor=4")
    network.page.keyboard.press("Tab")
    network.settle()
    assert "disturb_layer" not in network.query


def expect_modules_stay_when_one_is_pressed(network: Network) -> None:
    box = network.page.locator("#schematic")
    box.scroll_into_view_if_needed()
    network.settle()
    before = box.bounding_box()
    network.disturb(1)
    assert box.bounding_box() == before
    expect(network.page.locator("#moved-legend")).to_be_visible()


def expect_a_negative_factor_flips_the_sign(network: Network) -> None:
    network.controls.enter("disturb_factor", "-1")
    network.controls.choose("activation", "identity")
    assert network.line("disturb_values", 1)[-1] == pytest.approx(2, abs=0.1)
    assert "flips the sign" in network.text("with")


def expect_modules_to_scroll_to_the_block_that_is_opened_or_disturbed(network: Network) -> None:
    network.step_to(f"{OPEN}&depth=24&width=8&batch_size=16&joint=f12")
    network.expect_within_schematic(network.joint("f12"))
    network.controls.enter("disturb_layer", "24")
    network.expect_within_schematic(network.product(24))


def expect_the_section_filled_in_place_as_high_as_the_joint_beside_it_which_shows_both_passes(network: Network) -> None:
    """Disturbed, a joint leaves its axis in one column (z3), or in both (z1)."""
    network.page.set_viewport_size({"width": 390, "height": 900})
    network.step_to(f"{OPEN}&{SMALL}&joint=z3")
    for joint, width in (("z3", 390), ("z1", 1280)):
        network.page.set_viewport_size({"width": width, "height": 900})
        if network.query["joint"] != joint:
            network.joint(joint).click()
        expect_filled_in_place(network)
        network.controls.click("Undo the disturbance")
    expect_both_passes_in_each_column(network)
    network.step_to(f"{OPEN}&depth=6&width=16&batch_size=32")
    expect_controls_as_high_as_the_joint(network)


def expect_filled_in_place(network: Network) -> None:
    heading = network.page.get_by_role("heading", name="Covariate shift: who notices the disturbance")
    heading.scroll_into_view_if_needed()
    network.settle()
    before = heading.bounding_box()
    network.page.get_by_role("button", name="Disturb block 1", exact=True).click()
    network.settle()
    expect(network.page.locator("#disturbed-view")).to_be_visible()
    expect(network.page.locator("#undisturbed")).to_be_hidden()
    after = heading.bounding_box()
    assert before
    assert after
    assert abs(before["y"] - after["y"]) < 2


def expect_both_passes_in_each_column(network: Network) -> None:
    assert [trace["name"] for trace in network.controls.data("joint")] == ["without BN", "with BN"]
    network.disturb(1)
    for figure in ("joint", "joint_gradient"):
        drawn = [(trace["name"], trace["yaxis"]) for trace in network.controls.data(figure)]
        assert drawn == [("after", "y"), ("before", "y"), ("after", "y2"), ("before", "y2")]
    network.controls.menu("joint").get_by_role("button", name="Table").click()
    rows = network.page.locator("[data-figure=joint] .behind tbody th").all_text_contents()
    assert rows == ["without BN, before", "without BN, after", "with BN, before", "with BN, after"]
    cells = network.page.locator("[data-figure=joint] .behind td").all_text_contents()
    answer = network.answer()["joint"]["columns"]["without"]
    assert float(cells[5]) == pytest.approx(answer["after"]["sd"], rel=0.01)


def expect_controls_as_high_as_the_joint(network: Network) -> None:
    """No blank room below the text of the one, nor below the figures of the other."""
    expect_as_high_as_the_joint(network)
    network.step_to(f"{OPEN}&depth=6&width=16&batch_size=32&disturb_layer=2&disturb_shift=-1.5")
    expect_as_high_as_the_joint(network)
    network.controls.enter("disturb_layer", "6")
    expect_as_high_as_the_joint(network)


def expect_as_high_as_the_joint(network: Network) -> None:
    network.controls.drawn("joint")
    card, panel = (network.page.locator(place).bounding_box() for place in (".net-disturb", "#figure-joint"))
    assert card
    assert panel
    assert abs((card["y"] + card["height"]) - (panel["y"] + panel["height"])) < 3


def expect_a_red_edge_and_a_word_of_its_own(network: Network) -> None:
    network.step_to(f"{OPEN}&depth=4&width=16&eps=0.1&disturb_layer=1")
    rows = network.answer()["disturb"]["columns"]["with"]["joints"]
    assert {row["noticed"] for row in rows} == {True, False}
    for row in rows:
        edge = expect(network.joint(row["joint"], "with"))
        (edge.to_have_class if row["noticed"] else edge.not_to_have_class)(re.compile(r"\bnoticed\b"))
    network.product(1).hover()
    expect(network.page.locator("#term-tip")).to_contain_text("Press it to take that back")
    network.product(2).hover()
    expect(network.page.locator("#term-tip")).to_contain_text("Press it to disturb them")


def expect_no_norm_and_the_lectures_notation_at_once(network: Network) -> None:
    expect(network.page.locator("#t-parts")).to_be_visible()
    network.page.select_option("#c-norm", "none")
    network.page.select_option("#c-notation", "lecture")
    expect(network.page.locator("#t-parts")).to_be_hidden()
    expect(network.page.locator("#shown-symbol")).to_have_text("Z")
    seen = network.page.locator(".opening").inner_text() + network.page.locator("#parts").inner_text()
    assert "with BN" not in seen.replace("With BN", "with BN")
    assert not re.search(r"(?<![A-Za-z])(γ|β|z|N)(?![A-Za-z0-9])", seen)
    network.page.select_option("#c-norm", "batch")
    network.page.select_option("#c-notation", "frameworks")
    network.settle()
