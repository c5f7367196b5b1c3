"""The noise of one example among random companions, beside dropout and weight perturbation of the query's strength."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.api.batch_size_population import Sampled
from app.api.batch_size_query import BatchSizeFields
from app.api.batch_size_small import SmallBatch
from bncore.axis import Axis, axis_for, fence
from bncore.batch_size.noise import ROUNDING, Layer, Shape, expected_variance, jitter, shape
from bncore.batch_size.pairs import Pairs, pairs_in_batch_norm, pairs_of
from bncore.batch_size.perturbations import MOST_DEVIATION, MOST_RATE, PERTURBATIONS
from bncore.batch_size.running import exactly
from bncore.batch_size.theory import finite_factor
from bncore.progress import Said, unheard
from bncore.summary import Histogram, Summary, histogram, summarize

JITTER_STREAM, BATCH_STREAM, PAIRS_STREAM, OTHER_STREAM = 14, 15, 16, 17  # of the seed, behind BESIDE
BESIDE = 100  # keeps them apart from the other views' streams
BINS = 48
BATCH_NORM = "batch_norm"
MOST = {"rate": MOST_RATE, "deviation": MOST_DEVIATION}
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Kind:
    """One kind of noise on the example: its shape, its histogram on the common axis, the strength that the query gives
    it, the variance averaged over the batch, and what pairs share.
    """

    name: str
    strength: float | None
    shape: Shape
    histogram: Histogram
    average: float
    pairs: Pairs


@dataclass(frozen=True, eq=False)
class NoiseView:
    """`z` is the example's value without noise, by the population's statistics; `sizes` are those of `spread`, its
    distribution in batches of each, with the variance that theory gives it, (S,). `kinds` by name, batch norm first.
    `matched` has the rate and the deviation at which the noise is as large as batch norm's, averaged over `together`
    examples; those in `capped` would have to be larger than is allowed.
    """

    z: float
    sizes: tuple[int, ...]
    spread: Summary
    expected: Floats
    kinds: dict[str, Kind]
    axis: Axis
    matched: dict[str, float]
    capped: tuple[str, ...]
    together: int


def noise_of(query: BatchSizeFields, of: Sampled, small: SmallBatch, layer: Layer, say: Said = unheard) -> NoiseView:
    """The noise, at every size for the example, and at the size looked at for the whole small batch."""
    kept = _kept(query, of, len(small.x))
    x = small.x[kept, of.at]
    at = of.population.moments.at(of.at)
    norm = {"eps": layer.eps, "eps_placement": layer.eps_placement}
    z = exactly(x, of.inference.at(of.at), **norm)  # type: ignore[arg-type]
    values = _noisy(query, of, small, kept, x, z, layer)
    averages = {name: _average(noisy) for name, noisy in values.items()}
    square = float((z**2).mean())
    axis = _axis(values)
    pairs = _pairs(query, of, small, kept, x, z, values, layer)
    strengths = {"dropout": query.rate, query.perturbation: query.deviation}
    kinds = {
        name: Kind(
            name, strengths.get(name), shape(noisy[0]), histogram(noisy[:1], axis, BINS), averages[name], pairs[name]
        )
        for name, noisy in values.items()
    }
    wanted = {
        PERTURBATIONS[name].strength: PERTURBATIONS[name].matched(averages[BATCH_NORM], square) for name in strengths
    }
    matched = {name: min(strength, MOST[name]) for name, strength in wanted.items()}
    capped = tuple(name for name, strength in wanted.items() if strength > MOST[name])
    sizes = tuple(size for size in of.sizes if size >= 2)
    companions = small.companions(of, kept[:1])
    alone = jitter(x[:1], companions, sizes, query.draws, _rng(query, JITTER_STREAM), layer, say)
    expected = [
        expected_variance(z[:1], at, size, factor)[0]
        for size, factor in zip(sizes, finite_factor(sizes, of.total), strict=True)
    ]
    return NoiseView(
        float(z[0]), sizes, summarize(alone.x_hat[:, 0]), np.array(expected), kinds, axis, matched, capped, len(x)
    )


def _kept(query: BatchSizeFields, of: Sampled, members: int) -> NDArray[np.intp]:
    """The places of the small batch whose noise is looked at, the query's example first: so many that the others of the
    population suffice for companions.
    """
    order = np.array([query.example, *(i for i in range(members) if i != query.example)])
    room = members if of.total is None else of.total - of.size + 1
    return order[: max(1, min(members, room))]


def _rng(query: BatchSizeFields, stream: int) -> np.random.Generator:
    return query.rng(BESIDE + stream)


def _noisy(
    query: BatchSizeFields, of: Sampled, small: SmallBatch, kept: NDArray[np.intp], x: Floats, z: Floats, layer: Layer
) -> dict[str, Floats]:
    """The noisy values (M, R) by kind."""
    companions = small.companions(of, kept)
    found = jitter(x, companions, (of.size,), query.draws, _rng(query, BATCH_STREAM), layer)
    rng = _rng(query, OTHER_STREAM)
    return {
        BATCH_NORM: found.x_hat[0],
        "dropout": PERTURBATIONS["dropout"].draw(z, query.rate, query.draws, rng),
        query.perturbation: PERTURBATIONS[query.perturbation].draw(z, query.deviation, query.draws, rng),
    }


def _average(noisy: Floats) -> float:
    """The variance of the noise (M, R), averaged over the examples; 0 where it is rounding."""
    found = float(noisy.var(axis=1).mean())
    return found if found > ROUNDING else 0.0


def _axis(values: dict[str, Floats]) -> Axis:
    """One axis for the example's values under all kinds, outliers left out."""
    low, high = np.concatenate([fence(np.sort(noisy[:1], axis=1)) for noisy in values.values()], axis=1)
    return axis_for(float(min(low.min(), 0.0)), float(max(high.max(), 0.0)), "linear")


def _pairs(
    query: BatchSizeFields, of: Sampled, small: SmallBatch, kept: NDArray[np.intp], x: Floats, z: Floats,
    values: dict[str, Floats], layer: Layer,
) -> dict[str, Pairs]:  # fmt: skip
    first, second = np.triu_indices(len(z), 1)
    at = of.population.moments.at(of.at)
    found = {
        name: pairs_of(noisy, z, PERTURBATIONS[name].correlation(z[first], z[second]))
        for name, noisy in values.items()
        if name != BATCH_NORM
    }
    companions = small.companions(of, kept)
    rng = _rng(query, PAIRS_STREAM)
    return {BATCH_NORM: pairs_in_batch_norm(x, z, companions, at, of.size, query.draws, rng, layer), **found}
