"""The whole page by keyboard: reach everything, and always see where one is."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.batch_size.page import BatchSize
from tests.browser.conftest import DESKTOP
from tests.browser.derivation.page import Derivation
from tests.browser.drawn import all_drawn
from tests.browser.gradient_check.page import GradientCheck
from tests.browser.network.page import Network
from tests.browser.norms.page import Norms
from tests.browser.playground.page import Playground
from tests.browser.training.page import Training
from tests.browser.view import ViewPage

MOST_STOPS = 400
AT_ONCE = 20  # keys between two looks at where they led
# What the tests remember of the element that has the focus, and whether it can be seen there.
NOTED = """() => {
  window.stops = new Set();
  const isOutlined = (one) => {
    const { outlineStyle, outlineWidth } = getComputedStyle(one);
    return outlineStyle !== "none" && parseFloat(outlineWidth) >= 1;
  };
  window.noted = () => {
    const { activeElement: element } = document;
    if (element === document.body || element === null) return null;
    const again = stops.has(element);
    stops.add(element);
    const outlined = [element, ...(element.labels ?? [])].some(isOutlined);
    const { top, bottom, left, right } = element.getBoundingClientRect();
    const onScreen = bottom > 0 && top < innerHeight && right > 0 && left < innerWidth;
    const { tagName, id, dataset, textContent } = element;
    const name = [tagName, id, dataset?.term, textContent.trim().slice(0, 30)].join(" ");
    return { name, again, outlined, onScreen };
  };
}"""
PRESSED = """() => {
  window.stopped = [];
  window.onkeyup = ({ key }) => {
    if (key === "Tab") stopped.push(noted());
  };
}"""
# What is seen and never had the focus; what keeps its room while it is hidden is not seen.
MISSED = """() => window.missed = [...document.querySelectorAll("a[href], button, input, select, textarea, summary")]
  .concat(...document.querySelectorAll("[tabindex='0']"))
  .filter((element) => !window.stops.has(element) && !element.disabled)
  .filter((element) => element.checkVisibility({ visibilityProperty: true }))
  .map((element) => element.cloneNode(false).outerHTML)"""
# The same without keys: what Tab comes to, element by element, as it stands once the one before has the focus. The
# page must leave the key to the browser, and the focus where it went.
WALKED = f"""() => {{
  const isStop = (one) => one.tabIndex >= 0 && !one.disabled && one.checkVisibility({{ visibilityProperty: true }});
  const accept = (one) => (isStop(one) ? NodeFilter.FILTER_ACCEPT : NodeFilter.FILTER_SKIP);
  const elements = document.createTreeWalker(document.body, NodeFilter.SHOW_ELEMENT, accept);
  const stopped = [];
  const tab = () => new KeyboardEvent("keydown", {{ key: "Tab", bubbles: true, cancelable: true }});
  while (document.activeElement.dispatchEvent(tab()) && elements.nextNode()) {{
    const before = document.activeElement;
    elements.currentNode.focus();
    if (document.activeElement === before) continue; // it takes no focus
    stopped.push(noted());
    elements.currentNode = document.activeElement;
    if (stopped.at(-1)?.again) break;
  }}
  ({MISSED})();
  return stopped;
}}"""
# A drawing, or a part of one that is no control, takes the focus where it listens for it.
FOCUSED_DRAWINGS = """() => [...document.querySelectorAll(".stage svg, .stage svg :not([role])")].filter((one) => {
  one.focus();
  return document.activeElement === one && one.checkVisibility();
}).map((one) => one.outerHTML.slice(0, 80))"""


Stops = list[dict[str, object]]


def from_the_top(page: Page) -> None:
    """The next Tab leads to the page's first stop."""
    page.evaluate("() => { document.activeElement.blur(); scrollTo(0, 0); }")
    page.locator("body").evaluate("(body) => { body.tabIndex = -1; body.focus(); body.removeAttribute('tabindex'); }")
    page.evaluate(NOTED)


def at_the_keyboard(view: ViewPage, query: str) -> None:
    """Another state of a page that is open, as whoever uses keys finds it: at its top."""
    view.page.set_viewport_size(DESKTOP)
    view.step_to(query)
    from_the_top(view.page)


