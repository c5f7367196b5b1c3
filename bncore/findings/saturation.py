"""Which features are flat or dead almost everywhere, by more than chance among few examples.

A sound feature's y is taken for a standard bell, of which f finds a share s flat: half of it for a ReLU. That k of n
are flat then has at most the probability (Cover & Thomas, Elements of Information Theory, theorem 11.1.4)

    exp(-n (p log(p/s) + (1 - p) log((1 - p)/(1 - s))))        p = k/n > s
"""

from functools import cache
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from bncore.activations import ACTIVATIONS
from bncore.distributions.summary import Floats
from bncore.findings.chance import beyond_chance
from bncore.findings.held import LEVEL
from bncore.playground.chain import Playground

MOSTLY_SATURATED = 0.9
LOOKED_AT = 17  # values of y between the two that no x̂ passes


def mostly_saturated(shown: Playground) -> NDArray[np.bool_]:
    """The features (D,) of which f is flat at `MOSTLY_SATURATED` of the inputs, and not by chance.

    In training x̂ is centred over the batch: every number counts, of a constant feature every example, and where γ and β
    leave no other y there is no chance. In inference an image counts as one example, flat if it mostly is.
    """
    mostly = shown.saturation >= MOSTLY_SATURATED
    if not mostly.any():
        return mostly
    if shown.layer.mode == "inference":
        chances = tail_bound(_of_examples(shown), shown.examples, _of_one(shown))
        return mostly & beyond_chance(np.where(mostly, chances, 1.0), LEVEL)
    numbers = shown.examples * shown.positions
    if numbers == 1:  # y is β, and no x̂ says anything
        return np.zeros_like(mostly)
    summary = shown.stages["x"].summary
    count = np.where(summary.low < summary.high, numbers, shown.examples)
    chances = tail_bound(shown.saturation, count, flat_share(shown.layer.activation))
    return mostly & (beyond_chance(np.where(mostly, chances, 1.0), LEVEL) | _whatever_x(shown))


def tail_bound(share: Floats, count: int | NDArray[np.int_], expected: float) -> Floats:
    """At most how likely `share` (D,) of `count` is, where a share `expected` of all is.

    >>> tail_bound(np.array([1.0, 0.4]), 4, 0.5)
    array([0.0625, 1.    ])
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        hit = np.where(share > 0, share * np.log(share / expected), 0.0)
        missed = np.where(share < 1, (1 - share) * np.log((1 - share) / (1 - expected)), 0.0)
    return np.where(share > expected, np.exp(-count * (hit + missed)), 1.0)


@cache
def flat_share(activation: str) -> float:
    """The share of a standard bell at which f is flat.

    >>> flat_share("relu"), flat_share("identity")
    (0.5, 0.0)
    """
    bell = NormalDist()
    at = np.array([bell.inv_cdf((i + 0.5) / 1000) for i in range(1000)])
    return float(ACTIVATIONS[activation].saturated(at).mean())


def _of_examples(shown: Playground) -> Floats:
    """The share of examples that are mostly flat (D,)."""
    flat = ACTIVATIONS[shown.layer.activation].saturated(shown.forward.y)
    each = flat.reshape(len(flat), -1, shown.positions).mean(axis=2)
    return np.asarray((each >= MOSTLY_SATURATED).mean(axis=1), dtype=np.float64)


def _of_one(shown: Playground) -> float:
    """How likely one example is mostly flat; of an image at most, by Markov's inequality."""
    expected = flat_share(shown.layer.activation)
    return expected if shown.positions == 1 else expected / MOSTLY_SATURATED


def _whatever_x(shown: Playground) -> NDArray[np.bool_]:
    """Where f is flat at every y = γ x̂ + β that |x̂| ≤ sqrt(M - 1) allows (D,)."""
    reach = np.abs(shown.forward.gamma) * np.sqrt(shown.examples * shown.positions - 1.0)
    y = shown.forward.beta[:, None] + reach[:, None] * np.linspace(-1.0, 1.0, LOOKED_AT)
    return np.asarray(ACTIVATIONS[shown.layer.activation].saturated(y).all(axis=1))
