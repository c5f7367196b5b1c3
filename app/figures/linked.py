"""Which things of a page a figure's rows, columns and points stand for: pointing at one lights it in every figure."""

from collections.abc import Sequence
from typing import Any, Literal

Kind = Literal["feature", "example", "block", "channel", "tensor"]


def bands(kind: Kind, things: Sequence[int], *, axis: str = "y", start: float, step: float, each: int = 1) -> Any:
    """Bands along an axis, one for each of `things`, from `start` on and `step` of the axis' units wide.

    A band that stands for several neighbours, `each` of them, is called by the first; what is not said is 1.

    >>> bands("block", range(1, 4), axis="x", start=0.5, step=1.0)
    [{'of': 'block', 'axis': 'x', 'start': 0.5, 'step': 1.0, 'things': [1, 2, 3]}]
    """
    pooled = {"each": each} if each > 1 else {}
    return [{"of": kind, "axis": axis, "start": start, "step": step, **pooled, "things": list(things)}]


def matrix(kind: Kind, count: int) -> Any:
    """Rows and columns of a map of things by things, each at its number.

    >>> [band["axis"] for band in matrix("example", 3)]
    ['x', 'y']
    """
    return [band for axis in ("x", "y") for band in bands(kind, range(count), axis=axis, start=-0.5, step=1.0)]
