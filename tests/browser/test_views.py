"""What holds for views beside the playground, too: each is loaded once for all of it, and its laws stand elsewhere."""

from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.batch_size.page import BatchSize
from tests.browser.derivation.page import Derivation
from tests.browser.network.page import Network
from tests.browser.norms.page import Norms
from tests.browser.replay import (
    replay_plays_a_views_parts_in_order_and_where_less_motion_is_asked_for_there_is_a_sentence_instead,
)
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


def test_the_batch_size(page: Page, tmp_path: Path) -> None:
    view = BatchSize(page).open("draws=100").controls
    a_figures_numbers_leave_as_csv(view, tmp_path, "estimates_mean", set())
    back_and_forward_take_what_is_said_of_the_seed_along(view)
    symbols = [(LETTERS % "p", "#match-text", "rate", "The share of values that dropout sets to 0.")]
    no_symbol_of_a_text_is_without_its_word(page, symbols)


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
