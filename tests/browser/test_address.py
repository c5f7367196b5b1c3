"""Everything is in the address: reload, copied links, Back and Forward, replay and new draw."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, Watch, page_in
from tests.browser.playground.page import STAGES, Playground
from tests.browser.test_wall import on_a_wall_what_is_read_and_taken_is_half_as_large_again
from tests.browser.view import open_folds

FORWARD = "details.part[data-part=forward]"


@pytest.mark.folded
def test_a_copied_link_and_a_reload_give_the_same_numbers(playground: Playground, origin: str, watch: Watch) -> None:
    playground.open("seed=11&mode=inference&beta=-0.5&features=3&batch_size=48&upstream=squared_error")
    playground.choose("source", "correlated")
    playground.enter("gamma", "1.5")
    playground.choose("activation", "tanh")
    assert playground.query.keys() >= {"source", "batch_size", "seed", "gamma", "activation", "mode", "upstream"}
    open_folds(playground.page)
    drawn, table, headline = playground.all_data(), playground.table(), playground.headline.text_content()
    assert len(drawn) >= 14
    playground.page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=origin)
    playground.click("Copy link")
    link = playground.page.evaluate("() => navigator.clipboard.readText()")
    assert link == playground.page.url
    with page_in(playground.page.context, origin, watch) as page:
        page.goto(link)
        assert_shows(Playground(page).settle(), drawn, table, headline)
    playground.page.bring_to_front()
    playground.page.reload()
    playground.settle()
    open_folds(playground.page)
    assert_shows(playground, drawn, table, headline)


def assert_shows(playground: Playground, drawn: object, table: object, headline: str | None) -> None:
    assert playground.all_data() == drawn
    assert playground.table() == table
    expect(playground.headline).to_have_text(headline or "")


@pytest.mark.folded
def test_back_and_forward_restore_states_and_a_movement_is_one_step(playground: Playground, watch: Watch) -> None:
    """However many places a drag went through, and however often a key was pressed."""
    a_new_draw_is_another_batch_and_a_replay_the_same_and_a_field_at_its_default_is_not_in_the_address(
        playground, watch
    )
    playground.step_to("")
    on_a_wall_what_is_read_and_taken_is_half_as_large_again(playground)
    playground.page.set_viewport_size(DESKTOP)
    for law in (
        a_drag_is_one_step_back, presses_of_a_key_are_one_step_until_something_else_is_done,
        back_and_forward_restore_states, back_takes_back_what_is_being_typed_into_a_table,
        a_new_draw_says_what_it_draws_anew,
    ):  # fmt: skip
        law(playground)
        playground.click("Reset everything")
        assert playground.query == {}, law.__name__


def a_new_draw_is_another_batch_and_a_replay_the_same_and_a_field_at_its_default_is_not_in_the_address(
    playground: Playground, watch: Watch
) -> None:
    playground.open("source=normal&batch_size=32&gamma=auto&seed=0&open=forward,nowhere")

    def on_screen() -> dict[str, object]:
        return {stage: playground.data(stage) for stage in STAGES}

    first = on_screen()
    asked = len(watch.asked("/api/v1/playground"))
    drawn = playground.page.locator("#drawn")
    expect(drawn).to_have_text("Drawn from seed 0.")
    playground.click("Replay")
    expect(drawn).to_have_text("Drawn again from seed 0: the same batch, the same numbers.")
    assert len(watch.asked("/api/v1/playground")) == asked + 1
    assert on_screen() == first
    playground.click("New draw")
    assert playground.query == {"source": "normal", "batch_size": "32", "seed": "1", "open": "forward"}
    assert playground.data("x") != first["x"]
    expect(playground.field("seed")).to_have_value("1")
    expect(drawn).to_have_text("Drawn from seed 1.")
    playground.page.go_back()
    playground.settle()
    assert on_screen() == first
    expect(drawn).to_have_text("Drawn from seed 0.")
    playground.page.go_forward()
    expect(drawn).to_have_text("Drawn from seed 1.")
    playground.page.go_back()
    playground.choose("activation", "tanh")
    assert playground.query == {"source": "normal", "batch_size": "32", "activation": "tanh", "open": "forward"}


def forward(playground: Playground, steps: int = 1) -> None:
    for _ in range(steps):
        playground.page.go_forward()
    playground.settle()


def a_drag_is_one_step_back(playground: Playground) -> None:
    steps = playground.page.evaluate("history.length")
    playground.drag("gamma", "1.1", "1.4", "1.9")
    playground.settle()
    assert playground.query == {"gamma": "1.9"}
    assert playground.page.evaluate("history.length") == steps
    assert set(playground.column("γ")) == {"1.90"}
    playground.drag("gamma", "2.5")
    playground.release("gamma")
    playground.settle()
    assert playground.page.evaluate("history.length") == steps + 1
    playground.page.go_back()
    playground.settle()
    assert playground.query == {}
    assert set(playground.column("γ")) == {"1.00"}
    forward(playground)


def presses_of_a_key_are_one_step_until_something_else_is_done(playground: Playground) -> None:
    steps = playground.page.evaluate("history.length")
    playground.press("gamma", "ArrowRight", times=4)
    assert playground.query == {"gamma": "1.2"}
    playground.press("beta", "ArrowRight", times=2)
    playground.press("gamma", "ArrowLeft")
    assert playground.page.evaluate("history.length") == steps + 3
    for query in ({"gamma": "1.2", "beta": "0.1"}, {"gamma": "1.2"}, {}):
        playground.page.go_back()
        playground.settle()
        assert playground.query == query
    forward(playground, 3)


def back_and_forward_restore_states(playground: Playground) -> None:
    table = playground.table()
    playground.choose("activation", "tanh")
    playground.press("gamma", "ArrowRight")
    playground.page.go_back()
    playground.settle()
    assert playground.query == {"activation": "tanh"}
    expect(playground.field("gamma")).to_have_value("1")
    expect(playground.slider("gamma")).to_have_js_property("value", "1")
    playground.page.go_back()
    playground.settle()
    assert playground.query == {}
    assert playground.table() == table
    expect(playground.field("activation")).to_have_value("relu")
    forward(playground, 2)
    assert playground.query == {"activation": "tanh", "gamma": "1.05"}
    assert set(playground.column("γ")) == {"1.05"}


def back_takes_back_what_is_being_typed_into_a_table(playground: Playground) -> None:
    playground.step_to("source=inline")
    table = playground.field("values")
    before = table.input_value()
    playground.choose("activation", "tanh")
    table.fill("1, 2")
    playground.page.evaluate("() => history.back()")
    expect(playground.field("activation")).to_have_value("relu")
    expect(table).to_have_value(before)


def a_new_draw_says_what_it_draws_anew(playground: Playground) -> None:
    button = playground.page.get_by_role("button", name="New draw")
    expect(button).to_have_attribute("title", re.compile("unless it is all of its source"))
    open_folds(playground.page, FORWARD)
    x = playground.data("x")
    button.click()
    playground.settle()
    assert playground.data("x") == x
    assert playground.query == {"seed": "1"}
    said = "All of the source is taken; seed 1 decides what else is random."
    expect(playground.page.locator("#drawn")).to_have_text(said)


def back_and_forward_take_what_is_said_of_the_seed_along(playground: Playground) -> None:
    drawn = playground.page.locator("#drawn")
    expect(drawn).to_have_text("Drawn from seed 0.")
    playground.click("New draw")
    expect(drawn).to_have_text("Drawn from seed 1.")
    playground.page.go_back()
    expect(drawn).to_have_text("Drawn from seed 0.")
    expect(playground.field("seed")).to_have_value("0")
    playground.settle()
