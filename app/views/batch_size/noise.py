"""The noise of one example among random companions, beside dropout and weight perturbation of the query's strength."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.views.batch_size.dependence import SmallBatch
from app.views.batch_size.population import Sampled
from app.views.batch_size.query import BatchSizeFields
from bncore.batch_size.companions import orders
from bncore.batch_size.noise import ROUNDING, Layer, Shape, expected_variance, jitter, shape
from bncore.batch_size.pairs import Pairs, pairs_in_batch_norm, pairs_in_orders, pairs_of
from bncore.batch_size.perturbations import MOST_DEVIATION, MOST_RATE, PERTURBATIONS
from bncore.batch_size.population import Finite
from bncore.batch_size.running import exactly
from bncore.batch_size.theory import finite_factor
from bncore.distributions.axis import Axis, axis_for, fence
from bncore.distributions.histogram import Histogram
from bncore.distributions.summary import Summary, histogram, summarize
from bncore.progress import Said, unheard

JITTER_STREAM, BATCH_STREAM, PAIRS_STREAM, OTHER_STREAM = 14, 15, 16, 17  # of the seed, behind BESIDE
BESIDE = 100  # keeps them apart from the other views' streams
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
class Drawn:
    """Batch norm's noise: the noisy values (M, R), and what pairs share."""

    x_hat: Floats
    pairs: Pairs


@dataclass(frozen=True, eq=False)
class NoiseView:
    """`members` are the small batch's examples by number, the query's first; `z` is that one's value without noise, by
    the population's statistics; `sizes` are those of `spread`, its distribution in batches of each, with the variance
    that theory gives it, (S,). `kinds` by name, batch norm first. `matched` has the rate and the deviation at which the
    noise on the query's example is as large as batch norm's; those in `capped` would have to be larger than is allowed.
    """

    members: tuple[int, ...]
    z: float
    sizes: tuple[int, ...]
    spread: Summary
    expected: Floats
    kinds: dict[str, Kind]
    matched: dict[str, float]
    capped: tuple[str, ...]


def noise_of(query: BatchSizeFields, of: Sampled, small: SmallBatch, layer: Layer, say: Said = unheard) -> NoiseView:
    """The noise, at every size for the example, and at the size looked at for the whole small batch."""
    members = np.array([query.example, *(i for i in range(len(small.x)) if i != query.example)])
    x = small.x[members, of.at]
    norm = {"eps": layer.eps, "eps_placement": layer.eps_placement}
    z = exactly(x, of.inference.at(of.at), **norm)  # type: ignore[arg-type]
    drawn = _among_companions(query, of, small, members, x, z, layer)
    values = {BATCH_NORM: drawn.x_hat, **_other_noise(query, z)}
    kinds = _kinds(query, values, {BATCH_NORM: drawn.pairs, **_other_pairs(values, z)})
    wanted = _wanted(query, kinds[BATCH_NORM].shape.var, float(z[0] ** 2))
    sizes = tuple(size for size in of.sizes if size >= 2)
    alone = jitter(
        x[:1], small.companions(of, query.example), sizes, query.draws, _rng(query, JITTER_STREAM), layer, say
    )
    return NoiseView(
        members=tuple(members.tolist()),
        z=float(z[0]),
        sizes=sizes,
        spread=summarize(alone.x_hat[:, 0]),
        expected=_expected(of, z[:1], sizes, layer),
        kinds=kinds,
        matched={name: min(strength, MOST[name]) for name, strength in wanted.items()},
        capped=tuple(name for name, strength in wanted.items() if strength > MOST[name]),
    )


def _strengths(query: BatchSizeFields) -> dict[str, float]:
    """How strong the query makes the other kinds of noise."""
    return {"dropout": query.rate, query.perturbation: query.deviation}


def _kinds(query: BatchSizeFields, values: dict[str, Floats], pairs: dict[str, Pairs]) -> dict[str, Kind]:
    """The kinds of noise by name, the example's histograms on one axis."""
    strengths, axis = _strengths(query), _axis(values)
    return {
        name: Kind(name, strengths.get(name), shape(noisy[0]), histogram(noisy[:1], axis), _average(noisy), pairs[name])
        for name, noisy in values.items()
    }


def _wanted(query: BatchSizeFields, var: float, square: float) -> dict[str, float]:
    """The strengths that give an example of this `square` the variance `var`, by what they are called."""
    return {PERTURBATIONS[name].strength: PERTURBATIONS[name].matched(var, square) for name in _strengths(query)}


def _expected(of: Sampled, z: Floats, sizes: tuple[int, ...], layer: Layer) -> Floats:
    """The variance that theory gives the example `z` (1,) in batches of each size, (S,)."""
    at, factors = of.population.moments.at(of.at), finite_factor(sizes, of.total)
    return np.array([
        expected_variance(z, at, size, factor, layer)[0] for size, factor in zip(sizes, factors, strict=True)
    ])  # fmt: skip


def _rng(query: BatchSizeFields, stream: int) -> np.random.Generator:
    return query.rng(BESIDE + stream)


def _among_companions(
    query: BatchSizeFields, of: Sampled, small: SmallBatch, members: NDArray[np.intp], x: Floats, z: Floats,
    layer: Layer,
) -> Drawn:  # fmt: skip
    """The `members` of the small batch, the query's example first, each and every two of them, in batches of the size
    looked at.
    """
    one, at = of.one_feature(), of.population.moments.at(of.at)
    rng = _rng(query, BATCH_STREAM)
    if small.rows is not None and isinstance(one, Finite):
        found = orders(one, small.rows[members], of.size, query.draws, rng)
        return Drawn(found.alone(layer), pairs_in_orders(z, found, at, layer))
    x_hat = jitter(x, one, (of.size,), query.draws, rng, layer).x_hat[0]
    pairs = pairs_in_batch_norm(x, z, one, at, of.size, query.draws, _rng(query, PAIRS_STREAM), layer)
    return Drawn(x_hat, pairs)


def _other_noise(query: BatchSizeFields, z: Floats) -> dict[str, Floats]:
    """The noisy values (M, R) of the other kinds."""
    rng = _rng(query, OTHER_STREAM)
    return {
        "dropout": PERTURBATIONS["dropout"].draw(z, query.rate, query.draws, rng),
        query.perturbation: PERTURBATIONS[query.perturbation].draw(z, query.deviation, query.draws, rng),
    }


def _other_pairs(values: dict[str, Floats], z: Floats) -> dict[str, Pairs]:
    """What pairs share of the other kinds."""
    first, second = np.triu_indices(len(z), 1)
    return {
        name: pairs_of(noisy, z, PERTURBATIONS[name].correlation(z[first], z[second]))
        for name, noisy in values.items()
        if name != BATCH_NORM
    }


def _average(noisy: Floats) -> float:
    """The variance of the noise (M, R), averaged over the examples; 0 where it is rounding."""
    found = float(noisy.var(axis=1).mean())
    return found if found > ROUNDING else 0.0


def _axis(values: dict[str, Floats]) -> Axis:
    """One axis for the example's values under all kinds, outliers left out."""
    low, high = np.concatenate([fence(np.sort(noisy[:1], axis=1)) for noisy in values.values()], axis=1)
    return axis_for(float(min(low.min(), 0.0)), float(max(high.max(), 0.0)), "linear")
