"""A small network's state in each format that is a table of tensors."""

import io
import json
import struct
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.app.models.pickles import checkpoint, legacy

State = Mapping[str, NDArray[Any]]
RNG = np.random.default_rng(0)
CODES = {"float32": "F32", "float64": "F64", "float16": "F16", "bfloat16": "BF16", "int64": "I64"}


def batch_norm(layer: str, channels: int, batches: int = 7) -> dict[str, NDArray[Any]]:
    """A batch norm as PyTorch saves it."""
    return {
        f"{layer}.weight": RNG.uniform(0.5, 2, channels).astype("f4"),
        f"{layer}.bias": RNG.normal(size=channels).astype("f4"),
        f"{layer}.running_mean": RNG.normal(size=channels).astype("f4"),
        f"{layer}.running_var": RNG.uniform(0.5, 2, channels).astype("f4"),
        f"{layer}.num_batches_tracked": np.array(batches),
    }


def conv(layer: str, inputs: int, outputs: int, bias: bool = False) -> dict[str, NDArray[Any]]:
    """A convolution as PyTorch saves it."""
    weight = {f"{layer}.weight": RNG.normal(size=(outputs, inputs, 3, 3)).astype("f4")}
    return weight | ({f"{layer}.bias": np.zeros(outputs, "f4")} if bias else {})


def network() -> dict[str, NDArray[Any]]:
    """A residual network of one block, with a head."""
    return {
        **conv("conv1", 3, 8), **batch_norm("bn1", 8),
        **conv("layer1.0.conv1", 8, 4), **batch_norm("layer1.0.bn1", 4),
        **conv("layer1.0.conv2", 4, 8, bias=True), **batch_norm("layer1.0.bn2", 8),
        **conv("layer1.0.downsample.0", 4, 8), **batch_norm("layer1.0.downsample.1", 8),
        "fc.weight": RNG.normal(size=(5, 8)).astype("f4"), "fc.bias": np.zeros(5, "f4"),
    }  # fmt: skip


def safetensors(state: State, in_order: bool = False) -> bytes:
    """The format as its library writes it: sorted by name, unless `in_order`."""
    names = list(state) if in_order else sorted(state, key=lambda name: (-state[name].itemsize, name))
    header, place = {}, 0
    for name in names:
        array = state[name]
        header[name] = {
            "dtype": CODES[array.dtype.name],
            "shape": array.shape,
            "data_offsets": [place, place + array.nbytes],
        }
        place += array.nbytes
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + b"".join(state[name].tobytes() for name in names)


def npz(state: State) -> bytes:
    file = io.BytesIO()
    np.savez(file, **state)
    return file.getvalue()


TABLES: dict[str, Callable[[State], bytes]] = {
    "safetensors": safetensors,
    "pytorch": checkpoint,
    "pytorch legacy": legacy,
    "npz": npz,
}
