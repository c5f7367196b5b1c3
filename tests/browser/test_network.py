"""The network: disturb a block, open joints and claims, take images along, wait for a large one."""

import io
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.browser import files
from tests.browser.conftest import Watch
from tests.browser.held import Held
from tests.browser.network import Network

ASKED = "**/api/v1/network*"
SMALL = "depth=3&width=8&batch_size=32"
LARGE = "depth=20&width=512&batch_size=256"
VANISHING = "preset=vanishing&depth=10&width=100&activation=sigmoid&initialization=normal&weight_scale=0.1"
STEP_TO = "(query) => { history.replaceState(null, '', query); dispatchEvent(new Event('popstate')); }"
REMEMBER_SIZES = """() => {
  const line = document.getElementById("batch-line");
  window.sizes = [];
  new MutationObserver(() => window.sizes.push(line.textContent)).observe(line, { childList: true });
}"""
SLID_TO = "(slider, value) => { slider.value = value; slider.dispatchEvent(new Event('input', { bubbles: true })); }"


@pytest.fixture
def network(page: Page) -> Network:
    """The network, not opened yet."""
    return Network(page)


@pytest.fixture
def held(page: Page) -> Iterator[Held]:
    """Requests for a view, held until the test lets them go."""
    holding = Held(page, ASKED)
    yield holding
    holding.end()


# ---- what it shows ----


def test_untouched_it_shows_both_columns_and_asks_for_nothing(network: Network, watch: Watch) -> None:
    network.open()
    expect(network.headline).to_contain_text(
        "Without BN, z's deviation runs from 0.943 in block 1 to 0.0130 in block 12"
    )
    expect(network.headline).to_contain_text("With BN, z's deviation runs from 0.943")
    without, with_norm = network.line("depth_deviation", 0), network.line("depth_deviation", 1)
    answer = network.answer()
    for column, line in (("without", without), ("with", with_norm)):
        sds = [row["sd"] for row in answer["columns"][column]["joints"] if row["kind"] == "z"]
        assert line == pytest.approx(sds, rel=1e-4)
    for figure in ("activations_without", "activations_with", "gradients_without", "gradients_with"):
        network.drawn(figure)
    assert watch.asked("/api/v1/network") == []


def test_the_buttons_choose_which_joints_are_drawn(network: Network) -> None:
    network.open(SMALL)
    network.page.get_by_role("button", name="behind the norm").click()
    network.settle()
    assert network.query["shown"] == "norm"
    assert network.line("depth_deviation", 1) == pytest.approx([1, 1, 1], abs=1e-3)
    expect(network.page.locator("#kind-note")).to_contain_text("that column shows z")
    expect(network.page.get_by_role("button", name="behind the sum")).to_be_hidden()


def test_behind_f_the_column_without_the_norm_shows_f_in_picture_words_and_table(network: Network) -> None:
    network.open(f"{SMALL}&norm_place=behind&shown=norm")
    expect(network.page.locator("#kind-note")).to_contain_text("that column shows f(z)")
    network.controls.menu("activations_without").get_by_role("button", name="Table").click()
    cells = network.page.locator("[data-figure=activations_without] .behind td").all_text_contents()
    means = [row["mean"] for row in network.answer()["columns"]["without"]["joints"] if row["kind"] == "f"]
    assert [float(cell) for cell in cells[::4]] == pytest.approx(means, rel=0.01)


def test_the_table_behind_a_curve_has_its_numbers(network: Network) -> None:
    network.open(SMALL)
    network.controls.menu("depth_deviation").get_by_role("button", name="Table").click()
    cells = network.page.locator("[data-figure=depth_deviation] .behind td").all_text_contents()
    assert len(cells) == 6
    assert cells[0] == cells[1]


# ---- disturb ----


def test_a_disturbed_block_moves_the_later_ones_without_batch_norm_only(network: Network) -> None:
    network.open("depth=5&width=16&eps=0&dtype=float64")
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