def walked(page: Page) -> Stops:
    """Every place where Tab would stop, from the top of the page to its end."""
    page.keyboard.press("Tab")  # whoever uses keys sees where the focus is
    from_the_top(page)
    stopped: list[dict[str, object] | None] = page.evaluate(WALKED)
    return up_to_the_end(stopped) or [one for one in stopped if one]


def pressed(page: Page) -> Stops:
    """The same, with the key itself."""
    from_the_top(page)
    page.evaluate(PRESSED)
    for _ in range(MOST_STOPS // AT_ONCE):
        for _ in range(AT_ONCE):
            page.keyboard.press("Tab")
        if visited := up_to_the_end(page.evaluate("() => stopped")):
            page.evaluate(MISSED)
            return visited
    raise AssertionError(f"more than {MOST_STOPS} stops")


def missed(page: Page) -> list[str]:
    """What was seen at the end and had not been stopped at."""
    elements: list[str] = page.evaluate("() => missed")
    return elements


def up_to_the_end(stopped: list[dict[str, object] | None]) -> Stops:
    """What comes before the page is left, or begun anew; nothing if neither has happened."""
    for place, stop in enumerate(stopped):
        if stop is None or stop["again"]:
            return [one for one in stopped[:place] if one]
    return []


def skips(page: Page, link: str, target: str) -> None:
    """The link that has the focus leads there."""
    skip = page.get_by_role("link", name=link)
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator(target)).to_be_focused()


def the_first_stops_skip_and_a_drawing_is_no_stop(page: Page, *, controls: bool = True, stage: bool = True) -> None:
    """On a page that was just opened, or at its top."""
    page.keyboard.press("Tab")
    skips(page, "Skip to the content", "#main")
    if controls:
        page.locator("a.skip").first.focus()
        page.keyboard.press("Tab")
        skips(page, "Skip to the sections, past the controls", "#parts")
        page.keyboard.press("Tab")
        assert page.evaluate("() => document.getElementById('parts').contains(document.activeElement)")
    if stage:
        assert page.evaluate(FOCUSED_DRAWINGS) == []


def tab_reaches_everything(page: Page, stops: Callable[[Page], Stops] = walked) -> list[str]:
    """Where Tab stops, always seen; what arrows reach is apart."""
    visited = stops(page)
    assert [stop["name"] for stop in visited if not stop["outlined"]] == []
    assert [stop["name"] for stop in visited if not stop["onScreen"]] == []
    assert [html for html in missed(page) if 'tabindex="-1"' not in html] == []
    return [str(stop["name"]) for stop in visited]


def modules_and_distributions_are_a_few_stops_away(network: Network) -> None:
    page = network.page
    for stops_before, first in ((3, network.product(1)), (4, page.get_by_role("button", name="the product's output"))):
        page.evaluate("() => { document.activeElement.blur(); scrollTo(0, 0); }")
        page.locator("a.skip").first.focus()
        for _ in range(stops_before - 1):
            page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        for _ in range(3):  # the heading is a stop, too: it opens and closes
            page.keyboard.press("Tab")
            if first.evaluate("(button) => button === document.activeElement"):
                break
        expect(first).to_be_focused()
        expect(first).to_be_in_viewport()


def a_text_with_several_terms_is_one_stop_and_arrows_reach_the_others(page: Page) -> None:
    terms = page.locator(".parts [data-one-stop]").first.locator(".term")
    terms.first.focus()
    page.keyboard.press("ArrowRight")
    expect(terms.nth(1)).to_be_focused()
    expect(page.locator("#term-tip")).to_be_visible()
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.closest('[data-one-stop]')") is None
    page.keyboard.press("Shift+Tab")
    expect(terms.nth(1)).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(terms.first).to_be_focused()


def test_tab_reaches_everything_of_the_gradient_check(page: Page) -> None:
    check = GradientCheck(page).open()
    the_first_stops_skip_and_a_drawing_is_no_stop(page, controls=False, stage=False)
    tab_reaches_everything_but_radios(page)
    check.step_to("batch=own&way=code")
    tab_reaches_everything_but_radios(page)


