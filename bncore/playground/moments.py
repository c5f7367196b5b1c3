"""Mean and deviation of each feature at the joints that a headline tells of."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bncore.distributions.summary import Floats
from bncore.epsilon import EPS_PLACEMENTS
from bncore.playground.chain import Walked


@dataclass(frozen=True, eq=False)
class Moments:
    """Of each feature (D,): mean, deviation, and the largest size of its values."""

    mean: Floats
    sd: Floats
    size: Floats


def moments_of(walk: Walked) -> dict[str, Moments]:
    """Of x, x_hat and y, computed from their values."""
    return {
        name: moments_of_rows(rows)
        for name, rows in (("x", walk.rows), ("x_hat", walk.forward.x_hat), ("y", walk.forward.y))
    }


def moments_of_rows(rows: NDArray[np.floating]) -> Moments:
    """Of rows (D, M), scaled by their largest size on the way, so that no sum leaves float64."""
    values = rows.astype(np.float64, copy=False)
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        unit = np.abs(values).max(axis=1, initial=0.0)
        safe = np.where(unit > 0.0, unit, 1.0)
        scaled = values / safe[:, None]
        return Moments(scaled.mean(axis=1) * safe, scaled.std(axis=1) * safe, unit)


def stirred(walk: Walked, factor: float) -> float:
    """How far deviations of x_hat moved, at the most, as x became `factor` times itself.

    In training only epsilon lets them move: it is another share of a variance that is factor^2 times itself. In
    inference the statistics stay, and x_hat grows with x.
    """
    forward = walk.forward
    sd = moments_of(walk)["x_hat"].sd
    if forward.mode == "inference":
        return float(np.abs(sd - sd / factor).max(initial=0.0))
    before = EPS_PLACEMENTS[forward.eps_placement].of_sigma(forward.sigma / factor, forward.eps)
    with np.errstate(divide="ignore", invalid="ignore"):
        was = np.where(before > 0.0, forward.sigma / factor / before, 0.0)
        now = np.where(forward.scale > 0.0, forward.sigma / forward.scale, 0.0)
    return float(np.abs(now - was).max(initial=0.0))
