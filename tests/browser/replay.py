"""Replay: the view comes once more, part by part, and not at all where less motion is asked for."""

from playwright.sync_api import Page, expect

from tests.browser.view import fold, open_folds

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


def replay_plays_a_views_parts_in_order_and_where_less_motion_is_asked_for_there_is_a_sentence_instead(
    page: Page, some: list[str]
) -> None:
    open_folds(page)
    replay, instead = page.locator("#replay"), page.get_by_text("Replay would move things")
    expect(replay).to_be_visible()
    expect(instead).to_be_hidden()
    page.emulate_media(reduced_motion="reduce")
    expect(replay).to_be_hidden()
    expect(instead).to_be_visible()
    page.emulate_media(reduced_motion="no-preference")
    page.evaluate(NOTED)
    page.get_by_role("button", name="Replay").click()
    order = page.evaluate(PLAYED)
    assert [order.index(part) for part in some] == sorted(order.index(part) for part in some)
    if some == CHAIN:
        assert order[: len(CHAIN)] == CHAIN
    fold(page)
