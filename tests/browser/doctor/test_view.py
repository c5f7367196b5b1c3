"""The doctor's page: its story before anything is touched, a table that sorts, a layer that opens, files that come."""

import json
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.app.views.doctor.files import capture, npz
from tests.browser import files
from tests.browser.conftest import Watch
from tests.browser.doctor.page import Doctor
from tests.browser.stage import shifted, watch_shifts, words_in_sight
from tests.browser.test_widths import overflow

WORST_FIRST = ["layer2.bn1", "layer1.bn2", "layer2.bn2", "layer1.bn1", "layer3.bn1", "bn1"]
IN_ORDER = sorted(WORST_FIRST)

pytestmark = pytest.mark.folded


@pytest.fixture
def doctor(page: Page) -> Doctor:
    return Doctor(page)


def test_the_worked_example_is_told_untouched_and_the_table_sorts_and_opens(doctor: Doctor, watch: Watch) -> None:
    watch_shifts(doctor.page)
    page = doctor.open().page
    assert watch.asked("/api/") == []
    assert words_in_sight(page) <= 350
    assert shifted(page) < 0.05
    expect(doctor.headline).to_have_text("3 of 6 norm layers have an error, 1 more a warning: begin with layer2.bn1.")
    assert doctor.norms() == WORST_FIRST
    expect(page.locator("#layer-name")).to_have_text("layer2.bn1")
    expect(page.locator(".doc-strip")).to_have_count(6)
    expect(page.locator("#to-playground")).to_be_hidden()
    expect(page.locator("#c-channel")).to_have_value("5")

    doctor.sort("norm")
    assert doctor.norms() == IN_ORDER
    doctor.sort("norm")
    assert doctor.norms() == IN_ORDER[::-1]
    assert doctor.query == {"sort": "norm", "down": "1"}
    doctor.sort("channels")
    counts = [int(text) for text in page.locator("#norms td:nth-child(3)").all_text_contents()]
    assert counts == sorted(counts, reverse=True)
    expect(page.locator("th[aria-sort]")).to_have_text("Channels")
    page.go_back()
    expect(page.locator("th[aria-sort]")).to_have_text("Layer")
    assert doctor.norms() == IN_ORDER[::-1]
    assert watch.asked("/api/") == []

    page.locator("[data-sort=severity]").focus()
    doctor.row("layer1.bn1").get_by_role("button").press("Enter")
    doctor.settle()
    expect(page.locator("#layer-name")).to_have_text("layer1.bn1")
    expect(doctor.row("layer1.bn1").get_by_role("button")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#c-channel")).to_have_value("2")
    expect(page.locator("[data-chart=gamma] .flagged")).to_have_count(3)
    page.locator("#c-channel").fill("11")
    expect(page.locator("#channel-told")).to_contain_text("γ 0,")
    assert doctor.query["channel"] == "11"
    page.reload()
    doctor.settle()
    expect(page.locator("#c-channel")).to_have_value("11")
    assert doctor.norms() == IN_ORDER[::-1]

    page.locator("#to-playground").click()
    page.wait_for_url("**/?source=*")
    doctor.settle()
    expect(page.locator("#batch-line")).to_contain_text("256 examples × 16 features")
    expect(page.locator("#warnings")).to_contain_text("x is no data of yours")
    page.locator("#from-doctor").get_by_role("link", name="layer1.bn1 in the Doctor").click()
    doctor.settle()
    expect(page.locator("#layer-name")).to_have_text("layer1.bn1")


def test_a_dropped_file_is_the_report_in_its_link_a_capture_mends_it_and_what_is_not_here_is_said_beside_its_control(
    doctor: Doctor, watch: Watch, tmp_path: Path
) -> None:
    watch.refusals |= {410, 415, 422}
    doctor.open(f"model={'0' * 64}")
    expect_what_is_not_here_said_beside_its_control(doctor)
    doctor.step_to("sort=norm&open=compared")
    expect_a_dropped_file_to_be_the_report_and_deleted(doctor, tmp_path)
    doctor.step_to("open=mend")
    expect_a_capture_beside_the_model_to_mend_it(doctor, tmp_path)
    expect_no_page_widened_by_long_names(doctor)
    expect_rows_below_the_edge_of_a_phone_to_be_told_of_and_a_comparison_to_be_read_without_scrolling(doctor)


def expect_a_dropped_file_to_be_the_report_and_deleted(doctor: Doctor, tmp_path: Path) -> None:
    page = doctor.page
    file = tmp_path / "net.npz"
    file.write_bytes(npz("sick"))
    doctor.drop(file)
    expect(page.locator("#batch-line")).to_have_text("net.npz: npz, 6 norm layers, 37 tensors")
    expect(page.locator("#c-model option:checked")).to_have_text("net.npz")
    assert len(doctor.query["model"]) == 64
    assert doctor.norms() == IN_ORDER
    with page.expect_download() as downloading:
        page.locator("[data-report=json]").click()
    report = json.loads(Path(downloading.value.path()).read_text())
    assert [finding["norm"] for finding in report["findings"]] == WORST_FIRST[:5]

    doctor.choose("other", "sound")
    expect(page.locator("#compared-told")).to_contain_text("norms differ from “The same network, sound”")
    page.reload()
    doctor.settle()
    expect(page.locator("#compared tbody tr")).to_have_count(6)
    page.go_back()
    doctor.settle()
    expect(page.locator("#compared-part")).to_be_hidden()

    picture = files.on_disk(tmp_path, "cat.png", b"\x89PNG" + bytes(99))
    page.locator("#file").set_input_files(picture)
    expect(page.locator("#e-file")).to_contain_text("no model of a kind that is read")
    assert len(doctor.query["model"]) == 64
    page.get_by_role("button", name="Delete this upload from the server").click()
    expect(page.locator("#c-model option:checked")).to_have_text("Worked example: a sick network")
    expect(page.locator("#deletion")).to_be_hidden()
    expect(page.locator("#c-model option")).to_have_count(2)


def expect_what_is_not_here_said_beside_its_control(doctor: Doctor) -> None:
    page = doctor.page
    expect(page.locator("#e-model")).to_contain_text("is not here")
    doctor.choose("model", "sound")
    expect(doctor.headline).to_contain_text("Nothing is wrong")
    expect(page.locator("#e-model")).to_be_hidden()
    doctor.step_to("norm=bn7")
    expect(page.locator("#e-norm")).to_contain_text("no norm layer called 'bn7'")


def expect_no_page_widened_by_long_names(doctor: Doctor) -> None:
    name = "backbone.encoder.layers.11.blocks.3.attention_output.downsample.a_norm_with_a_very_long_name"
    parts = {"weight": 0.0, "bias": 0.0, "running_mean": 0.3, "running_var": -2.0}
    content = npz("sound", **{f"{name}.{part}": np.linspace(value, 1, 8) for part, value in parts.items()})
    page = doctor.page
    model = page.request.post("/api/v1/doctor", data=content).json()["id"]
    page.set_viewport_size({"width": 390, "height": 844})
    doctor.step_to(f"model={model}&open=all")
    expect(doctor.headline).to_contain_text(name)
    assert overflow(page) == 0


def expect_rows_below_the_edge_of_a_phone_to_be_told_of_and_a_comparison_to_be_read_without_scrolling(
    doctor: Doctor,
) -> None:
    page = doctor.page
    doctor.step_to("other=sound&open=compared")
    expect(page.locator("#norms-left")).to_have_text("6 rows; the table scrolls.")
    expect(page.locator(".doc-table")).to_have_attribute("data-more", "")
    doctor.row("bn1").scroll_into_view_if_needed()
    expect(page.locator(".doc-table")).not_to_have_attribute("data-more", "")
    assert page.locator("#compared").evaluate("(table) => table.scrollWidth - table.parentElement.clientWidth") <= 0
    cells = page.locator("#compared :is(th, td)")
    assert set(cells.evaluate_all("(cells) => cells.map((cell) => getComputedStyle(cell).textAlign)")) == {"left"}
    assert page.locator("#compared td").first.evaluate("(cell) => getComputedStyle(cell).whiteSpace") == "normal"


def expect_a_capture_beside_the_model_to_mend_it(doctor: Doctor, tmp_path: Path) -> None:
    page = doctor.page
    doctor.drop(files.on_disk(tmp_path, "net.npz", npz("sick")))
    model = doctor.query["model"]
    page.locator("#mend-how").select_option("reestimate")
    expect(page.locator("#mend-tell")).to_be_disabled()
    doctor.drop(files.on_disk(tmp_path, "steps.npz", capture()))
    assert doctor.query["model"] == model
    expect(page.locator("#c-capture option:checked")).to_have_text("steps.npz")
    page.locator("#mend-tell").click()
    expect(page.locator("#mend-told")).to_contain_text("1 of 6 norms are mended, in 2 tensors. The largest change")
    with page.expect_download() as downloading:
        page.locator("#mend-file").click()
    assert downloading.value.suggested_filename == "bnscope-reestimated.npz"

    steps = doctor.query["capture"]
    doctor.step_to(f"model={steps}&open=mend")
    expect(page.locator("#mend-told")).to_contain_text("A capture holds no weights to mend")
    expect(page.locator("#mend-file")).to_be_hidden()
    np.savez(tmp_path / "bare.npz", **{"fc.weight": np.ones((3, 2), "f4")})
    doctor.drop(tmp_path / "bare.npz")
    expect(page.locator("#norms-left")).to_contain_text("A norm is known by its running mean")
    expect(page.locator("#mend-told")).to_contain_text("no norm that is read")
    doctor.choose("model", "sound")
    expect(page.locator("#norms-left")).to_be_empty()
    expect(page.locator("#mend-tell")).to_be_enabled()
