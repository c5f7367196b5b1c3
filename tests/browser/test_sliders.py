"""Every slider of every page by keyboard: up is up, down is down, many presses are one step of Back, nothing jumps.

The sliders are found on the page, so a new one is walked as well, those that another source would show included; each
by a quarter of the keys, its neighbours by the others. Of those that an earlier page has with the same ends, a page's
first ones are walked again. The server's answers are held back meanwhile: what a key does
must not wait for them.
"""

from collections.abc import Callable
from itertools import cycle, pairwise
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.drawn import POLLED
from tests.browser.held import Held
from tests.browser.playground.page import Playground

PAGES = [
    "/?source=iris", "/derivation?source=iris", "/network?depth=4&width=8", "/batch-size?draws=100", "/norms",
]  # fmt: skip
QUARTERS = [("ArrowRight", "PageDown"), ("PageUp", "ArrowDown"), ("End", "ArrowLeft"), ("ArrowUp", "Home")]
UPWARD = 1  # so many keys of a quarter, the first ones, go up
ALL_OPEN = ".control, .control[hidden], .fold, .fold[hidden], [role=tabpanel][hidden] { display: block !important; }"
FOUND = """() => {
  for (const fold of document.querySelectorAll("details")) if (fold.querySelector(".slide")) fold.open = true;
  const sliders = [...document.querySelectorAll("[data-field] .slide:enabled")];
  return sliders.map((slide) => [slide.closest("[data-field]").dataset.field, slide.min, slide.max, slide.step]);
}"""
NOTED = """() => {
  window.noted = [];
  window.steps = 0;
  const push = history.pushState.bind(history);
  history.pushState = (...given) => { steps += 1; push(...given); };
  const note = (target, key) => {
    const control = target.closest("[data-field]");
    const { top } = target.getBoundingClientRect();
    const [place, least, most] = [target.value, target.min, target.max].map(Number);
    const { value } = control.querySelector(".value");
    noted.push({ name: control.dataset.field, key, steps, top, place, least, most, value });
  };
  document.addEventListener("keyup", ({ key, target }) => note(target, key));
  window.begin = (name) => {
    const slider = document.querySelector(`[data-field="${name}"] .slide`);
    slider.focus();
    note(slider, "");
  };
}"""
"""Before the first key and after each: the field's value, where its slider stands and lies, how many steps the history
has got so far."""
WRITTEN = """([name, next]) => {
  const said = new URLSearchParams(location.search);
  const isWritten = (reset) => reset.hidden === !said.has(reset.closest("[data-field]").dataset.field);
  if (![...document.querySelectorAll(".reset")].every(isWritten)) return false;
  if (said.has(name) && said.get(name) !== document.getElementById(`c-${name}`).value) return false;
  noted.at(-1).steps = steps;
  if (next) begin(next);
  return true;
}"""
"""The pause behind a slider's last key, in which the address is written: the steps that there are then. The next slider
gets the focus.
"""

Rows = list[dict[str, Any]]
Slider = tuple[str, str, str, str]
"""Its field, its least and its largest place, and its step."""
AGAIN = 2  # sliders of a page, which an earlier one has


def walked(page: Page, path: str, known: set[Slider]) -> list[Rows]:
    """What was noted at each slider of a page before the first key, and after each; then all of them are known."""
    page.goto(path)
    Playground(page).settle()
    page.add_style_tag(content=ALL_OPEN)
    page.evaluate(NOTED)
    sliders: list[Slider] = [tuple(slider) for slider in page.evaluate(FOUND)]
    shared = [slider for slider in sliders if slider in known][:AGAIN]
    names = [slider[0] for slider in sliders if slider not in known or slider in shared]
    known.update(sliders)
    held = Held(page, "**/api/v1/**")
    page.evaluate("(name) => begin(name)", names[0])
    for name, following, keys in zip(names, [*names[1:], None], cycle(QUARTERS), strict=False):
        for key in keys:
            page.keyboard.press(key)
        page.wait_for_function(WRITTEN, arg=[name, following], polling=POLLED)
    noted = page.evaluate("() => noted")
    held.end()
    return [[row for row in noted if row["name"] == name] for name in names]


def number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None  # a word, such as auto


def moves(rows: Rows, way: int) -> list[str]:
    """The keys that did not move a slider their own way, unless it was at that end already."""
    wrong = []
    for before, after in pairwise(rows):
        at_end = before["place"] == (before["most"] if way > 0 else before["least"])
        first, then = number(before["value"]), number(after["value"])
        moved = first is None or then is None or (then - first) * way > 0
        if not (moved and (after["place"] - before["place"]) * way > 0) and not (at_end and first == then):
            wrong.append(f"{after['key']}: {before['value']} to {after['value']}")
    return wrong


def stuck(rows: Rows) -> Any:
    return moves(rows[: UPWARD + 1], 1) + moves(rows[UPWARD:], -1)


def jumping(rows: Rows) -> Any:
    places = [row["top"] for row in rows]
    return places if max(places) - min(places) >= 1 else None


def steps(rows: Rows) -> Any:
    """One, or none where the keys in a row led back to where they began."""
    taken, is_back = rows[-1]["steps"] - rows[0]["steps"], rows[-1]["value"] == rows[0]["value"]
    return None if taken == 1 or (is_back and taken == 0) else taken


LAWS: dict[str, Callable[[Rows], Any]] = {
    "keys against their way": stuck, "places of a slider under the hand": jumping, "steps of the history": steps,
}  # fmt: skip


@pytest.mark.folded
def test_keys_move_every_slider_their_own_way_without_a_jump_and_as_one_step(page: Page) -> None:
    known: set[Slider] = set()
    for path in PAGES:
        walks = walked(page, path, known)
        assert len(walks) > AGAIN, path
        wrong = {
            (rows[0]["name"], law): offenders
            for rows in walks for law, seen in LAWS.items() if (offenders := seen(rows))
        }  # fmt: skip
        assert wrong == {}, path
