"""The network's claims: opened from their links, on other networks, and where numbers run away."""

import pytest
from playwright.sync_api import expect

from tests.browser.network.page import SMALL, Network
from tests.browser.view import open_folds

pytestmark = pytest.mark.folded


def test_a_claim_opened_from_its_link_holds_on_another_network_says_that_it_does_not_and_no_number_is_out_of_its_range(
    network: Network,
) -> None:
    network.open(f"open=claims&{SMALL}")
    expect_to_hold(network, "vanishing")
    expect_not_to_hold_on_another_network(network)
    network.step_to("open=depth&preset=exploding&depth=20&width=64&batch_size=32&initialization=he&weight_scale=100")
    expect_numbers_that_left_their_range_told_and_the_rest_drawn(network)


def expect_to_hold(network: Network, name: str) -> None:
    card = network.page.locator(f".net-cards [data-preset={name}]")
    card.get_by_role("link").click()
    network.page.wait_for_url(f"**preset={name}**")
    open_folds(network.page, "[data-part=claims]")
    expect(network.page.locator("#claim")).to_be_visible()
    network.settle()
    answer = network.answer()
    assert network.query["preset"] == name
    expect(network.verdict).to_have_text("holds here")
    expect(network.page.locator("#claim-text")).to_have_text(answer["preset"]["text"])
    expect(card).to_have_attribute("aria-current", "true")


def expect_not_to_hold_on_another_network(network: Network) -> None:
    network.controls.enter("depth", "1")
    expect(network.verdict).to_have_text("does not hold here")
    network.page.get_by_role("link", name="Back to its setting").click()
    expect(network.verdict).to_have_text("holds here")


def expect_numbers_that_left_their_range_told_and_the_rest_drawn(network: Network) -> None:
    expect(network.page.locator("[data-finding=diverged]")).to_contain_text("block 19")
    line = network.line("depth_deviation", 0)
    assert None not in line[:18]
    assert set(line[18:]) == {None}
