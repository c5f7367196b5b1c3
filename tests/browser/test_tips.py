"""The sentence of a symbol that is a button, too: it makes way for what a press changes, until one comes back."""

from playwright.sync_api import Page, expect

from tests.browser.network.page import Network


def test_a_pressed_product_shows_its_factor_uncovered(page: Page) -> None:
    network = Network(page).open("depth=3&width=8&batch_size=16")
    tip, product = page.locator("#term-tip"), network.product(2)
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


def test_a_click_takes_the_sentence_away_until_the_pointer_returns(page: Page) -> None:
    network = Network(page).open("depth=3&width=8&batch_size=16")
    tip, kind = page.locator("#term-tip"), page.locator('[data-kind-of="norm"]')
    kind.hover()
    expect(tip).to_be_visible()
    kind.click()
    network.settle()
    expect(tip).to_be_hidden()
    page.mouse.move(0, 0)
    kind.hover()
    expect(tip).to_be_visible()
