"""The sentence of a symbol that is a button, too: it makes way for what a press changes, until one comes back."""

from playwright.sync_api import Page, expect

from tests.browser.network.page import Network


def test_the_sentence_of_a_symbol_makes_way_for_what_a_press_or_a_click_changes_until_one_comes_back(
    page: Page,
) -> None:
    network = Network(page).open("depth=3&width=8&batch_size=16")
    tip, product, kind = page.locator("#term-tip"), network.product(2), page.locator('[data-kind-of="norm"]')
    product.focus()
    expect(tip).to_be_visible()
    page.keyboard.press("Enter")
    network.settle()
    expect(product).to_have_text("× 3.00")
    expect(tip).to_be_hidden()
    page.keyboard.press("ArrowRight")
    expect(tip).to_be_visible()
    page.keyboard.press("ArrowLeft")
    expect(tip).to_be_visible()
    page.evaluate("() => document.activeElement.blur()")

    kind.hover()
    expect(tip).to_be_visible()
    kind.click()
    network.settle()
    expect(tip).to_be_hidden()
    page.mouse.move(0, 0)
    kind.hover()
    expect(tip).to_be_visible()
