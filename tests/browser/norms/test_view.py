"""The norms as a page: situations and settings, links, errors at their controls, uploads."""

import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import expect

from bncore.norms import NORMS
from tests.browser import files
from tests.browser.conftest import Watch
from tests.browser.norms.page import Norms

pytestmark = pytest.mark.folded


def test_situations_tables_and_rows_are_told_on_a_phone_after_the_block_a_wrong_link_shows_the_rest_and_an_upload_all(
    norms: Norms, watch: Watch, tmp_path: Path
) -> None:
    expect_the_block_first_on_a_phone(norms)
    norms.page.set_viewport_size({"width": 1280, "height": 900})
    norms.settle()
    expect_situations_told(norms)
    expect_tables_of_the_answers_numbers(norms)
    expect_rows_of_examples(norms)
    expect_the_notation_everywhere(norms)
    watch.refusals.add(422)
    expect_the_rest_shown_with_the_error_at_its_place(norms)
    expect_an_error_beside_its_control(norms)
    expect_a_cell_alone_told_with_its_statistic_and_a_class_sorted_batch_to_name_its_class(norms)
    norms.step_to("open=cube&cell=1,1,1")
    expect_one_norm_alone_beside_the_block_and_the_view_copied(norms)
    norms.step_to("open=cube&groups=6&ghost_size=2&cell=3,5,0")
    expect_groups_and_ghost_batches_to_offer_what_divides(norms)
    expect_an_upload_is_the_block(norms, tmp_path)
    expect_a_large_block_asked_for_and_its_first_part_shown(norms, watch)


def expect_the_block_first_on_a_phone(norms: Norms) -> None:
    norms.page.set_viewport_size({"width": 390, "height": 844})
    norms.open("open=cube,distributions,published,table&batch_size=4")
    left = "(cards) => cards.map((card) => [card.getBoundingClientRect().left, card.querySelector('h3').innerText])"
    titles = [title for _, title in sorted(norms.page.locator(".cube-card").evaluate_all(left))]
    assert titles[:3] == ["x, before any norm", "How to read a cube", "Batch norm"]


def expect_situations_told(norms: Norms) -> None:
    """What each does to each norm."""
    norms.controls.choose("situation", "one_example")
    assert norms.query["situation"] == "one_example"
    expect(norms.headline).to_contain_text("One example alone")
    assert norms.lit("batch") == {(0, 3)} == norms.lit("instance")
    assert "so it is instance norm now" in norms.text("batch")
    assert "exactly the values" in norms.text("layer")
    norms.controls.choose("situation", "huge_channel")
    expect(norms.controls.field("huge_factor")).to_be_visible()
    told = {norm["name"]: norm["text"] for norm in norms.answer()["norms"]}
    assert {name: norms.text(name) for name in NORMS} == told
    assert "All 5 other channels are squeezed" in norms.text("layer")
    assert "asinh" in norms.controls.axes("before")["xaxis"]["title"]
    norms.page.go_back()
    norms.settle()
    expect(norms.headline).to_contain_text("One example alone")
    norms.controls.choose("situation", "usual")


def expect_tables_of_the_answers_numbers(norms: Norms) -> None:
    norms.controls.menu("after_batch").get_by_role("button", name="Table").click()
    cells = norms.page.locator("[data-figure=after_batch] .behind tbody td:nth-child(3)")
    assert cells.all_text_contents() == ["1.00"] * 6
    norms.controls.menu("published").get_by_role("button", name="Table").click()
    published = norms.page.locator("[data-figure=published] .behind tbody tr").last
    assert published.locator("td").all_text_contents() == ["34.7", "24.1"]
    expect(norms.page.locator("#norms-table tbody tr")).to_have_count(7)


def expect_rows_of_examples(norms: Norms) -> None:
    assert norms.controls.axes("after_layer")["yaxis"]["title"] == "channel"
    norms.controls.choose("rows", "example")
    assert norms.controls.axes("after_layer")["yaxis"]["ticktext"][0] == "example 0"
    means = next(trace["x"] for trace in norms.controls.data("after_layer") if trace["name"] == "mean")
    assert max(map(abs, means)) < 1e-3


def expect_the_notation_everywhere(norms: Norms) -> None:
    """In the cubes, the figures and the tooltips."""
    assert "x̂ = " in norms.told("batch")
    norms.page.select_option("#c-notation", "lecture")
    expect(norms.page.locator("#figure-after_batch .panel-title")).to_have_text("After batch norm: Z̄")
    expect(norms.page.locator("#cube-told")).to_contain_text(": Z = ")
    assert "Z̄ = " in norms.told("batch")
    assert "x̂" not in norms.page.locator("main").inner_text()


def expect_a_cell_alone_told_with_its_statistic_and_a_class_sorted_batch_to_name_its_class(norms: Norms) -> None:
    norms.step_to("open=cube&source=wine&situation=one_example&cell=0,4,0")
    assert "x̂ = 0; a cell alone: mean 134, deviation 0" in norms.told("batch")
    norms.controls.choose("situation", "class_sorted")
    expect(norms.page.locator("#batch-line")).to_contain_text("A batch of one class (class ")
    assert "the channels' means of x̂ are 0" in norms.text("batch")


