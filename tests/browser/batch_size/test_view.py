"""The batch size page: the size and what it does, the dragged example, the matched noise, links."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import files
from tests.browser.at_widths import at_widths
from tests.browser.batch_size.page import BatchSize
from tests.browser.conftest import Watch
from tests.browser.held import Held

MIDDLE = """(element) => {
  const { left, top, width, height } = element.getBoundingClientRect();
  return [left + width / 2, top + height / 2];
}"""
TOUCH = """(handle, by) => {
  const { left, top, width, height } = handle.getBoundingClientRect();
  const finger = { pointerId: 7, pointerType: "touch", isPrimary: true, bubbles: true, button: 0 };
  const at = (y) => ({ ...finger, clientX: left + width / 2, clientY: y });
  handle.setPointerCapture = () => {};
  const middle = top + height / 2;
  handle.dispatchEvent(new PointerEvent("pointerdown", at(middle)));
  handle.dispatchEvent(new PointerEvent("pointermove", at(middle + by / 2)));
  handle.dispatchEvent(new PointerEvent("pointerup", at(middle + by)));
}"""


CUT_TITLES = """() => [...document.querySelectorAll(".panel:not([hidden]) .panel-title")]
  .filter((title) => title.scrollWidth > title.clientWidth + 0.5).map((title) => title.textContent)"""
CUT_TEXTS = """(plot) => {
  const { left, right, top, bottom } = plot.getBoundingClientRect();
  const inside = (r) => r.left >= left - 1 && r.right <= right + 1 && r.top >= top - 1 && r.bottom <= bottom + 1;
  const texts = [...plot.querySelectorAll("text")].filter((text) => text.getBoundingClientRect().width > 0);
  return texts.filter((text) => !inside(text.getBoundingClientRect())).map((text) => text.textContent);
}"""


@pytest.fixture
def view(page: Page) -> BatchSize:
    return BatchSize(page)


def test_it_opens_with_everything_drawn_and_asks_for_nothing(view: BatchSize, watch: Watch) -> None:
    view.open()
    expect(view.headline).to_contain_text("With K = 8, x̂ of alcohol typically strays by")
    assert watch.asked("/api/") == []
    answer = view.answer()
    assert view.headline.inner_text() == answer["headline"]
    assert set(view.controls.figures()) == set(answer["figures"])
    bands = view.controls.data("estimates_mean")
    assert bands[0]["y"] == answer["estimates"]["features"][0]["mean"]["quantiles"][0]


# ---- the size ----


def test_the_marks_set_the_size_and_the_sentence_follows(view: BatchSize) -> None:
    view.open("source=digits&feature=20")
    view.mark(256).click()
    view.settle()
    assert view.query["size"] == "256"
    expect(view.headline).to_contain_text("With K = 256")
    expect(view.mark(256)).to_have_attribute("aria-pressed", "true")
    expect(view.mark(8)).to_have_attribute("aria-pressed", "false")
    view.mark("all").click()
    view.settle()
    assert view.query["size"] == "1797"
    expect(view.mark("all")).to_have_text("all")
    expect(view.page.locator("#theory-text")).to_contain_text("the whole population")


def test_a_size_that_there_is_not_cannot_be_pressed_or_slid_to(view: BatchSize) -> None:
    view.open()
    expect(view.mark(256)).to_have_attribute("aria-disabled", "true")
    view.mark(256).click(force=True)
    assert "size" not in view.query
    view.controls.press("size", "End")
    assert view.query["size"] == "178"
    expect(view.mark("all")).to_have_attribute("aria-pressed", "true")


def test_a_link_with_more_examples_than_there_are_is_put_right_and_says_so(view: BatchSize, watch: Watch) -> None:
    view.open("size=1024&source=inline&values=1;2;4;5;9")
    assert {name: view.query[name] for name in ("size", "members")} == {"size": "5", "members": "5"}
    expect(view.controls.field("size")).to_have_value("5")
    expect(view.page.locator("#warnings")).to_contain_text("K is 5 instead of 1,024")
    expect(view.mark("all")).to_have_attribute("aria-pressed", "true")
    assert watch.asked("/api/v1/batch-size") == []
    view.controls.choose("source", "iris")
    assert {name: view.query.get(name) for name in ("size", "members")} == {"size": "5", "members": None}


def test_the_sliders_end_where_the_source_does(view: BatchSize) -> None:
    at_the_end = "(slide) => Number(slide.value) === Number(slide.max)"
    view.open("size=178")
    slide = view.page.locator('.control[data-field="size"] .slide')
    assert slide.evaluate(at_the_end)
    view.open("source=inline&values=1;2;4;5;9&size=4")
    view.controls.press("size", "End")
    assert view.query["size"] == "5"
    assert view.page.locator('.control[data-field="members"] .slide').evaluate(at_the_end)
    view.controls.choose("source", "digits")
    assert not slide.evaluate(at_the_end)
    view.controls.press("size", "End")
    assert view.query["size"] == "1797"


def test_a_size_does_not_outlive_the_source_that_had_it(view: BatchSize) -> None:
    view.open("source=digits&feature=20&size=1797")
    view.controls.choose("source", "iris")
    assert view.query["size"] == "150"
    expect(view.controls.field("size")).to_have_value("150")
    expect(view.page.locator("#warnings")).to_contain_text("K is 150 instead of 1,797")


def test_a_small_batch_that_loses_the_example_looks_at_its_first(view: BatchSize, watch: Watch) -> None:
    view.open("example=5")
    view.controls.enter("members", "4")
    assert view.query == {"members": "4"}
    expect(view.page.locator("#c-example")).to_have_value("0")
    assert watch.complaints == []


def test_the_slider_of_the_size_moves_the_mark_and_the_noise(view: BatchSize) -> None:
    view.open()
    before = view.answer()["estimates"]["noise"]["shift"]
    view.controls.press("size", "PageUp", 3)
    size = int(view.query["size"])
    assert size > 8
    expect(view.headline).to_contain_text(f"With K = {size}, ")
    assert view.answer()["estimates"]["noise"]["shift"] < before
    line = view.controls.drawn("estimates_mean").evaluate("(plot) => plot.layout.shapes[0].x0")
    assert line == size


def test_a_point_of_the_estimates_is_a_size_to_pick(view: BatchSize) -> None:
    view.open()
    plot = view.controls.drawn("estimates_mean")
    place = plot.evaluate(
        """(plot) => {
          const { xaxis, yaxis } = plot._fullLayout;
          const average = plot.data.find(({ name }) => name === "average");
          const { left, top } = plot.getBoundingClientRect();
          const y = average.y[average.x.indexOf(32)];
          return [left + xaxis._offset + xaxis.c2p(32), top + yaxis._offset + yaxis.c2p(y)];
        }"""
    )
    view.page.mouse.move(*place)
    view.page.mouse.click(*place)
    view.settle()
    assert view.query["size"] == "32"


def test_another_feature_and_another_source(view: BatchSize) -> None:
    view.open()
    view.page.locator("#c-feature").select_option(label="proline")
    view.settle()
    assert view.query == {"feature": "12"}
    expect(view.headline).to_contain_text("x̂ of proline")
    view.controls.choose("source", "digits")
    assert view.query == {"source": "digits", "feature": "20"}
    view.controls.choose("source", "heavy_tailed")
    expect(view.page.locator("#theory-text")).to_contain_text("no kurtosis")
    expect(view.mark("all")).to_have_text("1024")


def test_a_linear_layer_in_front_puts_its_units_in_place_of_the_features(view: BatchSize, watch: Watch) -> None:
    view.open("source=digits&feature=20&selected=20,30")
    fold = view.page.locator("#fold-layer")
    expect(fold).not_to_have_attribute("open", "")
    fold.locator("summary").click()
    expect(view.controls.field("weight_scale")).to_be_hidden()
    view.controls.enter("layer_width", "3")
    assert view.query == {"source": "digits", "layer_width": "3"}
    told = "Digits, behind a linear layer: 1,797 examples × 3 features"
    expect(view.page.locator("#batch-line")).to_contain_text(told)
    expect(view.controls.field("weight_scale")).to_be_visible()
    view.page.locator("#c-feature").select_option(label="z2")
    view.settle()
    view.controls.enter("layer_width", "5")
    assert view.query["feature"] == "2"
    view.controls.enter("layer_width", "2")
    assert "feature" not in view.query
    view.controls.enter("layer_width", "0")
    assert view.query == {"source": "digits", "feature": "20"}
    assert watch.complaints == []


# ---- only what changes is asked for ----


@pytest.mark.parametrize(
    ("field", "text", "parts"),
    [("move_by", "1", "dependence"), ("rate", "0.1", "noise"), ("momentum", "0.5", "running"),
     ("draws", "200", "estimates,noise")],
)  # fmt: skip
def test_a_field_asks_for_its_own_parts_only(view: BatchSize, watch: Watch, field: str, text: str, parts: str) -> None:
    view.open()
    view.controls.enter(field, text)
    (address,) = watch.asked("/api/v1/batch-size")
    assert address.endswith(f"part={parts}")
    assert "part" not in view.query
    assert set(view.controls.figures()) == set(view.answer()["figures"])


# ---- the dragged example ----


def test_an_example_is_dragged_by_the_mouse(view: BatchSize) -> None:
    view.open("move_by=0")
    mark = view.handles()[3]
    x, y = mark.evaluate(MIDDLE)
    view.page.mouse.move(x, y)
    view.page.mouse.down()
    view.page.mouse.move(x, y - 20, steps=4)
    view.page.mouse.up()
    view.settle()
    assert view.query["example"] == "3"
    assert float(view.query["move_by"]) > 0
    now = view.handles()[3].evaluate(MIDDLE)
    assert now[1] == pytest.approx(y - 20, abs=1.5)
    before, after = view.values("train")
    assert all(a != b for a, b in zip(before, after, strict=True))
    before, after = view.values("inference")
    assert [a != b for a, b in zip(before, after, strict=True)] == [j == 3 for j in range(8)]
    effect = view.answer()["dependence"]
    assert after == pytest.approx(effect["inference"]["after"], rel=1e-3)
    assert view.text("moved") == effect["text"]
    view.page.go_back()
    view.settle()
    assert view.query == {"move_by": "0"}
    before, after = view.values("train")
    assert before == after


def test_an_example_is_dragged_by_touch(view: BatchSize) -> None:
    view.open("move_by=0")
    view.handles()[5].evaluate(TOUCH, -24)
    view.settle()
    assert view.query["example"] == "5"
    assert float(view.query["move_by"]) > 0


def test_an_example_is_moved_by_the_arrow_keys(view: BatchSize) -> None:
    view.open("move_by=0")
    first, second, *_ = view.handles()
    first.focus()
    first.press("ArrowUp")
    view.settle()
    assert "example" not in view.query
    up = float(view.query["move_by"])
    assert up > 0
    first.press("Shift+ArrowDown")
    view.settle()
    assert float(view.query.get("move_by", 0)) < up
    first.press("ArrowRight")
    expect(second).to_be_focused()
    view.settle()
    assert view.query["example"] == "1"
    assert re.match(r"Move example 1: it was [\d.]+, is", second.get_attribute("aria-label") or "")


def test_the_axes_stay_while_an_example_moves(view: BatchSize) -> None:
    view.open("move_by=-4")
    before = {
        name: view.controls.axes(name)["yaxis"]["range"] for name in ("strip_x", "strip_train", "strip_inference")
    }
    view.controls.enter("move_by", "4")
    after = {name: view.controls.axes(name)["yaxis"]["range"] for name in before}
    assert after == before
    for name in ("x", "train"):  # inference knows no bound
        assert view.controls.figure(f"strip_{name}").locator(".note").inner_text() == ""


def test_the_jacobian_follows_the_example(view: BatchSize) -> None:
    view.open()
    before = view.controls.data("jacobian_total")[0]["z"]
    view.controls.enter("move_by", "-2")
    after = view.controls.data("jacobian_total")[0]["z"]
    assert before != after
    for column in zip(*after, strict=True):
        assert sum(column) == pytest.approx(0, abs=1e-3)


# ---- the noise ----


def test_the_match_button_makes_the_noise_as_large_as_batch_norms(view: BatchSize) -> None:
    view.open()
    button = view.page.get_by_role("button", name="Match the noise to batch norm's")
    expect(button).to_have_attribute("aria-pressed", "false")
    button.click()
    view.settle()
    answer = view.answer()
    matched = answer["noise"]["matched"]
    assert {name: float(view.query[name]) for name in matched} == matched
    expect(button).to_have_attribute("aria-pressed", "true")
    variances = [kind["variance"] for kind in answer["noise"]["kinds"]]
    assert variances[1:] == pytest.approx([variances[0]] * 2, rel=0.25)
    shown = view.page.locator("#kinds tbody tr").all_inner_texts()
    assert [row.split("\t")[0] for row in shown] == ["batch norm", "dropout", "weight perturbation"]
    view.page.go_back()
    view.settle()
    assert view.query == {}
    expect(button).to_have_attribute("aria-pressed", "false")


def test_pairs_stand_at_the_product_of_their_values(view: BatchSize) -> None:
    view.open()
    measured, theory, *_ = view.controls.data("noise_pairs")
    pairs = view.answer()["noise"]["kinds"][0]["pairs"]
    assert measured["x"] == pairs["product"]
    assert measured["y"] == pairs["measured"]
    assert theory["y"] == pairs["expected"]


# ---- links, errors, progress ----


def test_a_link_is_the_whole_view(view: BatchSize) -> None:
    link = "source=iris&size=32&feature=2&example=4&move_by=-1.5&rate=0.2&momentum=0.3&members=6&notation=lecture"
    view.open(link)
    shown = {name: view.controls.data(name) for name in ("estimates_noise", "strip_train", "noise_shapes")}
    headline = view.headline.inner_text()
    view.page.reload()
    view.settle()
    assert {name: view.controls.data(name) for name in shown} == shown
    assert view.headline.inner_text() == headline
    assert view.page.locator("#c-feature option:checked").inner_text() == "petal length"
    assert view.page.locator("#c-example").input_value() == "4"
    assert "Z̄" in view.controls.axes("strip_train")["yaxis"]["title"]


def test_an_error_stands_beside_its_control_and_the_view_stays(view: BatchSize, watch: Watch) -> None:
    watch.refusals.add(422)
    view.open()
    view.controls.enter("draws", "20000")
    view.controls.expect_error("draws", "10,000")
    assert view.controls.figures()
    view.controls.enter("draws", "500")
    expect(view.controls.error("draws")).to_be_hidden()
    expect(view.page.locator("#x-hat-text")).to_contain_text("Over 500 batches")


@pytest.mark.parametrize("query", ["example=9", "feature=99"])
def test_a_link_with_a_wrong_field_shows_the_rest(view: BatchSize, watch: Watch, query: str) -> None:
    watch.refusals.add(422)
    view.open(query)
    expect(view.controls.error(query.split("=")[0])).to_be_visible()
    expect(view.headline).to_have_text("Not computed.")
    expect(view.page.locator("#x-hat-text")).to_contain_text("batches of 8")


def test_many_draws_tell_how_far_they_are(view: BatchSize) -> None:
    view.open("source=normal&features=8&draws=500")
    held = Held(view.page, "**/api/v1/batch-size?**draws=6000**", most=1)
    view.controls.field("draws").fill("6000")
    view.controls.field("draws").press("Enter")
    held.take().fulfill(
        content_type="text/event-stream",
        body='event: progress\ndata: {"done":3,"of":9,"text":"batches of up to 32"}\n\n',
    )
    expect(view.controls.problem).to_contain_text("The connection broke")
    held.end()
    view.controls.enter("draws", "6001")
    expect(view.page.locator("#x-hat-text")).to_contain_text("Over 6,001 batches")
    expect(view.controls.problem).to_be_hidden()


def test_what_takes_long_can_be_cancelled(view: BatchSize) -> None:
    view.open("source=normal&features=8&draws=500")
    view.controls.field("draws").fill("10000")
    view.controls.field("draws").press("Enter")
    view.page.get_by_role("button", name="Cancel").click()
    expect(view.controls.problem).to_contain_text("Cancelled")
    expect(view.page.locator("#x-hat-text")).to_contain_text("Over 500 batches")
    view.controls.enter("draws", "600")
    expect(view.page.locator("#x-hat-text")).to_contain_text("Over 600 batches")
    expect(view.controls.problem).to_be_hidden()


def test_a_large_view_comes_at_once_and_asks_for_its_answer(view: BatchSize, watch: Watch) -> None:
    view.open("source=normal&features=8&draws=6000")
    assert len(watch.asked("/api/v1/batch-size")) == 1
    expect(view.page.locator("#x-hat-text")).to_contain_text("Over 6,000 batches")


def test_an_upload_is_a_population_of_its_own(view: BatchSize, tmp_path: Path) -> None:
    view.open("feature=3&size=32")
    file = tmp_path / "people.csv"
    file.write_text("height,weight\n1.62,61\n1.75,70\n1.81,93\n1.58,50\n1.7,66\n")
    files.drop(view.page, file)
    expect(view.page.locator("#batch-line")).to_contain_text("people.csv")
    view.settle()
    assert "feature" not in view.query
    expect(view.page.locator("#batch-line")).to_contain_text("5 examples")


def test_the_tables_behind_the_figures_have_their_numbers(view: BatchSize) -> None:
    view.open()
    for name in view.controls.figures():
        view.controls.menu(name).get_by_role("button", name="Table").click()
        table = view.controls.figure(name).locator(".behind table")
        expect(table.locator("tbody tr")).not_to_have_count(0)
        assert "undefined" not in table.inner_text(), name
        assert "NaN" not in table.inner_text(), name


def test_the_marked_sizes_stand_on_the_axis(view: BatchSize) -> None:
    for width in at_widths(view.page, view.open, (390, 1280)):
        for figure in ("estimates_mean", "estimates_noise"):
            view.controls.drawn(figure)
            texts = view.controls.plot(figure).locator(".xtick text").all_text_contents()
            assert [text for text in texts if text] == ["2", "8", "32", "178"], (figure, width)


@pytest.mark.parametrize("query", ["", "source=breast_cancer&feature=19&size=128"])
def test_titles_and_texts_are_whole(view: BatchSize, query: str) -> None:
    for width in at_widths(view.page, lambda: view.open(query)):
        assert view.page.evaluate(CUT_TITLES) == [], width
        for figure in view.controls.figures():
            assert view.controls.drawn(figure).evaluate(CUT_TEXTS) == [], (figure, width)
