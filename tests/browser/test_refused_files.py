"""Files that cannot be read as they are: refused where the person looks, with what is wrong and a way out."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser import files
from tests.browser.announced import announced, listen
from tests.browser.conftest import DESKTOP, Watch
from tests.browser.files import choose
from tests.browser.frameworks_files import a_layer_a_padded_batch_and_a_model_each_find_their_place
from tests.browser.playground.page import Playground
from tests.browser.test_widths import PHONE

COLUMNS = ["height", "weight", "age"]


@pytest.mark.folded
def test_files_that_cannot_be_read_as_they_are_are_refused_with_a_way_out_and_others_find_their_place(
    playground: Playground, watch: Watch, tmp_path: Path
) -> None:
    watch.refusals |= {415, 422}
    a_page_opened_on_a_missing_value_offers_a_way_out(playground)
    on_a_phone_it_is_offered_in_the_view_where_an_upload_that_fails_is_told_too(playground, tmp_path)
    for law in (
        a_ragged_csv_is_refused_with_its_line_and_a_missing_value_with_the_same_way_out_beside_the_upload,
        a_messy_csv_is_refused_in_the_pages_words_where_they_are_seen,
        a_file_of_several_arrays_is_told_without_words_of_the_api,
        a_layer_a_padded_batch_and_a_model_each_find_their_place,
    ):
        playground.step_to("source=iris&open=forward")
        law(playground, tmp_path)


def a_page_opened_on_a_missing_value_offers_a_way_out(playground: Playground) -> None:
    content = files.with_gap().encode()
    playground.page.request.post("/api/v1/batches", data=content)
    playground.open(f"source={hashlib.sha256(content).hexdigest()}")
    expect(playground.page.locator("#e-file")).to_contain_text("row 3")
    expect(playground.page.locator("#e-file")).to_contain_text("'weight'")
    playground.page.locator("#e-file").get_by_role("button", name="Leave those rows out").click()
    playground.settle()
    assert playground.features() == COLUMNS


def on_a_phone_it_is_offered_in_the_view_where_an_upload_that_fails_is_told_too(
    phone: Playground, tmp_path: Path
) -> None:
    phone.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    phone.step_to(f"source={phone.query['source']}")
    expect(phone.problem).to_contain_text("row 3")
    phone.problem.get_by_role("button", name="Leave those rows out").click()
    phone.settle()
    assert phone.query["missing"] == "drop"
    expect(phone.problem).to_be_hidden()
    phone.page.locator("#file").set_input_files(files.on_disk(tmp_path, "people.csv", files.ragged()))
    expect(phone.problem).to_contain_text("Line 5")
    another_refused_file_moves_nothing_before_it_is_answered(phone, tmp_path)
    deletion = phone.page.locator("#upload-delete")  # of the upload that is there, and not of the file that was refused
    expect(deletion).to_have_text("Delete the upload that is chosen from the server")
    with files.taken(phone.page):
        phone.page.locator("#file").set_input_files(files.on_disk(tmp_path, "people.csv", files.table()))
    expect(phone.problem).to_be_hidden()
    phone.settle()
    expect(deletion).to_have_text("Delete this upload from the server")
    expect(phone.page.locator("#batch-line")).to_contain_text("40 examples")
    phone.page.set_viewport_size(DESKTOP)


HIDDEN = """(box) => {
  window.hidings = 0;
  new MutationObserver(() => (window.hidings += box.hidden)).observe(box, { attributeFilter: ["hidden"] });
}"""


def another_refused_file_moves_nothing_before_it_is_answered(phone: Playground, tmp_path: Path) -> None:
    """What is told of a file stays until the next one has its answer: the page would move up, and down again."""
    phone.problem.evaluate(HIDDEN)
    phone.page.locator("#file").set_input_files(files.on_disk(tmp_path, "words.csv", "x,y\nfoo,bar\n"))
    expect(phone.problem).to_contain_text("no column of numbers")
    assert phone.page.evaluate("() => window.hidings") == 0


def a_ragged_csv_is_refused_with_its_line_and_a_missing_value_with_the_same_way_out_beside_the_upload(
    playground: Playground, tmp_path: Path
) -> None:
    """Before a choice is made nothing claims that rows were dropped."""
    before = playground.data("x")
    choose(playground, files.on_disk(tmp_path, "people.csv", files.ragged()))
    error = playground.page.locator("#drop").get_by_role("alert")
    expect(error).to_be_visible()
    expect(error).to_contain_text("Line 5")
    assert playground.data("x") == before
    assert playground.query == {"source": "iris", "open": "forward"}

    choose(playground, files.on_disk(tmp_path, "people.csv", files.with_gap()))
    expect(playground.page.locator("#e-file")).to_contain_text("row 3")
    expect(playground.page.locator("#e-file")).to_contain_text("'weight'")
    expect(playground.page.locator("#upload-notes")).not_to_contain_text("dropped")
    playground.click("Leave those rows out")
    assert playground.query["missing"] == "drop"
    expect(playground.page.locator("#e-file")).to_be_hidden()
    expect(playground.page.locator("#batch-line")).to_contain_text("39 examples")
    expect(playground.page.locator("#warnings")).to_contain_text("1 of 40 rows")


def a_messy_csv_is_refused_in_the_pages_words_where_they_are_seen(playground: Playground, tmp_path: Path) -> None:
    page = playground.page
    page.locator("#reset-all").evaluate("(last) => last.scrollIntoView()")
    listen(page)
    files.drop(page, files.on_disk(tmp_path, "people.csv", files.messy()))
    alert = page.locator("#drop").get_by_role("alert")
    expect(alert).to_contain_text("row 2 (line 3), column 'height, cm'")
    expect(alert).to_contain_text("leave such rows out. Leave those rows out")
    expect(alert).to_be_in_viewport(ratio=1)
    expect(alert).to_have_css("border-left-width", "4px")
    playground.settle()
    assert any("'height, cm'" in text for text in announced(page))
    assert "missing=drop" not in page.locator("body").inner_text()
    alert.get_by_role("button", name="Leave those rows out").click()
    playground.settle()
    assert playground.features() == ["height, cm", "weight"]
    expect(page.locator("#warnings")).to_contain_text("2 of 5 rows dropped because of missing or infinite values.")
    assert "missing=drop" not in page.locator("body").inner_text()


def a_file_of_several_arrays_is_told_without_words_of_the_api(playground: Playground, tmp_path: Path) -> None:
    page = playground.page
    rows = np.arange(12.0).reshape(4, 3)
    path = tmp_path / "two.npz"
    np.savez(path, a=rows, b=rows + 1)
    choose(playground, path)
    playground.settle()
    expect(page.locator("#upload-notes")).to_contain_text("under “How to read the file”. It can be read as a or b.")
    expect(page.locator("#e-array")).to_contain_text("Choose one of two or more axes, under “How to read the file”.")
    assert "array=" not in page.locator("body").inner_text()
