"""x_hat by a batch's statistics in another arithmetic, beside x_hat by exact ones."""

from dataclasses import dataclass

import numpy as np

from bncore.arguments import Array, Float64
from bncore.doctor.precision import moments_in
from bncore.epsilon import OfEpsilon


@dataclass(frozen=True, eq=False)
class InArithmetic:
    """`off` is the largest |x_hat - exact x_hat| of each feature, (D,), infinite where it is no number; `name` says in
    which of `bncore.doctor.precision.ARITHMETICS`. `worst` is the feature that is off most, with `exact` and `other`,
    its x_hat (K,), and the variances that they come from.
    """

    name: str
    off: Float64
    worst: int
    exact: Float64
    other: Float64
    exact_var: float
    other_var: float


@np.errstate(all="ignore")
def in_arithmetic(name: str, rows: Array, epsilon: OfEpsilon) -> InArithmetic:
    """What the statistics of a batch would be in another arithmetic, of its rows (D, K), normalized as in training.

        x_hat = (x - mean) / sqrt(var + eps)      or, with eps at the deviation, / (sqrt(var) + eps)

    A feature that is constant, exactly, and whose x_hat is no number either way is not off.
    """
    x = rows.astype(np.float64)
    mean, var = moments_in(name, x.T)
    true_mean, true_var = moments_in("exact", x.T)
    other, exact = _normalized(x, mean, var, epsilon), _normalized(x, true_mean, true_var, epsilon)
    apart = np.where(np.isfinite(exact), np.abs(other - exact), 0.0)
    off = np.where(np.isfinite(apart), apart, np.inf).max(axis=1)
    worst = int(np.argmax(off))
    return InArithmetic(name, off, worst, exact[worst], other[worst], float(true_var[worst]), float(var[worst]))


def _normalized(x: Float64, mean: Float64, var: Float64, epsilon: OfEpsilon) -> Float64:
    eps = epsilon["eps"]
    by = np.sqrt(var + eps) if epsilon["eps_placement"] == "variance" else np.sqrt(var) + eps
    return np.asarray((x - mean[:, np.newaxis]) / by[:, np.newaxis])
