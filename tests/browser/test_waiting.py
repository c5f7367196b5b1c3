"""While something is slow, the last state stands, and what arrives late never overwrites what is newer."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Playwright, Route, expect

from tests.browser.conftest import FLAGS, Watch
from tests.browser.playground import FEATURES, Playground

ASKED = "**/api/v1/playground?*"


@pytest.fixture
def held(page: Page) -> Iterator[list[Route]]:
    """Requests for a view, held until the test lets them go."""
    waiting: list[Route] = []
    page.route(ASKED, lambda route: waiting.append(route))
    yield waiting
    page.unroute_all(behavior="ignoreErrors")


def let_go(page: Page, held: list[Route]) -> None:
    """Answer the request that is held."""
    in_hand(page, held)
    with page.expect_response(ASKED):
        held.pop(0).continue_()


def in_hand(page: Page, held: list[Route]) -> None:
    """Until a request is held; each look gives the browser the time to tell of it."""
    for _ in range(200):
        if held:
            return
        page.title()
    raise AssertionError("nothing was asked")


def change(playground: Playground, value: str) -> None:
    playground.field("gamma").fill(value)
    playground.field("gamma").press("Enter")


def test_text_controls_and_table_stand_before_plotly_has_arrived(playground: Playground) -> None:
    plotly: list[Route] = []
    playground.page.route("**/plotly.min.js", lambda route: plotly.append(route))
    playground.page.goto("/", wait_until="domcontentloaded")
    expect(playground.headline).to_contain_text("2,530-fold")
    expect(playground.field("gamma")).to_have_value("1")
    expect(playground.page.locator("#features tbody tr")).to_have_count(FEATURES)
    expect(playground.figure("x").locator(".formula")).to_be_visible()
    expect(playground.plot("x").locator("svg")).to_have_count(0)
    change(playground, "2")
    expect(playground.page.locator("#features tbody tr").first).to_contain_text("2.00")
    in_hand(playground.page, plotly)
    plotly[0].continue_()
    playground.settle()
    expect(playground.plot("y").locator("svg").first).to_be_visible()
    assert playground.query == {"gamma": "2"}


def test_the_last_state_stays_while_the_next_is_computed(playground: Playground, held: list[Route]) -> None:
    playground.open()
    before, headline = playground.data("y"), playground.headline.text_content() or ""
    change(playground, "2")
    view = playground.page.locator("#view")
    expect(view).to_have_attribute("aria-busy", "true")
    expect(playground.headline).to_have_text(headline)
    expect(playground.plot("y").locator("svg").first).to_be_visible()
    let_go(playground.page, held)
    expect(view).to_have_attribute("aria-busy", "false")
    assert playground.data("y") != before


@pytest.fixture
def clocked(playwright: Playwright, browser_executable: str, origin: str, watch: Watch) -> Iterator[Playground]:
    """The playground in a browser of its own whose clock stands still once the page is drawn."""
    with playwright.chromium.launch(executable_path=browser_executable, args=FLAGS) as own:
        page = own.new_page(base_url=origin)
        watch.of(page)
        page.clock.install()
        playground = Playground(page).open()
        page.clock.pause_at(page.evaluate("() => Date.now() + 1000"))
        yield playground
        assert watch.complaints == []


def test_a_spinner_comes_after_300_ms_and_goes_with_the_answer(clocked: Playground) -> None:
    waiting: list[Route] = []
    clocked.page.route(ASKED, lambda route: waiting.append(route))
    spinner = clocked.page.locator("#spinner")
    change(clocked, "2")
    clocked.page.clock.run_for(290)
    expect(spinner).to_be_hidden()
    clocked.page.clock.run_for(20)
    expect(spinner).to_be_visible()
    let_go(clocked.page, waiting)
    expect(spinner).to_be_hidden()
    change(clocked, "3")
    let_go(clocked.page, waiting)
    clocked.page.clock.resume()
    expect(clocked.page.locator("#view")).to_have_attribute("aria-busy", "false")
    clocked.page.clock.run_for(1000)
    expect(spinner).to_be_hidden()


def test_of_many_changes_one_request_is_under_way_and_the_last_one_wins(
    playground: Playground, held: list[Route]
) -> None:
    playground.open()
    change(playground, "2")
    playground.drag("gamma", "2.1", "2.3", "2.6")
    playground.release("gamma")
    in_hand(playground.page, held)
    assert len(held) == 1
    let_go(playground.page, held)
    in_hand(playground.page, held)
    assert [route.request.url.rpartition("gamma=")[2] for route in held] == ["2.6"]
    let_go(playground.page, held)
    playground.settle()
    assert set(playground.column("γ")) == {"2.60"}


def test_going_back_while_an_answer_is_under_way_ends_on_the_earlier_state(
    playground: Playground, held: list[Route]
) -> None:
    playground.open()
    change(playground, "2")
    playground.page.go_back()
    in_hand(playground.page, held)
    assert len(held) == 1
    let_go(playground.page, held)
    playground.settle()
    assert playground.query == {}
    assert set(playground.column("γ")) == {"1.00"}


def test_a_server_that_does_not_answer_is_told_and_the_next_change_recovers(
    playground: Playground, held: list[Route], watch: Watch
) -> None:
    playground.open()
    change(playground, "2")
    in_hand(playground.page, held)
    held.pop().abort("connectionrefused")
    expect(playground.problem).to_contain_text("The server does not answer")
    expect(playground.plot("y").locator("svg").first).to_be_visible()
    change(playground, "3")
    let_go(playground.page, held)
    playground.settle()
    expect(playground.problem).to_be_hidden()
    assert set(playground.column("γ")) == {"3.00"}
    watch.complaints[:] = [text for text in watch.complaints if "ERR_CONNECTION_REFUSED" not in text]