def test_a_joint_is_tinted_by_how_far_its_distribution_moved_not_by_single_values(network: Network) -> None:
    network.open("depth=3&width=16&eps=0&dtype=float64&disturb_layer=1&disturb_factor=-1&activation=tanh")
    row = next(r for r in network.answer()["disturb"]["columns"]["with"]["joints"] if r["joint"] == "norm2")
    assert row["values_moved"] > 1.9
    shade = network.joint("norm2", "with").evaluate("(button) => Number(button.style.getPropertyValue('--moved'))")
    assert shade == pytest.approx(row["moved"])
    assert shade < 0.2


def test_a_factor_that_is_moved_first_disturbs_block_1_and_undo_takes_it_back(network: Network) -> None:
    network.open(SMALL)
    network.controls.slider("disturb_factor").evaluate(SLID_TO, "5")
    network.controls.slider("disturb_factor").dispatch_event("change")
    network.settle()
    assert (network.query["disturb_layer"], network.query["disturb_factor"]) == ("1", "5")
    expect(network.product(1)).to_have_text("× 5.00")
    network.controls.click("Undo the disturbance")
    assert "disturb_layer" not in network.query
    expect(network.page.locator("#disturbed-view")).to_be_hidden()


def test_a_negative_factor_flips_the_sign_through_batch_norm(network: Network) -> None:
    network.open(f"{SMALL}&disturb_layer=1&disturb_factor=-1&activation=identity")
    assert network.line("disturb_values", 1)[-1] == pytest.approx(2, abs=0.1)
    assert "flips the sign" in network.text("with")


def test_the_modules_scroll_to_the_block_that_is_disturbed_or_opened(network: Network) -> None:
    network.open("depth=50&width=8&batch_size=16")
    box = network.page.locator("#schematic")
    assert box.evaluate("(box) => box.scrollLeft") == 0
    network.controls.enter("disturb_layer", "40")
    network.expect_within_schematic(network.product(40))
    network.open("depth=50&width=8&batch_size=16&joint=f25")
    network.expect_within_schematic(network.joint("f25"))


def test_the_modules_stay_where_they_are_when_one_of_them_is_pressed(network: Network) -> None:
    network.open(SMALL)
    box = network.page.locator("#schematic")
    box.scroll_into_view_if_needed()
    network.settle()
    before = box.bounding_box()
    network.disturb(1)
    assert box.bounding_box() == before
    expect(network.page.locator("#moved-legend")).to_be_visible()


def test_the_disturbances_section_invites_and_is_filled_in_place(network: Network) -> None:
    network.open(SMALL)
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


def test_the_disturbances_controls_are_as_high_as_the_joint_beside_them(network: Network) -> None:
    """No blank room below the text of the one, nor below the figures of the other."""
    for query in ("", "disturb_layer=2&disturb_shift=-1.5&depth=30", "disturb_layer=12"):
        network.open(query)
        card, panel = (network.page.locator(place).bounding_box() for place in (".net-disturb", "#figure-joint"))
        assert card
        assert panel
        assert abs((card["y"] + card["height"]) - (panel["y"] + panel["height"])) < 3, query


def test_the_opened_joint_of_a_disturbed_network_shows_both_passes_in_each_column(network: Network) -> None:
    network.open(f"{SMALL}&joint=f2")
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


# ---- joints ----


def test_a_joint_is_opened_by_keyboard(network: Network) -> None:
    network.open(SMALL)
    network.product(1).focus()
    for key in ("ArrowDown", "ArrowRight", "ArrowRight", "ArrowLeft", "ArrowDown"):
        network.page.keyboard.press(key)
    expect(network.joint("f2")).to_be_focused()
    network.page.keyboard.press("Enter")
    network.settle()
    assert network.query["joint"] == "f2"
    network.expect_open("f2", "f(BN(z)) of block 2")
    expect(network.joint("f2")).to_be_focused()
    assert "block 2" in str(network.controls.plot("joint").get_attribute("aria-label"))
    network.page.keyboard.press("End")
    expect(network.joint("f3")).to_be_focused()


