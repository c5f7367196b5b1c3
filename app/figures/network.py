"""The network view's figures by name: small multiples of both columns, curves against depth, the disturbance."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from app.figures.network_depth import (
    COLOURS,
    DASHES,
    LEGEND,
    MARGIN,
    curve_figure,
    moved_figure,
    parts_figure,
    percent_figure,
)
from app.figures.network_rows import Panel, before_after_figure, distribution_figure
from app.figures.network_words import COLUMN_WORDS, KIND_WORDS, diverged_text, joint_symbol
from app.figures.numbers import counted, three
from app.figures.rows import Figure, axis_layout, placed_edges
from app.figures.theme import translucent
from bncore.network.contrast import Contrast
from bncore.network.curves import Curve, kind_in
from bncore.network.distributions import BINS, Distribution

Distributions = Mapping[tuple[str, str], Distribution]


@dataclass(frozen=True, eq=False)
class Shown:
    """What is drawn: the contrast, the kind of joint, the opened joint's block, in which notation."""

    contrast: Contrast
    kind: str
    opened: tuple[str, int]
    notation: str

    def symbol(self, column: str, kind: str = "") -> str:
        """The symbol of a kind of joint in a column, by default the one shown."""
        own = kind_in(self.contrast, column, kind or self.kind)
        return joint_symbol(self.contrast, column, own, self.notation)

    @property
    def value(self) -> str:
        """The shown joint as both columns together call it."""
        return " or ".join(dict.fromkeys(self.symbol(column) for column in self.contrast.columns))

    @property
    def when(self) -> str:
        """What a title adds where a disturbance is shown elsewhere."""
        return "" if self.contrast.setup.disturbance is None else ", undisturbed"

    def diverged(self, column: str) -> str:
        """Where a column diverged, "" if it did not."""
        found = self.contrast.columns[column].survey.diverged
        return diverged_text(self.contrast, column, found, self.notation).rstrip(".") if found else ""

    @property
    def note(self) -> str:
        """Where any column diverged."""
        return "; ".join(text for column in self.contrast.columns if (text := self.diverged(column)))


def figures(
    shown: Shown,
    distributions: Distributions,
    joint: Distributions,
    disturbed: Mapping[str, tuple[Distribution, Distribution]],
    curves: Mapping[str, Curve],
) -> dict[str, Figure]:
    """All figures by name; the column with a norm, the disturbance and the parts have theirs only where they are."""
    drawn = {f"{side}_{column}": _rows(shown, found) for (column, side), found in distributions.items()}
    drawn |= {f"depth_{name}": _curve(shown, curve) for name, curve in curves.items()}
    drawn["joint"] = _joint(shown, joint, "activations")
    drawn["joint_gradient"] = _joint(shown, joint, "gradients")
    drawn |= {f"disturb_{column}": _before_after(shown, pair) for column, pair in disturbed.items()}
    if disturbed:
        drawn |= {name: _moved(shown, name) for name in MOVED}
    if "with" in shown.contrast.columns:
        drawn["gradient_parts"] = parts_figure(
            shown.contrast.columns["with"].parts, shown.contrast.setup.depth, shown.when
        )
    return drawn


def _rows(shown: Shown, found: Distribution) -> Figure:
    symbol = shown.symbol(found.column)
    value = symbol if found.side == "activations" else f"∂L/∂ {symbol}"
    words = COLUMN_WORDS[found.column]
    title = f"{value}: {KIND_WORDS[found.kind]}, {words}" if found.side == "activations" else f"{value}, {words}"
    blocks = range(1, shown.contrast.setup.depth + 1)
    return distribution_figure(found, Panel(f"{title}{shown.when}", value, blocks, shown.diverged(found.column)))


def _curve(shown: Shown, curve: Curve) -> Figure:
    z, note = shown.value, shown.note
    titles = {
        "mean": (f"Mean of {z}", f"mean of {z}"),
        "deviation": (f"Deviation of {z}", f"deviation of {z}"),
        "saturated": ("Flat or dead at f", "% of what enters f"),
        "gradient": (f"Gradient at {z}", f"‖∂L/∂ {z}‖"),
        "weight_ratio": ("Gradient of the weights, relative", "‖dW‖ / ‖W‖"),
    }
    draw = percent_figure if curve.name == "saturated" else curve_figure
    return draw(curve, *titles[curve.name], note)


