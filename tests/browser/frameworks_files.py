"""Files as frameworks write them, on the page: a layer by its own names, a model that goes to the doctor, padding."""

from pathlib import Path

import numpy as np
from playwright.sync_api import expect

from tests.browser.files import choose
from tests.browser.playground.page import Playground

ONES = np.ones(4)
BN = {"bn1.weight": ONES, "bn1.bias": ONES, "bn1.running_mean": ONES, "bn1.running_var": ONES}
CONV = {"conv1.weight": np.ones((4, 3, 3, 3))}


def saved(path: Path, **arrays: np.ndarray) -> Path:
    np.savez(path, **arrays)
    return path


def a_layer_a_padded_batch_and_a_model_each_find_their_place(playground: Playground, tmp_path: Path) -> None:
    """In the end it is on the doctor's page."""
    page, rows = playground.page, np.random.default_rng(0).normal(size=(16, 9, 4))
    choose(playground, saved(tmp_path / "layer.npz", x=rows[:, 0], **BN, **CONV, **{"bn1.eps": np.float32(1e-3)}))
    playground.settle()
    warnings = page.locator("#warnings")
    expect(warnings).to_contain_text("bn1.weight is γ")
    expect(warnings).to_contain_text("Not used: conv1.weight (4, 3, 3, 3) float64.")
    assert playground.query["eps"] == "0.001"

    choose(playground, saved(tmp_path / "padded.npz", x=rows, mask=np.arange(9) < np.arange(1, 17)[:, None] % 9 + 1))
    playground.settle()
    assert "eps" not in playground.query  # which was the other file's
    page.get_by_role("button", name="Take the features from axis 2").click()
    playground.settle()
    assert playground.query["feature_axis"] == "2"
    expect(warnings).to_contain_text("positions that are valid by mask")
    playground.enter("mask", "none")
    expect(warnings).to_contain_text("Not used: mask (16, 9) bool.")

    choose(playground, saved(tmp_path / "model.npz", **BN, **CONV))
    expect(page.locator("#e-file")).to_contain_text("the arrays of the norms bn1")
    page.get_by_role("button", name="Open it in the Doctor").click()
    page.wait_for_url("**/doctor?model=*")
    expect(page.locator("#batch-line")).to_contain_text("model.npz")
