"""Colours: told apart from both panels; one for each stage."""

import re

import plotly.graph_objects as go
import pytest

from app.figures import theme
from bncore.playground.stages import STAGES
from tests.each import each


def luminance(colour):
    """Relative luminance (WCAG 2.2)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(a, b):
    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@each("scheme", theme.PANELS)
@each("meaning", theme.MEANINGS)
def test_each_colour_stands_out_from_both_panels(meaning, scheme):
    assert contrast(theme.MEANINGS[meaning], theme.PANELS[scheme]) >= 3.0


@pytest.mark.parametrize("scheme", theme.PANELS)
def test_texts_can_be_read(scheme):
    assert contrast(theme.TEXTS[scheme], theme.PANELS[scheme]) >= 7.0
    assert contrast(theme.MUTED[scheme], theme.PANELS[scheme]) >= 4.5


@each("stage", STAGES)
def test_every_stage_has_a_colour(stage):
    assert re.fullmatch("#[0-9a-f]{6}", theme.colour_of(stage))


def test_the_joints_of_the_chain_and_the_paths_differ():
    for names in (("x", "x_hat", "y", "activation"), ("dx", "dx_direct", "dx_mean", "dx_variance")):
        assert len({theme.colour_of(name) for name in names}) == len(names)


@pytest.mark.parametrize("scheme", theme.PANELS)
def test_the_template_is_plotlys(scheme):
    go.Figure(layout={"template": theme.template(scheme)})


def test_a_translucent_colour_keeps_its_hue():
    assert theme.translucent("#ff8000", 0.5) == "rgba(255,128,0,0.5)"
