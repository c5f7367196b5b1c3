"""Files of tensors, dropped or chosen: which field they fill, which one wins, what is said of a bad one."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import expect

from bncore.diagnosis import probe
from tests.browser import files
from tests.browser.conftest import Watch
from tests.browser.gradient_check.page import GradientCheck
from tests.browser.gradient_check.tensors import RIGHT, WRONG
from tests.browser.held import Held

pytestmark = pytest.mark.folded


def on_disk(folder: Path, name: str, **arrays: np.ndarray) -> Path:
    path = folder / name
    if path.suffix == ".npy":
        np.save(path, next(iter(arrays.values())))
    else:
        np.savez(path, **arrays)
    return path


def test_an_unread_file_is_said_beside_the_drop_an_npz_fills_the_fields_the_last_wins_and_its_batch_or_seed_is_taken(
    check: GradientCheck, watch: Watch, tmp_path: Path
) -> None:
    watch.refusals.add(422)
    check.open()
    expect_an_unread_file_said_beside_the_drop(check, tmp_path)
    for dtype in ("float64", "float32"):
        expect_fields_filled(check, tmp_path, dtype)
    check.step_to("mistake=own")
    expect_the_last_of_two_files_to_win(check, tmp_path)
    expect_typed_numbers_to_stay(check, tmp_path)
    expect_a_chosen_npy_to_be_the_tensor_of_its_name(check, tmp_path)
    check.step_to("seed=9&eps_placement=deviation")
    expect_a_dropped_file_checked_on_its_own_batch(check, tmp_path)
    expect_the_probe_of_a_files_seed(check, tmp_path)


def expect_fields_filled(check: GradientCheck, tmp_path: Path, dtype: str) -> None:
    path = on_disk(
        tmp_path, "mine.npz", loss=np.ones(2), **{name: value.astype(dtype) for name, value in WRONG.items()}
    )
    with check.page.expect_response("**/gradient-check/view"):
        files.drop(check.page, path, (900, 500))
    check.settle()
    check.expect_headline("The path through the mean has the wrong sign.")
    assert check.verdict("dbeta") == "exact"
    expect(check.page.locator("#file-notes")).to_have_text("Not used: loss.")
    assert float(check.field("dbeta").input_value().strip("[]").split(",")[0]) == pytest.approx(WRONG["dbeta"][0])


def expect_a_chosen_npy_to_be_the_tensor_of_its_name(check: GradientCheck, folder: Path) -> None:
    for norm, has_beta in (("rms", False), ("batch", True)):
        check.page.locator("#c-norm").select_option(norm)
        expect(check.field("dbeta")).to_be_visible(visible=has_beta)
        expect(check.field("dgamma")).to_be_visible()
    check.settle()
    with check.page.expect_response("**/gradient-check/view"):
        check.page.locator("#file").set_input_files(on_disk(folder, "dgamma.npy", dgamma=RIGHT["dbeta"]))
    check.settle()
    assert check.verdict("dgamma") == "wrong"
    assert check.diagnoses() == ["swapped"]
    expect(check.page.locator("#file-notes")).to_be_hidden()


def expect_a_dropped_file_checked_on_its_own_batch(check: GradientCheck, tmp_path: Path) -> None:
    check.page.locator("#fold-table summary").click()
    with check.page.expect_download() as downloaded:
        check.page.locator('[data-probe="npz"]').click()
    case = probe(9, eps_placement="deviation").case()
    path = on_disk(tmp_path, "mine.npz", **np.load(downloaded.value.path()), dx=case.truth["dx"])
    check.step_to("batch=own")
    with check.page.expect_response("**/gradient-check/view"):
        files.drop(check.page, path, (900, 500))
    check.settle()
    check.expect_headline("Correct: dx is exact.")
    expect(check.page.locator("#batch-line")).to_contain_text("your own batch")
    expect(check.field("eps")).to_have_value("1.0")


def expect_the_probe_of_a_files_seed(check: GradientCheck, folder: Path) -> None:
    path = on_disk(folder, "mine.npz", dx=probe(9, axes=4).case().as_given(probe(9, axes=4).case().truth["dx"]),
                   seed=np.array(9), axes=np.array(4))  # fmt: skip
    with check.page.expect_response("**/gradient-check/view"):
        files.drop(check.page, path, (900, 500))
    check.settle()
    check.expect_headline("Correct: dx is exact.")
    expect(check.page.locator("#batch-line")).to_contain_text("the probe of seed 9")


def slow_file(check: GradientCheck, folder: Path) -> Callable[[], None]:
    """A wrong dx is on its way; what lets it arrive."""
    held = Held(check.page, "**/gradient-check/arrays*", most=1)
    with check.page.expect_request("**/gradient-check/arrays*"):
        files.drop(check.page, on_disk(folder, "one.npz", dx=WRONG["dx"]), (900, 500))

    def release() -> None:
        with check.page.expect_response("**/gradient-check/arrays*"):
            held.take().continue_()
        check.settle()

    return release


def expect_the_last_of_two_files_to_win(check: GradientCheck, folder: Path) -> None:
    release = slow_file(check, folder)
    with check.page.expect_response("**/gradient-check/view"):
        files.drop(check.page, on_disk(folder, "two.npz", dx=RIGHT["dx"]), (900, 500))
    check.expect_headline("Correct: dx is exact.")
    release()
    check.expect_headline("Correct: dx is exact.")


def expect_typed_numbers_to_stay(check: GradientCheck, folder: Path) -> None:
    release = slow_file(check, folder)
    with check.page.expect_response("**/gradient-check/view"):
        check.field("dx").fill(str(RIGHT["dx"]))
        check.field("dx").press("Tab")
    release()
    check.expect_headline("Correct: dx is exact.")
    assert check.field("dx").input_value() == str(RIGHT["dx"])


def expect_an_unread_file_said_beside_the_drop(check: GradientCheck, folder: Path) -> None:
    check.page.locator("#file").set_input_files(on_disk(folder, "mine.npz", weights=np.ones(3)))
    expect(check.error("file")).to_contain_text("holds weights")
    check.expect_headline("The path through the variance is missing.")
