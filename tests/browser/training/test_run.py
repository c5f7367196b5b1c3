"""The records of a run: the same after a reload and behind a lost connection, and on from a learning rate."""

import re

import pytest
from playwright.sync_api import Request, Route, expect

from tests.browser.conftest import DESKTOP, Watch
from tests.browser.playground.page import STEP_TO
from tests.browser.tab import hear_requests
from tests.browser.training.page import QUICK, Training

pytestmark = pytest.mark.folded

STREAM = re.compile(r"/api/v1/training\?")


APART = """(rows) => Math.min(...rows.flatMap((row) => {
  const boxes = [...row.querySelectorAll("text")].map((text) => text.getBoundingClientRect());
  return boxes.slice(1).map((box, i) => box.left - boxes[i].right);
}))"""
"""Pixels between the two texts of a ruler that are nearest to each other."""


def points(path: str) -> int:
    """How many points a curve has."""
    return len(re.split("[ML]", path)) - 1


def streams(training: Training) -> list[Request]:
    """The streams that are asked for from now on."""
    asked: list[Request] = []
    hear_requests(training.page, lambda request: asked.append(request) if STREAM.search(request.url) else None)
    return asked


def test_a_reload_in_mid_run_gives_the_same_curves_a_changed_rate_goes_on_from_there_and_a_curve_that_diverged_ends(
    training: Training,
) -> None:
    training.open(f"{QUICK}&step=40")
    expect_the_same_curves_of_a_reload_in_mid_run(training)
    training.step_to(f"{QUICK}&step=30")
    expect_a_changed_learning_rate_in_the_link_and_the_run_to_go_on_from_there(training)
    training.step_to("source=iris&widths=8,8&activation=relu&steps=60&rate=1e6&b=norm:batch,rate:0.1&step=60")
    expect(training.step).to_have_text("60")
    expect_a_curve_that_diverged_to_end_there_and_to_say_so(training)
    training.step_to("source=iris&widths=8,8&steps=80&rate=1000&step=80")
    expect(training.step).to_have_text("80")
    expect_an_axis_to_hold_the_better_half_of_every_curve(training)
    training.step_to(f"source=moons&widths={','.join('8' * 12)}&steps=6&a=norm:renorm&step=6")
    expect(training.step).to_have_text("6")
    expect_texts_of_many_blocks_apart_and_names_whole_on_a_phone(training)


def expect_the_same_curves_of_a_reload_in_mid_run(training: Training) -> None:
    expect(training.step).to_have_text("40")
    curves, histograms = training.curves(), training.histograms(1)
    assert {name: points(path) for name, path in curves.items()} == {"a": 41, "b": 41}
    assert all(histograms.values())
    row = next(row for row in training.records() if row["step"] == 40)
    expect(training.number("loss", "b")).to_have_text(f"{row['variants']['b']['loss']:#.3g}")
    training.page.reload()
    training.come()
    expect(training.step).to_have_text("40")
    assert (training.curves(), training.histograms(1)) == (curves, histograms)
    training.page.get_by_role("button", name="loss: linear").click()
    training.drawn()
    assert training.query["loss_axis"] == "log"
    assert training.curves() != curves
    assert training.page.evaluate("() => matchMedia('(prefers-reduced-motion: reduce)').matches") is False


def expect_a_changed_learning_rate_in_the_link_and_the_run_to_go_on_from_there(training: Training) -> None:
    before = training.curves()
    asked = streams(training)
    held: list[Route] = []
    training.page.route(STREAM, lambda route: held.append(route))
    training.set_rate("0.5")
    expect(training.page.locator("#arrival")).to_have_text("Steps are coming; step 30 is waited for.")
    expect(training.step).to_have_text("30")  # and not the record before, while the run is on its way
    expect(training.page.locator("#rate-here")).to_have_value("0.5")
    held[-1].continue_()
    training.page.unroute(STREAM)
    expect(training.page.locator("#rate-undo")).to_be_visible()
    training.come()
    assert training.query["changes"] == "0.5@30"
    assert asked[-1].headers["last-event-id"] == "29"
    expect(training.step).to_have_text("30")
    assert training.curves() == before
    rates = {row["step"]: row["variants"]["a"]["rate"] for row in training.records()}
    assert [rates[step] for step in (29, 30, 120)] == [0.1, 0.5, 0.5]
    training.go("To the newest step")
    after = training.curves()
    training.page.reload()
    training.come()
    assert training.curves() == after
    training.set_rate("0.2")
    expect(training.page.locator("#e-changes-here")).to_contain_text("The run is over here")
    halve = "Halve the learning rate from here on"
    training.go("To step 0").go("10 steps on").go(halve).go(halve)  # without a wait for the run
    expect(training.page).to_have_url(re.compile("changes=0.025%4010"))
    expect(training.step).to_have_text("10")
    training.come().page.locator("#rate-undo").click()
    expect(training.page).not_to_have_url(re.compile("changes"))


def expect_texts_of_many_blocks_apart_and_names_whole_on_a_phone(training: Training) -> None:
    page, board = training.page, training.page.locator("[data-board=inputs]")
    expect(board.locator(".tr-column")).to_have_count(13)
    for width in (1280, 1200, 1120, 1060, 390):
        page.set_viewport_size({"width": width, "height": 800})
        training.drawn()
        assert board.locator(".ruler").evaluate_all(APART) >= 2
        expect(board.locator(".lane text").first).to_have_css("paint-order", "stroke")  # over bars and the line of zero
    expect_whole_names_above_the_planes(training)
    page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
    expect_whole_names_above_the_planes(training)


