"""A page whose server is busy says so, and asks again when it was told to, for the state that is wanted then."""

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import standing

PROBLEM = (
    '{"type":"about:blank","title":"The server is busy","status":503,"detail":"9 others wait for this server already."}'
)


@pytest.mark.folded
@pytest.mark.parametrize(
    ("path", "api"), [("/?source=iris", "/api/v1/playground"), ("/network?depth=2&width=8", "/api/v1/network")]
)
def test_a_server_that_is_busy_or_away_is_asked_again_for_the_latest_state(timed: Page, watch, path, api):
    """The page's clock is ours: nobody waits for real seconds."""
    watch.refusals = {503}
    timed.goto(path)
    expect(timed.locator("#view")).to_have_attribute("aria-busy", "false")
    for law in (
        a_busy_server_is_asked_again_for_the_latest_state, a_server_that_comes_back_is_asked_again_without_a_hand,
    ):  # fmt: skip
        law(timed, api)
        expect(timed.locator("#view")).to_have_attribute("aria-busy", "false")
        expect(timed.locator("#problem")).to_be_hidden()
        timed.unroute_all()
    watch.complaints.clear()  # the browser's own word on each connection that was refused


def a_busy_server_is_asked_again_for_the_latest_state(timed: Page, api: str) -> None:
    asked: list[str] = []

    def busy_once(route: Route) -> None:
        asked.append(parse_qs(urlsplit(route.request.url).query)["seed"][0])
        assert route.request.headers["bnscope-tab"]
        if len(asked) == 1:
            headers = {"Retry-After": "5", "Content-Type": "application/problem+json"}
            route.fulfill(status=503, headers=headers, body=PROBLEM)
        else:
            route.continue_()

    timed.route(f"**{api}?*", busy_once)
    seed = timed.locator("#c-seed")
    with standing(timed):
        seed.fill("1")
        seed.press("Enter")
        timed.clock.run_for(1000)
        expect(timed.locator("#spinner")).to_have_text("The server is busy with others. It is asked again in 5 s.")
        expect(timed.locator("#spinner")).to_be_visible()
        seed.fill("2")
        seed.press("Enter")
        timed.clock.run_for(9000)
    expect(timed.locator("#spinner")).to_be_hidden()
    assert asked == ["1", "2"]


def a_server_that_comes_back_is_asked_again_without_a_hand(timed: Page, api: str) -> None:
    asked: list[str] = []

    def away_twice(route: Route) -> None:
        asked.append(route.request.url)
        if len(asked) <= 2:
            route.abort("connectionrefused")
        else:
            route.continue_()

    timed.route(f"**{api}?*", away_twice)
    with standing(timed):
        timed.locator("#c-seed").fill("3")
        timed.locator("#c-seed").press("Enter")
        expect(timed.locator("#problem")).to_contain_text("It is asked again by itself")
        timed.clock.run_for(1500)
        expect(timed.locator("#problem")).to_contain_text("It is asked again by itself")
        timed.clock.run_for(10_000)
    expect(timed.locator("#problem")).to_be_hidden()
    assert len(asked) == 3
