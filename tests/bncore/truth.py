"""Batch norm in longdouble, centred twice, written straight from the definition: what the numerics are held against."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Long = NDArray[np.longdouble]


@dataclass(frozen=True)
class Truth:
    """`x`, `y` … of a batch (N, D), each in longdouble."""

    mean: Long
    var: Long
    scale: Long
    x_hat: Long
    y: Long


def long(values: Any) -> Long:
    return np.asarray(values, dtype=np.longdouble)


def true_forward(x: Any, gamma: Any = 1, beta: Any = 0, *, eps: float = 1e-5, eps_placement: str = "variance") -> Truth:
    x = long(x)
    rough = x.mean(axis=0)
    rest = (x - rough).mean(axis=0)
    centred = (x - rough) - rest
    var = np.square(centred).mean(axis=0)
    scale = np.sqrt(var + long(eps)) if eps_placement == "variance" else np.sqrt(var) + long(eps)
    x_hat = centred / scale
    return Truth(rough + rest, var, scale, x_hat, long(gamma) * x_hat + long(beta))


def staged_dx(x: Any, dy: Any, gamma: Any = 1, *, eps: float = 1e-5, eps_placement: str = "variance") -> Long:
    """dL/dx by the chain rule, one node of the graph after the other: x_hat, then the variance, then the mean.

    Under "deviation" the variance is not a node, the deviation is; a feature with deviation 0 is left out by hand.
    """
    x, dy = long(x), long(dy)
    truth = true_forward(x, eps=eps, eps_placement=eps_placement)
    count = len(x)
    centred = truth.x_hat * truth.scale
    dx_hat = dy * long(gamma)
    dscale = -(dx_hat * centred).sum(axis=0) / truth.scale**2
    root = truth.scale if eps_placement == "variance" else np.sqrt(truth.var)
    dvar = dscale / (2 * root)
    dcentred = dx_hat / truth.scale + dvar * 2 * centred / count
    return dcentred - dcentred.mean(axis=0)


def jacobian_dx(x: Any, dy: Any, gamma: Any = 1, *, eps: float = 1e-5, eps_placement: str = "variance") -> Long:
    """dL/dx by the lecture's sum over the batch, with the example × example Jacobian of each feature written out.

    dZbar_k / dZ_j = (delta_jk - 1/K) / s - (Z_k - mu) / s^2 ds/dZ_j
    """
    dy = long(dy)
    truth = true_forward(x, eps=eps, eps_placement=eps_placement)
    count = len(dy)
    centred = truth.x_hat * truth.scale
    root = truth.scale if eps_placement == "variance" else np.sqrt(truth.var)
    dscale = centred / (count * root)
    columns = []
    for feature in range(dy.shape[1]):
        jacobian = (np.eye(count) - long(1) / count) / truth.scale[feature]
        jacobian = jacobian - np.outer(truth.x_hat[:, feature], dscale[:, feature]) / truth.scale[feature]
        columns.append(dy[:, feature] @ jacobian)
    return np.stack(columns, axis=1) * long(gamma)


def ulps_of_largest(values: NDArray[Any], truth: Long) -> float:
    """The largest error, in units in the last place of each feature's largest magnitude."""
    largest = np.abs(truth).max(axis=0).astype(values.dtype)
    return float((np.abs(long(values) - truth).max(axis=0) / np.spacing(largest)).max())
