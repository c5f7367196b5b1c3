"""What holds for views beside the playground, too: each is loaded once for all of it, and its laws stand elsewhere."""

import hashlib
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import files
from tests.browser.batch_size.page import BatchSize
from tests.browser.conftest import DESKTOP, Watch
from tests.browser.derivation.page import Derivation
from tests.browser.network.page import Network
from tests.browser.norms.page import Norms
from tests.browser.pages import WITH_A_SOURCE
from tests.browser.playground.page import Playground
from tests.browser.replay import (
    replay_plays_a_views_parts_in_order_and_where_less_motion_is_asked_for_there_is_a_sentence_instead,
)
from tests.browser.stage_picture import the_stage_leaves_as_a_picture_in_either_scheme
from tests.browser.symbols import (
    LETTERS,
    no_symbol_of_a_text_is_without_its_word,
    r_and_d_have_their_words_on_the_stage_of_the_norms_and_below_it,
)
from tests.browser.test_address import back_and_forward_take_what_is_said_of_the_seed_along
from tests.browser.test_batch_sizes import (
    TYPED,
    the_number_of_examples_goes_as_far_as_the_source,
    the_slider_ends_where_the_source_does,
)
from tests.browser.test_linked import (
    a_block_is_lit_in_the_curves_the_columns_and_the_schematic,
    a_cell_of_the_derivation_lights_its_example_and_its_terms,
    a_cell_of_the_norms_lights_its_channels_rows_on_the_stage_and_below_it_and_a_row_its_cells,
    an_example_is_lit_in_the_deals_their_dots_the_strips_and_the_jacobian,
)
from tests.browser.test_paper import (
    paper_shows_every_section_and_figure_in_a_sheets_width_and_light_and_a_capture_no_empty_plot,
)
from tests.browser.test_problems import (
    an_error_takes_back_what_was_said_dims_the_rest_and_calls_a_file_by_its_name,
    what_is_gone_is_asked_for_in_the_view_and_told_above_it,
    while_the_sheet_is_closed_the_reason_stands_above_the_view,
)
from tests.browser.test_share import (
    a_figures_numbers_leave_as_csv,
    a_picture_of_published_numbers_names_their_source_and_shows_its_whole_title,
)
from tests.browser.test_sources import (
    all_of_a_source_without_end_is_the_usual_number,
    another_slice_of_the_derivation_starts_at_its_own_first_cell_and_an_edited_one_keeps_what_was_said_of_it,
    another_source_of_a_network_takes_the_place_of_images,
)

pytestmark = pytest.mark.folded  # a law opens the sections that it looks at


@pytest.mark.parametrize("path", WITH_A_SOURCE)
def test_every_view_of_a_source(playground: Playground, watch: Watch, tmp_path: Path, path: str) -> None:
    watch.refusals |= {410, 415, 422}
    file = files.on_disk(tmp_path, "people.csv", files.table(rows=60 + WITH_A_SOURCE.index(path)))
    source = hashlib.sha256(file.read_bytes()).hexdigest()
    path, _, others = path.partition("?")
    query = f"{others}&source={source}"
    playground.page.goto(f"{path}?{query}")
    what_is_gone_is_asked_for_in_the_view_and_told_above_it(playground, file)
    playground.step_to(f"{query}&eps=-3")
    while_the_sheet_is_closed_the_reason_stands_above_the_view(playground)
    playground.enter("eps", "0.1")
    expect(playground.problem).to_be_hidden()
    playground.page.set_viewport_size(DESKTOP)
    an_error_takes_back_what_was_said_dims_the_rest_and_calls_a_file_by_its_name(playground)
    the_stage_leaves_as_a_picture_in_either_scheme(playground, tmp_path)
    paper_shows_every_section_and_figure_in_a_sheets_width_and_light_and_a_capture_no_empty_plot(playground)


def test_the_derivation(derivation: Derivation, tmp_path: Path) -> None:
    view = derivation.open("source=iris").controls
    a_figures_numbers_leave_as_csv(view, tmp_path, "paths", {"direct"})
    back_and_forward_take_what_is_said_of_the_seed_along(view)
    derivation.step_to("")
    symbols = [("∂L", "#laws", "dx", "The sum of the three paths")]
    no_symbol_of_a_text_is_without_its_word(view.page, symbols)
    another_slice_of_the_derivation_starts_at_its_own_first_cell_and_an_edited_one_keeps_what_was_said_of_it(derivation)
    derivation.step_to(f"source=inline&values={TYPED}&batch_size=3")
    the_slider_ends_where_the_source_does(view, "5", "5")
    a_cell_of_the_derivation_lights_its_example_and_its_terms(derivation)


def test_the_network(network: Network, tmp_path: Path) -> None:
    view = network.open("depth=3&width=8&batch_size=16").controls
    replay_plays_a_views_parts_in_order_and_where_less_motion_is_asked_for_there_is_a_sentence_instead(
        view.page, ["block 1", "block 2", "block 3"]
    )
    network.step_to("depth=2&width=8")
    a_figures_numbers_leave_as_csv(view, tmp_path, "depth_deviation", {"with BN"})
    back_and_forward_take_what_is_said_of_the_seed_along(view)
    symbols = [
        ("(× |1/)a(?!\\p{L})|aW", ".net-knob-row", "a", "The factor on the disturbed block's weights."),
        ("∂L", ".net-cards", "dW", "How much the loss changes with the weights"),
    ]
    no_symbol_of_a_text_is_without_its_word(view.page, symbols)
    network.step_to("depth=2&width=8&source=iris&batch_size=1024")
    the_number_of_examples_goes_as_far_as_the_source(view, [("iris", "150", "150"), ("wine", "178", "178")])
    another_source_of_a_network_takes_the_place_of_images(network)
    network.step_to("source=iris&batch_size=all&depth=3&width=8")
    all_of_a_source_without_end_is_the_usual_number(view)
    a_block_is_lit_in_the_curves_the_columns_and_the_schematic(network)


def test_the_batch_size(page: Page, tmp_path: Path) -> None:
    batches = BatchSize(page).open("draws=100")
    view = batches.controls
    a_figures_numbers_leave_as_csv(view, tmp_path, "estimates_mean", set())
    back_and_forward_take_what_is_said_of_the_seed_along(view)
    symbols = [(LETTERS % "p", "#match-text", "rate", "The share of values that dropout sets to 0.")]
    no_symbol_of_a_text_is_without_its_word(page, symbols)
    an_example_is_lit_in_the_deals_their_dots_the_strips_and_the_jacobian(batches)


def test_the_norms(page: Page, tmp_path: Path) -> None:
    norms = Norms(page).open("norm=group")
    view = norms.controls
    a_picture_of_published_numbers_names_their_source_and_shows_its_whole_title(view, tmp_path)
    norms.step_to("cell=2,3,4")
    r_and_d_have_their_words_on_the_stage_of_the_norms_and_below_it(norms)
    norms.step_to("")
    replay_plays_a_views_parts_in_order_and_where_less_motion_is_asked_for_there_is_a_sentence_instead(
        page, ["x", "batch", "layer"]
    )
    norms.step_to("source=iris&batch_size=1024")
    the_number_of_examples_goes_as_far_as_the_source(view, [("iris", "150", "64"), ("inline", "5", "5")])
    norms.step_to("source=iris&batch_size=all")
    all_of_a_source_without_end_is_the_usual_number(view)
    a_cell_of_the_norms_lights_its_channels_rows_on_the_stage_and_below_it_and_a_row_its_cells(norms)