def test_a_joint_that_a_shallower_network_does_not_have_is_closed(network: Network) -> None:
    network.open(f"{SMALL}&joint=norm3&disturb_layer=3")
    network.controls.enter("depth", "2")
    assert network.query == {"depth": "2", "width": "8", "batch_size": "32", "disturb_layer": "2"}
    network.controls.choose("norm", "none")
    expect(network.controls.problem).to_be_hidden()
    assert network.controls.figure("activations_with").is_hidden()


def test_the_sum_of_block_1_is_closed_when_a_width_takes_it_away(network: Network) -> None:
    network.open("depth=3&batch_size=32&residual=on&joint=sum1")
    network.expect_open("sum1", "x + F(x) of block 1")
    network.controls.enter("width", "8")
    expect(network.controls.problem).to_be_hidden()
    assert "joint" not in network.query


# ---- claims ----


@pytest.mark.parametrize("name", ["vanishing", "scale_invariance", "gradient_norm"])
def test_a_claim_opened_from_its_link_holds_with_its_measured_number(network: Network, name: str) -> None:
    network.open()
    card = network.page.locator(f".net-cards [data-preset={name}]")
    card.get_by_role("link").click()
    expect(network.page.locator("#claim")).to_be_visible()
    network.settle()
    answer = network.answer()
    assert network.query["preset"] == name
    expect(network.verdict).to_have_text("holds here")
    expect(network.page.locator("#claim-text")).to_have_text(answer["preset"]["text"])
    expect(card).to_have_attribute("aria-current", "true")


def test_a_claim_on_another_network_says_that_it_does_not_hold_there(network: Network) -> None:
    network.open(VANISHING)
    expect(network.verdict).to_have_text("holds here")
    network.controls.enter("depth", "1")
    expect(network.verdict).to_have_text("does not hold here")
    network.page.get_by_role("link", name="Back to its setting").click()
    expect(network.verdict).to_have_text("holds here")


def test_numbers_that_left_their_range_are_told_and_the_rest_is_drawn(network: Network) -> None:
    network.open("preset=exploding&depth=30&width=100&initialization=he&weight_scale=100")
    expect(network.page.locator("[data-finding=diverged]")).to_contain_text("block 19")
    line = network.line("depth_deviation", 0)
    assert None not in line[:18]
    assert set(line[18:]) == {None}


# ---- images ----


@pytest.mark.parametrize(("count", "batch_size", "said"), [(32, None, "32 examples"), (80, "64", "64 of 80 examples")])
def test_uploaded_images_are_all_taken_up_to_64(
    network: Network, tmp_path: Path, count: int, batch_size: str | None, said: str
) -> None:
    path = images(tmp_path, count, 1, 4, 4)
    network.open()
    with network.page.expect_response("**/api/v1/batches"):
        files.drop(network.page, path)
    expect(network.page.locator("#batch-line")).to_contain_text(f"images.npy: {said}")
    assert network.query.get("batch_size") == batch_size


def images(folder: Path, *shape: int) -> Path:
    buffer = io.BytesIO()
    np.save(buffer, np.random.default_rng(3).normal(size=shape).astype(np.float32))
    return files.on_disk(folder, "images.npy", buffer.getvalue())


def test_dropped_images_go_through_a_convolutional_network(network: Network, tmp_path: Path) -> None:
    path = images(tmp_path, 20, 3, 6, 6)
    network.open()
    with network.page.expect_response("**/api/v1/batches"):
        files.drop(network.page, path)
    expect(network.page.locator("#batch-line")).to_contain_text("images.npy: 20 examples × 3 channels of 6 × 6")
    network.settle()
    assert network.query["architecture"] == "convolutional"
    expect(network.product(1)).to_have_text("convolution")
    expect(network.controls.field("depth")).to_have_value("4")


