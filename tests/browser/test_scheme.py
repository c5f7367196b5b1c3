"""Light and dark: the system's at first, the person's choice afterwards; and motion only for those who want it."""

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


def test_the_systems_scheme_is_followed_until_one_is_chosen_which_is_remembered_and_less_motion_is_none(
    playground: Playground,
) -> None:
    """Figures that were drawn and are off the screen, too."""
    page = playground.page

    def colours() -> tuple[str, str]:
        return playground.drawn("x").evaluate(TICKS), page.evaluate(BACK)

    def switch(scheme: str) -> None:
        playground.click("Switch between light and dark")
        assert page.evaluate(SCHEME) == scheme

    page.emulate_media(color_scheme="dark")
    playground.open("source=iris&batch_size=32")
    assert page.evaluate(SCHEME) == "dark"
    dark = colours()
    page.emulate_media(color_scheme="light")
    page.wait_for_function(f"() => ({SCHEME})() === 'light'")
    playground.settle()
    light = colours()
    assert dark[0] != light[0]
    assert dark[1] != light[1]
    playground.drawn("pair")
    page.evaluate("() => scrollTo(0, 0)")
    playground.settle()
    switch("dark")
    assert colours() == dark
    assert playground.drawn("pair").evaluate(TICKS) == dark[0]
    switch("light")
    assert colours() == light
    switch("dark")
    for system in ("dark", "light"):
        page.emulate_media(color_scheme=system)  # type: ignore[arg-type]
    page.evaluate("() => new Promise(requestAnimationFrame)")
    assert page.evaluate(SCHEME) == "dark"
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    page.reload()
    playground.settle()
    assert colours() == dark
    who_wants_less_motion_gets_none(playground)
    page.goto("/docs")
    assert page.evaluate(SCHEME) == "dark"


def who_wants_less_motion_gets_none(playground: Playground) -> None:
    """On a page that is opened so."""
    assert playground.page.evaluate(MOVING) == []
    playground.drag("gamma", "2")
    assert playground.page.evaluate("() => document.getAnimations().length") == 0
    playground.release("gamma")
    playground.settle()
    expect(playground.field("gamma")).to_have_value("2")
