"""Batches to compute on that separate all named mistakes."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from bncore.arguments import Float64, choice
from bncore.diagnosis.given.case import ORDER, Case, case_of
from bncore.diagnosis.mistakes.candidates import separation
from bncore.epsilon import EPS_PLACEMENTS
from bncore.errors import BadParameter

SHAPES: dict[int, tuple[int, ...]] = {2: (7, 4), 4: (3, 4, 2, 5)}
"""By the number of axes. K is 7, or 3 · 2 · 5 = 30; n is 4; no two of the numbers that are summed over are equal."""
SEPARATED = 1e-2
"""The least distance between two mistakes, relative to the larger: far above float32's rounding."""
ATTEMPTS = 20
EPS = 1.0
LARGEST_SEED = 2**53 - 1


@dataclass(frozen=True, eq=False)
class Probe:
    """What `case_of` takes: a batch with everything unequal that could hide a mistake. Features on axis 1."""

    x: Float64
    gamma: Float64
    beta: Float64
    eps: float
    eps_placement: str
    feature_axis: int
    dy: Float64
    running_mean: Float64
    running_var: Float64

    def case(self) -> Case:
        """The probe as a case to check answers against."""
        return case_of(**vars(self))


def probe(seed: int = 0, *, axes: int = 2, eps_placement: str = "variance") -> Probe:
    """The probe of a seed, with 2 axes (7, 4) or 4 axes (3, 4, 2, 5).

    K is 6 or more and not n; means are not 0, s not 1; gammas are unequal and none is 0, 1 or -1, betas are not 0; eps
    is 0.15 to 0.4 of each variance; dy has a mean and goes along with x_hat; the running statistics are others than the
    batch's. Drawn again, from the same generator, until every two mistakes differ by 1 %.

    >>> probe(0).x.shape, probe(0, axes=4).x.shape
    ((7, 4), (3, 4, 2, 5))

    Raises BadParameter.
    """
    if not (isinstance(seed, int) and 0 <= seed <= LARGEST_SEED):
        raise BadParameter(f"seed is {seed!r}; give an integer from 0 to {LARGEST_SEED}.", parameter="seed")
    if axes not in SHAPES:
        raise BadParameter(f"axes is {axes!r}; choose one of {', '.join(map(str, SHAPES))}.", parameter="axes")
    return _separated(seed, axes, choice(eps_placement, EPS_PLACEMENTS, "eps_placement"))


@lru_cache(maxsize=256)
def _separated(seed: int, axes: int, eps_placement: str) -> Probe:
    rng = np.random.default_rng([seed, axes])
    for _ in range(ATTEMPTS):
        drawn = Probe(**_drawn(rng, SHAPES[axes]), eps=EPS, eps_placement=eps_placement, feature_axis=1)
        if all(separation(drawn.case(), tensor)[0] > SEPARATED for tensor in ORDER):
            return drawn
    raise AssertionError(f"no probe of seed {seed} separates all mistakes")


def _drawn(rng: np.random.Generator, shape: tuple[int, ...]) -> dict[str, Any]:
    units, columns = shape[1], (1, shape[1], *(1,) * (len(shape) - 2))

    def wide(values: Float64) -> Float64:
        return values.reshape(columns)

    over = tuple(axis for axis in range(len(shape)) if axis != 1)
    raw = rng.standard_normal(shape)
    x_hat = (raw - raw.mean(over, keepdims=True)) / raw.std(over, keepdims=True)
    signs = rng.permutation(np.resize([1.0, -1.0], units))
    spread = rng.permutation(np.linspace(2.6, 6.4, units))
    mean = rng.uniform(1.0, 3.0, units) * rng.choice([-1.0, 1.0], units)
    dy = rng.standard_normal(shape) + wide(rng.uniform(0.3, 0.9, units)) + wide(rng.uniform(0.3, 0.9, units)) * x_hat
    return {
        "x": wide(mean) + wide(np.sqrt(spread)) * x_hat,
        "gamma": signs * rng.permutation(np.linspace(1.3, 2.5, units)) + rng.uniform(-0.1, 0.1, units),
        "beta": rng.uniform(0.5, 1.5, units) * rng.choice([-1.0, 1.0], units),
        "dy": dy,
        "running_mean": mean + rng.uniform(0.4, 0.8, units),
        "running_var": spread * rng.uniform(1.4, 2.2, units),
    }