def test_convolutional_brings_what_fits_it_and_back(network: Network, watch: Watch) -> None:
    network.open("source=wine&joint=z9")
    network.controls.choose("architecture", "convolutional")
    assert network.query == {"architecture": "convolutional"}
    expect(network.controls.field("depth")).to_have_value("4")
    expect(network.controls.field("width")).to_have_value("16")
    expect(network.product(1)).to_have_text("convolution")
    network.controls.choose("architecture", "fully_connected")
    assert network.query == {}
    expect(network.product(12)).to_have_text("linear")
    assert len(watch.asked("/api/v1/network")) == 2


def test_the_usual_width_of_the_other_architecture_stays_in_the_address(network: Network) -> None:
    network.open("width=64&depth=2&architecture=convolutional&batch_size=8")
    expect(network.controls.field("width")).to_have_value("64")
    network.controls.enter("depth", "1")
    assert network.query["width"] == "64"
    expect(network.page.locator("#batch-line")).to_contain_text("1 block of width 64")


# ---- the address ----


def test_back_and_forward_go_from_state_to_state(network: Network) -> None:
    network.open(SMALL)
    first = network.headline.inner_text()
    network.controls.choose("activation", "tanh")
    second = network.headline.inner_text()
    assert second != first
    network.page.go_back()
    expect(network.headline).to_have_text(first)
    network.page.go_forward()
    expect(network.headline).to_have_text(second)


def test_a_copied_link_gives_the_same_numbers(network: Network, origin: str) -> None:
    network.page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=origin)
    network.open(f"{SMALL}&seed=3")
    network.controls.choose("activation", "gelu")
    said = network.headline.inner_text()
    network.controls.click("Copy link")
    link = str(network.page.evaluate("() => navigator.clipboard.readText()"))
    network.page.goto("/network")
    expect(network.headline).not_to_have_text(said)
    network.page.goto(link)
    expect(network.headline).to_have_text(said)


def test_a_wrong_field_costs_only_itself(network: Network, watch: Watch) -> None:
    watch.refusals.add(422)
    network.open("depth=3&width=8&weight_scale=-1")
    network.controls.expect_error("weight_scale", "0")
    assert len(network.line("depth_deviation", 1)) == 3
    said = network.headline.inner_text()
    network.controls.enter("depth", "99")
    network.controls.expect_error("depth", "50")
    expect(network.headline).to_have_text(said)


def test_a_wrong_field_of_a_large_network_costs_only_itself(network: Network, watch: Watch) -> None:
    watch.refusals.add(422)
    network.page.goto(f"/network?{LARGE}&seed=5&weight_scale=-1")
    network.controls.expect_error("weight_scale", "0")
    expect(network.headline).to_contain_text("With BN, z's deviation runs")
    network.settle()
    network.controls.expect_error("weight_scale", "0")
    assert len(network.line("depth_deviation", 1)) == 20
    network.controls.enter("weight_scale", "1.5")
    expect(network.page.locator("#e-weight_scale")).to_be_hidden()


# ---- waiting ----


def test_a_large_network_comes_at_once_and_shows_its_progress(network: Network, held: Held) -> None:
    network.page.goto(f"/network?{LARGE}")
    expect(network.headline).to_have_text("The network is large: it is being computed.")
    route = held.take()
    route.continue_()
    expect(network.page.get_by_role("progressbar", name="Progress of the computation")).to_be_visible()
    expect(network.page.locator("#progress-text")).to_contain_text(re.compile(r"layer \d+ of \d+|joint \d+ of \d+"))
    expect(network.page.locator("#progress-time")).to_have_text(re.compile(r"^\d+ s$"))
    expect(network.headline).to_contain_text("With BN, z's deviation")
    expect(network.page.locator("#progress")).to_be_hidden()
    network.settle()
    assert len(network.line("depth_gradient", 1)) == 20


