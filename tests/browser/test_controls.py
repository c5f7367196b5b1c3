"""The controls: what each one moves, and what stays put."""

import pytest
from playwright.sync_api import expect

from tests.browser.playground.page import Playground

HOLDING_STILL = ("x", "x_hat")
IRIS = {"source": "iris"}
OPEN = {"open": "forward,arithmetic"}


@pytest.mark.folded
def test_sliders_move_what_follows_them_and_controls_show_where_they_have_an_effect_and_can_be_reset(
    playground: Playground,
) -> None:
    playground.open("upstream=one_example&layer_width=4&mode=inference&source=iris")
    a_control_shows_only_where_it_has_an_effect(playground)
    for law in (
        every_control_says_what_it_is, a_reset_stands_beside_what_was_changed_and_takes_it_back,
        a_typed_table_is_a_mini_batch, running_statistics_have_controls_in_inference_only,
    ):  # fmt: skip
        playground.step_to("source=iris")
        law(playground)
    playground.step_to("selected=2,5&gamma=2&activation=tanh&notation=lecture&seed=4&arithmetic=squares&open=forward")
    the_sliders_can_move_some_features_and_everything_can_be_reset_at_once(playground)
    for law in (
        gamma_moves_y_by_keyboard_and_nothing_before_it, beta_shifts_every_feature,
        one_button_undoes_the_normalization, a_slider_can_move_one_feature_alone, an_axis_that_must_change_says_so,
        another_arithmetic_is_held_against_the_exact_one,
    ):  # fmt: skip
        playground.step_to("source=iris&open=forward,arithmetic")
        law(playground)


def the_sliders_can_move_some_features_and_everything_can_be_reset_at_once(playground: Playground) -> None:
    target = playground.page.get_by_label("Sliders move")
    target.select_option(label="the 2 features shown")
    playground.press("beta", "ArrowRight", times=2)
    values = playground.query["beta"].split(",")
    assert [i for i, value in enumerate(values) if value != "0"] == [2, 5]
    playground.click("Reset everything")
    assert playground.query == {}
    expect(playground.field("activation")).to_have_value("relu")
    target.select_option(label="all features")


def gamma_moves_y_by_keyboard_and_nothing_before_it(playground: Playground) -> None:
    before = {name: playground.data(name) for name in (*HOLDING_STILL, "y")}
    axes = {name: playground.axes(name) for name in before}
    playground.press("gamma", "ArrowRight", times=4)
    assert playground.query == IRIS | OPEN | {"gamma": "1.2"}
    assert playground.data("y") != before["y"]
    for name in HOLDING_STILL:
        assert playground.data(name) == before[name]
    assert {name: playground.axes(name) for name in before} == axes
    assert set(playground.column("y deviation")) == {"1.20"}
    expect(playground.field("gamma")).to_have_value("1.2")


def another_arithmetic_is_held_against_the_exact_one(playground: Playground) -> None:
    caption, exact = playground.page.locator('[data-caption="arithmetic"]'), playground.data("x_hat")
    expect(caption).to_contain_text("computed in float64")
    expect(playground.figure("arithmetic")).to_be_hidden()
    for name, told in (
        ("squares", "as E[x²] − E[x]² in float32"),
        ("bfloat16", "in bfloat16"),
    ):
        playground.choose("arithmetic", name)
        assert playground.query == IRIS | OPEN | {"arithmetic": name}
        expect(caption).to_contain_text(f"omputed {told}")
        expect(caption).to_contain_text("Only the statistics are rounded")
        assert len(playground.data("arithmetic")[1]["x"]) == 150
        assert playground.data("x_hat") == exact


def beta_shifts_every_feature(playground: Playground) -> None:
    playground.press("beta", "ArrowLeft", times=2)
    assert playground.query == IRIS | OPEN | {"beta": "-0.1"}
    assert set(playground.column("y mean")) == {"−0.100"}


def one_button_undoes_the_normalization(playground: Playground) -> None:
    x = playground.axes("x")
    undo = playground.page.get_by_role("button", name="undo the normalization")
    expect(undo).to_have_attribute("aria-pressed", "false")
    undo.click()
    playground.settle()
    expect(undo).to_have_attribute("aria-pressed", "true")
    expect(playground.headline).to_contain_text("undo the normalization: y differs from x by rounding alone")
    assert playground.column("y mean") == playground.column("x mean")
    assert playground.column("y deviation") == playground.column("x deviation")
    means = [next(t["x"] for t in playground.data(name) if t["name"].startswith("mean")) for name in ("x", "y")]
    assert means[0] == pytest.approx(means[1], abs=0.01)
    assert playground.axes("y")["xaxis"]["range"] == x["xaxis"]["range"]
    undo.click()
    playground.settle()
    assert playground.query == IRIS | OPEN


