"""Axes of batch size: where the ticks are, what marks them, and which lines leave them."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.figures.numbers import three
from app.figures.theme import MEANINGS
from bncore.distributions.axis import tick_text

Figure = dict[str, Any]
Floats = NDArray[np.float64]
TICKS = (2, 8, 32, 256)
LONGER = 0.4  # of the bands' length, by which a line may lengthen the axis at either end
ROOM = 0.08
APART = 0.08  # of the axis, which two ticks need between them


def size_axis(sizes: Sequence[int]) -> Figure:
    """Batch size, logarithmic, with the marked sizes as ticks."""
    last = sizes[-1]
    ticks = [tick for tick in TICKS if sizes[0] <= tick <= last]
    if not ticks or math.log(last / ticks[-1]) > APART * math.log(last / sizes[0]):
        ticks.append(last)
    low, high = math.log10(sizes[0]), math.log10(last)
    room = 0.03 * (high - low) or 0.1
    return {
        "type": "log", "title": {"text": "batch size K"}, "tickvals": ticks, "ticktext": [f"{t:,}" for t in ticks],
        "tickangle": 0,
        "range": [low - room, high + room], "fixedrange": True, "zeroline": False,
    }  # fmt: skip


def size_mark(size: int) -> Figure:
    """A line at the size looked at."""
    return {
        "type": "line", "x0": size, "x1": size, "y0": 0, "y1": 1, "yref": "paper",
        "line": {"color": MEANINGS["neutral"], "width": 2, "dash": "dot"},
    }  # fmt: skip


def level(value: float) -> Figure:
    """A line at a value."""
    return {
        "type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": value, "y1": value,
        "line": {"color": MEANINGS["neutral"], "width": 1},
    }  # fmt: skip


def log_axis(title: str, values: Iterable[float | None]) -> Figure:
    """A logarithmic axis with ticks at 1, 2 and 5 of each decade that the values reach; beyond three, at 1 alone."""
    decades = sorted(math.floor(math.log10(value)) for value in values if value is not None and 0 < value < math.inf)
    steps = (1, 2, 5) if decades and decades[-1] - decades[0] < 3 else (1,)
    ticks = [step * 10.0**k for k in range(decades[0], decades[-1] + 2) for step in steps] if decades else []
    return {"type": "log", "title": {"text": title}, "tickvals": ticks, "ticktext": [tick_text(tick) for tick in ticks]}


def held(bands: Sequence[float], lines: Mapping[str, Floats], sizes: Sequence[int]) -> tuple[list[float], str]:
    """A range that holds the bands' values, and `lines` over `sizes` unless they would flatten the bands; and what
    leaves it, in words.

    >>> held([0.0, 1.0], {"the line": np.array([-0.25, 0.5])}, [2, 4])
    ([-0.35, 1.1], '')
    >>> held([0.0, 1.0], {"the line": np.array([-9.0, 0.5])}, [2, 4])
    ([-0.08, 1.08], 'the line is below the axis at K = 2 (down to −9.00)')
    """
    known = [float(value) for value in bands if math.isfinite(value)]
    low, high = min(known), max(known)
    reach = [value for line in lines.values() for value in line.tolist() if math.isfinite(value)]
    length, least, most = high - low, min([low, *reach]), max([high, *reach])
    if low - least <= LONGER * length:
        low = least
    if most - high <= LONGER * length:
        high = most
    room = ROOM * (high - low) or abs(high) or 1.0
    left = (_leaving(name, line, sizes, low - room, high + room) for name, line in lines.items())
    return [low - room, high + room], "; ".join(text for text in left if text)


def _leaving(name: str, line: Floats, sizes: Sequence[int], low: float, high: float) -> str:
    """Where a line is below or above the axis."""
    told = []
    for outside, side, end, extreme in ((line < low, "below", "down", np.min), (line > high, "above", "up", np.max)):
        if outside.any():
            at = ", ".join(str(size) for size, is_out in zip(sizes, outside, strict=True) if is_out)
            told.append(f"{side} the axis at K = {at} ({end} to {three(float(extreme(line[outside])))})")
    return f"{name} is {' and '.join(told)}" if told else ""
