"""Words of the gradient check that not everybody knows, each explained where it stands."""

from playwright.sync_api import expect

from tests.browser.gradient_check.page import GradientCheck

TOLD = {"cs231n": "Stanford's course", "probe": "on which no two mistakes look the same"}


def test_a_choice_with_a_word_of_its_own_explains_it_by_mouse_and_by_key(check: GradientCheck) -> None:
    check.open()
    for choice, told in TOLD.items():
        expect_explained(check, choice, told)


def expect_explained(check: GradientCheck, choice: str, told: str) -> None:
    page = check.page
    tip, label = page.locator("#term-tip"), page.locator(f'label.term[data-term="{choice}"]')
    label.hover()
    expect(tip).to_contain_text(told)
    page.mouse.move(2, 2)
    expect(tip).to_be_hidden()
    label.locator("input").focus()
    expect(tip).to_contain_text(told)
    expect(label).to_have_attribute("aria-describedby", "term-tip")
    page.keyboard.press("Escape")
    expect(tip).to_be_hidden()
