"""A person's own file: dropped or chosen, read, refused beside the control that caused it, revived, deleted."""

import hashlib
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser import files
from tests.browser.conftest import Watch
from tests.browser.files import choose
from tests.browser.held import Held
from tests.browser.pages import WITH_A_SOURCE
from tests.browser.playground.page import Playground

COLUMNS = ["height", "weight", "age"]


@pytest.mark.parametrize("place", [(160, 335), (800, 500)], ids=["onto the box", "anywhere on the page"])
def test_a_dropped_csv_from_disk_is_shown(playground: Playground, tmp_path: Path, place: tuple[int, int]) -> None:
    path = files.on_disk(tmp_path, "people.csv", files.table())
    playground.open()
    with playground.page.expect_response("**/api/v1/batches"):
        files.drop(playground.page, path, place)
    playground.settle()
    assert playground.features() == COLUMNS
    assert playground.query == {"source": hashlib.sha256(path.read_bytes()).hexdigest()}
    expect(playground.page.locator("#batch-line")).to_contain_text("40 examples × 3 features")


def test_a_csv_chosen_in_the_file_dialog_is_shown(playground: Playground, tmp_path: Path) -> None:
    playground.open()
    choose(playground, files.on_disk(tmp_path, "people.csv", files.table()))
    assert playground.features() == COLUMNS
    assert playground.axes("x")["yaxis"]["ticktext"] == COLUMNS
    expect(playground.field("source")).to_have_value(playground.query["source"])


@pytest.mark.parametrize("path", WITH_A_SOURCE)
def test_a_file_is_called_by_its_name(playground: Playground, watch: Watch, tmp_path: Path, path: str) -> None:
    watch.refusals.add(422)
    playground.page.goto(path)
    playground.settle()
    with playground.page.expect_response("**/api/v1/batches"):
        playground.page.locator("#file").set_input_files(files.on_disk(tmp_path, "people.csv", files.table()))
    line = playground.page.locator("#batch-line")
    expect(line).to_contain_text("people.csv: ")
    playground.settle()
    playground.enter("eps", "-1")
    expect(playground.problem).to_contain_text("below is still people.csv")
    playground.enter("eps", "1")
    playground.choose("source", "iris")
    expect(line).not_to_contain_text("people.csv")


def test_a_bar_shows_the_progress_of_an_upload_and_goes_away(playground: Playground, tmp_path: Path) -> None:
    held = Held(playground.page, "**/api/v1/batches")
    playground.open()
    bar = playground.page.get_by_role("progressbar", name="Upload progress", include_hidden=True)
    expect(bar).to_be_hidden()
    playground.page.locator("#file").set_input_files(files.on_disk(tmp_path, "people.csv", files.table()))
    expect(bar).to_be_visible()
    held.let_go()
    expect(bar).to_be_hidden()
    expect(playground.page.locator("#batch-line")).not_to_contain_text("Wine")


def test_a_text_column_is_left_out_with_a_warning_that_names_it(playground: Playground, tmp_path: Path) -> None:
    playground.open()
    choose(playground, files.on_disk(tmp_path, "people.csv", files.with_text_column()))
    assert playground.features() == COLUMNS
    warnings = playground.page.get_by_role("list", name="Notes on the data")
    expect(warnings).to_be_visible()
    expect(warnings).to_contain_text("person")


def test_the_error_of_an_upload_goes_with_the_next_good_one(
    playground: Playground, watch: Watch, tmp_path: Path
) -> None:
    watch.refusals |= {415, 422}
    playground.open()
    choose(playground, files.on_disk(tmp_path, "people.csv", files.ragged()))
    choose(playground, files.on_disk(tmp_path, "people.csv", files.table()))
    expect(playground.page.locator("#drop").get_by_role("alert")).to_be_hidden()
    assert playground.features() == COLUMNS


def test_an_engineers_layer_leads_with_findings_that_link_to_its_features(
    playground: Playground, tmp_path: Path
) -> None:
    playground.open()
    choose(playground, files.on_disk(tmp_path, "layer.npz", files.layer()))
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


def test_following_a_finding_keeps_the_view(playground: Playground, tmp_path: Path) -> None:
    playground.open()
    choose(playground, files.on_disk(tmp_path, "layer.npz", files.layer()))
    kept = playground.query
    playground.page.locator('[data-finding="constant"] a').click()
    playground.settle()
    assert playground.query == kept
    assert len(playground.features()) == 6
    playground.page.go_back()
    playground.settle()
    assert playground.query == kept


def test_the_layers_own_running_statistics_need_no_controls(playground: Playground, tmp_path: Path) -> None:
    playground.open()
    choose(playground, files.on_disk(tmp_path, "layer.npz", files.layer()))
    playground.choose("mode", "inference")
    expect(playground.page.locator("#fold-running")).to_be_hidden()
    assert playground.column("γ")[4] == "0.00100"


