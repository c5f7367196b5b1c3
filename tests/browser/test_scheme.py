"""Light and dark: the system's at first, the person's choice afterwards; and motion only for those who want it."""

import pytest
from playwright.sync_api import expect

from tests.browser.playground.page import Playground

TICKS = '(plot) => getComputedStyle(plot.querySelector(".xtick text")).fill'
BACK = "() => getComputedStyle(document.body).backgroundColor"
SCHEME = "() => document.documentElement.dataset.scheme"
MOVING = """() => [...document.querySelectorAll("*")].filter((element) => {
  const { transitionDuration, animationDuration, animationName } = getComputedStyle(element);
  const moves = (durations) => durations.split(", ").some((duration) => parseFloat(duration) > 0);
  return moves(transitionDuration) || (animationName !== "none" && moves(animationDuration));
}).map((element) => element.tagName)"""


def test_the_switch_redraws_in_dark_and_is_remembered(playground: Playground) -> None:
    playground.page.emulate_media(color_scheme="light")
    playground.open()
    light = playground.plot("x").evaluate(TICKS), playground.page.evaluate(BACK)
    playground.click("Switch between light and dark")
    dark = playground.plot("x").evaluate(TICKS), playground.page.evaluate(BACK)
    assert dark[0] != light[0]
    assert dark[1] != light[1]
    playground.page.reload()
    playground.settle()
    assert (playground.plot("x").evaluate(TICKS), playground.page.evaluate(BACK)) == dark
    playground.page.goto("/docs")
    assert playground.page.evaluate(SCHEME) == "dark"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_without_a_choice_the_systems_scheme_holds(playground: Playground, scheme: str) -> None:
    playground.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    playground.open()
    assert playground.page.evaluate(SCHEME) == scheme


def test_the_systems_scheme_is_followed_until_one_is_chosen(playground: Playground) -> None:
    page = playground.page
    page.emulate_media(color_scheme="light")
    playground.open()
    light = playground.plot("x").evaluate(TICKS)
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(f"() => ({SCHEME})() === 'dark'")
    playground.settle()
    assert playground.plot("x").evaluate(TICKS) != light
    playground.click("Switch between light and dark")
    page.emulate_media(color_scheme="light")
    page.emulate_media(color_scheme="dark")
    page.evaluate("() => new Promise(requestAnimationFrame)")
    assert page.evaluate(SCHEME) == "light"


def test_figures_off_the_screen_are_dark_too_when_scrolled_to(playground: Playground) -> None:
    playground.open()
    playground.drawn("pair")
    playground.page.evaluate("() => scrollTo(0, 0)")
    playground.click("Switch between light and dark")
    colour = playground.plot("x").evaluate(TICKS)
    assert playground.drawn("pair").evaluate(TICKS) == colour


def test_who_wants_less_motion_gets_none(playground: Playground) -> None:
    playground.page.emulate_media(reduced_motion="reduce")
    playground.open()
    assert playground.page.evaluate(MOVING) == []
    playground.drag("gamma", "2")
    assert playground.page.evaluate("() => document.getAnimations().length") == 0
    playground.release("gamma")
    playground.settle()
    expect(playground.field("gamma")).to_have_value("2")
