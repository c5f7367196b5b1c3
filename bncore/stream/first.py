"""The first pass: statistics, extremes, counts, and the sums of a gradient, after one look at each chunk."""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain, count
from pathlib import Path
from typing import Any

from bncore.errors import EmptyBatch, ShapeMismatch
from bncore.progress import Said, unheard
from bncore.stream import cluster
from bncore.stream.cutting import feature_axis_of, pilot_grid, rows_of
from bncore.stream.sources.opening import opened
from bncore.stream.sources.source import Source, beside
from bncore.stream.state import SECONDS, State
from bncore.stream.streamed import Streamed, streamed
from bncore.stream.tally import Tally, tally_of_chunk, together
from bncore.stream.threads import in_order


def statistics(
    x: Any,
    *,
    feature_axis: int = 1,
    array: str | None = None,
    dy: Any = None,
    state: str | Path | None = None,
    every: float = SECONDS,
    say: Said = unheard,
) -> Streamed:
    """Mean, biased variance, extremes, quantiles and histograms of more numbers than memory holds, in one pass.

    `x` is the path of an `.npy`, `.npz`, `.safetensors` or `.parquet` file (`array` names which array, or columns with
    commas between), an array, mapped or not, a Dask array, or any iterable of chunks of examples. Examples are axis 0.
    `dy`, of the same shape, is read along for the sums that a gradient needs. Takes a few times 2^20 numbers of memory
    a thread (2^22 of a large array that is no file of this machine), or a few examples where one is larger. The digits
    are the same to 1e-12 however x is cut; counts, extremes and quantiles are the same to the last one.

    `state`: a file that says how far it is, written `every` so many seconds; called again with it, a run that was
    killed goes on, and one that has ended is there at once. `say` is told of examples.

    >>> seen = statistics([[[1.0], [3.0]], [[5.0]]])
    >>> seen.mean, seen.count, seen.quantiles([0, 1]).ravel()
    (array([3.]), 3, array([1., 5.]))

    Raises BatchNormError: what cannot be read, numbers that are not finite, a state of another stream.
    """
    if cluster.is_dask(x):
        return cluster.statistics(x, feature_axis, dy, say)
    source = opened(x, array)
    upstream = None if dy is None else opened(dy)
    kept = state_of(source, upstream, feature_axis, state, every)
    return first_pass(source, upstream, kept, feature_axis, say)


def state_of(source: Source, upstream: Source | None, axis: int, path: str | Path | None, every: float) -> State:
    """The state of a pass over these sources; what is not a multiple of them is told apart."""
    if path is None:
        return State(None, "", every)
    along = "" if upstream is None else upstream.stamp
    return State(path, f"{source.stamp} | {along} | {feature_axis_of(source.example, axis)}", every)


def first_pass(source: Source, upstream: Source | None, state: State, feature_axis: int, say: Said) -> Streamed:
    """The statistics of all, from where the state is on."""
    axis, rows = feature_axis_of(source.example, feature_axis), rows_of(source.example, source.examples)
    if upstream is not None:
        _check_alike(source, upstream)
    if not state.is_whole:
        for tally in _tallies(source, upstream, state, axis, rows):
            state.tally = tally if state.tally is None else together(state.tally, tally)
            say(state.tally.examples, max(source.examples or 0, state.tally.examples), "taking the statistics")
            state.keep()
        state.is_whole = True
        state.keep(now=True)
    assert state.tally is not None
    assert state.grid is not None
    return streamed(state.tally, state.grid, source.names)


def _check_alike(source: Source, upstream: Source) -> None:
    """Raises ShapeMismatch for a dy of another shape, as far as it is known before the end."""
    are_known = source.examples is not None and upstream.examples is not None
    if upstream.example != source.example or (are_known and upstream.examples != source.examples):
        given, wanted = ((one.examples or "?", *one.example) for one in (upstream, source))
        detail = f"dy has shape {given}, x has {wanted}; give one number for each."
        raise ShapeMismatch(detail.replace("'", ""), parameter="dy")


def _tallies(source: Source, upstream: Source | None, state: State, axis: int, rows: int) -> Iterator[Tally]:
    first = state.tally.examples if state.tally else 0
    along = None if upstream is None else upstream.chunks(rows, first)
    pairs = beside(source.chunks(rows, first), along)
    if state.grid is None:
        begin = next(pairs, None)
        if begin is None:
            raise EmptyBatch("x has no examples; give at least one.", parameter="x")
        state.grid = pilot_grid(begin[0](), axis)
        pairs = chain([begin], pairs)
    numbers = count(first, rows)
    tasks: Iterator[Callable[[], Tally]] = (
        partial(tally_of_chunk, *pair, state.grid, axis, number) for pair, number in zip(pairs, numbers, strict=False)
    )
    yield from in_order(tasks)
