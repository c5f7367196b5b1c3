"""Built-in models: one that is sick in ways that people meet, and the same one sound."""

import io
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from app.models import read_model
from bncore.doctor import Model
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
BATCHES = 12_000
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


EXAMPLES: dict[str, tuple[str, Callable[[], Tensors]]] = {
    "sick": ("Worked example: a sick network", _sick),
    "sound": ("The same network, sound", _sound),
}
"""What each is called, and its tensors."""


def example_file(name: str) -> bytes:
    """A built-in model as a file: the NPZ of its state_dict."""
    file = io.BytesIO()
    tensors: dict[str, Any] = EXAMPLES[name][1]()
    np.savez(file, **tensors)
    return file.getvalue()


@cache
def example(name: str) -> Model:
    """The same, read as any other file is."""
    return read_model(example_file(name))
