"""A file of one's own is trained on as it comes: its label is chosen, and its batch is no larger than it is."""

from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser import files
from tests.browser.training.page import Training

pytestmark = pytest.mark.folded

ROWS = 30


def small() -> str:
    """Rows with a number each, two features, and two columns that can be a label."""
    rng = np.random.default_rng(3)
    rows = [
        f"{n},{rng.normal(n % 3, 0.5):.3f},{rng.normal(-(n % 3), 0.5):.3f},{'xy'[n % 2]},{'abc'[n % 3]}"
        for n in range(ROWS)
    ]
    return "\n".join(["id,height,width,side,kind", *rows]) + "\n"


def of_the_plane(classes: int) -> str:
    """Two features, and so many classes, five rows of each."""
    rows = [f"{n % classes}.{n},{(n * n) % classes}.{n},class {n % classes}" for n in range(5 * classes)]
    return "\n".join(["height,width,kind", *rows]) + "\n"


def test_a_small_file_is_trained_on_without_a_word_and_its_label_is_a_choice(
    training: Training, tmp_path: Path
) -> None:
    page = training.page
    training.open("widths=8&steps=40&step=5")
    page.locator("#file").set_input_files(files.on_disk(tmp_path, "small.csv", small()))
    expect(page.locator("#batch-line")).to_contain_text("small.csv: 20 training and 10 held-out examples")
    training.come()
    expect(page.locator("#problem")).to_be_hidden()
    assert training.query["batch_size"] == "20"
    expect(page.locator("#warnings")).to_contain_text("id is trained on as a feature, and counts the rows")
    label = page.locator("#c-label")
    assert label.evaluate("(one) => [...one.options].map(({ text }) => text)") == ["kind (chosen here)", "side", "kind"]
    training.go("To the newest step")
    assert all(training.curves().values())
    label.select_option("side")
    expect(page.locator("#batch-line")).to_contain_text("2 classes")
    training.come()
    assert training.query["label"] == "side"
    page.reload()
    training.come()
    expect(label).to_have_value("side")
    page.locator("#file").set_input_files(files.on_disk(tmp_path, "plane.csv", of_the_plane(5)))
    expect(page.locator("#batch-line")).to_contain_text("plane.csv")
    training.come()
    told = page.locator("#surfaces-told")
    expect(told).to_have_text("right of the held-out:")
    page.locator("#file").set_input_files(files.on_disk(tmp_path, "plane.csv", of_the_plane(6)))
    expect(told).to_have_text("6 classes share 5 colours; right of the held-out:")