def a_slider_can_move_one_feature_alone(playground: Playground) -> None:
    playground.page.get_by_label("Sliders move").select_option(label="petal length")
    playground.press("gamma", "ArrowRight", times=2)
    names, gammas = playground.features(), playground.column("γ")
    assert gammas[names.index("petal length")] == "1.10"
    assert {gamma for name, gamma in zip(names, gammas, strict=True) if name != "petal length"} == {"1.00"}
    assert playground.query["gamma"].split(",") == ["1", "1", "1.1", "1"]
    playground.page.get_by_label("Sliders move").select_option(label="all features")


def an_axis_that_must_change_says_so(playground: Playground) -> None:
    notes = {stage: playground.figure(stage).locator(".note") for stage in ("x", "x_hat", "y")}
    for note in notes.values():
        expect(note).to_be_empty()
    playground.enter("gamma", "50")
    for note in notes.values():
        expect(note).to_contain_text("axis widened for y, here as in the panels beside")
    x, x_hat, y = (playground.axes(stage)["xaxis"]["range"] for stage in notes)
    assert x == x_hat == y


def every_control_says_what_it_is(playground: Playground) -> None:
    help_button = playground.page.get_by_role("button", name="What is Epsilon?")
    help_button.click()
    expect(help_button).to_have_attribute("aria-expanded", "true")
    expect(playground.page.locator("#h-eps")).to_contain_text("Keeps the denominator away from 0")


def a_reset_stands_beside_what_was_changed_and_takes_it_back(playground: Playground) -> None:
    for field, typed, default in (("eps", "0.5", "0.00001"), ("gamma", "2", "1")):
        reset = playground.control(field).locator(".reset")
        expect(reset).to_be_hidden()
        playground.enter(field, typed)
        expect(reset).to_be_visible()
        reset.click()
        playground.settle()
        assert playground.query == IRIS
        expect(reset).to_be_hidden()
        expect(playground.field(field)).to_have_value(default)


def a_typed_table_is_a_mini_batch(playground: Playground) -> None:
    playground.choose("source", "inline")
    playground.field("values").fill("1, 2\n3, 4\n5 9")
    playground.page.keyboard.press("Tab")
    playground.settle()
    assert playground.query == {"source": "inline", "values": "1,2;3,4;5,9"}
    assert playground.column("x mean") == ["3.00", "5.00"]


def running_statistics_have_controls_in_inference_only(playground: Playground) -> None:
    fold = playground.page.locator("#fold-running")
    expect(fold).to_be_hidden()
    playground.choose("mode", "inference")
    expect(fold).to_be_visible()
    playground.reveal("running_steps")
    expect(playground.field("momentum")).to_be_visible()
    expect(playground.headline).to_contain_text("running statistics")
    alike = playground.control("momentum").get_by_role("button", name="cumulative")
    for pressed, momentum in (("true", "cumulative"), ("false", "0.1")):
        alike.click()
        playground.settle()
        expect(alike).to_have_attribute("aria-pressed", pressed)
        expect(playground.field("momentum")).to_have_value(momentum)
        assert playground.query.get("momentum", "0.1") == momentum
    playground.enter("momentum", "cumulative")
    expect(alike).to_have_attribute("aria-pressed", "true")
    playground.enter("running_steps", "0")
    assert playground.column("x̂ mean") == playground.column("x mean")
    playground.choose("mode", "train")
    expect(fold).to_be_hidden()


def a_control_shows_only_where_it_has_an_effect(playground: Playground) -> None:
    inference, generated = ("upstream_example", "weight_scale", "momentum"), ("features", "outlier_share")
    assert shown(playground) == {*inference}
    playground.choose("source", "outliers")
    assert shown(playground) == {*inference, *generated}
    playground.choose("source", "normal")
    assert shown(playground) == {*inference, "features"}
    playground.choose("source", "inline")
    assert shown(playground) == {*inference, "values"}
    playground.click("Reset everything")
    assert shown(playground) == set()


def shown(playground: Playground) -> set[str]:
    """Which of the controls that are of use now and then are there."""
    return {name for name in NOW_AND_THEN if playground.control(name).is_visible()}


NOW_AND_THEN = ("upstream_example", "weight_scale", "features", "values", "outlier_share", "momentum")
