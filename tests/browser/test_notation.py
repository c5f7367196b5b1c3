"""The two notations and the two placements of epsilon reach every formula, table, axis and symbol of the playground."""

import unicodedata

from playwright.sync_api import expect

from tests.browser.playground.page import Playground
from tests.browser.replay import (
    CHAIN,
    replay_plays_a_views_parts_in_order_and_where_less_motion_is_asked_for_there_is_a_sentence_instead,
)
from tests.browser.symbols import (
    the_gradients_of_the_playground_have_their_words_wherever_they_are_written_one_stop_of_tab_a_text,
)


def formula(playground: Playground, name: str) -> str:
    """The visible formula of a panel in plain letters: MathML sets single ones in mathematical italics."""
    return unicodedata.normalize("NFKC", playground.figure(name).locator(".formula").inner_text())


def test_notation_words_fonts_and_replay_of_the_playground(playground: Playground) -> None:
    playground.open("source=iris&notation=lecture&gamma=sigma&beta=mean")
    text_speaks_the_notation_in_force(playground)
    formulas_are_set_in_the_font_that_we_serve(playground)
    playground.step_to("source=iris")
    the_lectures_symbols_replace_the_frameworks_everywhere_and_a_formula_shows_where_epsilon_stands(playground)
    playground.step_to("source=iris&arrows=dx")
    the_gradients_of_the_playground_have_their_words_wherever_they_are_written_one_stop_of_tab_a_text(playground)
    playground.step_to("source=iris")
    replay_plays_a_views_parts_in_order_and_where_less_motion_is_asked_for_there_is_a_sentence_instead(
        playground.page, CHAIN
    )


def text_speaks_the_notation_in_force(playground: Playground) -> None:
    expect(playground.headline).to_contain_text("G = √(σ²+ε) and B = μ undo the normalization: Ẑ differs from Z")
    assert (playground.plot("x_hat").get_attribute("aria-label") or "").startswith("Z̄, normalized")


def formulas_are_set_in_the_font_that_we_serve(playground: Playground) -> None:
    playground.page.wait_for_function("() => document.fonts.check('16px \"STIX Two Math\"')")
    assert (
        playground.page.locator("math")
        .first.evaluate("(math) => getComputedStyle(math).fontFamily")
        .startswith('"STIX Two Math"')
    )
    expect(playground.figure("x_hat").locator("mfrac:visible")).not_to_have_count(0)


def the_lectures_symbols_replace_the_frameworks_everywhere_and_a_formula_shows_where_epsilon_stands(
    playground: Playground,
) -> None:
    root = playground.figure("x_hat").locator(".formula msqrt:visible")
    expect(root).to_have_count(1)
    playground.choose("eps_placement", "deviation")
    expect(root).to_have_count(0)
    playground.choose("eps_placement", "variance")
    expect(root).to_have_count(1)
    assert "γ" in formula(playground, "y")
    assert "y" in formula(playground, "y")
    playground.choose("notation", "lecture")
    for symbol in ("G", "Z", "B"):
        assert symbol in formula(playground, "y")
    assert "γ" not in formula(playground, "y")
    assert playground.table()[0][1:9] == [
        "Z mean", "Z deviation", "Z̄ mean", "Z̄ deviation", "G", "B", "Ẑ mean", "Ẑ deviation"
    ]  # fmt: skip
    assert playground.axes("x_hat")["xaxis"]["title"].startswith("Z̄")
    assert playground.axes("dx")["xaxis"]["title"].startswith("∂L/∂Z")
    assert [bars["name"] for bars in playground.data("parameters")] == ["∂L/∂G", "∂L/∂B"]
    for control, symbol in (("gamma", "G"), ("batch_size", "K")):
        shown = playground.control(control).locator(".symbol").inner_text()
        assert unicodedata.normalize("NFKC", shown).strip() == symbol
    expect(playground.page.locator("#laws")).not_to_contain_text("∂L/∂x")
