"""Another probe, and the third route by central differences."""

import numpy as np
import pytest
from playwright.sync_api import expect

from bncore.diagnosis import probe
from tests.browser.gradient_check.page import GradientCheck

pytestmark = pytest.mark.folded


def test_what_the_data_cannot_tell_apart_stands_together_a_probe_is_another_batch_a_norm_and_the_third_route_are_chosen(
    check: GradientCheck,
) -> None:
    check.page.set_viewport_size({"width": 1280, "height": 800})
    check.open()
    expect_the_third_route_to_open_in_the_link_on_a_laptop(check)
    expect_a_new_probe_to_be_another_batch(check)
    expect_any_word_for_yes_to_open_the_central_differences_and_to_stay(check)
    x = "[[1, 9], [3, 11], [1, 11], [3, 9]]"
    check.step_to(f"batch=own&x={x}&gamma=-1 -1&dy=[[1, 0], [0, 2], [2, 1], [-1, 0]]&mistake=sign")
    group = check.page.locator(".group", has=check.card("sign"))
    expect(group).to_contain_text("cannot be told apart by these numbers")
    assert {"sign", "gamma_missing", "gamma_squared"} <= set(check.diagnoses())
    warnings = check.page.get_by_role("list", name="What these data hide")
    expect(warnings).to_contain_text("Gamma is -1 in a unit")
    group.get_by_role("button", name="Take a probe").click()
    check.settle()
    expect(check.page.get_by_role("radio", name="Run in my notebook")).to_be_focused()
    assert check.query == {"way": "code", "mistake": "sign", "gamma": "-1 -1"} | {
        name: value for name, value in check.query.items() if name in ("x", "dy")
    }
    expect_a_probe_of_images(check)
    check.step_to("way=paste&mistake=mean_path_missing")
    expect_the_norm_and_the_mode_chosen_in_the_link_and_what_they_take_alone_shown(check)


def expect_a_new_probe_to_be_another_batch(check: GradientCheck) -> None:
    text = check.field("dx").input_value()
    with check.page.expect_response("**/gradient-check/view"):
        check.page.get_by_role("button", name="New probe").click()
    check.settle()
    assert check.query == {"seed": "1", "numeric": "true"}
    assert check.field("dx").input_value() != text
    check.page.locator("#fold-table summary").click()
    rows = check.page.locator("#batch-table tbody tr")
    expect(rows).to_have_count(7 + 4)
    expect(rows.first.locator("th")).to_have_text("j = 0")
    with check.page.expect_download() as downloaded:
        check.page.locator('[data-probe="npz"]').click()
    np.testing.assert_array_equal(np.load(downloaded.value.path())["x"], probe(1).x)


def expect_a_probe_of_images(check: GradientCheck) -> None:
    check.step_to("axes=4&eps_placement=deviation&mistake=channel_space_only")
    check.expect_headline("The means run over the pixels alone.")
    expect(check.page.locator("#batch")).to_contain_text("3 × 4 × 2 × 5")
    check.page.locator("#fold-table summary").click()
    expect(check.page.locator("#batch-table tbody th").nth(1)).to_have_text("n = 0, h = 0, w = 1")
    check.radio("Run in my notebook")
    expect(check.page.locator("#snippet")).to_contain_text("spatial_batchnorm_backward(dout, cache)")


def expect_the_third_route_to_open_in_the_link_on_a_laptop(check: GradientCheck) -> None:
    """Its steps are in sight there."""
    with check.page.expect_response("**/gradient-check/view"):
        check.page.locator("#third summary").click()
    check.settle()
    table = check.page.locator("#numeric")
    rows = table.locator("tbody tr")
    expect(rows).to_have_count(3)
    assert table.evaluate("(table) => table.offsetWidth <= table.parentElement.clientWidth")
    assert check.query == {"numeric": "true"}
    check.page.reload()
    check.settle()
    expect(rows.first).to_be_visible()
    check.page.go_back()
    check.settle()
    expect(check.page.locator("#third")).not_to_have_attribute("open", "")
    check.page.go_forward()
    check.settle()
    expect(rows.first).to_be_visible()
    errors = rows.locator("td").first.text_content() or ""
    assert float(errors.replace("−", "-")) < 1e-8


def expect_any_word_for_yes_to_open_the_central_differences_and_to_stay(check: GradientCheck) -> None:
    check.step_to("numeric=Yes")
    expect(check.page.locator("#third")).to_have_attribute("open", "")
    expect(check.page.locator("#numeric tbody tr").first).to_be_attached()
    check.page.get_by_role("button", name="New probe").click()
    check.settle()
    assert check.query == {"numeric": "true", "seed": "1"}


def expect_the_norm_and_the_mode_chosen_in_the_link_and_what_they_take_alone_shown(check: GradientCheck) -> None:
    def choose(name: str, value: str) -> None:
        with check.page.expect_response("**/gradient-check/view"):
            check.field(name).select_option(value)
        check.settle()

    choose("norm", "layer")
    check.expect_headline("The path through the mean is missing.")
    expect(check.page.locator("#batch")).to_contain_text("Layer norm · 4 × 7, K = 7 numbers a statistic")
    expect(check.field("mode")).to_be_hidden()
    expect(check.card("mean_path_missing").locator(".look")).to_contain_text("dmean/dx = 1 / K")
    choose("norm", "rms")
    assert check.diagnoses() == ["variance_path_missing"], "RMS norm has no path through a mean"
    expect(check.field("mistake")).to_have_value("variance_path_missing")
    expect(check.field("forward_variance")).to_be_hidden()
    check.radio("My own batch")
    expect(check.field("beta")).to_be_hidden()
    expect(check.field("axis")).to_be_visible()
    choose("norm", "group")
    expect(check.field("groups")).to_be_visible()
    expect(check.field("axis")).to_be_hidden()
    check.radio("A probe")
    choose("norm", "batch")
    choose("mode", "inference")
    check.example("statistics_move")
    check.expect_headline("Constant statistics are differentiated through.")
    assert check.query == {"way": "paste", "mistake": "statistics_move", "mode": "inference"}
    expect(check.field("forward_variance")).to_be_hidden()
    check.page.reload()
    check.settle()
    assert check.diagnoses() == ["statistics_move"]
