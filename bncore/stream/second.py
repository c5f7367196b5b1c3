"""The second pass: the normalized output and the gradient, chunk by chunk, by what the first one has seen."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from numpy.typing import ArrayLike

from bncore.arguments import Array, Float64, choice, per_feature, real_array
from bncore.batch_norm import forward_of_part
from bncore.epsilon import EPS_PLACEMENTS, valid_eps
from bncore.errors import BadParameter
from bncore.exact.denominator import Denominator, denominator
from bncore.flags import Flag, training_flags
from bncore.gradient import backward_of_part
from bncore.progress import Said, unheard
from bncore.stream import cluster
from bncore.stream.cutting import rows_of
from bncore.stream.first import first_pass, state_of
from bncore.stream.first import statistics as statistics_of
from bncore.stream.sources.opening import opened
from bncore.stream.sources.source import Chunk, Source, beside, digest
from bncore.stream.state import SECONDS, State
from bncore.stream.streamed import Streamed
from bncore.stream.threads import in_order
from bncore.stream.written import Written, check_apart, place_of, written


@dataclass(frozen=True, eq=False)
class Operation:
    """What is done with each chunk: batch norm by statistics that are known."""

    streamed: Streamed
    gamma: Float64
    beta: Float64
    eps: float
    eps_placement: str
    feature_axis: int

    @property
    def denominator(self) -> Denominator:
        return denominator(self.streamed.statistics, EPS_PLACEMENTS[self.eps_placement], self.eps)

    @property
    def sums(self) -> tuple[Float64, Float64]:
        """dgamma and dbeta, (D,)."""
        sums = self.streamed.sums
        assert sums is not None
        return sums.cross * self.denominator.factor, sums.total

    def stamp(self, targets: tuple[Any, Any]) -> str:
        """What tells what is written, and where to, from all else."""
        numbers = f"{digest(self.gamma)} {digest(self.beta)} {self.eps!r} {self.eps_placement}"
        return f"{numbers} {' '.join(map(place_of, targets))}"

    def of(self, x: Array, dy: Array | None = None) -> tuple[Array, Array | None]:
        """y of some examples, and dx where there is a dy."""
        part = forward_of_part(
            x, self.streamed.statistics, self.gamma, self.beta, eps=self.eps, eps_placement=self.eps_placement,
            feature_axis=self.feature_axis,
        )  # fmt: skip
        return part.y, None if dy is None else backward_of_part(dy, part, *self.sums)


@dataclass(frozen=True, eq=False)
class Normalized:
    """The result of `batch_norm`. `y` and `dx` are what they were written to, or Dask arrays yet to be computed.

    `scale`, `dgamma` and `dbeta` are float64, (D,); the latter and dx are None without a dy.
    """

    streamed: Streamed
    scale: Float64
    flags: tuple[Flag, ...]
    y: Any
    dx: Any = None
    dgamma: Float64 | None = None
    dbeta: Float64 | None = None


def batch_norm(
    x: Any,
    gamma: ArrayLike | None = None,
    beta: ArrayLike | None = None,
    *,
    out: Any = None,
    dy: Any = None,
    dx: Any = None,
    eps: float = 1e-5,
    eps_placement: str = "variance",
    feature_axis: int = 1,
    array: str | None = None,
    state: str | Path | None = None,
    every: float = SECONDS,
    say: Said = unheard,
) -> Normalized:
    """Batch norm of more numbers than memory holds, forward and, with `dy`, backward, in two passes.

    `x`, `dy`, `array`, `state`, `every` and `say` are those of `statistics`; all else is that of `bncore.forward`. y is
    written to `out` and dx to `dx`: each the path of an `.npy` file, or an array of x's shape. A run that was killed
    goes on within either pass; one of other parameters, or with another `out`, writes from the front. Of Dask arrays y
    and dx are such, of which nothing is computed yet.

    Raises BatchNormError, as `statistics` does, and BadParameter for a result that has nowhere to go.
    """
    if (dy is None) != (dx is None) and not cluster.is_dask(x):
        raise BadParameter("dy and dx go together: a gradient from above, and where its result goes.", parameter="dx")
    how = {"gamma": gamma, "beta": beta, "eps": eps, "eps_placement": eps_placement, "feature_axis": feature_axis}
    if cluster.is_dask(x):
        operation = operation_of(statistics_of(x, feature_axis=feature_axis, dy=dy, say=say), **how)  # type: ignore[arg-type]
        return _result(operation, *cluster.lazily(operation.of, x, dy))
    source, upstream = opened(x, array), None if dy is None else opened(dy)
    check_apart({"out": out, "dx": dx}, (source, upstream))
    kept = state_of(source, upstream, feature_axis, state, every)
    operation = operation_of(first_pass(source, upstream, kept, feature_axis, say), **how)  # type: ignore[arg-type]
    kept.second(operation.stamp((out, dx)))
    _write(operation, source, upstream, (out, dx), kept, say)
    return _result(operation, out, dx)


def normalized(
    x: Any, streamed: Streamed, *, array: str | None = None, feature_axis: int = 1, **how: Any
) -> Iterator[Array]:
    """y chunk by chunk, for whoever goes on with it: by statistics that were taken before, perhaps of other data.

    `how` is gamma, beta, eps and eps_placement, as of `bncore.forward`.
    """
    operation, source = operation_of(streamed, feature_axis=feature_axis, **how), opened(x, array)
    for chunk in source.chunks(rows_of(source.example)):
        yield operation.of(real_array(chunk(), "x"))[0]


def operation_of(
    streamed: Streamed,
    gamma: ArrayLike | None = None,
    beta: ArrayLike | None = None,
    eps: float = 1e-5,
    eps_placement: str = "variance",
    feature_axis: int = 1,
) -> Operation:
    """With its arguments checked."""
    features = len(streamed.mean)
    pair = per_feature(gamma, features, "gamma", 1.0), per_feature(beta, features, "beta")
    placement = choice(eps_placement, EPS_PLACEMENTS, "eps_placement")
    return Operation(streamed, *pair, valid_eps(eps), placement, feature_axis)


def _result(operation: Operation, y: Any, dx: Any) -> Normalized:
    scale = operation.denominator.scale
    sums = (None, None) if operation.streamed.sums is None else operation.sums
    return Normalized(operation.streamed, scale, training_flags(operation.streamed.statistics, scale), y, dx, *sums)


def _write(
    operation: Operation, source: Source, upstream: Source | None, targets: tuple[Any, Any], state: State, say: Said
) -> None:
    examples, rows = operation.streamed.examples, rows_of(source.example)
    shape, dtype = (examples, *source.example), operation.of(_sample(source))[0].dtype
    with (
        written(targets[0], "out", dtype, shape, state.written) as y,
        written(targets[1], "dx", dtype, shape, state.written) as dx,
    ):
        for chunk in _computed(operation, source, upstream, rows, state.written):
            y.write(chunk[0])
            dx.write(chunk[1])
            state.written += len(chunk[0])
            say(state.written, examples, "writing the output")
            _keep(state, y, dx)
    state.keep(now=True)


def _sample(source: Source) -> Array:
    return real_array(next(source.chunks(1))(), "x")


def _keep(state: State, *files: Written) -> None:
    """The state only says what the disk has."""
    if state.is_time():
        for file in files:
            file.settle()
        state.keep()


def _computed(
    operation: Operation, source: Source, upstream: Source | None, rows: int, first: int
) -> Iterator[tuple[Array, Array | None]]:
    along = None if upstream is None else upstream.chunks(rows, first)
    pairs = beside(source.chunks(rows, first), along)
    yield from in_order(partial(_of_chunk, operation, *pair) for pair in pairs)


def _of_chunk(operation: Operation, x: Chunk, dy: Chunk | None) -> tuple[Array, Array | None]:
    above = None if dy is None else real_array(dy(), "dy")
    return operation.of(real_array(x(), "x"), above)
