"""The size and what it does: marks, sliders, and what of it does not outlive its source."""

import pytest
from playwright.sync_api import expect

from tests.browser.batch_size.page import BatchSize
from tests.browser.conftest import Watch
from tests.browser.view import open_folds

pytestmark = pytest.mark.folded
QUICK = "draws=100"
AT_THE_END = "(slide) => Number(slide.value) === Number(slide.max)"


def expect_the_size_to_follow_marks_slider_points_and_a_linear_layer_and_to_go_no_further_than_the_source(
    view: BatchSize, watch: Watch
) -> None:
    expect(view.mark(256)).to_have_attribute("aria-disabled", "true")
    view.mark(256).click(force=True)
    assert "size" not in view.query
    expect_another_feature_and_another_source(view)
    view.controls.choose("source", "wine")
    assert view.query == {"draws": "100"}
    open_folds(view.page, "[data-part=estimates]")
    expect_the_slider_moves_the_mark_and_the_noise(view)
    expect_a_point_of_the_estimates_picked(view)
    view.controls.press("size", "End")
    assert view.query["size"] == "178"
    expect(view.mark("all")).to_have_attribute("aria-pressed", "true")
    assert view.controls.slider("size").evaluate(AT_THE_END)
    expect_units_of_a_linear_layer_in_place_of_the_features(view, watch)


def expect_another_feature_and_another_source(view: BatchSize) -> None:
    view.page.locator("#c-feature").select_option(label="proline")
    view.settle()
    assert view.query == {"feature": "12", "draws": "100"}
    expect(view.page.locator("#batch-line")).to_contain_text("proline, K = 8")
    view.controls.choose("source", "digits")
    assert view.query == {"source": "digits", "feature": "20", "draws": "100"}
    view.controls.choose("source", "heavy_tailed")
    expect(view.page.locator("#theory-text")).to_contain_text("no kurtosis")
    expect(view.mark("all")).to_have_text("1024")


def expect_the_slider_moves_the_mark_and_the_noise(view: BatchSize) -> None:
    before = view.answer()["estimates"]["noise"]["shift"]
    view.controls.press("size", "PageUp", 3)
    size = int(view.query["size"])
    assert size > 8
    expect(view.headline).to_contain_text(f"At K = {size}, ")
    assert view.answer()["estimates"]["noise"]["shift"] < before
    line = view.controls.drawn("estimates_mean").evaluate("(plot) => plot.layout.shapes[0].x0")
    assert line == size


def expect_a_point_of_the_estimates_picked(view: BatchSize) -> None:
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


def test_a_size_is_put_right_where_a_source_has_fewer_examples_follows_marks_slider_points_and_a_layer_and_so_its_noise(
    view: BatchSize, watch: Watch
) -> None:
    view.open(f"{QUICK}&open=dependence&size=1024&source=inline&values=1;2;4;5;9")
    assert {name: view.query[name] for name in ("size", "members")} == {"size": "5", "members": "5"}
    expect(view.controls.field("size")).to_have_value("5")
    expect(view.page.locator("#warnings")).to_contain_text("K is 5 instead of 1,024")
    expect(view.mark("all")).to_have_attribute("aria-pressed", "true")
    assert watch.asked("/api/v1/batch-size") == []
    expect_the_first_example_looked_at_where_a_small_batch_loses_it(view)
    expect_sliders_end_where_the_source_does(view)
    view.controls.choose("source", "iris")
    assert view.query["size"] == "150"
    expect(view.controls.field("size")).to_have_value("150")
    expect(view.page.locator("#warnings")).to_contain_text("K is 150 instead of 1,797")
    view.step_to(QUICK)
    expect_the_size_to_follow_marks_slider_points_and_a_linear_layer_and_to_go_no_further_than_the_source(view, watch)
    view.step_to("open=noise&draws=400")
    expect_pairs_at_the_product_of_their_values(view)
    expect_the_match_button_to_make_the_noise_as_large_as_batch_norms(view)


def expect_the_first_example_looked_at_where_a_small_batch_loses_it(view: BatchSize) -> None:
    view.page.locator("#c-example").select_option("4")
    view.settle()
    assert view.query["example"] == "4"
    view.controls.enter("size", "4")
    assert {name: view.query.get(name) for name in ("size", "members", "example")} == {
        "size": "4", "members": "4", "example": None,
    }  # fmt: skip
    expect(view.page.locator("#c-example")).to_have_value("0")


def expect_sliders_end_where_the_source_does(view: BatchSize) -> None:
    """The small batch is as large as the size lets it be."""
    view.controls.press("size", "End")
    assert view.query["size"] == "5"
    view.controls.choose("source", "iris")
    assert {name: view.query.get(name) for name in ("size", "members")} == {"size": "5", "members": "5"}
    view.controls.choose("source", "digits")
    assert not view.controls.slider("size").evaluate(AT_THE_END)
    view.controls.press("size", "End")
    assert view.query["size"] == "1797"


def expect_units_of_a_linear_layer_in_place_of_the_features(view: BatchSize, watch: Watch) -> None:
    view.step_to(f"{QUICK}&source=digits&feature=20&selected=20,30")
    fold = view.page.locator("#fold-layer")
    expect(fold).not_to_have_attribute("open", "")
    fold.locator("summary").click()
    expect(view.controls.field("weight_scale")).to_be_hidden()
    view.controls.enter("layer_width", "3")
    assert view.query == {"source": "digits", "draws": "100", "layer_width": "3"}
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
    assert view.query == {"source": "digits", "draws": "100", "feature": "20"}
    assert watch.complaints == []
    expect_marks_set_the_size(view)


def expect_marks_set_the_size(view: BatchSize) -> None:
    """The sentence follows."""
    view.mark(256).click()
    view.settle()
    assert view.query["size"] == "256"
    expect(view.headline).to_contain_text("At K = 256, ")
    expect(view.mark(256)).to_have_attribute("aria-pressed", "true")
    expect(view.mark(8)).to_have_attribute("aria-pressed", "false")
    view.mark("all").click()
    view.settle()
    assert view.query["size"] == "1797"
    expect(view.mark("all")).to_have_text("all")
    expect(view.page.locator("#theory-text")).to_contain_text("the whole population")


def expect_pairs_at_the_product_of_their_values(view: BatchSize) -> None:
    measured, theory, *_ = view.controls.data("noise_pairs")
    pairs = view.answer()["noise"]["kinds"][0]["pairs"]
    assert measured["x"] == pairs["product"]
    assert measured["y"] == pairs["measured"]
    assert theory["y"] == pairs["expected"]


def expect_the_match_button_to_make_the_noise_as_large_as_batch_norms(view: BatchSize) -> None:
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
    assert view.query == {"draws": "400"}
    expect(button).to_have_attribute("aria-pressed", "false")