def expect_one_norm_alone_beside_the_block_and_the_view_copied(norms: Norms) -> None:
    norms.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    norms.controls.choose("norm", "group")
    assert norms.query == {"cell": "1,1,1", "norm": "group"}
    shown = norms.page.locator("[data-cube]:visible")
    assert shown.evaluate_all("(all) => all.map(({ dataset }) => dataset.cube)") == ["x", "group"]
    assert norms.controls.figures() == ["before", "after_group", "published"]
    expect(norms.controls.control("groups")).to_be_visible()
    expect(norms.controls.control("ghost_size")).to_be_hidden()
    norms.controls.choose("groups", "6")
    assert norms.lit("group") == {(1, 1)}
    norms.controls.choose("situation", "one_example")
    for kind, part in {"link": "/norms?", "curl": "curl -s '", "python": "urlopen("}.items():
        expect_copied(norms, kind, part)


def expect_copied(norms: Norms, kind: str, part: str) -> None:
    norms.page.locator(f'[data-copy="{kind}"]').click()
    norms.page.wait_for_function("async (part) => (await navigator.clipboard.readText()).includes(part)", arg=part)
    expect(norms.page.locator("#copied")).to_contain_text("Copied")
    copied = norms.page.evaluate("() => navigator.clipboard.readText()")
    assert {"norm=group", "situation=one_example"} <= set(re.findall(r"[a-z_]+=[a-z_]+", copied))
    assert kind == "link" or "/api/v1/norms?" in copied


def expect_groups_and_ghost_batches_to_offer_what_divides(norms: Norms) -> None:
    texts = "(select) => [...select.options].map(({ text }) => text)"
    assert norms.controls.field("groups").evaluate(texts) == ["auto (3)", "1", "2", "3", "6"]
    norms.controls.enter("channels", "8")
    assert norms.query == {"channels": "8", "ghost_size": "2"}
    assert norms.controls.field("groups").evaluate(texts) == ["auto (4)", "1", "2", "4", "8"]
    norms.controls.enter("batch_size", "5")
    assert norms.query == {"channels": "8", "batch_size": "5"}
    assert norms.controls.field("ghost_size").evaluate(texts) == [
        "auto (1)",
        "1",
        "2 (the last 1)",
        "3 (the last 2)",
        "4 (the last 1)",
        "5",
    ]
    expect(norms.controls.problem).to_be_hidden()
    norms.controls.choose("ghost_size", "2")
    expect(norms.controls.problem).to_be_hidden()
    expect(norms.page.locator('[data-stage-cube="ghost"] .stage-counted')).to_have_text("18 cells, the last 9")
    norms.controls.enter("channels", "6")
    norms.controls.choose("situation", "one_example")
    norms.controls.choose("groups", "2")


def expect_an_upload_is_the_block(norms: Norms, folder: Path) -> None:
    x = np.random.default_rng(0).normal(size=(4, 6, 2, 3)).astype(np.float32)
    norms.page.locator("#file").set_input_files(files.on_disk(folder, "layer.npz", files.packed(x=x)))
    expect(norms.page.locator("#batch-line")).to_contain_text("layer.npz: 4 examples × 6 channels of 2 × 3")
    norms.settle()
    assert set(norms.query) == {"source"}
    norms.box("layer", 2, 1).hover()
    assert norms.lit("layer") == {(2, c) for c in range(6)}
    assert norms.lit("group") == {(2, 0), (2, 1)}


WRONG = {"groups": "groups=4", "cell": "cell=9,9,9", "norm": "norm=x"}
"""Of a field: an address in which it is wrong."""


def expect_the_rest_shown_with_the_error_at_its_place(norms: Norms) -> None:
    for at, (field, query) in enumerate(WRONG.items()):
        (norms.step_to if at else norms.open)(f"open=cube&{query}")
        expect(norms.controls.error(field)).to_be_visible()
        assert norms.lit("batch")


def expect_an_error_beside_its_control(norms: Norms) -> None:
    norms.controls.choose("norm", "all")
    norms.controls.enter("eps", "-1")
    norms.controls.expect_error("eps", "0")
    norms.controls.enter("eps", "0.1")
    norms.controls.choose("source", "normal")
    norms.controls.choose("situation", "class_sorted")
    norms.controls.expect_error("situation", "no classes")


def expect_a_large_block_asked_for_and_its_first_part_shown(norms: Norms, watch: Watch) -> None:
    watch.requests.clear()
    norms.open("open=cube&batch_size=1024&channels=64&groups=8&norm=group")
    expect(norms.headline).to_contain_text("72 cells share its mean and deviation under group norm")
    expect_each_sentence_to_tell_what_its_own_cubes_draw(norms)
    expect(norms.controls.field("groups")).to_have_value("8")
    assert len(watch.asked("/api/v1/norms")) == 1
    assert norms.lit("group") == {(2, c) for c in range(8)}


def expect_each_sentence_to_tell_what_its_own_cubes_draw(norms: Norms) -> None:
    """The stage draws 4 × 6 × 3 × 3 of the block, the section below it more examples and channels."""
    expect(norms.page.locator("#batch-line")).not_to_contain_text("cubes")
    expect(norms.page.locator("#stage-part")).to_have_text(re.compile(r"^Drawn: 4 × 6 × 3 × 3 of 1,024 × 64 × 3 × 3 "))
    expect(norms.page.locator("#cube-summary")).to_contain_text("The cubes of this section draw the first 8 × 8 × 9 of")
