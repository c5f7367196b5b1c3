"""Where the features lie in an array, and how its memory is walked in blocks that stay in the cache.

The statistics are taken over all axes but the feature axis. With A numbers before that axis and B behind it, the
array is seen as (A, D, B), or as (A, D) where B is 1. Rows of few features are joined, `fold` examples to a row,
because NumPy is slow on short rows: (A, D) is seen as (A / fold, fold * D).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import isqrt, prod
from numbers import Integral
from typing import TypeVar

import numpy as np

from bncore.arguments import Array, Float64
from bncore.errors import BadParameter, EmptyBatch, ShapeMismatch

BLOCK = 2**15  # numbers a block: 256 KiB of float64, a quarter of a common second-level cache
ROW = 256  # numbers a joined row
SHORTEST = 64  # positions that a long row is cut into at least
TALL = 512  # rows that are worth summing in groups
SMALL = 2**12  # batches up to this size are not worth joining


Index = tuple[slice, ...]
Room = TypeVar("Room", bound=Array)


@dataclass(frozen=True)
class Layout:
    """How an array of shape `shape` is seen: `view` is the shape that is computed on.

    `count` is the number of examples a feature, over which its statistics are taken.
    """

    shape: tuple[int, ...]
    feature_axis: int
    features: int
    count: int
    view: tuple[int, ...]
    fold: int

    def expand(self, values: Float64) -> Float64:
        """Values (D,) in the shape that broadcasts against the view."""
        if len(self.view) == 3:
            return values[:, np.newaxis]
        return values if self.fold == 1 else values[np.newaxis].repeat(self.fold, 0).ravel()

    def sum(self, block: Float64) -> Float64:
        """The sum over the examples of some rows of the view, a feature: (D,)."""
        if len(self.view) == 3:
            return _column_sums(np.add.reduce(block, 2))
        total = _column_sums(block)
        return total if self.fold == 1 else np.add.reduce(total.reshape(self.fold, -1), 0)

    def first(self, view: Array) -> Float64:
        """The first number of each feature, (D,) in float64."""
        first = view[0, :, 0] if len(self.view) == 3 else view[0, : self.features]
        return first.astype(np.float64)

    def blocks(self) -> Iterator[Index]:
        """Indices of blocks that cover the view: all features, some rows, and some positions where a row is long."""
        rows, positions = self._block
        for start in range(0, self.view[0], rows):
            if len(self.view) == 2:
                yield (slice(start, start + rows),)
            else:
                for first in range(0, self.view[2], positions):
                    yield slice(start, start + rows), slice(None), slice(first, first + positions)

    @property
    def _block(self) -> tuple[int, int]:
        """Rows and positions a block."""
        positions = self.view[2] if len(self.view) == 3 else 1
        rows = BLOCK // (self.view[1] * positions)
        return max(1, rows), positions if rows else max(SHORTEST, BLOCK // self.view[1])

    @property
    def is_one_block(self) -> bool:
        return prod(self.view) <= BLOCK

    def scratch(self, count: int = 1) -> list[Float64]:
        """Memory for `count` blocks in float64, to be used through `room`."""
        rows, positions = self._block
        size = min(prod(self.view), rows * self.view[1] * positions)
        return [np.empty(size) for _ in range(count)]


def room(scratch: Room, block: Array) -> Room:
    """The part of `scratch` that has the shape of `block`."""
    return scratch[: block.size].reshape(block.shape)  # type: ignore[return-value]


def layout_of(shape: tuple[int, ...], feature_axis: int) -> Layout:
    """The layout of an array of two or more axes.

    >>> layout_of((16, 3, 8, 8), 1).view, layout_of((16, 3, 8, 8), 1).count
    ((16, 3, 64), 1024)
    >>> layout_of((16, 8, 8, 3), -1).feature_axis
    3

    Raises ShapeMismatch below two axes, BadParameter for an axis that is not there, EmptyBatch.
    """
    return _layout(
        shape,
        feature_axis
        if type(feature_axis) is int and 0 <= feature_axis < len(shape) > 1
        else _axis(shape, feature_axis),
    )


@lru_cache
def _layout(shape: tuple[int, ...], axis: int) -> Layout:
    before, features, behind = prod(shape[:axis]), shape[axis], prod(shape[axis + 1 :])
    if 0 in shape:
        raise EmptyBatch(f"x has shape {shape}: it is empty; give at least one example and feature.", parameter="x")
    if behind > 1:
        return Layout(shape, axis, features, before * behind, (before, features, behind), 1)
    fold = _fold(before, ROW // features) if before * features > SMALL else 1
    return Layout(shape, axis, features, before, (before // fold, fold * features), fold)


def _fold(examples: int, most: int) -> int:
    """The largest divisor of `examples` up to `most`."""
    return next((divisor for divisor in range(most, 1, -1) if examples % divisor == 0), 1)


def _column_sums(block: Float64) -> Float64:
    """The sum of each column, in groups of about sqrt(rows): NumPy adds rows one by one, which loses digits."""
    rows = len(block)
    if rows < TALL:
        return np.add.reduce(block, 0)  # type: ignore[no-any-return]
    groups = isqrt(rows)
    whole = rows - rows % groups
    parts = np.add.reduce(block[:whole].reshape(groups, -1, block.shape[1]), 1)
    return np.add.reduce(parts, 0) + np.add.reduce(block[whole:], 0)  # type: ignore[no-any-return]


def _axis(shape: tuple[int, ...], feature_axis: int) -> int:
    axes = len(shape)
    if axes < 2:
        detail = f"x has shape {shape}; give two or more axes: examples and features."
        raise ShapeMismatch(detail, parameter="x")
    if not (isinstance(feature_axis, Integral) and -axes <= feature_axis < axes):
        detail = f"feature_axis is {feature_axis!r}; x has {axes} axes: give an integer from {-axes} to {axes - 1}."
        raise BadParameter(detail, parameter="feature_axis")
    return int(feature_axis) % axes
