"""Another source: what was said of the old batch goes, everything else stays, and one step back brings it all again."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser import files
from tests.browser.carry import (
    the_source_the_seed_and_the_batch_size_a_typed_table_and_a_generators_numbers_go_along,
)
from tests.browser.conftest import Watch
from tests.browser.derivation.page import Derivation
from tests.browser.network.page import Network
from tests.browser.playground.page import Playground
from tests.browser.view import fold, open_folds


@pytest.mark.folded
def test_another_source_starts_without_what_was_said_of_the_old_batch_and_with_all_else(
    playground: Playground, watch: Watch, tmp_path: Path
) -> None:
    watch.refusals.add(410)  # a field that is left may ask once more for what is being deleted
    said = "gamma=2,1,1,1&beta=2,1,1,1&selected=1,3&pair=1,3&upstream=one_example&upstream_example=140&activation=tanh"
    playground.open(f"source=iris&{said}")
    what_was_said_of_the_old_batch_goes_and_one_step_back_brings_it(playground)
    playground.step_to("source=iris&gamma=2&beta=mean&batch_size=32&seed=3&upstream=squared_error&layer_width=5")
    what_holds_for_any_batch_stays(playground)
    playground.step_to("source=iris&batch_size=all")
    all_of_a_source_without_end_is_the_usual_number(playground)
    playground.step_to("source=iris")
    the_sliders_of_one_feature_move_all_again(playground)
    playground.step_to("source=class_sorted")
    a_loss_of_classes_goes_with_the_classes(playground)
    playground.step_to("source=iris")
    how_a_file_was_read_goes_with_its_deletion(playground, tmp_path)
    the_source_the_seed_and_the_batch_size_a_typed_table_and_a_generators_numbers_go_along(playground)


def what_was_said_of_the_old_batch_goes_and_one_step_back_brings_it(playground: Playground) -> None:
    query, table = playground.query, playground.table()
    steps = playground.page.evaluate("history.length")
    playground.choose("source", "normal")
    assert playground.query == {"source": "normal", "activation": "tanh", "upstream": "one_example"}
    assert len(playground.features()) == 8
    assert playground.page.evaluate("history.length") == steps + 1
    playground.page.go_back()
    playground.settle()
    assert playground.query == query
    assert playground.table() == table


def what_holds_for_any_batch_stays(playground: Playground) -> None:
    query = playground.query
    playground.choose("source", "normal")
    assert playground.query == query | {"source": "normal"}


def all_of_a_source_without_end_is_the_usual_number(view: Playground) -> None:
    others = {name: value for name, value in view.query.items() if name not in ("source", "batch_size")}
    view.choose("source", "wine")
    assert view.query["batch_size"] == "all"
    view.choose("source", "normal")
    assert view.query == {"source": "normal"} | others


def the_sliders_of_one_feature_move_all_again(playground: Playground) -> None:
    target = playground.page.get_by_label("Sliders move")
    target.select_option(label="petal length")
    playground.press("gamma", "ArrowRight", times=2)
    playground.choose("source", "normal")
    expect(target).to_have_value("all")
    assert playground.query == {"source": "normal"}
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
    with files.taken(playground.page):
        playground.page.locator("#file").set_input_files(files.on_disk(tmp_path, "people.csv", content))
    expect(playground.page.locator("#batch-line")).not_to_contain_text("Iris")
    playground.settle()
    playground.enter("label", "kind")
    source = playground.query["source"]
    assert playground.query == {"source": source, "label": "kind"}
    playground.step_to(f"source={source}&label=kind&missing=drop&header=yes&selected=0")
    with playground.page.expect_response(f"**/api/v1/batches/{source}?**"):
        playground.page.get_by_role("button", name="Delete this upload").click()
    expect(playground.headline).to_contain_text("2,530-fold")
    assert playground.query == {}


def another_source_of_a_network_takes_the_place_of_images(network: Network) -> None:
    network.step_to("architecture=convolutional&depth=3&width=8&batch_size=32")
    network.controls.choose("source", "wine")
    network.settle()
    assert network.query == {"source": "wine"}
    expect(network.page.locator("#batch-line")).to_contain_text("Wine")


def another_slice_of_the_derivation_starts_at_its_own_first_cell_and_an_edited_one_keeps_what_was_said_of_it(
    derivation: Derivation,
) -> None:
    derivation.step_to("source=wine&cell=7,1&output=7&selected=2,12&gamma=1,2&upstream_example=7")
    derivation.controls.choose("source", "iris")
    assert derivation.query == {"source": "iris"}
    derivation.page.go_back()
    derivation.settle()
    assert derivation.query["cell"] == "7,1"
    derivation.step_to("source=iris&batch_size=5&cell=2,1&gamma=1,2,1,1&beta=3,0,0,0")
    open_folds(derivation.page)
    derivation.type(0, 0, "3.25")
    fold(derivation.page)
    assert "values" in derivation.query
    kept = {"gamma": "1,2,1,1", "beta": "3,0,0,0"}
    assert derivation.query.items() >= kept.items()
