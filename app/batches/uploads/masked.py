"""Padding: a mask says which positions of a batch are valid, and only these are kept, an example each.

Batch norm's statistics are over examples and positions alike, so those over (examples, positions) that are valid are
those of the table (valid positions, channels), and no number of the padding takes part in anything.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.batches.batch import Array
from app.batches.uploads.axes import on_another_axis
from app.batches.uploads.formats.table import RowWriter
from app.batches.uploads.missing import row_blocks
from app.errors import UnreadableBatch, shortened

Mask = NDArray[np.bool_]
"""Which positions are valid: the shape of the batch without its feature axis."""

NONE = "none"
"""The reading's mask that stands for no mask."""


def valid_by(
    mask: Array, name: str, shape: tuple[int, ...], axis: int, *, inverted: bool, go_on: Callable[[], None]
) -> Mask:
    """The valid positions of a batch of this `shape`, by the array `name` of 0 and 1.

    It has a value an example, a value a position, or the batch's shape. An `inverted` one says what is padding.

    Raises:
        UnreadableBatch: it does not fit, holds other values or differs between features.
    """
    if not fits(mask.shape, shape, axis):
        raise _misfit(name, mask.shape, shape, axis)
    blocks = (_of_positions(block, name, shape, axis) for _, block in row_blocks(mask, go_on))
    valid: Mask = np.concatenate(list(blocks)) ^ inverted
    if not valid.any():
        raise _wrong(name, "calls nothing valid", "See which way it runs")
    return valid


def _of_positions(block: Array, name: str, shape: tuple[int, ...], axis: int) -> Mask:
    """Some rows of a mask, a truth value a position."""
    if block.dtype.kind not in "biuf" or not np.isin(block, (0, 1)).all():
        raise _wrong(name, "holds other values than 0 and 1", "Save it as truth values")
    if block.ndim == 1:
        block = block.reshape(-1, *[1] * (len(shape) - 1))
    elif block.ndim < len(shape):
        block = np.expand_dims(block, axis)
    of_one: Mask = np.take(block, [0], axis).astype(bool)
    if block.shape[axis] > 1 and (block != of_one).any():
        raise _wrong(name, "differs between the features of a position", "Mask whole positions")
    positions = [length for at, length in enumerate(shape) if at not in (0, axis)]
    return np.broadcast_to(of_one.squeeze(axis), (len(block), *positions))


def fits(mask: tuple[int, ...], shape: tuple[int, ...], axis: int) -> bool:
    """Whether a mask of this shape has a value an example, a value a position, or the batch's shape.

    >>> fits((8, 5), (8, 5, 3), 2), fits((8, 5), (8, 5, 3), 1), fits((8, 1, 5), (8, 3, 5), 1), fits((8,), (8, 3), 1)
    (True, False, True, True)
    """
    others = shape[:axis] + shape[axis + 1 :]
    one = (*shape[:axis], 1, *shape[axis + 1 :])
    return mask in (shape[:1], others, one, shape)


def valid_where(axis: int, *arrays: Array, go_on: Callable[[], None]) -> Mask:
    """The positions at which every feature of each array is a number."""
    valid: list[Any] = []
    for start, block in row_blocks(arrays[0], go_on):
        blocks = (block, *(other[start : start + len(block)] for other in arrays[1:]))
        valid.append(np.logical_and.reduce([np.isfinite(one).all(axis=axis) for one in blocks]))
    return np.concatenate(valid)


def keep(x: Array, valid: Mask, axis: int, target: Path, limit: int, go_on: Callable[[], None]) -> None:
    """Write the valid positions of `x` as rows, a feature a column."""
    with RowWriter(target, x.shape[axis], x.dtype, limit) as writer:
        for start, block in row_blocks(x, go_on):
            rows = np.moveaxis(block, axis, -1)[valid[start : start + len(block)]]
            writer.write(np.ascontiguousarray(rows))


def note(valid: Mask, by: str) -> str:
    """What is said of a mask, or of the missing values that stand for one."""
    count, total = int(valid.sum()), valid.size
    what = "rows" if valid.ndim == 1 else "positions"
    if count == total:
        return f"Each of the {total:,} {what} is valid by {by}."
    each = "" if valid.ndim == 1 else ", each of which counts as an example"
    return f"The statistics are over the {count:,} of {total:,} {what} that are valid by {by}{each}."


def _misfit(name: str, mask: tuple[int, ...], shape: tuple[int, ...], axis: int) -> UnreadableBatch:
    positions = shape[:axis] + shape[axis + 1 :]
    what = f"has shape {mask}; with the features on axis {axis} of x {shape} it would have {positions}"
    axes = [str(other) for other in range(1, len(shape)) if fits(mask, shape, other)]
    if axes:
        return on_another_axis(f"{_called(name)} {what}", axes)
    return _wrong(name, what, "Save a value an example, or a value a position")


def _called(name: str) -> str:
    return "The mask" if name == "mask" else f"The mask {shortened(name)}"


def _wrong(name: str, what: str, do: str) -> UnreadableBatch:
    told = f"{_called(name)} {what}. {do}"
    return UnreadableBatch(f"{told}, or ask for mask=none.", page=f"{told}.", field="mask", given=name)
