"""Dots in place of a histogram's blocks: a population as few of them, and draws that fall on piles."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bncore.arguments import Float64

MOST = 200  # dots of a population
Ints = np.ndarray[tuple[int, ...], np.dtype[np.intp]]


@dataclass(frozen=True, eq=False)
class Dots:
    """P dots for the M examples `ordered` (M,), ascending: dot p lies at `x` (P,), and stands for its share of them.

    With M <= P each example is a dot. Else the examples are cut into P parts, as equal as they can be, in the order of
    their values, and a dot lies at the middle one of its part: a quantile dot plot.
    """

    x: Float64
    ordered: Float64

    @property
    def examples(self) -> int:
        """M, how many the dots stand for together."""
        return len(self.ordered)

    def of_ranks(self, ranks: Ints) -> Ints:
        """The dots that stand for the examples of these places (from 0) in the order of all."""
        return np.asarray(ranks * len(self.x) // self.examples)

    def of_values(self, values: Float64) -> Ints:
        """The dots that stand for values, those of examples that are not among the M, too."""
        return self.of_ranks(np.minimum(np.searchsorted(self.ordered, values), self.examples - 1))


def dots(values: Float64, most: int = MOST) -> Dots:
    """At most `most` dots for the examples `values` (M,).

    >>> few, many = dots(np.array([3.0, 1.0])), dots(np.arange(9.0), 3)
    >>> few.x, many.x, many.of_values(np.array([-5.0, 3.0, 99.0]))
    (array([1., 3.]), array([1., 4., 7.]), array([0, 1, 2]))
    """
    ordered = np.sort(values)
    count = min(len(ordered), most)
    first = -(-np.arange(count + 1) * len(ordered) // count)  # of each part, rounded up
    return Dots(ordered[(first[:-1] + first[1:] - 1) // 2], ordered)


def ranks(values: Float64) -> Ints:
    """The place of each of `values` (M,) in their order; of equal ones the first comes first.

    >>> ranks(np.array([5.0, 1.0, 5.0]))
    array([1, 0, 2])
    """
    places = np.empty(len(values), dtype=np.intp)
    places[np.argsort(values, kind="stable")] = np.arange(len(values))
    return places


@dataclass(frozen=True, eq=False)
class Piles:
    """Draws that fall into columns of `width`, whose middles are whole multiples of it: the `column` (R,) of each,
    a whole number, negative below 0, and its `level` (R,), how many fell there before.
    """

    width: float
    column: Ints
    level: Ints


def piles(draws: Float64, width: float) -> Piles:
    """The columns into which `draws` (R,) fall, in their order.

    >>> fallen = piles(np.array([0.1, -0.9, 0.2]), 1.0)
    >>> fallen.column, fallen.level
    (array([ 0, -1,  0]), array([0, 0, 1]))
    """
    column = np.rint(draws / width).astype(np.intp)
    return Piles(width, column, np.fromiter(_levels(column), dtype=np.intp, count=len(column)))


def _levels(column: Ints) -> Iterator[int]:
    fallen: dict[int, int] = {}
    for at in column.tolist():
        yield fallen.get(at, 0)
        fallen[at] = fallen.get(at, 0) + 1
