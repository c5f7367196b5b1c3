"""A term of the derivation lights the cells that it came from, and a cell its terms."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.derivation.page import Derivation


@pytest.mark.folded
def test_a_number_lights_its_cell_a_statistic_its_feature_and_a_cell_its_terms(derivation: Derivation) -> None:
    derivation.open("step=mean&open=batch,step")
    expect_a_hovered_number_lights_its_cell(derivation)
    expect_a_cell_lights_its_terms(derivation)
    for step, expect_lit in {
        "dgamma": expect_a_gradients_number_lights_the_gradient_from_above,
        "y": expect_gamma_lights_its_own_row_only,
        "x_hat": expect_a_focused_statistic_lights_its_feature,
    }.items():
        derivation.node(step).click()
        derivation.page.mouse.move(640, 5)
        expect_lit(derivation)


def expect_a_hovered_number_lights_its_cell(derivation: Derivation) -> None:
    derivation.page.locator('#step-numbers .slot[data-at="k2"]').hover()
    assert derivation.lit() == [(2, 0)]
    expect(derivation.page.get_by_role("tooltip")).to_contain_text("one for each example and feature")
    expect(derivation.node("x")).to_have_class(re.compile(r"\blit\b"))
    derivation.page.mouse.move(640, 5)
    assert derivation.lit() == []
    expect(derivation.page.get_by_role("tooltip")).to_be_hidden()


def expect_a_cell_lights_its_terms(derivation: Derivation) -> None:
    derivation.cell(2, 0).hover()
    lit = derivation.page.locator("#step-numbers .slot.lit")
    expect(lit).to_have_text(["4.00", "3.00"])  # its own number, and the mean that it is a part of
    derivation.cell(2, 1).hover()
    expect(lit).to_have_count(0)


def expect_a_gradients_number_lights_the_gradient_from_above(derivation: Derivation) -> None:
    derivation.page.locator('#step-numbers .slot[data-term="dy"][data-at="k3"]').hover()
    assert derivation.lit("dy") == [(3, 0)]
    assert derivation.lit("values") == []


def expect_gamma_lights_its_own_row_only(derivation: Derivation) -> None:
    derivation.page.locator('#step-symbols .term[data-term="gamma"]').focus()
    assert derivation.lit("layer") == [(0, 0)]


def expect_a_focused_statistic_lights_its_feature(derivation: Derivation) -> None:
    derivation.cell(1, 2).focus()
    derivation.page.locator('#step-symbols .term[data-term="mean"]').focus()
    assert derivation.lit() == [(j, 2) for j in range(4)]
    derivation.page.locator('#step-symbols .term[data-term="x"]').focus()
    assert derivation.lit() == [(1, 2)]
    derivation.page.keyboard.press("Escape")
    assert derivation.lit() == []
