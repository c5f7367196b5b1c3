"""A page that a claim's link opens says which claim it replays, and what was measured; other runs do not."""

import re

import pytest
from playwright.sync_api import expect

from app.views.training.claims.told import claims
from tests.browser.carry import links
from tests.browser.stage import fits
from tests.browser.training.page import QUICK, Training

pytestmark = pytest.mark.folded

TWICE = "bias"
"""A claim whose runs are those of another, too."""
CLAIM = next(claim for claim in claims() if claim["name"] == "inference")


def test_the_runs_of_a_claim_name_it_until_they_are_others_below_a_stage_that_fits_and_source_and_seed_go_along(
    training: Training,
) -> None:
    training.open(f"{QUICK}&step=0&open=claims")
    expect(training.page.locator("#replayed")).to_be_hidden()
    expect_the_runs_of_a_claim_to_name_it_until_they_are_others(training)
    training.page.set_viewport_size({"width": 1280, "height": 800})
    query = next(claim["query"] for claim in claims() if claim["name"] == TWICE)
    training.open(f"{query}&step=296")
    expect_the_stage_to_fit_below_what_two_claims_say_of_its_runs(training)
    expect_the_source_and_the_seed_to_go_along_to_training_and_back(training)


def expect_the_runs_of_a_claim_to_name_it_until_they_are_others(training: Training) -> None:
    page = training.page
    page.locator("#claim-inference").get_by_role("link", name="Open these runs").click()
    page.wait_for_url(re.compile("momentum"))
    told = page.locator("#replayed")
    expect(told).to_contain_text(f"Claim 13: {CLAIM['title']}. Measured: {CLAIM['measured']}")
    page.locator("#c-seed").fill("5")
    page.locator("#c-seed").press("Enter")
    expect(told).to_be_hidden()
    page.go_back()
    expect(told).to_be_visible()
    page.goto(f"{training.path}?{CLAIM['failing_query']}&step=0")
    expect(told).to_contain_text(f"Claim 13, where it fails: {CLAIM['title']}. Measured: {CLAIM['measured_there']}")


def expect_the_stage_to_fit_below_what_two_claims_say_of_its_runs(training: Training) -> None:
    page = training.page
    told = page.locator("#replayed details")
    assert told.count() > 1
    assert fits(page)
    shut = told.first.bounding_box()
    told.first.locator("summary").press("Enter")
    expect(told.first.get_by_role("link", name="The whole claim")).to_be_visible()
    opened = told.first.bounding_box()
    assert shut is not None
    assert opened is not None
    assert opened["height"] > 1.5 * shut["height"]


def expect_the_source_and_the_seed_to_go_along_to_training_and_back(training: Training) -> None:
    """Of sources that both have."""
    page = training.page
    training.step_to("source=wine&seed=3&widths=8&steps=20&step=1")
    assert links(page)["Playground"] == "/?seed=3&source=wine"
    page.locator("#c-source").select_option("moons")
    training.come()
    assert links(page)["Playground"] == "/?seed=3"
    page.goto("/?source=heavy_tailed&seed=7")
    assert links(page)["Training"] == "/training?seed=7"
    training.controls.choose("source", "iris")
    assert links(page)["Training"] == "/training?seed=7&source=iris"
