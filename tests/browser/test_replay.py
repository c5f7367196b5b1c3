"""Replay: the view comes once more, part by part, and not at all where less motion is asked for."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.playground.page import Playground

NOTED = """() => {
  window.played = [];
  const animate = Element.prototype.animate;
  Element.prototype.animate = function (frames, timing) {
    const part = this.closest("[data-figure], [data-cube], .net-stack");
    const name = part.dataset.figure ?? part.dataset.cube ?? `block ${part.dataset.of}`;
    if (timing.id === "replay") played.push([timing.delay, name]);
    return animate.call(this, frames, timing);
  };
}"""
PLAYED = "() => played.sort(([a], [b]) => a - b).map(([, name]) => name)"
CHAIN = ["x", "x_hat", "y", "activation", "d_activation", "dy", "dx_hat", "dx"]


def pressed(page: Page, path: str) -> list[str]:
    """What comes once more after a press, in its order."""
    page.goto(path)
    Playground(page).settle()
    page.evaluate(NOTED)
    page.get_by_role("button", name="Replay").click()
    return page.evaluate(PLAYED)


def test_the_playground_replays_the_chain_forward_and_then_backward(page: Page) -> None:
    assert pressed(page, "/")[: len(CHAIN)] == CHAIN


@pytest.mark.parametrize(
    ("path", "some"),
    [
        ("/network?depth=3&width=8&batch_size=16", ["block 1", "block 2", "block 3"]),
        ("/norms", ["x", "batch", "layer"]),
    ],
)
def test_the_other_views_replay_their_own_parts(page: Page, path: str, some: list[str]) -> None:
    order = pressed(page, path)
    assert [order.index(part) for part in some] == sorted(order.index(part) for part in some)


@pytest.mark.parametrize("path", ["/", "/network?depth=3&width=8&batch_size=16", "/norms"])
def test_where_less_motion_is_asked_for_there_is_a_sentence_instead(page: Page, path: str) -> None:
    page.goto(path)
    replay, instead = page.locator("#replay"), page.get_by_text("Replay would move things")
    expect(replay).to_be_visible()
    expect(instead).to_be_hidden()
    page.emulate_media(reduced_motion="reduce")
    expect(replay).to_be_hidden()
    expect(instead).to_be_visible()
    page.emulate_media(reduced_motion="no-preference")
