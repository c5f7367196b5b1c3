"""The network: what it shows untouched, its joints, and its address."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Watch
from tests.browser.network.page import SMALL, Network

pytestmark = pytest.mark.folded
OPEN = "columns,depth,schematic"


def test_untouched_it_shows_both_columns_tables_history_and_a_link_tell_one_network_and_a_wrong_field_costs_itself(
    network: Network, watch: Watch, origin: str
) -> None:
    network.page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=origin)
    network.open("open=columns,depth")
    expect_both_columns_untouched_and_nothing_asked_for(network, watch)
    network.step_to(f"open={OPEN}&{SMALL}")
    expect_a_table_with_its_numbers(network)
    expect_back_and_forward_from_state_to_state(network)
    expect_a_joint_opened_by_keyboard(network)
    expect_buttons_choose_which_joints_are_drawn(network)
    expect_f_behind_f_in_picture_words_and_table(network)
    expect_the_same_numbers_of_a_copied_link(network)
    network.step_to(f"open={OPEN}&{SMALL}&joint=norm3&disturb_layer=3")
    expect_a_joint_that_a_smaller_network_does_not_have_closed(network)
    watch.refusals.add(422)
    expect_a_wrong_field_to_cost_only_itself(network)
    network.step_to(f"open={OPEN}&depth=3&width=8&dtype=float64&shown=norm&joint=norm2")
    expect_rounding_called_so_in_the_tables_behind_the_figures(network)


def expect_both_columns_untouched_and_nothing_asked_for(network: Network, watch: Watch) -> None:
    expect(network.headline).to_have_text(
        "Over 12 blocks the deviation of z falls 72.6-fold without BN, and keeps its size with it."
    )
    run = network.page.locator("#run")
    expect(run).to_contain_text("Without BN, z's deviation runs from 0.943 in block 1 to 0.0130 in block 12")
    expect(run).to_contain_text("With BN, z's deviation runs from 0.943")
    without, with_norm = network.line("depth_deviation", 0), network.line("depth_deviation", 1)
    answer = network.answer()
    for column, line in (("without", without), ("with", with_norm)):
        sds = [row["sd"] for row in answer["columns"][column]["joints"] if row["kind"] == "z"]
        assert line == pytest.approx(sds, rel=1e-4)
    for figure in ("activations_without", "activations_with", "gradients_without", "gradients_with"):
        network.drawn(figure)
    assert watch.asked("/api/v1/network") == []


def expect_a_table_with_its_numbers(network: Network) -> None:
    network.controls.menu("depth_deviation").get_by_role("button", name="Table").click()
    cells = network.page.locator("[data-figure=depth_deviation] .behind td").all_text_contents()
    assert len(cells) == 6
    assert cells[0] == cells[1]


def expect_back_and_forward_from_state_to_state(network: Network) -> None:
    run = network.page.locator("#run")
    first = run.inner_text()
    network.controls.choose("activation", "tanh")
    second = run.inner_text()
    assert second != first
    network.page.go_back()
    expect(run).to_have_text(first)
    network.page.go_forward()
    expect(run).to_have_text(second)


def expect_a_joint_opened_by_keyboard(network: Network) -> None:
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


def expect_buttons_choose_which_joints_are_drawn(network: Network) -> None:
    network.page.get_by_role("button", name="behind the norm").click()
    network.settle()
    assert network.query["shown"] == "norm"
    assert network.line("depth_deviation", 1) == pytest.approx([1, 1, 1], abs=1e-3)
    expect(network.page.locator("#kind-note")).to_contain_text("that column shows z")
    expect(network.page.get_by_role("button", name="behind the sum")).to_be_hidden()


def expect_f_behind_f_in_picture_words_and_table(network: Network) -> None:
    network.controls.choose("norm_place", "behind")
    expect(network.page.locator("#kind-note")).to_contain_text("that column shows f(z)")
    network.controls.menu("activations_without").get_by_role("button", name="Table").click()
    cells = network.page.locator("[data-figure=activations_without] .behind td").all_text_contents()
    means = [row["mean"] for row in network.answer()["columns"]["without"]["joints"] if row["kind"] == "f"]
    assert [float(cell.replace("−", "-")) for cell in cells[::4]] == pytest.approx(means, rel=0.01)


def expect_the_same_numbers_of_a_copied_link(network: Network) -> None:
    network.controls.enter("seed", "3")
    network.controls.choose("activation", "gelu")
    said = network.headline.inner_text()
    network.controls.click("Copy link")
    link = str(network.page.evaluate("() => navigator.clipboard.readText()"))
    network.page.goto("about:blank")
    network.page.goto(link)
    expect(network.headline).to_have_text(said)


def expect_a_joint_that_a_smaller_network_does_not_have_closed(network: Network) -> None:
    network.controls.enter("depth", "2")
    assert network.query == {"open": OPEN, "depth": "2", "width": "8", "batch_size": "32", "disturb_layer": "2"}
    network.controls.choose("norm", "none")
    expect(network.controls.problem).to_be_hidden()
    assert network.controls.figure("activations_with").is_hidden()
    expect_the_sum_of_block_1_closed_when_a_width_takes_it_away(network)


def expect_the_sum_of_block_1_closed_when_a_width_takes_it_away(network: Network) -> None:
    network.step_to(f"open={OPEN}&depth=3&batch_size=32&residual=on&joint=sum1")
    network.expect_open("sum1", "x + F(x) of block 1")
    network.controls.enter("width", "8")
    expect(network.controls.problem).to_be_hidden()
    assert "joint" not in network.query


def expect_a_wrong_field_to_cost_only_itself(network: Network) -> None:
    network.step_to("open=depth&depth=3&width=8&weight_scale=-1")
    network.controls.expect_error("weight_scale", "0")
    assert len(network.line("depth_deviation", 1)) == 3
    said = network.headline.inner_text()
    network.controls.enter("depth", "99")
    network.controls.expect_error("depth", "50")
    expect(network.headline).to_have_text(said)


def expect_rounding_called_so_in_the_tables_behind_the_figures(network: Network) -> None:
    """Each of them may be 0 itself, by the processor's own rounding; not all."""
    told = []
    for figure in ("depth_mean", "activations_with", "joint"):
        network.controls.menu(figure).get_by_role("button", name="Table").click()
        cells = network.page.locator(f"[data-figure={figure}] .behind td").all_text_contents()
        assert {"0 up to rounding", "0"} & set(cells)
        assert [text for text in cells if "e−1" in text] == []
        told += cells
    assert "0 up to rounding" in told
