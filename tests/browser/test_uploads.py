"""A person's own file: dropped or chosen, read, refused beside the control that caused it, revived, deleted."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser import files
from tests.browser.conftest import Watch
from tests.browser.files import choose
from tests.browser.held import Held
from tests.browser.playground.page import Playground

COLUMNS = ["height", "weight", "age"]


@pytest.mark.folded
def test_an_upload_is_revived_deleted_by_whoever_has_its_key_and_shown_with_a_bar_notes_errors_and_findings(
    playground: Playground, watch: Watch, tmp_path: Path, origin: str
) -> None:
    watch.refusals |= {403, 410, 415, 422}
    playground.page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=origin)
    a_link_asks_for_the_file_which_revives_it_and_another_starts_from_its_own_values(playground, tmp_path)
    playground.step_to("source=iris")
    whoever_sent_it_can_delete_it_once_for_all_or_take_its_key_along(playground, tmp_path)
    whoever_has_the_key_can_delete_it_in_another_browser(playground)
    for law in (
        a_csv_is_dropped_onto_the_box_or_anywhere_or_chosen_in_the_file_dialog,
        an_upload_has_a_bar_as_long_as_it_takes_and_notes_and_errors_as_long_as_they_are_true,
        an_engineers_layer_leads_with_findings_whose_links_keep_the_view_and_needs_no_running_statistics,
    ):
        playground.step_to("source=iris&open=forward")
        law(playground, tmp_path)


def a_csv_is_dropped_onto_the_box_or_anywhere_or_chosen_in_the_file_dialog(
    playground: Playground, tmp_path: Path
) -> None:
    def dropped_at(x: int, y: int) -> Callable[[Path], None]:
        def dropped(path: Path) -> None:
            with files.taken(playground.page):
                files.drop(playground.page, path, (x, y))
            playground.settle()

        return dropped

    sent_by = [dropped_at(160, 335), dropped_at(800, 500), lambda path: choose(playground, path)]
    for rows, send in enumerate(sent_by, start=40):
        path = files.on_disk(tmp_path, "people.csv", files.table(rows))
        send(path)
        source = hashlib.sha256(path.read_bytes()).hexdigest()
        assert playground.query == {"source": source, "open": "forward"}
        expect(playground.page.locator("#batch-line")).to_contain_text(f"{rows} examples × 3 features")
        assert playground.features() == COLUMNS
        expect(playground.field("source")).to_have_value(source)
        assert playground.axes("x")["yaxis"]["ticktext"] == COLUMNS
        playground.page.evaluate("() => scrollTo(0, 0)")


def an_upload_has_a_bar_as_long_as_it_takes_and_notes_and_errors_as_long_as_they_are_true(
    playground: Playground, tmp_path: Path
) -> None:
    """A column of text is left out with a warning that names it, which goes with the upload on the way back."""
    page = playground.page
    bar = page.get_by_role("progressbar", name="Upload progress", include_hidden=True)
    expect(bar).to_be_hidden()
    held = Held(page, "**/api/v1/batches")
    page.locator("#file").set_input_files(files.on_disk(tmp_path, "people.csv", files.with_text_column()))
    expect(bar).to_be_visible()
    held.let_go()
    expect(bar).to_be_hidden()
    held.end()
    expect(page.locator("#batch-line")).not_to_contain_text("Iris")
    playground.settle()
    assert playground.features() == COLUMNS
    warnings = page.get_by_role("list", name="Notes on the data")
    expect(warnings).to_be_visible()
    expect(warnings).to_contain_text("person")
    expect(page.locator("#upload-notes")).to_contain_text("person")
    page.go_back()
    expect(page.locator("#upload-notes")).to_be_hidden()
    playground.settle()
    alert = page.locator("#drop").get_by_role("alert")
    choose(playground, files.on_disk(tmp_path, "people.csv", files.ragged()))
    expect(alert).to_be_visible()
    choose(playground, files.on_disk(tmp_path, "people.csv", files.table()))
    expect(alert).to_be_hidden()
    assert playground.features() == COLUMNS


def an_engineers_layer_leads_with_findings_whose_links_keep_the_view_and_needs_no_running_statistics(
    playground: Playground, tmp_path: Path
) -> None:
    choose(playground, files.on_disk(tmp_path, "layer.npz", files.layer()))
    kept = playground.query
    findings = playground.page.get_by_role("region", name="Findings")
    expect(findings.locator("h3")).to_have_text([
        "Constant in this batch", "γ is close to 0", "If ReLU follows, it is flat or dead almost everywhere",
        "The running mean is not this batch's", "Training and inference give different outputs",
    ])  # fmt: skip
    above = findings.evaluate("(all) => all.getBoundingClientRect().bottom")
    assert above < playground.figure("x").evaluate("(panel) => panel.getBoundingClientRect().top")
    findings.locator('[data-finding="running_mean_off"] a').click()
    row = playground.page.locator("#feature-1")
    expect(row).to_be_in_viewport()
    expect(row.locator("th")).to_have_text("x1")
    findings.locator('[data-finding="constant"] a').click()
    playground.settle()
    assert playground.query == kept
    assert len(playground.features()) == 6
    playground.page.go_back()
    playground.settle()
    assert playground.query == kept
    playground.choose("mode", "inference")
    expect(playground.page.locator("#fold-running")).to_be_hidden()
    assert playground.column("γ")[4] == "0.00100"


def a_link_asks_for_the_file_which_revives_it_and_another_starts_from_its_own_values(
    playground: Playground, tmp_path: Path
) -> None:
    path = files.on_disk(tmp_path, "people.csv", files.table(rows=31))
    source = hashlib.sha256(path.read_bytes()).hexdigest()
    response = playground.page.goto(f"/?source={source}&gamma=2&activation=tanh&selected=1,2&seed=3")
    assert response is not None
    assert response.status == 410
    playground.settle()
    playground.expect_error("source", "is not here", "again")
    a_wide_screen_says_in_the_empty_view_what_is_missing(playground)
    playground.page.go_back()
    playground.settle()
    playground.expect_error("source", "is not here", "again")
    choose(playground, path)
    expect(playground.error("source")).to_be_hidden()
    assert playground.features() == COLUMNS
    assert playground.query == {"source": source, "gamma": "2", "activation": "tanh", "selected": "1,2", "seed": "3"}
    assert set(playground.column("γ")) == {"2.00"}
    choose(playground, files.on_disk(tmp_path, "others.csv", files.table()))
    assert playground.query.keys() == {"source", "activation", "seed"}


def a_wide_screen_says_in_the_empty_view_what_is_missing(playground: Playground) -> None:
    expect(playground.problem).to_contain_text("is not here")
    expect(playground.headline).to_have_text("Nothing is computed.")
    expect(playground.page.locator(".opening").get_by_text("Upload a file")).to_be_in_viewport()
    playground.choose("source", "iris")
    expect(playground.problem).to_be_hidden()
    expect(playground.page.locator(".opening").get_by_text("Upload a file")).to_have_count(0)


def whoever_sent_it_can_delete_it_once_for_all_or_take_its_key_along(playground: Playground, tmp_path: Path) -> None:
    """However often they sent it, it is gone after one deletion; what others have sent, too, is said to stay."""
    page = playground.page
    delete = page.get_by_role("button", name="Delete this upload from the server")
    expect(delete).to_be_hidden()
    for rows, times in ((32, 1), (33, 2)):
        for _ in range(times):
            choose(playground, files.on_disk(tmp_path, "people.csv", files.table(rows)))
        source = playground.query["source"]
        with page.expect_response(f"**/api/v1/batches/{source}?**") as deleted:
            delete.click()
        assert deleted.value.status == 204
        expect(playground.headline).to_contain_text("2,530-fold")  # of two keys, each is answered
        playground.settle()
        assert playground.query == {}
        expect(delete).to_be_hidden()
        expect(playground.field("source").locator(f'option[value="{source}"]')).to_have_count(0)
        assert page.request.get(f"/?source={source}").status == 410

    path = files.on_disk(tmp_path, "people.csv", files.table(rows=36))
    page.request.post("/api/v1/batches", data=path.read_bytes())
    choose(playground, path)
    playground.click("Delete this upload from the server")
    expect(page.locator("#upload-notes")).to_contain_text("Your key is given up. The file stays for now")
    playground.choose("source", "iris")
    expect(page.locator("#upload-notes")).to_be_hidden()

    choose(playground, files.on_disk(tmp_path, "people.csv", files.table(rows=35)))
    source = playground.query["source"]
    page.get_by_role("button", name="Copy its delete key").click()
    expect(page.locator("#key-copied")).to_have_text("Copied. Whoever has it can delete this upload.")
    key = page.evaluate("() => navigator.clipboard.readText()")
    assert page.request.delete(f"/api/v1/batches/{source}?delete_key={key}").status == 204


def whoever_has_the_key_can_delete_it_in_another_browser(playground: Playground) -> None:
    page = playground.page
    content = files.table(rows=34).encode()
    sent = page.request.post("/api/v1/batches", data=content).json()
    playground.step_to(f"source={sent['id']}")
    delete = page.get_by_role("button", name="Delete this upload from the server")
    expect(page.locator("#key-asked")).to_contain_text("This browser has no key of this upload.")
    expect(page.get_by_role("button", name="Copy its delete key")).to_be_hidden()
    delete.click()
    expect(playground.error("delete_key")).to_contain_text("Deleting an upload takes its delete_key")
    playground.field("delete_key").fill("not it")
    playground.field("delete_key").press("Enter")
    expect(playground.error("delete_key")).to_contain_text("This is not the upload's delete_key")
    playground.field("delete_key").fill(sent["delete_key"])
    playground.field("delete_key").press("Enter")
    expect(playground.headline).to_contain_text("2,530-fold")
    expect(page.locator("#deletion")).to_be_hidden()
    assert page.request.get(f"/api/v1/batches/{sent['id']}").status == 410