def expect_whole_names_above_the_planes(training: Training) -> None:
    names = training.page.locator("#surfaces .tr-key span")
    assert names.all_text_contents() == ["Batch renormalization", "Batch norm"]
    assert names.evaluate_all("(all) => all.map((o) => o.scrollWidth - o.clientWidth)") == [0, 0]
    tops = training.page.locator("#surfaces svg.drawing").evaluate_all(
        "(all) => all.map((o) => Math.round(o.getBoundingClientRect().top))"
    )
    assert tops[0] == tops[1]


def expect_a_curve_that_diverged_to_end_there_and_to_say_so(training: Training) -> None:
    ends = [row["step"] for row in training.records() if row["variants"].get("a", {}).get("diverged")]
    assert len(ends) == 1
    expect(training.page.locator("#diverged-told")).to_have_text(f"× Without norm diverged at step {ends[0]}.")
    expect(training.headline).to_contain_text(f"diverged at step {ends[0]}: its curve ends there.")
    expect(training.number("loss", "a")).to_have_text("diverged")
    assert points(training.curves()["b"]) == 61
    assert points(training.curves()["a"]) <= ends[0]
    cross = training.page.locator('[data-chart="loss"] .curve[data-variant="a"] .cross')
    assert cross.get_attribute("d")
    training.playhead.focus()
    training.page.keyboard.press("Home")
    expect(training.page.locator("#diverged-told")).to_be_empty()
    for _ in range(ends[0]):
        training.page.keyboard.press("ArrowRight")
    expect(training.step).to_have_text(str(ends[0]))
    at, mark = cross.bounding_box(), training.page.locator('[data-chart="loss"] .playhead line').bounding_box()
    assert at is not None
    assert mark is not None
    assert abs(at["x"] + at["width"] / 2 - mark["x"]) < 1.5  # the step that the words name


def test_a_lost_connection_goes_on_behind_the_last_step_a_refusal_is_tried_again_and_the_first_point_is_drawn_at_once(
    training: Training, watch: Watch
) -> None:
    watch.refusals = {429, 503}
    expect_the_first_point_drawn_while_the_others_are_on_their_way(training)
    expect_a_lost_connection_to_go_on_and_a_refusal_to_say_when_it_is_tried_again(training)


def expect_a_lost_connection_to_go_on_and_a_refusal_to_say_when_it_is_tried_again(training: Training) -> None:
    asked = streams(training)
    events = "retry: 1\n\n" + "".join(
        f'id: {row["step"]}\nevent: step\ndata: {{"step":{row["step"]},"variants":{{}}}}\n\n' for row in [{"step": 0}]
    )
    answers = [
        {"status": 429, "headers": {"Retry-After": "1"}, "json": {"status": 429, "detail": "Close one of them."}},
        {"status": 503, "headers": {"Retry-After": "1"}, "json": {"status": 503, "detail": "Busy."}},
        {"status": 200, "content_type": "text/event-stream", "body": events},
    ]

    def answer(route: Route) -> None:
        if answers:
            route.fulfill(**answers.pop(0))  # type: ignore[arg-type]
        else:
            route.continue_()

    training.page.route(STREAM, answer)
    training.page.evaluate(STEP_TO, f"?{QUICK}&step=120")
    arrival = training.page.locator("#arrival")
    expect(arrival).to_have_text("Your address has too many runs open: it is tried again in 1 s.")
    expect(arrival).to_contain_text("The server is busy with others: it is tried again in 1 s.")
    training.come()
    assert [request.headers.get("last-event-id") for request in asked] == [None, None, None, "0"]
    expect(training.step).to_have_text("120")
    training.page.unroute_all(behavior="ignoreErrors")


def expect_an_axis_to_hold_the_better_half_of_every_curve(training: Training) -> None:
    chart = training.page.locator('[data-chart="loss"] svg.drawing')
    box = chart.bounding_box()
    assert box is not None
    ticks = [float(text.replace(",", "")) for text in chart.locator(".rows text").all_text_contents()]
    for letter, path in training.curves().items():
        losses = [row["variants"][letter]["loss"] for row in training.records()]
        assert max(ticks) >= sorted(losses)[len(losses) // 2 - 1] or max(ticks) >= max(losses)
        heights = [float(point.split(" ")[1]) for point in re.split("[ML]", path)[1:]]
        assert sum(0 <= height <= box["height"] for height in heights) >= len(heights) / 2
    beyond = chart.locator(".beyond text")
    if beyond.count():
        told, top = beyond.bounding_box(), chart.locator(".rows line").last.bounding_box()
        assert told is not None
        assert top is not None
        assert told["y"] + told["height"] <= top["y"] + 2  # above the curves, not through them


def expect_the_first_point_drawn_while_the_others_are_on_their_way(training: Training) -> None:
    training.page.goto(f"{training.path}?source=iris&widths=8,8&steps=20000&seed=77")
    expect(training.step).to_have_text(re.compile(r"\d"))
    assert "Steps are coming" in (training.page.locator("#arrival").text_content() or "")
    assert all(training.curves().values())
