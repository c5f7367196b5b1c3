"""Models made by hand: tensors by name, and the norms that a reader would make of them."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from bncore.doctor import Front, Model, Norm

FIELDS = {"gamma": "weight", "beta": "bias", "mean": "running_mean", "variance": "running_var"}


def model_of(tensors: Mapping[str, np.ndarray], *norms: Norm) -> Model:
    """A model of tensors in memory."""
    known = {name: (array.shape, str(array.dtype)) for name, array in tensors.items()}
    return Model("test", norms, known, lambda name: tensors[name])


def norm_of(tensors: Mapping[str, np.ndarray], name: str = "bn", front: Front | None = None, **settings: Any) -> Norm:
    """The batch norm whose tensors are called as PyTorch calls them."""
    own = {field: f"{name}.{part}" for field, part in FIELDS.items() if f"{name}.{part}" in tensors}
    arrays = {field: tensors[full] for field, full in own.items()}
    return Norm(name, "batch", **arrays, front=front, tensors=own, **({"eps": 1e-5} | settings))


def drawn(channels: int, name: str = "bn", seed: int = 0, dtype: Any = np.float32) -> dict[str, np.ndarray]:
    """The tensors of a batch norm in the middle of a training."""
    rng = np.random.default_rng(seed)
    values = rng.normal(1, 0.3, channels), rng.normal(0, 1, channels), rng.normal(0, 2, channels)
    variance = rng.uniform(0.2, 4, channels)
    return {
        f"{name}.{part}": each.astype(dtype) for part, each in zip(FIELDS.values(), (*values, variance), strict=True)
    }