def test_a_computation_that_is_cancelled_leaves_the_last_view(network: Network) -> None:
    network.open(SMALL)
    said = network.headline.inner_text()
    network.page.evaluate(STEP_TO, "?depth=50&width=512")
    with network.page.expect_event("requestfailed", lambda request: "width=512" in request.url):
        network.page.get_by_role("button", name="Cancel").click()
    expect(network.controls.problem).to_contain_text("Cancelled")
    expect(network.controls.problem).to_contain_text("below is still Digits, 3 blocks of width 8")
    expect(network.headline).to_have_text(said)
    expect(network.page.locator("#progress")).to_be_hidden()


def test_cancel_is_not_undone_by_the_field_that_it_takes_the_focus_from(network: Network) -> None:
    network.open("depth=50&width=8")
    said = network.headline.inner_text()
    network.controls.field("width").fill("512")
    network.controls.field("width").press("Enter")
    network.page.get_by_role("button", name="Cancel").click()
    expect(network.controls.problem).to_contain_text("Cancelled")
    expect(network.headline).to_have_text(said)
    network.controls.enter("width", "12")
    expect(network.controls.problem).to_be_hidden()


def test_a_first_computation_that_is_cancelled_says_so_once(network: Network) -> None:
    network.page.goto("/network?depth=50&width=512&seed=9")
    network.page.get_by_role("button", name="Cancel").click()
    expect(network.headline).to_have_text("Cancelled. Change something, or replay, to compute again.")
    expect(network.controls.problem).to_be_hidden()


def test_a_newer_state_ends_the_stream_and_the_last_view_stands_until_it_comes(network: Network, watch: Watch) -> None:
    network.open(SMALL)
    said = network.headline.inner_text()
    network.controls.field("depth").fill("50")
    network.controls.field("depth").press("Enter")
    network.settle()
    with network.page.expect_event("requestfailed", lambda request: "width=512" in request.url):
        network.controls.field("width").fill("512")
        network.controls.field("width").press("Enter")
        expect(network.page.locator("#progress")).to_be_visible()
        expect(network.headline).not_to_be_empty()
        network.page.get_by_role("button", name="Reset Width").click()
    network.controls.enter("depth", "3")
    network.controls.enter("width", "8")
    expect(network.headline).to_have_text(said)
    assert any("width=512" in address for address in watch.asked("/api/v1/network"))


def test_a_stream_that_was_overtaken_before_it_began_is_given_up(network: Network, held: Held) -> None:
    network.page.goto("/network?depth=50&width=8")
    network.settle()
    network.page.evaluate(REMEMBER_SIZES)
    width = network.controls.field("width")
    width.fill("512")
    width.press("Enter")
    large = held.take()
    width.fill("12")
    width.press("Enter")
    with network.page.expect_event("requestfailed", lambda request: "width=512" in request.url):
        large.continue_()
    held.take().continue_()
    network.settle()
    assert network.query["width"] == "12"
    shown = network.page.evaluate("() => window.sizes")
    assert any("width 12" in text for text in shown)
    assert not any("width 512" in text for text in shown)
    expect(network.headline).to_have_text(network.answer()["headline"])


def test_a_late_answer_never_overwrites_a_newer_one(network: Network, held: Held) -> None:
    """Of whatever is asked at once the newest is answered first, and the oldest last."""
    network.page.goto(f"/network?{SMALL}")
    network.settle()
    for seed in ("1", "2"):
        network.controls.field("seed").fill(seed)
        network.controls.field("seed").press("Enter")
    network.page.evaluate("() => fetch('/api/v1/catalog')")  # behind it all that was asked before is here
    asked = len(held.urls())
    for _ in range(asked):
        held.let_newest_go()
    if asked == 1:
        assert "seed=2" in held.urls()[0]
        held.let_newest_go()
    network.settle()
    expect(network.headline).to_have_text(network.answer()["headline"])
    assert network.query["seed"] == "2"
