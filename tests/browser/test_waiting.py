"""While something is slow, the last state stands, and what arrives late never overwrites what is newer."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Watch, standing
from tests.browser.held import Held
from tests.browser.playground.page import Playground

ASKED = "**/api/v1/playground?*"
IRIS = {"source": "iris", "open": "forward"}


def change(playground: Playground, value: str) -> None:
    playground.field("gamma").fill(value)
    playground.field("gamma").press("Enter")


@pytest.mark.folded
def test_text_comes_first_the_last_state_stays_the_last_change_wins_and_a_server_that_does_not_answer_is_told(
    playground: Playground, watch: Watch
) -> None:
    text_controls_and_table_stand_before_plotly_has_arrived(playground)
    playground.step_to("source=iris&open=forward")
    held = Held(playground.page, ASKED)
    the_last_state_stays_while_the_next_is_computed(playground, held)
    of_many_changes_one_request_is_under_way_and_the_last_one_wins(playground, held)
    a_server_that_does_not_answer_is_told_and_the_next_change_recovers(playground, held)
    going_back_while_an_answer_is_under_way_ends_on_the_earlier_state(playground, held)
    nothing_is_told_to_a_page_that_is_left(playground)
    watch.complaints[:] = [text for text in watch.complaints if "ERR_CONNECTION_REFUSED" not in text]


def text_controls_and_table_stand_before_plotly_has_arrived(playground: Playground) -> None:
    plotly = Held(playground.page, "**/plotly.min.js")
    playground.page.goto("/?source=iris&open=forward", wait_until="domcontentloaded")
    expect(playground.headline).to_contain_text("4.05-fold")
    expect(playground.field("gamma")).to_have_value("1")
    expect(playground.page.locator("#features tbody tr")).to_have_count(4)
    expect(playground.figure("x").locator(".formula")).to_be_visible()
    expect(playground.plot("x").locator("svg")).to_have_count(0)
    change(playground, "2")
    expect(playground.page.locator("#features tbody tr").first).to_contain_text("2.00")
    plotly.let_go()
    playground.settle()
    expect(playground.plot("y").locator("svg").first).to_be_visible()
    assert playground.query == IRIS | {"gamma": "2"}


def the_last_state_stays_while_the_next_is_computed(playground: Playground, held: Held) -> None:
    before, headline = playground.data("y"), playground.headline.text_content() or ""
    change(playground, "2")
    view = playground.page.locator("#view")
    expect(view).to_have_attribute("aria-busy", "true")
    expect(playground.headline).to_have_text(headline)
    expect(playground.plot("y").locator("svg").first).to_be_visible()
    held.let_go()
    expect(view).to_have_attribute("aria-busy", "false")
    assert playground.data("y") != before
    playground.settle()


def of_many_changes_one_request_is_under_way_and_the_last_one_wins(playground: Playground, held: Held) -> None:
    playground.drag_and_release("gamma", "2.1", "2.3", "2.6")
    assert [url.rpartition("gamma=")[2] for url in held.urls()] == ["2.1&source=iris&parts=stage"]
    held.let_go()
    assert [url.rpartition("gamma=")[2] for url in held.urls()] == ["2.6&source=iris"]
    held.let_go()
    playground.settle()
    assert set(playground.column("γ")) == {"2.60"}


def a_server_that_does_not_answer_is_told_and_the_next_change_recovers(playground: Playground, held: Held) -> None:
    change(playground, "2")
    held.take().abort("connectionrefused")
    expect(playground.problem).to_contain_text("The server does not answer")
    expect(playground.plot("y").locator("svg").first).to_be_visible()
    playground.problem.get_by_role("button", name="Ask again").click()
    held.let_go()
    playground.settle()
    expect(playground.problem).to_be_hidden()
    assert set(playground.column("γ")) == {"2.00"}
    change(playground, "3")
    held.let_go()
    playground.settle()
    assert set(playground.column("γ")) == {"3.00"}


def going_back_while_an_answer_is_under_way_ends_on_the_earlier_state(playground: Playground, held: Held) -> None:
    change(playground, "2")
    playground.page.go_back()
    assert len(held.urls()) == 1
    held.let_go()
    assert [url.rpartition("?")[2] for url in held.urls()] == ["gamma=3&source=iris"]
    held.let_go()
    playground.settle()
    assert playground.query == IRIS | {"gamma": "3"}
    assert set(playground.column("γ")) == {"3.00"}


LEAVES = """async (library) => {
  const { Latest } = await import(`${library}/server/api.js`);
  const { State } = await import(`${library}/page/state.js`);
  const told = [], answers = [];
  const ask = () => new Promise((answer, refuse) => answers.push({ answer, refuse }));
  for (const end of ["answer", "refuse"]) {
    const tell = (what) => told.push(what);
    const latest = new Latest({ ask, show: tell, fail: tell, busy: () => {} });
    latest.want("first");
    latest.want("second");
    latest.close();
    answers.pop()[end](end);
    await latest.idle();
  }
  const state = new State({});
  state.onChange((names) => told.push(names));
  state.close();
  dispatchEvent(new PopStateEvent("popstate"));
  return [told, answers.length];
}"""


def nothing_is_told_to_a_page_that_is_left(playground: Playground) -> None:
    module = playground.page.locator("link[rel=modulepreload]").get_attribute("href") or ""
    assert playground.page.evaluate(LEAVES, module.replace("/playground/page.js", "/lib")) == [[], 0]


@pytest.mark.folded
def test_a_spinner_comes_after_300_ms_and_the_address_waits_for_the_first_pause_of_a_hand(timed: Page) -> None:
    clocked = Playground(timed).open("source=iris")
    held = Held(timed, ASKED)
    with standing(timed):
        a_spinner_comes_after_300_ms_and_goes_with_the_answer(clocked, held)
    held.end()
    clocked.settle()
    with standing(timed):
        the_address_waits_for_the_first_pause_of_a_hand(clocked)


def a_spinner_comes_after_300_ms_and_goes_with_the_answer(clocked: Playground, held: Held) -> None:
    spinner = clocked.page.locator("#spinner")
    change(clocked, "2")
    clocked.page.clock.run_for(290)
    expect(spinner).to_be_hidden()
    clocked.page.clock.run_for(20)
    expect(spinner).to_be_visible()
    held.let_go()
    expect(spinner).to_be_hidden()
    change(clocked, "3")
    held.let_go()
    clocked.page.clock.resume()
    expect(clocked.page.locator("#view")).to_have_attribute("aria-busy", "false")
    clocked.page.clock.run_for(1000)
    expect(spinner).to_be_hidden()


def the_address_waits_for_the_first_pause_of_a_hand(clocked: Playground) -> None:
    page = clocked.page

    def written() -> tuple[str, int]:
        return page.evaluate("() => [location.search, history.length]")

    address, steps = written()
    clocked.drag("gamma", "1.1", "1.4", "1.9")
    page.clock.run_for(90)
    assert written() == [address, steps]
    page.clock.run_for(10)
    assert written() == ["?gamma=1.9&source=iris", steps]
    clocked.release("gamma")
    assert written() == ["?gamma=1.9&source=iris", steps + 1]
    for field in ("gamma", "beta"):
        clocked.slider(field).focus()
        for _ in range(2):
            page.keyboard.press("ArrowRight")
    assert written() == ["?gamma=2&source=iris", steps + 2], "another slider's key ends the first one's step"
    page.clock.run_for(100)
    assert written() == ["?beta=0.1&gamma=2&source=iris", steps + 3]
