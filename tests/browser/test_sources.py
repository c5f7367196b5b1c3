"""Another source: what was said of the old batch goes, everything else stays, and one step back brings it all again."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import files
from tests.browser.conftest import Watch
from tests.browser.derivation.page import Derivation
from tests.browser.network.page import Network
from tests.browser.playground.page import Playground

LISTS = ",".join(["2", *["1"] * 12])


def test_another_source_starts_without_what_was_said_of_the_old_batch(playground: Playground) -> None:
    said = (
        f"gamma={LISTS}&beta={LISTS}&selected=2,12&pair=1,12&upstream=one_example&upstream_example=170&activation=tanh"
    )
    playground.open(said)
    query, table = playground.query, playground.table()
    steps = playground.page.evaluate("history.length")
    playground.choose("source", "iris")
    assert playground.query == {"source": "iris", "activation": "tanh", "upstream": "one_example"}
    assert len(playground.features()) == 4
    assert playground.page.evaluate("history.length") == steps + 1
    playground.page.go_back()
    playground.settle()
    assert playground.query == query
    assert playground.table() == table


def test_what_goes_with_its_source_is_the_sliders_one_feature_a_loss_of_classes_and_how_a_file_was_read(
    playground: Playground, watch: Watch, tmp_path: Path
) -> None:
    watch.refusals.add(410)  # a field that is left may ask once more for what is being deleted
    playground.open()
    the_sliders_of_one_feature_move_all_again(playground)
    playground.click("Reset everything")
    a_loss_of_classes_goes_with_the_classes(playground)
    playground.click("Reset everything")
    how_a_file_was_read_goes_with_its_deletion(playground, tmp_path)


def the_sliders_of_one_feature_move_all_again(playground: Playground) -> None:
    target = playground.page.get_by_label("Sliders move")
    target.select_option(label="ash")
    playground.press("gamma", "ArrowRight", times=2)
    playground.choose("source", "iris")
    expect(target).to_have_value("all")
    assert playground.query == {"source": "iris"}
    assert set(playground.column("γ")) == {"1.00"}


def a_loss_of_classes_goes_with_the_classes(playground: Playground) -> None:
    playground.choose("upstream", "cross_entropy")
    for source in ("iris", "class_sorted"):
        playground.choose("source", source)
        assert playground.query == {"source": source, "upstream": "cross_entropy"}
    playground.choose("source", "normal")
    assert playground.query == {"source": "normal"}


def how_a_file_was_read_goes_with_its_deletion(playground: Playground, tmp_path: Path) -> None:
    head, *rows = files.table(rows=45).splitlines()
    content = "\n".join([f"{head},kind", *(f"{row},{i % 3}" for i, row in enumerate(rows))])
    playground.page.locator("#file").set_input_files(files.on_disk(tmp_path, "people.csv", content))
    expect(playground.page.locator("#batch-line")).not_to_contain_text("Wine")
    playground.settle()
    playground.enter("label", "kind")
    playground.choose("missing", "drop")
    playground.choose("header", "yes")
    playground.enter("selected", "0")
    source = playground.query["source"]
    with playground.page.expect_response(f"**/api/v1/batches/{source}?**"):
        playground.page.get_by_role("button", name="Delete this upload").click()
    expect(playground.headline).to_contain_text("2,530-fold")
    assert playground.query == {}


def test_what_holds_for_any_batch_stays(playground: Playground) -> None:
    playground.open("gamma=2&beta=mean&batch_size=32&seed=3&upstream=squared_error&layer_width=5")
    query = playground.query
    playground.choose("source", "normal")
    assert playground.query == query | {"source": "normal"}


@pytest.mark.parametrize("path", ["/", "/network", "/norms"])
def test_all_of_a_source_without_end_is_the_usual_number(playground: Playground, path: str) -> None:
    playground.page.goto(f"{path}?source=iris&batch_size=all")
    playground.settle()
    playground.choose("source", "breast_cancer")
    assert playground.query["batch_size"] == "all"
    playground.choose("source", "normal")
    assert playground.query == {"source": "normal"}


def test_another_slice_of_the_derivation_starts_at_its_own_first_cell(page: Page) -> None:
    derivation = Derivation(page).open("source=wine&cell=7,1&output=7&selected=2,12&gamma=1,2&upstream_example=7")
    Playground(page).choose("source", "iris")
    assert derivation.query == {"source": "iris"}
    page.go_back()
    derivation.settle()
    assert derivation.query["cell"] == "7,1"


def test_an_edited_slice_keeps_what_was_said_of_it(page: Page) -> None:
    derivation = Derivation(page).open("source=wine&batch_size=5&cell=2,1&gamma=1,2,1,1,1,1&beta=3,0,0,0,0,0")
    derivation.type(0, 0, "3.25")
    kept = {"gamma": "1,2,1,1,1,1", "beta": "3,0,0,0,0,0"}
    assert derivation.query.items() >= kept.items()


def test_a_table_takes_the_place_of_images_in_a_network_without_convolutions(page: Page) -> None:
    network = Network(page).open("architecture=convolutional&depth=3&width=8&batch_size=32")
    network.controls.choose("source", "wine")
    network.settle()
    assert network.query == {"source": "wine"}
    expect(page.locator("#batch-line")).to_contain_text("Wine")
