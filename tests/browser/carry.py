"""Data, seed and batch size go along the navigation, as far as the next page takes them."""

import re

from playwright.sync_api import Page, expect

from tests.browser.playground.page import Playground


def links(page: Page) -> dict[str, str]:
    """Where the navigation leads, by the names that it shows."""
    anchors = page.get_by_role("navigation", name="Pages").get_by_role("link")
    leads: dict[str, str] = anchors.evaluate_all(
        "(all) => Object.fromEntries(all.map((link) => [link.innerText, link.getAttribute('href') ?? '']))"
    )
    return leads


def the_source_the_seed_and_the_batch_size_a_typed_table_and_a_generators_numbers_go_along(
    playground: Playground,
) -> None:
    """In the end it is on another page."""
    playground.step_to("source=inline")
    a_typed_table_and_a_generators_numbers_go_along(playground)
    playground.step_to("gamma=2&source=iris&seed=7&batch_size=32")
    the_source_the_seed_and_the_batch_size_go_along_and_back(playground)


def the_source_the_seed_and_the_batch_size_go_along_and_back(playground: Playground) -> None:
    page = playground.page
    leads = links(page)
    assert leads["Network"] == "/network?batch_size=32&seed=7&source=iris"
    assert leads["Derivation"] == "/derivation?seed=7&source=iris"  # which takes at most 8 examples
    assert leads["Gradient check"] == "/gradient-check"
    page.fill("#c-seed", "8")
    page.press("#c-seed", "Enter")
    playground.settle()
    page.get_by_role("link", name="Norms", exact=True).click()
    page.wait_for_url(re.compile("/norms"))
    playground.settle()
    assert "seed=8" in page.url
    expect(page.locator("#batch-line")).to_contain_text("Iris")
    assert links(page)["Playground"] == "/?batch_size=32&seed=8&source=iris"


def a_typed_table_and_a_generators_numbers_go_along(playground: Playground) -> None:
    assert links(playground.page)["Derivation"] == "/derivation?source=inline&values=1%2C10%3B2%2C30%3B4%2C20%3B5%2C40"
    playground.step_to("source=heavy_tailed&degrees_of_freedom=4&features=5")
    assert links(playground.page)["Network"] == "/network?degrees_of_freedom=4&features=5&source=heavy_tailed"
    playground.step_to("gamma=2")
    assert links(playground.page)["Network"] == "/network"
