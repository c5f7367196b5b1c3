"""The network view's figures by name: small multiples of both columns, curves against depth, the disturbance."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from app.figures.rows import Figure
from app.views.network.figures.depth import curve_figure, moved_figure, percent_figure
from app.views.network.figures.joint import joint_figure
from app.views.network.figures.parts import parts_figure
from app.views.network.figures.rows import Panel, distribution_figure
from app.views.network.words.seen import COLUMN_WORDS, KIND_WORDS, diverged_text, in_symbols, joint_symbol
from bncore.network.contrast import Contrast
from bncore.network.measures.curves import Curve, kind_in
from bncore.network.measures.distributions import Distribution

Distributions = Mapping[tuple[str, str], Distribution]
JOINTS = {"joint": "activations", "joint_gradient": "gradients"}


@dataclass(frozen=True, eq=False)
class Subject:
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
    def unit(self) -> float:
        """The unit in the last place of the network's numbers."""
        return float(np.finfo(self.contrast.setup.recipe.dtype).eps)

    @property
    def when(self) -> str:
        """What a title adds where both passes are shown."""
        return "" if self.contrast.setup.disturbance is None else ", before and after"

    def diverged(self, column: str) -> str:
        """Where a column diverged, undisturbed or else disturbed, "" if it did not."""
        subject = self.contrast.columns[column]
        for survey, told in zip(subject.surveys, ("", "disturbed, "), strict=False):
            if survey.diverged:
                text = diverged_text(self.contrast, column, survey.diverged, self.notation).rstrip(".")
                return f"{told}{text[0].lower()}{text[1:]}" if told else text
        return ""

    @property
    def note(self) -> str:
        """Where any column diverged."""
        return "; ".join(text for column in self.contrast.columns if (text := self.diverged(column)))


def figures(
    subject: Subject,
    distributions: Distributions,
    joint: Distributions,
    curves: Mapping[str, Curve],
) -> dict[str, Figure]:
    """All figures by name; the column with a norm, the disturbance and the parts have theirs only where they are."""
    drawn = {f"{side}_{column}": _rows(subject, distribution) for (column, side), distribution in distributions.items()}
    drawn |= {f"depth_{name}": _curve(subject, curve, curves) for name, curve in curves.items()}
    drawn |= {name: _joint(subject, joint, side) for name, side in JOINTS.items()}
    if subject.contrast.setup.disturbance is not None:
        names = subject.contrast.columns
        drawn |= {f"disturb_{name}": _before_after(subject, distributions[name, "activations"]) for name in names}
        drawn |= {name: _moved(subject, name) for name in MOVED}
    if "with" in subject.contrast.columns:
        column = subject.contrast.columns["with"]
        after = None if column.disturbed is None else column.disturbed.parts
        drawn["gradient_parts"] = parts_figure(
            column.parts, after, subject.contrast.setup.depth, subject.when, in_symbols("dy", subject.notation)
        )
    return drawn


def _rows(subject: Subject, distribution: Distribution) -> Figure:
    symbol = subject.symbol(distribution.column)
    value = symbol if distribution.side == "activations" else f"∂L/∂ {symbol}"
    words = COLUMN_WORDS[distribution.column]
    title = (
        f"{value}: {KIND_WORDS[distribution.kind]}, {words}"
        if distribution.side == "activations"
        else f"{value}, {words}"
    )
    blocks = range(1, subject.contrast.setup.depth + 1)
    return distribution_figure(
        distribution, Panel(f"{title}{subject.when}", value, blocks, subject.diverged(distribution.column))
    )


def _curve(subject: Subject, curve: Curve, curves: Mapping[str, Curve]) -> Figure:
    z, note = subject.value, subject.note
    titles = {
        "mean": (f"Mean of {z}", f"mean of {z}"),
        "deviation": (f"Deviation of {z}", f"deviation of {z}"),
        "saturated": ("Flat or dead at f", "% of what enters f"),
        "gradient": (f"Gradient at {z}", f"‖∂L/∂ {z}‖"),
        "weight_ratio": ("Gradient of the weights, relative", "‖dW‖ / ‖W‖"),
    }
    if curve.name == "saturated":
        return percent_figure(curve, *titles[curve.name], note)
    sizes = curves["deviation"] if curve.name == "mean" else None
    return curve_figure(curve, *titles[curve.name], note, sizes, subject.unit)


def _joint(subject: Subject, opened: Distributions, side: str) -> Figure:
    """The opened joint, on one axis."""
    kind, block = subject.opened
    columns = [distribution for (_, of), distribution in opened.items() if of == side]
    symbol = " or ".join(dict.fromkeys(subject.symbol(d.column, kind) for d in columns))
    value = symbol if side == "activations" else f"∂L/∂ {symbol}"
    diverged = (subject.diverged(d.column) for d in columns if not (d.rows and d.disturbed != ()))
    figure = joint_figure(columns, value, f"{value} of block {block}", "; ".join(diverged))
    figure["layout"]["meta"]["about"] = {"block": [block]}
    return figure


def _before_after(subject: Subject, distribution: Distribution) -> Figure:
    """The activations from the disturbed block onwards."""
    d = subject.contrast.setup.disturbance
    assert d is not None
    symbol, words = subject.symbol(distribution.column), COLUMN_WORDS[distribution.column]
    blocks = range(d.block, subject.contrast.setup.depth + 1)
    panel = Panel(f"{symbol} before and after, {words}", symbol, blocks, subject.diverged(distribution.column))
    return distribution_figure(distribution.onwards(d.block), panel)


MOVED = {
    "disturb_moved": ("distribution", "How far each distribution moved", "Wasserstein distance, in deviations before"),
    "disturb_values": ("values", "How far single values moved", "root mean square, in deviations before"),
}


def _moved(subject: Subject, name: str) -> Figure:
    measure, title, value = MOVED[name]
    columns = subject.contrast.columns
    d = subject.contrast.setup.disturbance
    assert d is not None
    blocks = range(d.block, subject.contrast.setup.depth + 1)
    rows = {}
    for column, of_column in columns.items():
        moved = of_column.disturbed.moved if of_column.disturbed else []
        at = {
            m.block: _known(getattr(m, measure))
            for m in moved
            if m.kind == kind_in(subject.contrast, column, subject.kind)
        }
        rows[column] = [at.get(block) for block in blocks]  # a first block may have no sum
    return moved_figure(rows, d.block, f"{title}, at {subject.value}", value, subject.unit)


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None
