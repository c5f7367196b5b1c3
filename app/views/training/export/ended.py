"""How the variants of a page ended, in words, a table and curves: what is seen without JavaScript."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from app.figures.numbers import three
from app.views.training.export.formats import Steps

WIDTH, HEIGHT = 600.0, 240.0
"""Of a plot, in its own units."""


@dataclass(frozen=True)
class Row:
    """A variant's line of the table."""

    letter: str
    title: str
    steps: str
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Plot:
    """Curves of one number over the steps: an SVG path each, and the ends of both axes, which begin at 0.

    `beyond` records lie above the axis.
    """

    title: str
    paths: tuple[tuple[str, str], ...]
    across: str
    up: str
    beyond: int


REACH = 4  # times the largest loss at the beginning: so far the axis goes, and what diverges leaves it
COLUMNS = ("Loss", "Accuracy", "Held-out loss", "Held-out accuracy")


def rows_of(steps: Steps, titles: dict[str, str]) -> list[Row]:
    """The last record of each variant."""
    return [_row(letter, titles[letter], records) for letter, records in steps.items()]


def _row(letter: str, title: str, records: Sequence[dict[str, Any]]) -> Row:
    last = records[-1]
    held = last.get("held", {})
    cells = (_number(last["loss"]), _share(last["accuracy"]), _number(held.get("loss")), _share(held.get("accuracy")))
    ended = f"diverged at step {last['step']:,}" if "diverged" in last else f"{last['step']:,}"
    return Row(letter, title, ended, cells)


def _number(value: float | None) -> str:
    return "–" if value is None else three(value)


def _share(value: float | None) -> str:
    return "–" if value is None else f"{three(100 * value)} %"


def headline(steps: Steps, titles: dict[str, str]) -> str:
    """What became of each variant, in a sentence.

    >>> steps = {"a": [{"step": 9, "held": {"accuracy": 0.5}}], "b": [{"step": 4, "diverged": True}]}
    >>> headline(steps, {"a": "A", "b": "B"})
    'A: 50.0 % of the held-out examples right; B: diverged at step 4.'
    """
    return "; ".join(f"{titles[letter]}: {_became(records[-1])}" for letter, records in steps.items()) + "."


def _became(last: dict[str, Any]) -> str:
    if "diverged" in last:
        return f"diverged at step {last['step']:,}"
    return f"{_share(last['held']['accuracy'])} of the held-out examples right"


def plots_of(steps: Steps) -> list[Plot]:
    """The curves of the loss and of the held-out accuracy."""
    across = max(records[-1]["step"] for records in steps.values()) or 1
    loss = {letter: [(r["step"], r["loss"]) for r in records] for letter, records in steps.items()}
    held = {
        letter: [(r["step"], r["held"]["accuracy"]) for r in records if "held" in r]
        for letter, records in steps.items()
    }
    begins = max((records[0]["loss"] or 0.0 for records in steps.values()), default=0.0) or 1.0
    values = [value for curve in loss.values() for _, value in curve if value is not None]
    most = max((value for value in values if value <= REACH * begins), default=begins) or 1.0
    return [
        _plot("Loss", loss, across, most, three(most)), _plot("Held-out accuracy", held, across, 1.0, "100 %"),
    ]  # fmt: skip


def _plot(title: str, curves: dict[str, list[tuple[int, float | None]]], across: int, up: float, end: str) -> Plot:
    shown = {letter: [(step, _within(value, up)) for step, value in curve] for letter, curve in curves.items()}
    beyond = sum(value is not None and value > up for curve in curves.values() for _, value in curve)
    paths = tuple((letter, " ".join(_path(curve, across, up))) for letter, curve in shown.items())
    return Plot(title, paths, f"{across:,}", end, beyond)


def _within(value: float | None, up: float) -> float | None:
    return None if value is None or value > up else value


def _path(curve: Sequence[tuple[int, float | None]], across: int, up: float) -> Iterator[str]:
    """A line for each stretch without a gap."""
    for is_there, stretch in groupby(curve, lambda point: point[1] is not None):
        if is_there:
            points = (f"{WIDTH * step / across:.1f},{HEIGHT * (1 - (value or 0) / up):.1f}" for step, value in stretch)
            yield "M" + " L".join(points)