def tab_reaches_everything_but_radios(page: Page) -> None:
    """Their outline is on the label's text, and arrows reach the others of a group."""
    visited = pressed(page)
    assert len(visited) > 20
    assert [stop["name"] for stop in visited if not stop["onScreen"]] == []
    radios = [stop["name"] for stop in visited if not stop["outlined"]]
    assert all(str(name).startswith("INPUT") for name in radios), radios
    assert [html for html in missed(page) if 'type="radio"' not in html] == []


def test_tab_reaches_everything_of_the_playground_whose_skip_link_dialog_and_headline_work_by_keyboard(
    playground: Playground,
) -> None:
    playground.open("mode=inference&layer_width=2&upstream=one_example&source=iris&batch_size=12")
    all_drawn(playground.page)  # the marks of a drawing are stops
    the_first_stops_skip_and_a_drawing_is_no_stop(playground.page)
    by_key = tab_reaches_everything(playground.page, pressed)
    assert len(by_key) > 80
    assert missed(playground.page) == []
    assert tab_reaches_everything(playground.page) == by_key  # so other pages are walked without keys
    the_skip_link_leaves_the_address_alone(playground)
    about_opens_and_closes_and_a_headline_is_announced(playground)


def the_skip_link_leaves_the_address_alone(playground: Playground) -> None:
    before = playground.query
    playground.page.locator("a.skip").first.focus()
    playground.page.keyboard.press("Enter")
    playground.settle()
    assert playground.query == before != {}


def about_opens_and_closes_and_a_headline_is_announced(playground: Playground) -> None:
    button = playground.page.get_by_role("button", name="About this page")
    button.focus()
    playground.page.keyboard.press("Enter")
    dialog = playground.page.get_by_role("dialog", name="What you see")
    expect(dialog).to_be_visible()
    playground.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(button).to_be_focused()
    expect(playground.page.get_by_role("status").and_(playground.headline)).to_be_visible()
    playground.press("beta", "ArrowRight")
    expect(playground.slider("beta")).to_be_focused()


def test_tab_reaches_everything_of_the_derivation_but_cells_which_arrows_reach(page: Page) -> None:
    Derivation(page).open("upstream=one_example")
    all_drawn(page)
    the_first_stops_skip_and_a_drawing_is_no_stop(page, controls=False)
    assert sum(name.startswith("INPUT") for name in tab_reaches_everything(page)) >= 3


def of_the_network_tab_reaches_everything_but_modules_which_arrows_reach(network: Network) -> None:
    at_the_keyboard(network, "depth=3&width=8&batch_size=32&disturb_layer=1")
    the_first_stops_skip_and_a_drawing_is_no_stop(network.page)
    modules_and_distributions_are_a_few_stops_away(network)
    a_text_with_several_terms_is_one_stop_and_arrows_reach_the_others(network.page)
    tab_reaches_everything(network.page)


def of_the_batch_size_tab_reaches_everything_but_marks_which_arrows_reach(view: BatchSize) -> None:
    at_the_keyboard(view, "draws=100")
    the_first_stops_skip_and_a_drawing_is_no_stop(view.page)
    a_text_with_several_terms_is_one_stop_and_arrows_reach_the_others(view.page)
    tab_reaches_everything(view.page)
    view.page.locator("#tab-strip").click()
    view.settle()
    assert view.page.evaluate(FOCUSED_DRAWINGS) == []


def of_the_norms_tab_reaches_everything_but_cells_which_arrows_reach(norms: Norms) -> None:
    at_the_keyboard(norms, "situation=huge_channel")
    the_first_stops_skip_and_a_drawing_is_no_stop(norms.page)
    tab_reaches_everything(norms.page)
    assert missed(norms.page) == []


def test_tab_reaches_everything_of_the_training(page: Page) -> None:
    Training(page).open("source=moons&widths=8&steps=30&step=30")
    all_drawn(page)
    the_first_stops_skip_and_a_drawing_is_no_stop(page)
    tab_reaches_everything(page)
