"""How large the terms are that the nodes of a derivation add up: beside them a number may be what rounding left."""

import numpy as np

from bncore.derivation.nodes import Derivation
from bncore.epsilon import reciprocal


@np.errstate(over="ignore", invalid="ignore")
def sizes(steps: Derivation, example: int, feature: int) -> dict[str, float]:
    """For each node whose value is a sum, the size of its terms at one cell; the three paths and dx share theirs.

    A mean is held against the largest number of its feature, what is centred or normalized against the deviation.

    >>> from bncore.derivation import derivation
    >>> steps = derivation([[-1.0], [0.0], [1.0]], dy=[[2.0], [-2.0], [0.0]], eps=0.0)
    >>> sizes(steps, 0, 0)["dbeta"], float(steps.nodes["dbeta"].value[0])
    (4.0, 0.0)
    """
    column = {name: _of_feature(node.value, feature) for name, node in steps.nodes.items()}
    dy, x_hat, dx_hat = column["dy"], column["x_hat"], column["dx_hat"]
    inverse = reciprocal(column["scale"])
    at_scale = _added(dx_hat * x_hat * inverse)
    root = column["sigma"] if "sigma" in column else column["scale"]
    deviation, gamma, beta = float(np.sqrt(column["var"])), column["gamma"], column["beta"]
    normalized = deviation * float(inverse)
    path = max(float(np.abs(column[name][example])) for name in ("dx", "dx_direct", "dx_mean", "dx_variance"))
    return {
        "mean": float(np.abs(column["x"]).max()), "centred": deviation, "x_hat": normalized,
        "scaled": normalized * abs(float(gamma)),
        "y": float(np.abs(gamma * x_hat[example]) + np.abs(beta)),
        "loss": _added(steps.nodes["dy"].value * steps.forward.y), "dbeta": _added(dy), "dgamma": _added(dy * x_hat),
        "dscale": at_scale, "dsigma": at_scale, "dvar": at_scale * float(reciprocal(2.0 * root)),
        "dmean": _added(dx_hat * inverse), **dict.fromkeys(("dx", "dx_direct", "dx_mean", "dx_variance"), path),
    }  # fmt: skip


def _of_feature(value: np.ndarray, feature: int) -> np.ndarray:
    """A node's numbers of one feature: (K,) of a matrix, else a number."""
    return np.asarray(value[..., feature] if np.ndim(value) else value)


def _added(terms: np.ndarray) -> float:
    return float(np.abs(terms).sum())
