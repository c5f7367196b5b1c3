"""The first screen tells the story untouched: thirteen features on wildly different scales, then on one."""

from collections.abc import Iterator
from functools import partial

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.at_widths import at_widths
from tests.browser.conftest import Watch, page_in
from tests.browser.drawn import all_drawn
from tests.browser.playground.page import FEATURES, STAGES, Playground
from tests.browser.view import open_folds

ROLES = """(plots) => plots.filter((plot) => !plot.closest("[hidden]")).map((plot) => [plot.getAttribute("role"),
  (plot.getAttribute("aria-label") ?? "").length])"""
CLIPPED_TITLES = """() => [...document.querySelectorAll(".plot .xtitle, .plot .ytitle")].filter((title) => {
  const own = title.getBoundingClientRect();
  const plot = title.closest(".plot").getBoundingClientRect();
  const across = own.left < plot.left - 1 || own.right > plot.right + 1;
  return across || own.top < plot.top - 1 || own.bottom > plot.bottom + 1;
}).map((title) => title.textContent)"""


# Tick texts that touch another of their axis, or leave the plot.
ILLEGIBLE_TICKS = """() => [...document.querySelectorAll("[data-figure]:not([hidden]) .plot")].flatMap((plot) => {
  const frame = plot.getBoundingClientRect();
  const within = (a, { left, right, top, bottom }) =>
    a.left > left - 1 && a.right < right + 1 && a.top > top - 1 && a.bottom < bottom + 1;
  const meet = (a, b) =>
    a.left < b.right + 1 && b.left < a.right + 1 && a.top < b.bottom - 2 && b.top < a.bottom - 2;
  return ["xtick", "x2tick", "ytick", "y2tick"].flatMap((axis) => {
    const texts = [...plot.querySelectorAll(`.${axis} text`)].filter((text) => text.textContent.trim());
    const boxes = texts.map((text) => [text.textContent, text.getBoundingClientRect()]);
    const wrong = boxes.filter(([, a], i) => !within(a, frame) || boxes.slice(i + 1).some(([, b]) => meet(a, b)));
    return wrong.map(([text]) => `${plot.closest("[data-figure]").dataset.figure} ${axis} ${text}`);
  });
})"""


@pytest.fixture(scope="module")
def as_it_comes(profile: BrowserContext, origin: str) -> Iterator[tuple[Playground, list[str]]]:
    """The page, opened once for all tests that do nothing but look at it, and what it had asked for by then."""
    watch = Watch(origin)
    with page_in(profile, origin, watch) as page:
        yield Playground(page).open(), list(watch.requests)


@pytest.fixture
def untouched(as_it_comes: tuple[Playground, list[str]]) -> Playground:
    """The page as it comes, at its top. Who takes it changes nothing of it."""
    playground, _ = as_it_comes
    playground.page.bring_to_front()
    playground.page.evaluate("() => scrollTo(0, 0)")
    return playground.settle()


def moments(playground: Playground, stage: str) -> list[float]:
    """Where the dots of a panel's means stand on its axis."""
    return next(trace["x"] for trace in playground.data(stage) if trace["name"].startswith("mean"))


def test_wine_stands_there_before_and_after_without_a_touch(untouched: Playground) -> None:
    expect(untouched.headline).to_contain_text("2,530-fold")
    expect(untouched.page.locator("#batch-line")).to_have_text("Wine: 178 examples × 13 features")
    expect(untouched.page.locator("#stage .drawing")).to_be_in_viewport(ratio=1)
    assert untouched.page.locator("#stage .dots path").count() == 3 * 178
    for stage in STAGES:
        untouched.drawn(stage)
        assert len(moments(untouched, stage)) == FEATURES
    assert max(moments(untouched, "x")) > 3
    assert max(map(abs, moments(untouched, "x_hat"))) < 1e-3
    assert untouched.query == {}


def test_the_first_result_comes_with_the_page(as_it_comes: tuple[Playground, list[str]]) -> None:
    _, requests = as_it_comes
    assert len(requests) > 3
    assert [address for address in requests if "/api/" in address] == []


def test_before_and_after_share_one_axis_that_names_its_scale(untouched: Playground) -> None:
    x, x_hat, y = (untouched.axes(stage)["xaxis"] for stage in ("x", "x_hat", "y"))
    assert x["range"] == x_hat["range"] == y["range"]
    assert x["ticktext"] == x_hat["ticktext"] == y["ticktext"]
    assert "asinh scale" in x["title"]


def test_every_figure_is_an_image_with_a_text(untouched: Playground) -> None:
    roles = untouched.page.locator(".plot").evaluate_all(ROLES)
    assert len(roles) == len(untouched.figures()) > 10
    assert all(role == "img" and length > 40 for role, length in roles)


def test_both_axes_of_every_figure_have_titles(untouched: Playground) -> None:
    for figure in untouched.figures():
        axes = untouched.axes(figure)
        assert all(axis["title"] or axis["ticktext"] for axis in axes.values()), figure
        assert axes["xaxis"]["title"], figure


def test_saturation_and_both_sides_statistics_stand_in_a_table(untouched: Playground) -> None:
    assert untouched.features()[-1] == "proline"
    assert untouched.column("x deviation")[-1] == "314"
    assert set(untouched.column("x̂ deviation")) == {"1.00"}
    assert all(share.endswith(" %") for share in untouched.column("saturated"))