def _joint(shown: Shown, found: Distributions, side: str) -> Figure:
    """The opened joint, an outline a column on one axis."""
    kind, block = shown.opened
    columns = [distribution for (_, of), distribution in found.items() if of == side]
    symbol = " or ".join(dict.fromkeys(shown.symbol(d.column, kind) for d in columns))
    value = symbol if side == "activations" else f"∂L/∂ {symbol}"
    told = "; ".join(_joint_told(d) for d in columns)
    outside = [f"{COLUMN_WORDS[d.column]} {counted(d.outside, 'value')} outside the axis" for d in columns if d.outside]
    note = "; ".join([*(shown.diverged(d.column).rstrip(".") for d in columns if not d.rows), *outside])
    layout = {
        "title": {"text": f"{value} of block {block}{shown.when}"},
        "xaxis": axis_layout(columns[0].axis, value) | {"nticks": 5},
        "yaxis": {"title": {"text": "% of the numbers in a bin"}, "fixedrange": True, "rangemode": "tozero"},
        "margin": MARGIN, "height": 320, "hovermode": "closest", "showlegend": True, "legend": LEGEND,
        "meta": {"summary": f"{value} of block {block}{shown.when}: {told}.", "note": note},
    }  # fmt: skip
    return {"data": [_joint_outline(d) for d in columns], "layout": layout}


def _joint_told(d: Distribution) -> str:
    if not d.rows:
        return f"{COLUMN_WORDS[d.column]} no finite numbers"
    m = d.rows[0].moments
    return f"{COLUMN_WORDS[d.column]} mean {three(m.mean)}, deviation {three(m.sd)}, {three(m.low)} to {three(m.high)}"


def _joint_outline(d: Distribution) -> Figure:
    edges = placed_edges(d.axis, BINS)
    share = [100.0 * row.counts[1:-1] / row.moments.count for row in d.rows]
    y = np.concatenate([*share, [0.0]]).round(3) if share else np.array([])
    colour = COLOURS[d.column]
    return {
        "type": "scatter", "mode": "lines", "name": COLUMN_WORDS[d.column], "x": edges[: len(y)], "y": y,
        "line": {"color": colour, "width": 2, "shape": "hv", "dash": DASHES[d.column]}, "fill": "tozeroy",
        "fillcolor": translucent(colour, 0.2), "hovertemplate": "%{y:.3g} %<extra></extra>",
        "meta": {"term": d.column},
    }  # fmt: skip


def _before_after(shown: Shown, pair: tuple[Distribution, Distribution]) -> Figure:
    before, after = pair
    d = shown.contrast.setup.disturbance
    assert d is not None
    symbol, words = shown.symbol(after.column), COLUMN_WORDS[after.column]
    blocks = range(d.block, shown.contrast.setup.depth + 1)
    found = shown.contrast.columns[after.column].disturbed
    diverged = found.survey.diverged if found else None
    note = diverged_text(shown.contrast, after.column, diverged, shown.notation).rstrip(".") if diverged else ""
    return before_after_figure(before, after, Panel(f"{symbol} before and after, {words}", symbol, blocks, note))


MOVED = {
    "disturb_moved": ("distribution", "How far each distribution moved", "Wasserstein distance, in deviations before"),
    "disturb_values": ("values", "How far single values moved", "root mean square, in deviations before"),
}


def _moved(shown: Shown, name: str) -> Figure:
    measure, title, value = MOVED[name]
    columns = shown.contrast.columns
    d = shown.contrast.setup.disturbance
    assert d is not None
    blocks = range(d.block, shown.contrast.setup.depth + 1)
    rows = {}
    for column, found in columns.items():
        moved = found.disturbed.moved if found.disturbed else []
        at = {
            m.block: _known(getattr(m, measure)) for m in moved if m.kind == kind_in(shown.contrast, column, shown.kind)
        }
        rows[column] = [at.get(block) for block in blocks]  # a first block may have no sum
    return moved_figure(rows, d.block, f"{title}, at {shown.value}", value)


def _known(value: float) -> float | None:
    return value if np.isfinite(value) else None
