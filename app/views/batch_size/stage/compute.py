"""What the stage shows, computed: the population as dots, the deals, other kinds of noise, the example that moves."""

from dataclasses import dataclass

from app.streams import Stream
from app.views.batch_size.dependence import Move, SmallBatch, moved
from app.views.batch_size.population import Sampled
from app.views.batch_size.query import BatchSizeFields
from bncore.arguments import Float64
from bncore.batch_size.dealing.deals import Deals, deal
from bncore.batch_size.dealing.dots import Dots, Ints, dots, ranks
from bncore.batch_size.noise.example import Epsilon
from bncore.batch_size.noise.kinds import Matched, matched
from bncore.batch_size.noise.perturbations import PERTURBATIONS
from bncore.batch_size.population import Finite
from bncore.batch_size.running import exactly

DEALS = 200
OF_ENDLESS = 64, 64  # batches, and their examples, of a source without an end: what its dots stand for
BATCH_NORM = "batch_norm"


@dataclass(frozen=True, eq=False)
class Staged:
    """The followed example's value `x`, `z` its normalized value without noise; `dots` of the population, `lit` (R, K)
    those that the examples of each deal are, the followed one's first, and `members` those of the small batch; `noisy`
    the example's values by kind of noise, (R,) each, batch norm first, and how strong the others are `matched` to it;
    `move` of the `small` batch.
    """

    query: BatchSizeFields
    sampled: Sampled
    x: float
    z: float
    dots: Dots
    lit: Ints
    members: Ints
    deals: Deals
    noisy: dict[str, Float64]
    matched: Matched
    move: Move
    small: SmallBatch


def staged(query: BatchSizeFields, of: Sampled, small: SmallBatch, epsilon: Epsilon) -> Staged:
    """The stage of a query. The followed example is the query's `example` of the small batch."""
    x = small.x[[query.example], of.at]
    row = None if small.rows is None else int(small.rows[query.example])
    z = exactly(x, of.inference.at(of.at), eps=epsilon.eps, eps_placement=epsilon.eps_placement)
    dealt = deal(of.one_feature(), float(x[0]), row, of.size, DEALS, query.rng(Stream.DEALS), epsilon)
    match = matched(("dropout", query.perturbation), dealt.var, float(z[0] ** 2))
    drawn, lit, members = _dots(query, of, small, dealt)
    return Staged(
        query, of, float(x[0]), float(z[0]), drawn, lit, members, dealt, _noisy(query, dealt, z, match), match,
        moved(query, of, small, epsilon), small,
    )  # fmt: skip


def _dots(query: BatchSizeFields, of: Sampled, small: SmallBatch, dealt: Deals) -> tuple[Dots, Ints, Ints]:
    """The population's dots, which of them each deal's examples are, and those of the small batch."""
    one = of.one_feature()
    if isinstance(one, Finite) and dealt.rows is not None and small.rows is not None:
        drawn, places = dots(one.x[:, 0]), ranks(one.x[:, 0])
        return drawn, drawn.of_ranks(places[dealt.rows]), drawn.of_ranks(places[small.rows])
    drawn = dots(one.draw(*OF_ENDLESS, query.rng(Stream.DOTS)).ravel())
    return drawn, drawn.of_values(dealt.x), drawn.of_values(small.x[:, of.at])


def _noisy(query: BatchSizeFields, dealt: Deals, z: Float64, match: Matched) -> dict[str, Float64]:
    rng = query.rng(Stream.DEALS_OTHER)
    others = {name: PERTURBATIONS[name] for name in ("dropout", query.perturbation)}
    drawn = {name: kind.draw(z, match.strengths[kind.strength], DEALS, rng)[0] + 0.0 for name, kind in others.items()}
    return {BATCH_NORM: dealt.x_hat} | drawn
