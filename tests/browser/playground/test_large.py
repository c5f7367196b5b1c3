"""A large array that the server lists: chosen in the menu, it shows its mini-batch, and everything in the file."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, expect

from app.settings import Settings
from tests.browser.conftest import DESKTOP, Watch
from tests.browser.playground.page import Playground
from tests.browser.serving import served


@pytest.fixture
def listing(tmp_path: Path, cache_in: Callable[[Path], Path]) -> Iterator[str]:
    """The address of a server that lists a large array."""
    (tmp_path / "arrays").mkdir()
    x = np.random.default_rng(0).normal([0, 10], [1, 4], size=(200_000, 2)).astype(np.float32)
    np.save(tmp_path / "arrays" / "seen.npy", x)
    settings = Settings(
        uploads_dir=tmp_path / "uploads", cache_dir=cache_in(tmp_path), datasets=str(tmp_path / "arrays")
    )
    with served(settings) as address:
        yield address


def test_it_is_chosen_in_the_menu_and_shows_everything_beside_its_batch(listing: str, second_browser: Browser) -> None:
    watch = Watch(listing)
    with second_browser.new_context(base_url=listing, viewport=DESKTOP) as own:
        page = own.new_page()
        with watch.of(page):
            playground = Playground(page).open("open=everything")
            section = page.locator("[data-part=everything]")
            expect(section).to_be_hidden()
            playground.choose("source", "large:seen.npy")
            assert playground.query["source"] == "large:seen.npy"
            expect(page.locator("#warnings")).to_have_text(
                "Batches are drawn from 4,096 of the file's 200,000 examples, spread evenly and always the same."
            )
            expect(page.locator("#source-size")).to_have_text("The sample has 4,096 examples.")
            expect(page.locator("#drawn")).to_contain_text("All of the sample is taken")
            expect(page.locator("#fold-upload")).to_be_visible()
            expect(section).to_contain_text("Over all 200,000 examples means are from")
            assert [trace["name"] for trace in playground.data("everything")] == [
                "all examples",
                "± one deviation",
                "mean",
            ]
            playground.menu("everything").get_by_role("button", name="Table").click()
            table = playground.figure("everything").locator(".behind table")
            expect(table.locator("tr")).to_have_count(3)
            expect(table.locator("tr").last).to_contain_text("10.0")
            playground.choose("source", "wine")
            expect(section).to_be_hidden()
            expect(page.locator("#source-size")).to_have_text("The source has 178 examples.")
