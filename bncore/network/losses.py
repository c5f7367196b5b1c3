"""What a network is trained for: softmax cross-entropy and squared error, each with its gradient."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from bncore.arguments import Array
from bncore.errors import ShapeMismatch


class Loss(NamedTuple):
    """The loss, a float64, and dL/d(output) in the output's shape and dtype."""

    value: float
    gradient: Array


def cross_entropy(logits: Array, labels: Array) -> Loss:
    """L = -(1/N) sum_j log softmax(z_j)[t_j];   dL/dz = (softmax(z) - onehot(t)) / N.

    `logits` z (N, C), `labels` t (N,) integers from 0 to C-1. Logits are shifted by their largest: nothing overflows.

    >>> round(cross_entropy(np.zeros((2, 4)), np.array([0, 3])).value, 4)
    1.3863

    Raises ShapeMismatch for another number of labels.
    """
    if labels.shape != logits.shape[:1]:
        detail = f"labels has shape {labels.shape}, the output {logits.shape}; give one label an example."
        raise ShapeMismatch(detail, parameter="labels")
    rows = np.arange(len(logits)), labels
    shifted = logits - logits.max(axis=1, keepdims=True)
    exponentials = np.exp(shifted)
    totals = exponentials.sum(axis=1, keepdims=True)
    value = float((np.log(totals[:, 0]) - shifted[rows]).mean(dtype=np.float64))
    gradient = exponentials / totals
    gradient[rows] -= 1
    gradient /= len(logits)
    return Loss(value, gradient)


def squared_error(output: Array, target: Array) -> Loss:
    """L = (1/N) sum_j 1/2 ||y_j - t_j||^2;   dL/dy = (y - t) / N.   `target` as `output`, else ShapeMismatch."""
    if target.shape != output.shape:
        detail = f"target has shape {target.shape}, the output {output.shape}; give one number for each."
        raise ShapeMismatch(detail, parameter="target")
    error = output - target.astype(output.dtype, copy=False)
    value = 0.5 * float(np.square(error, dtype=np.float64).sum()) / len(output)
    return Loss(value, error / len(output))


LOSSES: dict[str, Callable[[Array, Array], Loss]] = {"cross_entropy": cross_entropy, "squared_error": squared_error}
