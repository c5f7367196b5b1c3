"""The cell of the block that is looked at."""

import numpy as np

from app.errors import InvalidQuery
from app.views.norms.query import CELL_WORDS, NormsFields
from app.views.norms.stage.window import window_at
from bncore.arguments import Float64

Cell = tuple[int, int, int]


def cell_of(query: NormsFields, x: Float64) -> Cell:
    """Example, channel and position of a cell of x (N, C, …): the one asked for, else one amid the first window.

    Raises InvalidQuery where there is no such cell.
    """
    asked = query.asked_cell
    if asked is None:
        return _amid(x)
    last = tuple(length - 1 for length in _lengths(x))
    if any(at > most for at, most in zip(asked, last, strict=True)):
        raise InvalidQuery(
            f"There is no cell {query.cell} in this block; the last one is {', '.join(map(str, last))}.",
            field="cell", given=query.cell, allowed=CELL_WORDS,
        )  # fmt: skip
    return asked


def _amid(x: Float64) -> Cell:
    """The position of the largest size in the middle example and channel of the first window."""
    window = window_at(x.shape, (0, 0, 0))
    example, channel = window.shown[0] // 2, window.shown[1] // 2
    positions = window.positions
    sizes = np.abs(x[example, channel].ravel()[positions])
    return example, channel, positions[int(sizes.argmax())]


def _lengths(x: Float64) -> Cell:
    return x.shape[0], x.shape[1], x[0, 0].size
