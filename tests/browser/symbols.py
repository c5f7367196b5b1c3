"""Symbols that texts write have their word one gesture away: by mouse, by key and by finger."""

from playwright.sync_api import Locator, Page, expect

from tests.browser.norms.page import Norms
from tests.browser.playground.page import Playground
from tests.browser.view import fold, open_folds

BARE = r"""(symbol) => {
  const bare = [];
  const walker = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  const apart = ".term, .plot, .graph, .panel-title, .help-text, .control, math, button, script, .visually-hidden";
  while (walker.nextNode()) {
    const { data, parentElement: at } = walker.currentNode;
    if (new RegExp(symbol, "u").test(data) && at.checkVisibility() && !at.closest(apart)) bare.push(data.trim());
  }
  return bare;
}"""
LETTERS = r"(?<![\p{L}'’])[%s](?![\p{L}'’])"
TAPPED = "(at) => at.dispatchEvent(new PointerEvent('pointerover', { bubbles: true, pointerType: 'touch' }))"


def expect_said(page: Page, at: Locator, words: str) -> None:
    """By mouse and by focus, and away again."""
    tip = page.locator("#term-tip")
    at.hover()
    expect(tip).to_contain_text(words)
    page.mouse.move(2, 2)
    expect(tip).to_be_hidden()
    at.focus()
    expect(tip).to_contain_text(words)
    expect(at).to_have_attribute("aria-describedby", "term-tip")
    page.keyboard.press("Escape")
    expect(tip).to_be_hidden()


def the_gradients_of_the_playground_have_their_words_wherever_they_are_written_one_stop_of_tab_a_text(
    playground: Playground,
) -> None:
    """With arrows of dx."""
    page = playground.page
    arrows_go_on_from_symbol_to_symbol(page)
    assert page.evaluate(BARE, "∂L") == []
    for place, name, words in (
        ("#stage-sentence", "dx", "How much the loss changes with the input"),
        ("#laws", "dx", "How much the loss changes with the input"),
        ("#features thead", "dgamma", "How much the loss changes with the scale"),
    ):
        expect_said(page, page.locator(f'{place} .term[data-term="{name}"]').first, words)
    playground.choose("notation", "lecture")
    playground.settle()
    assert page.evaluate(BARE, "∂L") == []
    expect(page.locator("#stage-sentence .term")).to_have_text("∂L/∂Z")
    title = (
        playground.drawn("dx").locator(".xtitle .line, .xtitle:not(:has(.line))").first
    )  # between its lines a title is not hit
    title.hover()
    expect(page.locator("#term-tip")).to_contain_text("How much the loss changes with the input")
    page.locator('[data-field="eps"] .symbol').hover()
    expect(page.locator("#term-tip")).to_contain_text("Keeps the denominator away from 0.")


def arrows_go_on_from_symbol_to_symbol(page: Page) -> None:
    symbols = page.locator("#laws .term")
    assert symbols.evaluate_all("(all) => all.filter(({ tabIndex }) => tabIndex === 0).length") == 1
    symbols.first.focus()
    page.keyboard.press("ArrowRight")
    expect(symbols.nth(1)).to_be_focused()
    expect(page.locator("#term-tip")).to_be_visible()
    page.keyboard.press("Escape")


def r_and_d_have_their_words_on_the_stage_of_the_norms_and_below_it(norms: Norms) -> None:
    """At cell 2,3,4."""
    page = norms.page
    open_folds(page)
    assert page.evaluate(BARE, LETTERS % "rd") == []
    over = norms.stage_cube("renorm").locator(".stage-over .term")
    expect(over).to_have_text(["r", "d"])
    expect_said(page, over.first, "The batch's deviation over the running one")
    expect_said(page, page.locator("#norms-table .term[data-term=d]").first, "How far the batch's mean lies")
    over.first.focus()
    page.keyboard.press("ArrowRight")
    expect(over.nth(1)).to_be_focused()
    page.keyboard.press("ArrowDown")
    assert norms.query == {"cell": "2,3,4"}
    norms.stage_point("renorm", 0)
    expect(over).to_have_text(["r", "d"])
    over.first.evaluate(TAPPED)
    expect(page.locator("#term-tip")).to_contain_text("multiplies by it")
    fold(page)


def no_symbol_of_a_text_is_without_its_word(page: Page, symbols: list[tuple[str, str, str, str]]) -> None:
    open_folds(page)
    for bare, place, name, words in symbols:
        assert page.evaluate(BARE, bare) == []
        expect_said(page, page.locator(f'{place} .term[data-term="{name}"]').first, words)
    fold(page)
