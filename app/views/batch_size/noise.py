"""The noise of one example among random companions, beside dropout and weight perturbation of the query's strength."""

from dataclasses import dataclass

import numpy as np

from app.streams import Stream
from app.views.batch_size.dependence import SmallBatch
from app.views.batch_size.population import Sampled
from app.views.batch_size.query import BatchSizeFields
from bncore.arguments import Float64
from bncore.batch_size.noise.example import Epsilon, jitter
from bncore.batch_size.noise.kinds import (
    Kind,
    Noisy,
    among_companions,
    expected_variances,
    kinds_of,
    matched,
    perturbed,
)
from bncore.batch_size.running import exactly
from bncore.distributions.summary import Summary, summarize
from bncore.progress import Said, unheard

BATCH_NORM = "batch_norm"


@dataclass(frozen=True, eq=False)
class ExampleNoise:
    """`members` are the small batch's examples by number, the query's first; `z` is that one's value without noise, by
    the population's statistics; `sizes` are those of `spread`, its distribution in batches of each, with the variance
    that theory gives it, (S,). `kinds` by name, batch norm first. `matched` has the rate and the deviation at which the
    noise on the query's example is as large as batch norm's; those in `capped` would have to be larger than is allowed.
    """

    members: tuple[int, ...]
    z: float
    sizes: tuple[int, ...]
    spread: Summary
    expected: Float64
    kinds: dict[str, Kind]
    matched: dict[str, float]
    capped: tuple[str, ...]


def noise_of(
    query: BatchSizeFields, of: Sampled, small: SmallBatch, epsilon: Epsilon, say: Said = unheard
) -> ExampleNoise:
    """The noise, at every size for the example, and at the size looked at for the whole small batch."""
    members = np.array([query.example, *(i for i in range(len(small.x)) if i != query.example)])
    x, at = small.x[members, of.at], of.population.moments.at(of.at)
    z = exactly(x, of.inference.at(of.at), eps=epsilon.eps, eps_placement=epsilon.eps_placement)
    strengths = {"dropout": query.rate, query.perturbation: query.deviation}
    batch_norm = _among_companions(query, of, small, members, z, epsilon)
    kinds = kinds_of({BATCH_NORM: batch_norm} | perturbed(strengths, z, query.draws, query.rng(Stream.NOISE_OTHER)))
    match = matched(strengths, kinds[BATCH_NORM].shape.var, float(z[0] ** 2))
    sizes, companions = tuple(size for size in of.sizes if size >= 2), small.companions(of, query.example)
    alone = jitter(x[:1], companions, sizes, query.draws, query.rng(Stream.NOISE_SPREAD), epsilon, say)
    return ExampleNoise(
        members=tuple(members.tolist()),
        z=float(z[0]),
        sizes=sizes,
        spread=summarize(alone.x_hat[:, 0]),
        expected=expected_variances(float(z[0]), at, sizes, of.total, epsilon),
        kinds=kinds,
        matched=match.strengths,
        capped=match.capped,
    )


def _among_companions(
    query: BatchSizeFields, of: Sampled, small: SmallBatch, members: np.ndarray[tuple[int], np.dtype[np.intp]],
    z: Float64, epsilon: Epsilon,
) -> Noisy:  # fmt: skip
    """The `members` of the small batch, the query's example first, in batches of the size looked at."""
    return among_companions(
        small.x[members, of.at], z, of.one_feature(), of.population.moments.at(of.at),
        None if small.rows is None else small.rows[members], of.size, query.draws, epsilon,
        query.rng(Stream.NOISE_COMPANIONS), query.rng(Stream.NOISE_PAIRS),
    )  # fmt: skip
