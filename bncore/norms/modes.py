"""What a norm normalizes by: in training the array's own statistics, in inference the running ones if it keeps some."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from bncore.arguments import Array, Float64
from bncore.epsilon import OfEpsilon
from bncore.norms.arrangement import Arrangement
from bncore.norms.compiled import ByRows, by_rows, standardized_of
from bncore.norms.core import Standardized, standardize, standardize_by
from bncore.norms.parameters import Running, moved
from bncore.norms.renormalization import corrections
from bncore.norms.table import NORMS, of_channels


@dataclass(frozen=True)
class Asked:
    """What the rows of MODES read beside the array: checked already, but for the rule that `moved` checks."""

    norm: str
    settings: Mapping[str, Any]
    running: Running | None
    eps: float
    eps_placement: str
    rule: Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Taken:
    """Standardized rows, r and d if there are any, and the running statistics that are left behind.

    `by_rows` is what the kernels computed, None where they did not. The normalized array is made when asked for.
    """

    arrangement: Arrangement
    standardized: Standardized
    r: Float64 | None
    d: Float64 | None
    running: Running | None
    by_rows: ByRows | None = None

    @cached_property
    def x_hat(self) -> Float64:
        """The normalized array."""
        rows = self.standardized.values
        if self.r is not None and self.d is not None:
            rows = rows * self.r[:, np.newaxis] + self.d[:, np.newaxis]
        return self.arrangement.whole(rows)


def at_once(x: Array, asked: Asked, gamma: Float64, beta: Float64 | None) -> Taken | None:
    """A norm within examples by the kernels, which give y with its statistics; None where they do not serve."""
    row = NORMS[asked.norm]
    if row.running:
        return None
    arrangement = row.arrangement(x.shape, asked.settings)
    of = by_rows(x, row, arrangement, gamma, beta, asked.eps, asked.eps_placement)
    return Taken(arrangement, standardized_of(of, asked.eps_placement), None, None, None, of) if of else None


def _train(x: Array, asked: Asked) -> Taken:
    """The array's own statistics, which also move the running ones."""
    row = NORMS[asked.norm]
    eps: OfEpsilon = {"eps": asked.eps, "eps_placement": asked.eps_placement}
    arrangement = row.arrangement(x.shape, asked.settings)
    standardized = standardize(arrangement.rows(x), centred=row.centred, **eps)
    r = d = None
    if row.corrected and asked.running:
        r, d = corrections(standardized, asked.running, eps=asked.eps, **asked.settings)
    return Taken(arrangement, standardized, r, d, moved(asked.running, standardized, arrangement, asked.rule))


def _inference(x: Array, asked: Asked) -> Taken:
    """The running statistics, a pair a channel, as constants; a norm that keeps none does what it does in training."""
    if asked.running is None:
        return _train(x, asked)
    arrangement = of_channels(x.shape, asked.settings)
    mean, var = asked.running
    standardized = standardize_by(arrangement.rows(x), mean, var, eps=asked.eps, eps_placement=asked.eps_placement)
    return Taken(arrangement, standardized, None, None, asked.running)


MODES: dict[str, Callable[[Array, Asked], Taken]] = {"train": _train, "inference": _inference}