def test_a_link_to_an_upload_that_is_gone_asks_for_the_file_and_the_file_revives_it(
    playground: Playground, watch: Watch, tmp_path: Path
) -> None:
    watch.refusals.add(410)
    path = files.on_disk(tmp_path, "people.csv", files.table(rows=31))
    source = hashlib.sha256(path.read_bytes()).hexdigest()
    response = playground.page.goto(f"/?source={source}&gamma=2&activation=tanh")
    assert response is not None
    assert response.status == 410
    playground.settle()
    playground.expect_error("source", "is not here", "again")
    choose(playground, path)
    expect(playground.error("source")).to_be_hidden()
    assert playground.features() == COLUMNS
    assert playground.query == {"source": source, "gamma": "2", "activation": "tanh"}
    assert set(playground.column("γ")) == {"2.00"}


def test_another_file_starts_from_its_own_values(playground: Playground, tmp_path: Path) -> None:
    playground.open("gamma=2&selected=11,12&seed=3")
    choose(playground, files.on_disk(tmp_path, "people.csv", files.table()))
    assert playground.query.keys() == {"source", "seed"}


def test_an_upload_can_be_deleted_by_whoever_sent_it(playground: Playground, watch: Watch, tmp_path: Path) -> None:
    watch.refusals.add(410)
    playground.open()
    delete = playground.page.get_by_role("button", name="Delete this upload from the server")
    expect(delete).to_be_hidden()
    choose(playground, files.on_disk(tmp_path, "people.csv", files.table(rows=32)))
    source = playground.query["source"]
    with playground.page.expect_response(f"**/api/v1/batches/{source}?**") as deleted:
        delete.click()
    assert deleted.value.status == 204
    playground.settle()
    assert playground.query == {}
    expect(playground.headline).to_contain_text("2,530-fold")
    expect(delete).to_be_hidden()
    expect(playground.field("source").locator(f'option[value="{source}"]')).to_have_count(0)
    response = playground.page.goto(f"/?source={source}")
    assert response is not None
    assert response.status == 410


def test_whoever_has_the_key_can_delete_an_upload_in_another_browser(playground: Playground, watch: Watch) -> None:
    watch.refusals |= {403, 410}
    page = playground.page
    content = files.table(rows=34).encode()
    sent = page.request.post("/api/v1/batches", data=content).json()
    playground.open(f"source={sent['id']}")
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


def test_the_key_of_an_upload_can_be_taken_along(playground: Playground, tmp_path: Path, origin: str) -> None:
    page = playground.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=origin)
    playground.open()
    choose(playground, files.on_disk(tmp_path, "people.csv", files.table(rows=35)))
    source = playground.query["source"]
    page.get_by_role("button", name="Copy its delete key").click()
    expect(page.locator("#key-copied")).to_have_text("Copied. Whoever has it can delete this upload.")
    key = page.evaluate("() => navigator.clipboard.readText()")
    assert page.request.delete(f"/api/v1/batches/{source}?delete_key={key}").status == 204


def test_a_file_that_others_have_sent_too_is_said_to_stay(playground: Playground, tmp_path: Path) -> None:
    page = playground.page
    path = files.on_disk(tmp_path, "people.csv", files.table(rows=36))
    page.request.post("/api/v1/batches", data=path.read_bytes())
    playground.open()
    choose(playground, path)
    playground.click("Delete this upload from the server")
    expect(page.locator("#upload-notes")).to_contain_text("Your key is given up. The file stays for now")
    playground.choose("source", "iris")
    expect(page.locator("#upload-notes")).to_be_hidden()


def test_what_is_said_of_an_upload_goes_with_it_on_the_way_back(playground: Playground, tmp_path: Path) -> None:
    playground.open()
    choose(playground, files.on_disk(tmp_path, "people.csv", files.with_text_column()))
    expect(playground.page.locator("#upload-notes")).to_contain_text("person")
    playground.page.go_back()
    expect(playground.page.locator("#upload-notes")).to_be_hidden()


def test_a_file_sent_twice_is_gone_after_one_deletion(playground: Playground, watch: Watch, tmp_path: Path) -> None:
    watch.refusals.add(410)
    path = files.on_disk(tmp_path, "people.csv", files.table(rows=33))
    playground.open()
    choose(playground, path)
    choose(playground, path)
    source = playground.query["source"]
    playground.click("Delete this upload from the server")
    expect(playground.headline).to_contain_text("2,530-fold")
    response = playground.page.goto(f"/?source={source}")
    assert response is not None
    assert response.status == 410
