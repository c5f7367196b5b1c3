"""Which examples a batch is made of: a pure function of the seed and the step, the same whatever network is trained."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from bncore.training.data import Data
from bncore.training.data.data import Labels
from bncore.training.streams import stream

Rows = NDArray[np.intp]
Deal = Callable[[Labels, int, int], Callable[[int], Rows]]


@dataclass(frozen=True)
class Order:
    """`deal(labels, size, seed)` gives the function from a step to the rows of its batch, (size,)."""

    title: str
    description: str
    deal: Deal = field(repr=False)


def _shuffled(labels: Labels, size: int, seed: int) -> Callable[[int], Rows]:
    examples = len(labels)

    @lru_cache(maxsize=4)
    def epoch(number: int) -> Rows:
        return stream(seed, "order", 0, number).permutation(examples)

    return _running_through(epoch, examples, size)


def _sorted(labels: Labels, size: int, seed: int) -> Callable[[int], Rows]:
    mixed = stream(seed, "order", 1).permutation(len(labels))
    ordered = mixed[np.argsort(labels[mixed], kind="stable")]
    return _running_through(lambda _number: ordered, len(labels), size)


def _running_through(epoch: Callable[[int], Rows], examples: int, size: int) -> Callable[[int], Rows]:
    """Batches one behind the other through epochs without a gap: one may end an epoch and begin the next."""

    def rows(step: int) -> Rows:
        number, first = divmod(step * size, examples)
        batch = epoch(number)[first : first + size]
        while len(batch) < size:
            number += 1
            batch = np.concatenate([batch, epoch(number)[: size - len(batch)]])
        return batch

    return rows


def _independent(labels: Labels, size: int, seed: int) -> Callable[[int], Rows]:
    return lambda step: stream(seed, "order", 2, step).choice(len(labels), size, replace=False)


def _one_class(labels: Labels, size: int, seed: int) -> Callable[[int], Rows]:
    members = [np.flatnonzero(labels == label) for label in np.unique(labels)]

    def rows(step: int) -> Rows:
        turn, place = divmod(step, len(members))
        of_class = members[stream(seed, "order", 3, turn).permutation(len(members))[place]]
        return stream(seed, "order", 4, step).choice(of_class, size, replace=len(of_class) < size)

    return rows


ORDERS: dict[str, Order] = {
    "shuffled": Order("Shuffled", "Every epoch goes through all examples once, in a new order.", _shuffled),
    "independent": Order(
        "Independent", "Every batch is drawn anew from all examples, none twice in a batch (i.i.d.).", _independent
    ),
    "sorted": Order("Sorted by class", "All examples of one class, then the next, in every epoch.", _sorted),
    "one_class": Order("One class a batch", "Every batch is of one class; every class has one a round.", _one_class),
}  # fmt: skip


def trained_labels(data: Data, share: float, seed: int) -> Labels:
    """The training labels, a `share` of them, rounded, replaced by random ones (of which a few are right again).

    Zhang et al. 2017, "Understanding deep learning requires rethinking generalization".
    """
    wrong = round(share * len(data.labels))
    if wrong == 0:
        return data.labels
    rng, labels = stream(seed, "labels"), data.labels.copy()
    labels[rng.permutation(len(labels))[:wrong]] = rng.integers(data.classes, size=wrong)
    return labels
