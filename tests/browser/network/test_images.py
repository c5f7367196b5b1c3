"""The network on images: dropped ones, and what a convolutional network brings along."""

import io
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser import files
from tests.browser.conftest import Watch
from tests.browser.network.page import Network

pytestmark = pytest.mark.folded


def images(folder: Path, *shape: int) -> Path:
    buffer = io.BytesIO()
    np.save(buffer, np.random.default_rng(3).normal(size=shape).astype(np.float32))
    return files.on_disk(folder, "images.npy", buffer.getvalue())


def drop(network: Network, folder: Path, said: str, *shape: int) -> None:
    with files.taken(network.page):
        files.drop(network.page, images(folder, *shape))
    expect(network.page.locator("#batch-line")).to_contain_text(f"images.npy: {said}")


def test_images_go_through_a_convolutional_network_which_brings_what_fits_it_and_back_and_no_width_that_was_chosen(
    network: Network, watch: Watch, tmp_path: Path
) -> None:
    network.open("open=schematic")
    expect_dropped_images_taken_up_to_64(network, tmp_path)
    network.step_to("open=schematic&source=wine&joint=z9")
    expect_convolutional_to_bring_what_fits_it_and_back(network, watch)
    expect_the_width_to_stay_and_the_depths_slider_to_end_with_its_own(network)


def expect_dropped_images_taken_up_to_64(network: Network, tmp_path: Path) -> None:
    drop(network, tmp_path, "20 examples × 3 channels of 6 × 6", 20, 3, 6, 6)
    network.settle()
    assert network.query["architecture"] == "convolutional"
    expect(network.product(1)).to_have_text("convolution")
    expect(network.controls.field("depth")).to_have_value("4")
    drop(network, tmp_path, "32 examples", 32, 1, 4, 4)
    assert "batch_size" not in network.query
    drop(network, tmp_path, "64 of 80 examples", 80, 1, 4, 4)
    assert network.query["batch_size"] == "64"


def expect_convolutional_to_bring_what_fits_it_and_back(network: Network, watch: Watch) -> None:
    asked = len(watch.asked("/api/v1/network"))
    network.controls.choose("architecture", "convolutional")
    assert network.query == {"open": "schematic", "architecture": "convolutional"}
    expect(network.controls.field("depth")).to_have_value("4")
    expect(network.controls.field("width")).to_have_value("16")
    expect(network.product(1)).to_have_text("convolution")
    network.controls.choose("architecture", "fully_connected")
    assert network.query == {"open": "schematic"}
    expect(network.product(12)).to_have_text("linear")
    assert len(watch.asked("/api/v1/network")) == asked + 2


def expect_the_width_to_stay_and_the_depths_slider_to_end_with_its_own(network: Network) -> None:
    """That of the other architecture's usual network stays in the address."""
    network.step_to("width=24&depth=2&architecture=convolutional&batch_size=8")
    expect(network.controls.field("width")).to_have_value("24")
    network.controls.enter("depth", "1")
    assert network.query["width"] == "24"
    expect(network.page.locator("#batch-line")).to_contain_text("1 block of width 24")
    slider = network.page.locator('[data-field="depth"] .slide')
    slider.press("End")
    network.settle()
    assert network.query["depth"] == "8"
    expect(network.page.locator("#batch-line")).to_contain_text("8 blocks of width 24")
    network.controls.choose("architecture", "fully_connected")
    expect(slider).to_have_attribute("max", "50")
