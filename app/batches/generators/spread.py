"""How features differ from each other: each has a location and a scale of its own."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.batches.batch import Batch
from app.batches.generators.generator import Parameter

Floats = NDArray[np.float64]

REACH = 4.0
"""At spread 1 locations lie up to this many typical deviations apart from the middle, and scales up to this factor."""


def spread_parameter(generator: str) -> Parameter:
    """The parameter `<generator>_spread`, which nearly every generator has."""
    return Parameter(
        name=f"{generator}_spread",
        title="spread among features",
        symbol="s",
        default=1.0,
        low=0.0,
        high=3.0,
        help="How much features differ in location and scale: at 0 not at all, at 1 the scales up to 16-fold.",
    )


def locations_and_scales(
    features: int, rng: np.random.Generator, *, middle: float, scale: float, spread: float
) -> tuple[Floats, Floats]:
    """One location and one scale a feature, each of shape (features,).

        location_i = middle + 4 spread scale u_i        u_i, v_i uniform in [-1, 1)
        scale_i    = scale 4^(spread v_i)

    A feature keeps its u and v when features are added or a parameter is turned, so that a slider moves the data
    and does not shuffle it.
    """
    u, v = rng.uniform(-1, 1, size=(features, 2)).T
    return middle + REACH * spread * scale * u, scale * REACH ** (spread * v)


def unlabelled(x: NDArray[Any]) -> Batch:
    """The batch of `x` (examples, features) with features named x0, x1 and so on."""
    return Batch(x, tuple(f"x{index}" for index in range(x.shape[1])))
