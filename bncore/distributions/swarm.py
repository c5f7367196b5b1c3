"""Rows of few numbers as dots: each at its own place, and on a level where none of its row is in its way."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]


def levels(places: Floats, width: float) -> Ints:
    """The level (R, M), from 0, of each dot of the rows `places` (R, M): one after the other comes to lie on the lowest
    level on which no dot of the row is nearer than `width`. NaN takes no place.

    Their turn goes by their rank, but to and fro, so that stacks stand upright: from the left to the right they would
    lean, as if the data did.

    >>> levels(np.array([[1.0, 0.0, 2.0, 2.0], [np.nan, 3.0, 3.0, 7.0]]), 1.5)
    array([[1, 0, 2, 0],
           [0, 1, 0, 0]])
    """
    rows, numbers = places.shape
    row = np.arange(rows)
    turn = places.argsort(axis=1, kind="stable")[:, _turns(numbers)]
    ordered, level = np.take_along_axis(places, turn, axis=1), np.zeros((rows, numbers), dtype=np.intp)
    for dot in range(1, numbers):
        near = np.abs(ordered[:, :dot] - ordered[:, dot : dot + 1]) < width
        taken = np.zeros((rows, numbers + 1), dtype=bool)
        taken[row[:, None], np.where(near, level[:, :dot], numbers)] = True
        level[:, dot] = taken.argmin(axis=1)
    placed = np.empty_like(level)
    placed[row[:, None], turn] = level
    return placed


@lru_cache(maxsize=64)
def _turns(numbers: int) -> Ints:
    """The ranks 0 … numbers - 1 in the order of their binary digits read backwards (of rank + 1): to and fro.

    >>> _turns(7)
    array([3, 1, 5, 0, 4, 2, 6])
    """
    bits = max(numbers.bit_length(), 1)
    backwards = [int(f"{turn:0{bits}b}"[::-1], 2) for turn in range(1, 2**bits)]
    return np.array([rank - 1 for rank in backwards if rank <= numbers], dtype=np.intp)
