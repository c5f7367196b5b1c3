"""The small batch of which one example is moved and one is looked at, and what an outlier does to a batch."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.errors import InvalidQuery
from app.streams import Stream
from app.views.batch_size.population import Sampled
from app.views.batch_size.query import BatchSizeFields
from bncore.batch_size.dependence import Dependence, dependence
from bncore.batch_size.noise.example import Epsilon
from bncore.batch_size.outlier import Squeeze, squeezes
from bncore.batch_size.population import Finite, Population
from bncore.jacobian import blocks

CURVES = (8, 32, 256)
USUAL_MEMBERS = 8  # that are drawn first
BESIDE = 3  # features between which the derivatives are measured
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class SmallBatch:
    """`x` (M, D) in the measured features; `rows` are the examples' numbers in a finite population, else None.

    `numbers` are theirs in the source, which may have more examples than the population.
    """

    x: Floats
    rows: NDArray[np.intp] | None
    numbers: NDArray[np.intp] | None
    labels: tuple[str, ...]

    def number_of(self, example: int) -> int | None:
        """The number in the source of an example (its place in the small batch), if it has one."""
        return None if self.numbers is None else int(self.numbers[example])

    def companions(self, of: Sampled, example: int) -> Population:
        """What the companions of an example (its place in the small batch) are drawn from: one feature."""
        one = of.one_feature()
        return one.without(self.rows[[example]]) if self.rows is not None and isinstance(one, Finite) else one


@dataclass(frozen=True, eq=False)
class Move:
    """One example moved by `by`, that is the query's `move_by` times `unit`: deviations (1 of a constant feature).

    `deviations` is `move_by`, and None of a constant feature, which has none.
    """

    moved: Dependence
    unit: float
    by: float
    deviations: float | None


@dataclass(frozen=True, eq=False)
class Influence(Move):
    """Beside that an outlier in batches of several sizes, one a curve; the largest derivative between different
    features of `between` of them, measured.
    """

    outlier: list[Squeeze]
    across: float
    between: int


def small_batch(query: BatchSizeFields, of: Sampled) -> SmallBatch:
    """Examples drawn by the seed. Raises InvalidQuery for an example that is not among them."""
    rng = query.rng(Stream.MEMBERS)
    match of.population:
        case Finite(x=x):
            rows = _rows(len(x), query.members, rng)
            small = SmallBatch(x[rows], rows, of.batch.numbered(rows), _labels(of, rows))
        case endless:
            small = SmallBatch(_endless(endless, query.members, rng), None, None, ())
    if query.example >= len(small.x):
        raise InvalidQuery(
            f"example is {query.example}, and the small batch has the examples 0 to {len(small.x) - 1}.",
            field="example", given=query.example, allowed=f"0 to {len(small.x) - 1}",
        )  # fmt: skip
    return small


def _rows(total: int, members: int, rng: np.random.Generator) -> NDArray[np.intp]:
    """Numbers of so many examples, as far as there are: a smaller batch is the first ones of a larger."""
    first = rng.choice(total, min(USUAL_MEMBERS, total), replace=False)
    if members <= len(first):
        return first[:members]
    others = rng.permutation(np.setdiff1d(np.arange(total), first))
    return np.concatenate([first, others[: members - len(first)]])


def _endless(population: Population, members: int, rng: np.random.Generator) -> Floats:
    """So many examples (M, D); a smaller batch is the first ones of a larger, where examples are independent."""
    if not population.nested:
        return population.draw(1, members, rng)[:, 0].T
    first = population.draw(1, USUAL_MEMBERS, rng)[:, 0].T
    if members <= USUAL_MEMBERS:
        return first[:members]
    return np.concatenate([first, population.draw(1, members - USUAL_MEMBERS, rng)[:, 0].T])


def _labels(of: Sampled, rows: NDArray[np.intp]) -> tuple[str, ...]:
    labels, names = of.batch.labels, of.batch.label_names
    if labels is None:
        return ()
    return tuple(names[label] if label < len(names) else str(label) for label in labels[rows].tolist())


def moved(query: BatchSizeFields, of: Sampled, small: SmallBatch, epsilon: Epsilon) -> Move:
    """The example that is moved, in both modes."""
    at = of.inference.at(of.at)
    sd = float(at.sd[0])
    unit = sd or 1.0
    by, deviations = query.move_by * unit, query.move_by if sd else None
    return Move(dependence(small.x[:, of.at], at, epsilon, example=query.example, by=by), unit, by, deviations)


def dependence_of(query: BatchSizeFields, of: Sampled, small: SmallBatch, epsilon: Epsilon) -> Influence:
    """The moved example and the outlier's curves."""
    move = moved(query, of, small, epsilon)
    near = [of.at, *(i for i in range(small.x.shape[1]) if i != of.at)][:BESIDE]
    across = blocks(small.x[:, near], eps=epsilon.eps, eps_placement=epsilon.eps_placement).across
    return Influence(
        moved=move.moved,
        unit=move.unit,
        by=move.by,
        deviations=move.deviations,
        outlier=squeezes(_others(query, of), epsilon),
        across=across,
        between=len(near),
    )


def _others(query: BatchSizeFields, of: Sampled) -> list[Floats]:
    """The others of an outlier's batch: K - 1 examples for each size of a curve, if they are not all equal."""
    one, rng = of.one_feature(), query.rng(Stream.OUTLIER)
    most = of.sizes[-1]
    sizes = sorted({size for size in (*CURVES, of.size) if 3 <= size <= most})
    drawn = [one.draw(1, size - 1, rng)[0, 0] for size in sizes]
    return [others for others in drawn if others.std() > 0]
