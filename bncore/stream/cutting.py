"""How a stream is cut into chunks, and which of its examples the grid is laid by: its shape alone decides."""

from math import prod

import numpy as np

from bncore.arguments import Array, real_array
from bncore.errors import BadParameter
from bncore.layout import layout_of
from bncore.stream.grid import Grid, grid_of

PIECE = 2**17  # numbers that are looked at in one go: they stay in a second cache
CHUNK = 2**20  # numbers a chunk: 4 MiB of float32
LARGEST = 2**22  # of an array of very many: each chunk costs Python some time, too
MANY = 64  # chunks, so that all threads have some
PILOT = 2**12  # numbers a feature, of the first examples, that the grid is laid by


def pilot_grid(x: Array, axis: int) -> Grid:
    """The grid by the first examples of an array: enough for PILOT numbers a feature. Raises NonFiniteInput."""
    pilot = real_array(x[: pilot_examples(x.shape[1:], axis)], "x")
    layout = layout_of(pilot.shape, axis)
    return grid_of(np.nan_to_num(pilot), layout)


def pilot_examples(example: tuple[int, ...], axis: int) -> int:
    """How many examples the grid is laid by: no more than a chunk has."""
    positions = layout_of((1, *example), axis).count
    return min(rows_of(example), -(-PILOT // positions))


def rows_of(example: tuple[int, ...], examples: int | None = None) -> int:
    """Examples a chunk, of CHUNK numbers; or up to LARGEST, where so many `examples` are still MANY chunks.

    >>> rows_of((64,)), rows_of((64,), 2**20), rows_of((64,), 2**21), rows_of((64,), 2**30)
    (16384, 16384, 32768, 65536)
    """
    numbers = CHUNK if examples is None else min(max(CHUNK, examples * prod(example) // MANY), LARGEST)
    return max(1, numbers // prod(example))


def piece_of(example: tuple[int, ...]) -> int:
    """Examples a piece of a chunk."""
    return max(1, PIECE // prod(example))


def feature_axis_of(example: tuple[int, ...], axis: int) -> int:
    """The axis from the front. Raises BadParameter where it is none of an example."""
    positive = layout_of((1, *example), axis).feature_axis
    if positive == 0:
        detail = "feature_axis is 0, which has the examples; give that of the features."
        raise BadParameter(detail, parameter="feature_axis")
    return positive
