"""Rows of few numbers as dots: each at its own place, and on a level where none of its row is in its way."""

from bisect import bisect_left
from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Turns = Callable[[int], Ints]
"""The ranks of so many numbers, from 0, in the order in which they come to lie."""


@lru_cache(maxsize=64)
def to_and_fro(numbers: int) -> Ints:
    """The ranks in the order of their binary digits read backwards (of rank + 1), so that stacks stand upright: from
    the left to the right they lean, as if the data did.

    >>> to_and_fro(7)
    array([3, 1, 5, 0, 4, 2, 6])
    """
    bits = max(numbers.bit_length(), 1)
    backwards = [int(f"{turn:0{bits}b}"[::-1], 2) for turn in range(1, 2**bits)]
    return np.array([rank - 1 for rank in backwards if rank <= numbers], dtype=np.intp)


def upwards(numbers: int) -> Ints:
    """From the smallest to the largest: what comes later lies higher, as in a heap that grows to the right."""
    return np.arange(numbers)


def levels(places: Floats, width: float, turns: Turns = to_and_fro) -> Ints:
    """The level (R, M), from 0, of each dot of the rows `places` (R, M): one after the other, as their ranks have
    `turns`, comes to lie on the lowest level on which no dot of the row is nearer than `width`. NaN takes no place.

    >>> levels(np.array([[1.0, 0.0, 2.0, 2.0], [np.nan, 3.0, 3.0, 7.0]]), 1.5)
    array([[1, 0, 2, 0],
           [0, 1, 0, 0]])
    >>> levels(np.array([[0.0, 0.5, 1.2, 1.2]]), 1.0, upwards)
    array([[0, 1, 0, 2]])
    """
    turn = places.argsort(axis=1, kind="stable")[:, turns(places.shape[1])]
    ordered = np.take_along_axis(places, turn, axis=1)
    level = np.array([_of_row(row, width) for row in ordered.tolist()], dtype=np.intp).reshape(places.shape)
    placed = np.empty_like(level)
    np.put_along_axis(placed, turn, level, axis=1)
    return placed


def _of_row(row: list[float], width: float) -> list[int]:
    lying: list[list[float]] = []  # the dots of each level, ascending
    free: dict[float, int] = {}  # by place: the level above the last dot there, as those below it stay taken
    of_row = []
    for at in row:
        level = _on(lying, at, width, free.get(at, 0)) if at == at else 0
        free[at] = level + 1
        of_row.append(level)
    return of_row


def _on(lying: list[list[float]], at: float, width: float, first: int) -> int:
    """The level, from the `first` that may be free, that a dot comes to lie on, which is told of it."""
    for level in range(first, len(lying)):
        others = lying[level]
        i = bisect_left(others, at)
        if (i == 0 or at - others[i - 1] >= width) and (i == len(others) or others[i] - at >= width):
            others.insert(i, at)
            return level
    lying.append([at])
    return len(lying) - 1
