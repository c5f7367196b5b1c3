"""The noise on the batch size page: matched, and of pairs."""

import pytest
from playwright.sync_api import expect

from tests.browser.batch_size.page import BatchSize


@pytest.mark.folded
def test_pairs_stand_at_their_products_and_the_match_button_makes_the_noise_as_large_as_batch_norms(
    view: BatchSize,
) -> None:
    view.open("open=noise&draws=400")
    expect_pairs_at_the_product_of_their_values(view)
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


def expect_pairs_at_the_product_of_their_values(view: BatchSize) -> None:
    measured, theory, *_ = view.controls.data("noise_pairs")
    pairs = view.answer()["noise"]["kinds"][0]["pairs"]
    assert measured["x"] == pairs["product"]
    assert measured["y"] == pairs["measured"]
    assert theory["y"] == pairs["expected"]
