"""Examples dealt into training and held-out ones, in the units of the training examples."""

from collections.abc import Callable, Sequence

import numpy as np

from bncore.arguments import Array, Float64, choice
from bncore.errors import BadParameter
from bncore.network.inputs import varying
from bncore.training.data.data import Data, Labels


def _standard(x: Array) -> tuple[Float64, Float64]:
    """The mean and deviation of each feature or channel; a constant one keeps its unit."""
    axes = (0, *range(2, x.ndim))
    sd = np.where(varying(x), x.std(axis=axes, dtype=np.float64), 1.0)
    return _expanded(x.mean(axis=axes, dtype=np.float64), x.ndim), _expanded(sd, x.ndim)


def _range(x: Array) -> tuple[Float64, Float64]:
    """0, and the largest size of all features together: pixels from 0 to 16 become shares of 1."""
    largest = float(np.abs(x).max())
    return np.zeros(1), np.array([largest or 1.0])


def _none(_x: Array) -> tuple[Float64, Float64]:
    return np.zeros(1), np.ones(1)


SCALINGS: dict[str, Callable[[Array], tuple[Float64, Float64]]] = {
    "standard": _standard,
    "range": _range,
    "none": _none,
}
"""What is subtracted from each example and what it is divided by, taken from the training examples alone."""


def split(
    x: Array, labels: Labels, label_names: Sequence[str], held: int, seed: int = 0, scaling: str = "standard"
) -> Data:
    """`held` ≥ 1 examples drawn by `seed` are held out, the others, at least one, are trained on, in random order.

    `scaling` is a name in SCALINGS. x is (N, D) or (N, C, H, W), the result float64.

    >>> parts = split(np.arange(12.0).reshape(6, 2), np.array([0, 1] * 3), ("a", "b"), 2)
    >>> parts.x.shape, parts.held_x.shape, parts.x.std(axis=0).round(12).tolist()
    ((4, 2), (2, 2), [1.0, 1.0])

    Raises BadParameter, and what `Data` raises.
    """
    if not 1 <= held < len(x):
        raise BadParameter(f"held is {held}; give 1 to {len(x) - 1} of {len(x)} examples.", parameter="held")
    order = np.random.default_rng(seed).permutation(len(x))
    kept, out = order[held:], order[:held]
    middle, unit = SCALINGS[choice(scaling, SCALINGS, "scaling")](x[kept])
    labels = labels.astype(np.int64)
    return Data(
        (x[kept] - middle) / unit, labels[kept], (x[out] - middle) / unit, labels[out], tuple(map(str, label_names))
    )


def _expanded(values: Float64, ndim: int) -> Float64:
    return values.reshape(-1, *[1] * (ndim - 2))
