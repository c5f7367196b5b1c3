"""One theme for every figure: a colour for each meaning, the same in light and dark and on every page.

Each colour has a contrast of at least 3:1 against both themes' panels (held by a test); meanings are told apart by
place, name and line as well, never by colour alone.
"""

from functools import cache
from typing import Any

MEANINGS = {
    "x": "#7c838d",
    "x_hat": "#2f7fd6",
    "y": "#12948a",
    "activation": "#8a68de",
    "readout": "#5f7a94",
    "gradient": "#d9651a",
    "direct": "#a98307",
    "mean": "#d1498b",
    "variance": "#a0522d",
    "with_bn": "#2f7fd6",
    "without_bn": "#7c838d",
    "disturbed": "#d64545",
    "theory": "#3d8b3d",
    "dropout": "#76801f",
    "perturbed": "#b04fc4",
    "third": "#5b8c1a",
    "fourth": "#c026a3",
    "neutral": "#7c838d",
}

CLASSES = ("#6d6bd8", "#b3691e", "#1f8a9c", "#b1528f", "#76801f")
"""Colours of classes, which come round again; a shape goes with each."""

STAGE_MEANINGS = {
    "x": "x", "x_hat": "x_hat", "y": "y", "activation": "activation", "readout": "readout",
    "d_readout": "gradient", "d_activation": "gradient", "dy": "gradient", "dx_hat": "gradient", "dx": "gradient",
    "dx_direct": "direct", "dx_mean": "mean", "dx_variance": "variance",
}  # fmt: skip

PANELS = {"light": "#ffffff", "dark": "#171b21"}
TEXTS = {"light": "#1d232b", "dark": "#e6e9ee"}
MUTED = {"light": "#59626e", "dark": "#9aa4b1"}
GRIDS = {"light": "#e3e6ea", "dark": "#2b323b"}
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"


def colour_of(stage: str) -> str:
    """The colour of a stage of the chain."""
    return MEANINGS[STAGE_MEANINGS[stage]]


@cache
def translucent(colour: str, opacity: float) -> str:
    """A hexadecimal colour as rgba()."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity:g})"


def template(scheme: str) -> dict[str, Any]:
    """Plotly's `layout.template` of a colour scheme, "light" or "dark": what a page lays under every figure."""
    text, muted, grid = TEXTS[scheme], MUTED[scheme], GRIDS[scheme]
    axis = {
        "gridcolor": grid, "zerolinecolor": muted, "zerolinewidth": 1, "linecolor": grid,
        "tickfont": {"color": muted, "size": 11}, "title": {"font": {"color": muted, "size": 11}, "standoff": 4},
        "automargin": False,
    }  # fmt: skip
    layout = {
        "font": {"family": FONT, "color": text, "size": 12},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "hoverlabel": {"bgcolor": PANELS[scheme], "bordercolor": muted, "font": {"color": text, "size": 12}},
        "legend": {"font": {"color": text}},
        "xaxis": axis,
        "yaxis": axis,
    }
    return {"layout": layout}
