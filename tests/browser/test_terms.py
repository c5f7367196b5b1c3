"""A symbol and what it stands for light up together, from either side, by mouse or keyboard."""

import re

from playwright.sync_api import Locator, expect

from tests.browser.playground.page import Playground

LIT = re.compile(r"\blit\b")
MEANT = """(plot, term) => [...plot.querySelectorAll(".scatterlayer .trace")]
  .filter((_, i) => (plot.data[i].meta?.term === term))"""
FIRST_DOT = f"""(plot) => {{
  const [means] = ({MEANT})(plot, "mean");
  const dot = means.querySelector(".points path").getBoundingClientRect();
  return [dot.left + dot.width / 2, dot.top + dot.height / 2];
}}"""
FADED = """(plot) => [...plot.querySelectorAll(".scatterlayer .trace")]
  .flatMap((trace, i) => (trace.style.opacity === "" ? [] : [plot.data[i].meta?.term]))"""


def term(playground: Playground, figure: str, name: str) -> Locator:
    """A symbol in a figure's visible formula."""
    return playground.figure(figure).locator(f'.formula .term[data-term="{name}"]:visible').first


def test_a_symbol_has_its_sentence_and_lights_up_with_what_it_stands_for_by_mouse_and_keyboard(
    playground: Playground,
) -> None:
    playground.open("upstream=squared_error")
    every_symbol_of_every_formula_has_its_sentence(playground)
    playground.step_to("")
    for law in (
        hovering_gamma_lights_its_control_and_says_what_it_is, hovering_the_mean_brings_the_dots_forward,
        hovering_a_dot_in_a_plot_lights_the_mean_in_the_formula, focusing_a_stage_in_a_formula_lights_its_panel,
        a_symbol_tells_a_screen_reader_its_sentence, a_formula_is_one_stop_and_arrow_keys_go_from_symbol_to_symbol,
    ):  # fmt: skip
        law(playground)


def every_symbol_of_every_formula_has_its_sentence(playground: Playground) -> None:
    names = playground.page.locator(".formula .term").evaluate_all(
        "(all) => [...new Set(all.map((t) => t.dataset.term))]"
    )
    terms = playground.page.evaluate("() => JSON.parse(document.getElementById('answer').textContent).terms")
    assert set(names) <= terms.keys()
    assert len(names) >= 14


def hovering_gamma_lights_its_control_and_says_what_it_is(playground: Playground) -> None:
    term(playground, "y", "gamma").hover()
    tip = playground.page.get_by_role("tooltip")
    expect(tip).to_be_visible()
    expect(tip).to_have_text("The scale, learned, one value a feature.")
    expect(playground.control("gamma")).to_have_class(LIT)
    playground.page.mouse.move(640, 5)
    expect(tip).to_be_hidden()
    expect(playground.control("gamma")).not_to_have_class(LIT)


def hovering_the_mean_brings_the_dots_forward(playground: Playground) -> None:
    term(playground, "x_hat", "mean").hover()
    faded = playground.plot("x").evaluate(FADED)
    assert "x" in faded
    assert "mean" not in faded
    playground.page.mouse.move(640, 5)
    assert playground.plot("x").evaluate(FADED) == []


def hovering_a_dot_in_a_plot_lights_the_mean_in_the_formula(playground: Playground) -> None:
    playground.page.mouse.move(*playground.drawn("x").evaluate(FIRST_DOT))
    expect(term(playground, "x_hat", "mean")).to_have_class(LIT)
    expect(playground.plot("x").locator(".hovertext")).to_contain_text("alcohol")
    playground.page.mouse.move(640, 5)
    expect(term(playground, "x_hat", "mean")).not_to_have_class(LIT)


def a_symbol_tells_a_screen_reader_its_sentence(playground: Playground) -> None:
    symbol = term(playground, "y", "beta")
    symbol.focus()
    described = symbol.get_attribute("aria-describedby") or symbol.get_attribute("aria-label")
    assert described


def a_formula_is_one_stop_and_arrow_keys_go_from_symbol_to_symbol(playground: Playground) -> None:
    symbols = playground.figure("x_hat").locator(".formula .term:visible")
    names = symbols.evaluate_all("(all) => all.map((symbol) => symbol.dataset.term)")
    assert len(names) > 3
    stops = playground.page.locator(".formula math").evaluate_all(
        "(all) => all.map((formula) => formula.querySelectorAll('.term[tabindex=\"0\"]').length)"
    )
    assert max(stops) == 1
    focused = playground.page.locator(".term:focus")
    symbols.first.focus()
    for name in names[1:]:
        playground.page.keyboard.press("ArrowRight")
        expect(focused).to_have_attribute("data-term", name)
        expect(playground.page.locator("#term-tip")).to_be_visible()
    playground.page.keyboard.press("ArrowRight")
    expect(focused).to_have_attribute("data-term", names[-1])
    playground.page.keyboard.press("Tab")
    expect(playground.figure("x_hat").locator(".formula .term:focus")).to_have_count(0)
    playground.page.keyboard.press("Shift+Tab")
    expect(focused).to_have_attribute("data-term", names[-1])


def focusing_a_stage_in_a_formula_lights_its_panel(playground: Playground) -> None:
    for stage in ("x", "x_hat"):
        term(playground, "x_hat", stage).focus()
        expect(playground.figure(stage)).to_have_class(LIT)
        expect(playground.page.get_by_role("tooltip")).to_be_visible()
        playground.page.keyboard.press("Escape")
        expect(playground.page.get_by_role("tooltip")).to_be_hidden()
