"""Batch renormalization's r and d. Ioffe, "Batch Renormalization", NIPS 2017, algorithm 1.

    r = clip(s_B / s, 1 / r_max, r_max)       d = clip((mu_B - mu) / s, -d_max, d_max)

with the batch's mean mu_B and denominator s_B and the running mu and s, both denominators with the same epsilon. With
r and d unclipped the result (x - mu_B) / s_B r + d is the (x - mu) / s of inference. In the backward pass both are
constants.
"""

import numpy as np

from bncore.arguments import Float64, in_range
from bncore.epsilon import EPS_PLACEMENTS
from bncore.errors import BadParameter
from bncore.norms.core import Standardized

LARGEST = float(np.finfo(np.float64).max)


def corrections(
    standardized: Standardized, running: tuple[Float64, Float64], *, eps: float, r_max: float, d_max: float
) -> tuple[Float64, Float64]:
    """r and d of every channel, (C,).

    Raises BadParameter for an r_max below 1, a negative d_max, and a running denominator of 0.
    """
    r_max, d_max = in_range(r_max, 1, LARGEST, "r_max"), in_range(d_max, 0, LARGEST, "d_max")
    mean, var = running
    scale = EPS_PLACEMENTS[standardized.eps_placement].scale(var, eps)
    if not scale.all():
        place = int(np.argmin(scale))
        detail = f"running_var[{place}] is 0 and eps is 0: r and d divide by it; give a running variance above 0."
        raise BadParameter(detail, parameter="running_var")
    with np.errstate(over="ignore"):  # clipped
        r, d = standardized.scale / scale, (standardized.mean - mean) / scale
    return np.clip(r, 1 / r_max, r_max), np.clip(d, -d_max, d_max)
