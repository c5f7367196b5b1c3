"""Batches to compute on that separate all named mistakes."""

from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

import numpy as np

from bncore.arguments import Float64, choice
from bncore.diagnosis.given.case import Case, case_of
from bncore.diagnosis.given.convention import CHECKED, Convention, convention_of
from bncore.diagnosis.mistakes.candidates import separation
from bncore.epsilon import EPS_PLACEMENTS
from bncore.errors import BadParameter
from bncore.norms.parameters import expanded
from bncore.norms.table import NORMS

SHAPES: dict[str, dict[int, tuple[int, ...]]] = {
    "batch": {2: (7, 4), 4: (3, 4, 2, 5)}, "layer": {2: (4, 7), 4: (3, 4, 2, 3)}, "rms": {2: (4, 7), 4: (3, 4, 2, 3)},
    "group": {2: (3, 12), 4: (3, 4, 2, 3)}, "instance": {4: (3, 4, 2, 5)},
}  # fmt: skip
"""By the norm and the number of axes. Of batch norm K is 7, or 3 · 2 · 5 = 30, and n 4; of all K is 6 or more."""
GROUPS = 2
SEPARATED = 2e-3
"""The least distance between two mistakes, relative to the larger: a thousand times float32's rounding."""
ATTEMPTS = 20
EPS = 1.0
LARGEST_SEED = 2**53 - 1


@dataclass(frozen=True, eq=False)
class Probe:
    """What `case_of` takes: a batch with everything unequal that could hide a mistake. Features on axis 1.

    `running_mean` and `running_var` are None for a norm that keeps none, `groups` for all but group norm.
    """

    x: Float64
    gamma: Float64
    beta: Float64 | None
    eps: float
    eps_placement: str
    feature_axis: int
    dy: Float64
    running_mean: Float64 | None
    running_var: Float64 | None
    norm: str = "batch"
    mode: str = "train"
    forward_variance: str = "biased"
    groups: int | None = None

    def case(self) -> Case:
        """The probe as a case to check answers against."""
        return case_of(**vars(self))


def probe(
    seed: int = 0, *, axes: int = 2, eps_placement: str = "variance", norm: str = "batch", mode: str = "train",
    forward_variance: str = "biased",
) -> Probe:  # fmt: skip
    """The probe of a seed, with 2 axes (7, 4) or 4 axes (3, 4, 2, 5), of another norm in shapes of its own.

    K is 6 or more and not n; means are not 0, s not 1; gammas are unequal and none is 0, 1 or -1, betas are not 0; eps
    is 0.15 to 0.4 of each variance; dy has a mean and goes along with x_hat; the running statistics are others than the
    batch's. Drawn again, from the same generator, until every two mistakes that can be made by the convention differ by
    `SEPARATED`.

    >>> probe(0).x.shape, probe(0, axes=4).x.shape, probe(0, norm="layer").gamma.shape
    ((7, 4), (3, 4, 2, 5), (7,))

    Raises BadParameter.
    """
    if not (isinstance(seed, int) and 0 <= seed <= LARGEST_SEED):
        raise BadParameter(f"seed is {seed!r}; give an integer from 0 to {LARGEST_SEED}.", parameter="seed")
    of = convention_of(norm, mode, forward_variance, GROUPS if norm == "group" else None)
    if axes not in SHAPES[norm]:
        there = ", ".join(map(str, SHAPES[norm]))
        why = "" if axes not in SHAPES["batch"] else f" {NORMS[norm].title} takes its statistics over positions."
        raise BadParameter(f"axes is {axes!r}; choose one of {there}.{why}", parameter="axes")
    return _separated(seed, axes, choice(eps_placement, EPS_PLACEMENTS, "eps_placement"), of)


@lru_cache(maxsize=256)
def _separated(seed: int, axes: int, eps_placement: str, of: Convention) -> Probe:
    norm = () if of.norm == "batch" else (CHECKED.index(of.norm),)
    rng = np.random.default_rng([seed, axes, *norm])
    convention: dict[str, Any] = {
        "norm": of.norm,
        "mode": of.mode,
        "forward_variance": of.forward_variance,
        "groups": of.groups,
    }
    made = _drawn if of.norm == "batch" else partial(_drawn_of, of)
    for _ in range(ATTEMPTS):
        arrays = made(rng, SHAPES[of.norm][axes])
        drawn = Probe(**arrays, eps=EPS, eps_placement=eps_placement, feature_axis=1, **convention)
        if all(separation(drawn.case(), tensor)[0] > SEPARATED for tensor in of.tensors):
            return drawn
    raise AssertionError(f"no probe of seed {seed} separates all mistakes")


def _drawn_of(of: Convention, rng: np.random.Generator, shape: tuple[int, ...]) -> dict[str, Any]:
    """A batch for another norm: what is drawn is x_hat and dL/dx_hat, and x and dy are made of these."""
    row, settings = NORMS[of.norm], {"groups": of.groups, "axis": 1}
    arrangement, parameters = row.arrangement(shape, settings), row.parameter_shape(shape, settings)
    lying = arrangement.statistics, arrangement.count
    raw = rng.standard_normal(lying)
    x_hat = (raw - raw.mean(1, keepdims=True)) / raw.std(1, keepdims=True)
    spread = rng.permutation(np.linspace(2.6, 6.4, lying[0]))[:, np.newaxis]
    mean = (rng.uniform(1.0, 3.0, lying[0]) * rng.choice([-1.0, 1.0], lying[0]))[:, np.newaxis]
    x = arrangement.whole(mean + np.sqrt(spread) * x_hat)
    along = rng.uniform(0.4, 1.2, (2, lying[0], 1))
    size = int(np.prod(parameters))
    gamma = rng.permutation(np.resize([1.0, -1.0], size)) * rng.permutation(np.linspace(1.3, 2.5, size))
    gamma = gamma.reshape(parameters)
    h = arrangement.whole(rng.standard_normal(lying) + along[0] + along[1] * x_hat)
    beta = rng.uniform(0.5, 1.5, parameters) * rng.choice([-1.0, 1.0], parameters) if of.centred else None
    return {
        "x": x, "gamma": gamma, "beta": beta, "dy": h / expanded(gamma, of.norm, len(shape)), "running_mean": None,
        "running_var": None,
    }  # fmt: skip


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
