"""Small Keras models: a configuration and weights in either layout, as Keras 3.15 and Keras 2 write them.

Compared once by hand with files of Keras itself.
"""

import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

import h5py
import numpy as np

from app.models import read_model
from bncore.doctor import Norm

Variables = Mapping[str, np.ndarray[Any, Any]]
RNG = np.random.default_rng(2)


def history(*names: str) -> list[dict[str, Any]]:
    """Inbound nodes as Keras 3 writes them: one call with these layers' outputs."""
    return [{"args": [{"class_name": "__keras_tensor__", "config": {"keras_history": [name, 0, 0]}} for name in names]}]


def layer(name: str, kind: str, *parents: str, **settings: Any) -> dict[str, Any]:
    return {
        "class_name": kind,
        "config": {"name": name, **settings},
        "name": name,
        "inbound_nodes": history(*parents) if parents else [],
    }


def functional(*layers: dict[str, Any], output: str) -> dict[str, Any]:
    return {
        "class_name": "Functional",
        "config": {"name": "net", "layers": list(layers), "output_layers": [[output, 0, 0]]},
    }


def statistics(channels: int = 8) -> dict[str, np.ndarray[Any, Any]]:
    return {
        "gamma": RNG.uniform(0.5, 2, channels).astype("f4"), "beta": RNG.normal(size=channels).astype("f4"),
        "moving_mean": RNG.normal(size=channels).astype("f4"),
        "moving_variance": RNG.uniform(0.5, 2, channels).astype("f4"),
    }  # fmt: skip


def kernel(*shape: int, bias: bool = True) -> dict[str, np.ndarray[Any, Any]]:
    return {"kernel": RNG.normal(size=shape).astype("f4")} | ({"bias": np.zeros(shape[-1], "f4")} if bias else {})


CONFIG = functional(
    layer("in", "InputLayer"),
    layer("conv1", "Conv2D", "in", activation="linear", use_bias=False),
    layer("bn1", "BatchNormalization", "conv1", epsilon=1e-4, momentum=0.75, scale=True, center=True),
    layer("act", "Activation", "bn1", activation="tanh"),
    layer("head", "Dense", "act", activation="relu", use_bias=True),
    layer("bn2", "BatchNormalization", "head", epsilon=1e-3, momentum=0.99, scale=False),
    output="bn2",
)
STATE: dict[str, Variables] = {
    "conv1": kernel(3, 3, 3, 8, bias=False),
    "bn1": statistics(),
    "head": kernel(8, 4),
    "bn2": {word: array for word, array in statistics(4).items() if word != "gamma"},
}
CLASSES = {"conv1": "conv2d", "bn1": "batch_normalization", "head": "dense", "bn2": "batch_normalization_1"}


def weights(state: Mapping[str, Variables] = STATE, named: bool = True, **options: Any) -> bytes:
    """Keras 3's weights: numbered, in groups that are called after classes; earlier ones leave the layer's name out."""
    file = io.BytesIO()
    with h5py.File(file, "w") as opened:
        for name, variables in state.items():
            group = opened.create_group(f"layers/{CLASSES[name]}/vars")
            if named:
                group.attrs["name"] = name
            for place, array in enumerate(variables.values()):
                group.create_dataset(str(place), data=array, **options)
        opened.create_group("optimizer/vars").create_dataset("0", data=np.ones(8, "f4"))
    return file.getvalue()


def keras(config: Mapping[str, Any] = CONFIG, packed: int = zipfile.ZIP_STORED, **options: Any) -> bytes:
    """A .keras archive."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", packed) as archive:
        archive.writestr("metadata.json", json.dumps({"keras_version": "3.15.1"}))
        archive.writestr("config.json", json.dumps(config))
        archive.writestr("model.weights.h5", weights(**options))
    return file.getvalue()


def h5(config: Mapping[str, Any] | None = CONFIG, suffix: str = ":0", state: Mapping[str, Variables] = STATE) -> bytes:
    """A .h5 file of a model, as Keras 2 writes it."""
    file = io.BytesIO()
    with h5py.File(file, "w") as opened:
        if config is not None:
            opened.attrs["model_config"] = json.dumps(config)
        for name, variables in state.items():
            for word, array in variables.items():
                opened.create_dataset(f"model_weights/{name}/{name}/{word}{suffix}", data=array)
        opened.create_dataset("optimizer_weights/adam/m:0", data=np.ones(8, "f4"))
    return file.getvalue()


def norms_of(data: bytes) -> dict[str, Norm]:
    """The norms of a file, by name."""
    return {norm.name: norm for norm in read_model(data).norms}
