"""A mini-batch as every view receives it, and the source that it was drawn from."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


@dataclass(frozen=True)
class Batch:
    """One mini-batch.

    `x` has two or more axes; axis 0 counts the examples and `feature_axis` the features (channels).
    `given` holds what an upload brought along: any of `gamma, beta, running_mean, running_var` (one value a
    feature) and `dy` (the shape of `x`). `said` is what it says its layer was set to (`eps`, `momentum`, `batches`).
    `rows` are the numbers of the examples in the source, from 0; None where it has no end, or they are parts of one.
    `origin` is the query by which the doctor shows the layer that it was handed over from, if it was.
    """

    x: Array
    feature_names: tuple[str, ...]
    feature_axis: int = 1
    rows: NDArray[np.intp] | range | None = None
    labels: NDArray[np.int64] | None = None
    label_names: tuple[str, ...] = ()
    given: Mapping[str, Array] = field(default_factory=dict)
    said: Mapping[str, float] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    origin: str = ""

    def take(self, rows: NDArray[np.intp]) -> "Batch":
        """The batch of the named examples, in the order of `rows`."""
        labels = None if self.labels is None else self.labels[rows]
        given = {name: value[rows] if name == "dy" else value for name, value in self.given.items()}
        return replace(self, x=self.x[rows], rows=self.numbered(rows), labels=labels, given=given)

    def numbered(self, rows: NDArray[np.intp]) -> NDArray[np.intp] | None:
        """What the source numbers the named examples by, if it does."""
        return None if self.rows is None else np.asarray(self.rows, np.intp)[rows]


class Source(Protocol):
    """Where batches come from. Equal sources and equally seeded generators give equal batches."""

    @property
    def examples(self) -> int | None:
        """How many examples there are to draw from; None for a generator, which has no end."""

    def draw(self, size: int | None, rng: np.random.Generator) -> Batch:
        """A batch of `size` examples, without replacement where the source is finite; None takes all of them."""
