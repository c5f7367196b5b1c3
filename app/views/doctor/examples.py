"""Built-in models: one that is sick in ways that people meet, and the same one sound."""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from bncore.doctor import Front, Model, Norm
from bncore.doctor.model import Array

LAYERS = (
    ("bn1", 16, "conv1"),
    ("layer1.bn1", 16, "layer1.conv1"),
    ("layer1.bn2", 16, "layer1.conv2"),
    ("layer2.bn1", 32, "layer2.conv1"),
    ("layer2.bn2", 32, "layer2.conv2"),
    ("layer3.bn1", 64, "layer3.conv1"),
)
"""Each norm, its channels, and the convolution in front of it."""
BATCHES, EPS, MOMENTUM = 12_000, 1e-5, 0.1
PARTS = {"gamma": "weight", "beta": "bias", "mean": "running_mean", "variance": "running_var"}
Tensors = dict[str, Array]


def _sound() -> Tensors:
    """A small network's tensors as training leaves them."""
    rng = np.random.default_rng(16)
    tensors: Tensors = {}
    inputs = 3
    for name, channels, conv in LAYERS:
        spread = np.sqrt(2.0 / (9 * inputs))
        tensors[f"{conv}.weight"] = (spread * rng.standard_normal((channels, inputs, 3, 3))).astype(np.float32)
        drawn = {
            "weight": rng.normal(0.9, 0.15, channels), "bias": rng.normal(-0.1, 0.2, channels),
            "running_mean": rng.normal(0.0, 0.4, channels), "running_var": 0.6 * np.exp(rng.normal(0.0, 0.5, channels)),
        }  # fmt: skip
        tensors |= {f"{name}.{part}": values.astype(np.float32) for part, values in drawn.items()}
        tensors[f"{name}.num_batches_tracked"] = np.array(BATCHES)
        inputs = channels
    return tensors


def _sick() -> Tensors:
    """The same with a fault in five of its norms."""
    tensors = _sound()
    tensors["layer1.bn1.weight"][[2, 7, 11]] = 0.0
    tensors["layer1.bn2.running_var"][[4, 9]] = (-0.031, -0.0007)
    tensors["layer2.bn1.running_var"][5] = np.nan
    tensors["layer2.bn2.running_mean"][:] = 0.0
    tensors["layer2.bn2.running_var"][:] = 1.0
    tensors["layer2.bn2.num_batches_tracked"] = np.array(0)
    tensors["layer3.conv1.bias"] = np.full(64, 0.25, dtype=np.float32)
    return tensors


def _model(tensors: Tensors) -> Model:
    norms = tuple(_norm(name, conv, tensors) for name, _, conv in LAYERS)
    told = {name: (array.shape, str(array.dtype)) for name, array in tensors.items()}
    return Model("worked example", norms, told, tensors.__getitem__)


def _norm(name: str, conv: str, tensors: Tensors) -> Norm:
    bias = f"{conv}.bias" if f"{conv}.bias" in tensors else None
    named = {field: f"{name}.{part}" for field, part in PARTS.items()}
    arrays: dict[str, Any] = {field: tensors[tensor] for field, tensor in named.items()}
    return Norm(
        name=name, kind="batch", eps=EPS, momentum=MOMENTUM, batches=int(tensors[f"{name}.num_batches_tracked"]),
        front=Front(conv, f"{conv}.weight", bias, outputs=0, known_by="names"), behind="relu", tensors=named, **arrays,
    )  # fmt: skip


EXAMPLES: dict[str, tuple[str, Callable[[], Tensors]]] = {
    "sick": ("Worked example: a sick network", _sick),
    "sound": ("The same network, sound", _sound),
}
"""What each is called, and its tensors."""


@cache
def example(name: str) -> Model:
    """A built-in model by name."""
    return _model(EXAMPLES[name][1]())
