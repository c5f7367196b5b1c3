"""The compiled passes by their Python names: arrays in, a table of numbers a feature out."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from bncore.arguments import NATIVE, Array, Float64
from bncore.kernels.backend import in_force

Table = Float64
"""Float64 (7, D): mean, var, mean_rest, scale, factor, gamma, beta."""

Memory = Any
"""The bytes of a table, or of sums, that no array was made of yet."""

Sizes = tuple[int, int, int, int]
"""Of numbers side by side: examples, rows of an example, features, positions of a feature."""

NOT_HERE = -1
"""What a pass returns where there are no kernels."""


def serves(*arrays: Array) -> bool:
    """Whether the kernels compute here, with arrays of these dtypes: all float32 or all float64, and aligned."""
    if in_force.compiled is None:
        return False
    dtype = arrays[0].dtype
    return dtype in NATIVE and all(
        type(array) is np.ndarray and array.dtype == dtype and array.flags.aligned and array.ndim <= 16
        for array in arrays
    )


def table_of(features: int) -> Table:
    """A table that is yet to be filled."""
    return np.empty((7, features))


def numbers_of(memory: Memory | Float64, rows: int, features: int) -> Float64:
    """The numbers a feature, (rows, D), that such bytes hold; or those that are an array already."""
    return memory if isinstance(memory, np.ndarray) else np.ndarray((rows, features), np.float64, memory)


def moments(x: Array, axis: int, features: int, threads: int | None = None) -> tuple[Float64, Float64, Float64]:
    """mean, var and mean_rest, (D,) each; as `bncore.statistics` takes them, and not looked at.

    On `threads` of them, which change no digit, or on as many as there may be.
    """
    table = table_of(features)
    in_force.compiled.moments(x, table, axis, 0.0, 0, 0, threads or in_force.backend.threads)  # type: ignore[union-attr]
    return table[0], table[1], table[2]


def forward(
    x: Array, y: Array, axis: int, table: Table, gamma: Array | None, beta: Array | None, eps: float, beside: bool
) -> int:
    """Fills the table, and y; 0 if nothing about any feature is odd, and there are kernels that serve the arrays."""
    if in_force.compiled is None:
        return NOT_HERE
    threads = in_force.backend.threads
    return in_force.compiled.forward(y, x, table, gamma, beta, axis, eps, beside, 0, threads)  # type: ignore[no-any-return]


def normalize(x: Array, y: Array, axis: int, table: Table) -> int:
    """y of x and a whole table; 0 if all results fit their dtype."""
    if in_force.compiled is None:
        return NOT_HERE
    return in_force.compiled.normalize(y, x, table, axis, 0.0, 0, 0, in_force.backend.threads)  # type: ignore[no-any-return]


def backward(
    dy: Array, x: Array, dx: Array, axis: int, table: Table, sums: Float64, eps: float, beside: bool, constant: bool
) -> int:
    """Fills dx, and `sums` (2, D) with dbeta and dgamma; 0 if all are finite and fit their dtypes."""
    if in_force.compiled is None:
        return NOT_HERE
    how = (axis, eps, beside, constant, in_force.backend.threads)
    return in_force.compiled.backward(dx, dy, x, table, sums, *how)  # type: ignore[no-any-return]


def counters_of(features: int, bits: int) -> NDArray[np.uint32]:
    """Zeros for `look` to count in, (D, 66 << bits): the 64 << bits cells of a feature, and some room."""
    return np.zeros((features, 66 << bits), np.uint32)


def look(
    numbers: Array | int,
    offset: int,
    dtype: np.dtype[Any],
    shape: Sizes,
    piece: int,
    grid: Float64,
    counters: NDArray[np.uint32],
    bits: int,
) -> Float64 | None:
    """Moments, counts and extremes of an array, or of what lies `offset` bytes into the file of a descriptor.

    `piece` is how many examples are looked at in one go. The counts are added to `counters_of` the features, behind the
    first of which it then says between which cells there are numbers; the extremes to `grid` (4, D): centre, 1 / unit,
    low, high. Returns (pieces, 3, D): mean, var and mean_rest of each piece; None where there are no kernels that serve
    such numbers, and where the file does not give so many.
    """
    if in_force.compiled is None or dtype not in NATIVE:
        return None
    tables = np.empty((-(-shape[0] // piece), 7, shape[2]))
    rows = tables.reshape(-1, shape[2])
    how = (offset, dtype.itemsize, *shape, piece, bits)
    status = in_force.compiled.look(numbers, *how, grid, counters.view(np.float64), rows)
    return None if status else tables[:, :3]
