"""The same over Dask arrays: each block is looked at where it lies, and what was seen is merged on its way."""

from collections.abc import Callable
from functools import partial
from itertools import accumulate
from typing import Any

from bncore.arguments import Array, real_array
from bncore.errors import BadParameter, ShapeMismatch
from bncore.progress import Said
from bncore.stream.cutting import feature_axis_of, pilot_examples, pilot_grid, rows_of
from bncore.stream.grid import Grid
from bncore.stream.streamed import Streamed, streamed
from bncore.stream.tally import Tally, tally_of, together

Operate = Callable[[Array, Array | None], tuple[Array, Array | None]]


def is_dask(x: Any) -> bool:
    """Whether it is a Dask array, told without importing Dask."""
    return type(x).__module__.partition(".")[0] == "dask" and hasattr(x, "to_delayed")


def statistics(x: Any, feature_axis: int, dy: Any, say: Said) -> Streamed:
    """The statistics over all blocks, by the scheduler that is in force: synchronized batch norm's.

    Raises ShapeMismatch for a dy of another shape; what a block raises is raised here.
    """
    from dask.delayed import delayed

    axis = feature_axis_of(x.shape[1:], feature_axis)
    x = _whole(x)
    dy = _beside(dy, x)
    grid = pilot_grid(x[: pilot_examples(x.shape[1:], axis)].compute(), axis)
    say(0, len(x), "taking the statistics")
    along = [None] * x.npartitions if dy is None else dy.to_delayed().ravel()
    sizes = x.chunks[0]
    starts = accumulate(sizes, initial=0)
    look, merge = delayed(tally_of_block), delayed(together)
    blocks = zip(sizes, x.to_delayed().ravel(), along, starts, strict=False)
    tallies = [look(*block, grid, axis) for size, *block in blocks if size]
    while len(tallies) > 1:
        pairs = zip(tallies[::2], tallies[1::2], strict=False)
        tallies = [merge(*pair) for pair in pairs] + ([tallies[-1]] if len(tallies) % 2 else [])
    seen = streamed(tallies[0].compute(), grid)
    say(len(x), len(x), "taking the statistics")
    return Streamed(len(x), seen.statistics, seen.sketch, seen.sums)


def tally_of_block(x: Array, dy: Array | None, first: int, grid: Grid, axis: int) -> Tally:
    """Of a block, which may be large, chunk by chunk; its first example is number `first` of all."""
    rows, parts = rows_of(x.shape[1:]), []
    for start in range(0, len(x), rows):
        above = None if dy is None else real_array(dy[start : start + rows], "dy")
        parts.append(tally_of(real_array(x[start : start + rows], "x"), grid, axis, first + start, above))
    whole = parts[0]
    for part in parts[1:]:
        whole = together(whole, part)
    return whole


def lazily(operate: Operate, x: Any, dy: Any) -> tuple[Any, Any]:
    """y, and dx where there is a dy, as Dask arrays: each block is computed when and where it is asked for."""
    x = _whole(x)
    dy = _beside(dy, x)
    like = real_array(x._meta, "x").dtype
    y = x.map_blocks(partial(_one, operate, 0), dtype=like, meta=x._meta.astype(like))
    if dy is None:
        return y, None
    return y, x.map_blocks(partial(_one, operate, 1), dy, dtype=like, meta=x._meta.astype(like))


def _one(operate: Operate, which: int, x: Array, dy: Array | None = None) -> Any:
    if not len(x):
        return real_array(x, "x")
    return operate(real_array(x, "x"), None if dy is None else real_array(dy, "dy"))[which]


def _whole(x: Any) -> Any:
    """With whole examples in each block."""
    if any(size != size for size in x.shape):  # Dask says NaN of what it does not know
        raise BadParameter("x has blocks of unknown size; call its compute_chunk_sizes() first.", parameter="x")
    return x.rechunk(dict.fromkeys(range(1, x.ndim), -1))


def _beside(dy: Any, x: Any) -> Any:
    if dy is None:
        return None
    if not is_dask(dy) or dy.shape != x.shape:
        given = getattr(dy, "shape", type(dy).__name__)
        raise ShapeMismatch(f"dy is {given}, x a Dask array of {x.shape}; give one number for each.", parameter="dy")
    return dy.rechunk(x.chunks)