LONG_TEXTS = {
    "upstream=cross_entropy": ("class", ["class 0", "class 1", "class 2"], (1280,)),
    "source=digits&batch_size=32&upstream=cross_entropy": ("class", [str(digit) for digit in range(10)], (1280, 390)),
    "source=normal&upstream=squared_error": ("output", ["output 0", "output 1", "output 2"], (390,)),
    "source=iris&upstream=cross_entropy&eps=1e-8&gamma=1e-4":
        ("class", ["setosa", "versicolor", "virginica"], (390, 1920)),
}  # fmt: skip
"""Addresses whose texts are long, what the rows of their read-out are called, and the widths to look at them. At 1920
pixels a page is arranged as at 1280, where there is less room for the same.
"""


def test_no_axis_title_is_cut_off_no_tick_texts_meet_and_the_rows_of_a_read_out_have_names(
    playground: Playground,
) -> None:
    """On one page, at whose width the next texts begin where the last ones end."""
    for query, (noun, names, widths) in LONG_TEXTS.items():
        for width in at_widths(playground.page, partial(show, playground, query), widths):
            all_drawn(playground.page)
            assert playground.page.evaluate(CLIPPED_TITLES) == [], (query, width)
            assert playground.page.evaluate(ILLEGIBLE_TICKS) == [], (query, width)
        the_rows_of_its_read_out_have_names(playground, noun, names)
        if "digits" not in query:
            expect(playground.plot("x_hat").locator(".ytick text")).to_have_count(0)


def show(playground: Playground, query: str) -> None:
    """On the page that is open, or on a new one."""
    if playground.page.url == "about:blank":
        playground.open(query)
    else:
        playground.step_to(query)


def the_rows_of_its_read_out_have_names(playground: Playground, noun: str, names: list[str]) -> None:
    for figure in ("readout", "d_readout"):
        playground.drawn(figure)
        shown = playground.plot(figure).locator(".ytick text").all_text_contents()
        assert sorted(shown) == names
        expect(playground.plot(figure).locator(".ytitle")).to_have_text(noun)
        heading = playground.figure(figure).locator("table.numbers thead th").first
        if not heading.is_visible():
            playground.menu(figure).get_by_role("button", name="Table").click()
        expect(heading).to_have_text(noun)


@pytest.mark.folded
def test_what_a_hand_changes_is_told_where_it_matters(playground: Playground) -> None:
    playground.open()
    open_folds(playground.page, "details.part:is([data-part=forward], [data-part=backward], [data-part=pair])")
    for laws in (
        [the_axis_can_be_switched_to_linear],
        [two_features_show_that_batch_norm_does_not_decorrelate],
        [
            where_the_gradient_vanishes_the_page_says_why, a_loss_shows_its_read_out_as_a_joint_of_its_own,
            the_conservation_laws_are_live_numbers, the_conventions_in_force_are_named, up_to_64_examples_are_dots,
        ],
        [the_axis_says_how_many_values_lie_outside],
    ):  # fmt: skip
        for law in laws:
            law(playground)
        playground.click("Reset everything")
        assert playground.query == {}, laws


def the_axis_can_be_switched_to_linear(playground: Playground) -> None:
    playground.choose("axis", "linear")
    assert "log" not in playground.axes("x")["xaxis"]["title"]
    assert playground.query == {"axis": "linear"}


def two_features_show_that_batch_norm_does_not_decorrelate(playground: Playground) -> None:
    playground.drawn("pair")
    playground.page.locator("#pair-b").select_option(label="proline")
    playground.settle()
    note = playground.figure("pair").locator(".note")
    expect(note).to_have_text("correlation 0.644 before and after")
    assert playground.query == {"pair": "0,12"}
    assert playground.axes("pair")["yaxis2"]["title"] == "x̂: proline"


def where_the_gradient_vanishes_the_page_says_why(playground: Playground) -> None:
    why = playground.page.locator("#why")
    expect(why).to_be_hidden()
    playground.choose("upstream", "ones")
    playground.choose("activation", "identity")
    expect(why).to_be_visible()
    expect(why).to_contain_text("the same")


def a_loss_shows_its_read_out_as_a_joint_of_its_own(playground: Playground) -> None:
    expect(playground.figure("readout")).to_be_hidden()
    playground.choose("upstream", "cross_entropy")
    expect(playground.figure("readout")).to_be_visible()
    expect(playground.figure("d_readout")).to_be_visible()
    assert playground.axes("readout")["yaxis"]["ticktext"] or playground.data("readout")


def the_conservation_laws_are_live_numbers(playground: Playground) -> None:
    laws = playground.page.locator("#laws")
    expect(laws.locator("dt")).to_have_text(["Σ ∂L/∂x over the batch = 0", "Σ ∂L/∂x·x̂ over the batch → 0 as ε → 0"])
    before = laws.text_content()
    playground.enter("eps", "1")
    expect(laws).not_to_have_text(before)


def the_conventions_in_force_are_named(playground: Playground) -> None:
    conventions = playground.page.locator("#conventions")
    expect(conventions).to_contain_text("ε is added to the variance")
    playground.choose("eps_placement", "deviation")
    expect(conventions).to_contain_text("ε is added to the deviation")
    expect(conventions).to_contain_text("biased variance")


def up_to_64_examples_are_dots(playground: Playground) -> None:
    playground.enter("batch_size", "16")
    assert [len(trace["x"]) for trace in playground.data("x") if trace["name"] == "examples"] == [16 * FEATURES]
    playground.enter("batch_size", "65")
    assert "examples" not in [trace["name"] for trace in playground.data("x")]


def the_axis_says_how_many_values_lie_outside(playground: Playground) -> None:
    playground.choose("source", "heavy_tailed")
    expect(playground.figure("x").locator(".note")).to_have_text("2 values outside the axis")
