"""The variables of each layer in an HDF5 file, however Keras has put them there.

Keras 3 numbers them, in a group `vars` that is called after the layer, within groups that are called after classes
(`layers/batch_normalization_1/vars/0`). Keras 2 names them, behind the layer's name twice (`bn1/bn1/gamma:0`).
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from app.models.keras.config import Configured
from app.models.keras.hdf5 import Tree

Variables = Mapping[str, str]

NUMBERED: Mapping[str, tuple[str, ...]] = {
    "BatchNormalization": ("gamma", "beta", "moving_mean", "moving_variance"),
    "SyncBatchNormalization": ("gamma", "beta", "moving_mean", "moving_variance"),
    "LayerNormalization": ("gamma", "beta"),
    "GroupNormalization": ("gamma", "beta"),
    "RMSNormalization": ("gamma",),
    "SeparableConv1D": ("depthwise_kernel", "pointwise_kernel", "bias"),
    "SeparableConv2D": ("depthwise_kernel", "pointwise_kernel", "bias"),
}
"""What Keras 3 numbers, by class; any other layer has a kernel and a bias."""

STATISTICS = {kind: names[2:] for kind, names in NUMBERED.items() if len(names) == 4}
"""The variables of batch norms that come last, which are there in any case."""

OTHERS = ("kernel", "bias")
LEFT_OUT = {"gamma": "scale", "beta": "center", "bias": "use_bias"}
"""The settings by which a layer goes without a variable."""

SAME = {"scale": "gamma", "depthwise_kernel": "kernel"}
"""Other names of a variable."""


@dataclass(frozen=True)
class Stored:
    """A layer of the file: its name, its class, and the paths of its variables by name."""

    name: str
    kind: str
    variables: Variables


def stored(tree: Tree, layers: Mapping[str, Configured]) -> Iterator[Stored]:
    """The layers that have variables, in the order of the file; optimizers' are left."""
    groups: dict[str, list[str]] = {}
    for path in tree.tensors:
        groups.setdefault(path.rpartition("/")[0], []).append(path)
    names = _paths(layers) | {path.removesuffix("/vars"): name for path, name in tree.names.items()}
    for group, paths in groups.items():
        if not group.startswith("optimizer"):
            numbered = group.rpartition("/")[2] == "vars"
            yield _numbered(names, layers, group, paths) if numbered else _named(layers, group, paths)


def _paths(layers: Mapping[str, Configured]) -> dict[str, str]:
    """The groups of layers of the model itself by their classes and order, as Keras makes them."""
    counts: Counter[str] = Counter()
    paths: dict[str, str] = {}
    for name in (name for name in layers if "/" not in name):
        group = snake(layers[name].kind)
        paths[f"layers/{group}" + (f"_{counts[group]}" if counts[group] else "")] = name
        counts[group] += 1
    return paths


def snake(kind: str) -> str:
    """A class's name as Keras calls groups.

    >>> snake("BatchNormalization"), snake("Conv2D"), snake("ReLU"), snake("RMSNormalization")
    ('batch_normalization', 'conv2d', 're_lu', 'rms_normalization')
    """
    words = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", kind)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", words).lower()


def _numbered(names: Mapping[str, str], layers: Mapping[str, Configured], group: str, paths: list[str]) -> Stored:
    """A layer of Keras 3: its settings say which of its variables there are."""
    parts = group.removesuffix("/vars").split("/")
    outer = ["/".join(parts[:end]) for end in range(2, len(parts) + 1, 2)]
    inner = [names.get(path, path.rpartition("/")[2]) for path in outer] or [parts[-1]]
    name = inner[0] if len(inner) == 1 else f"{inner[0]}/{inner[-1]}"
    layer = layers.get(name)
    kind = layer.kind if layer else _class(parts[-1])
    expected = _expected(kind, layer, len(paths))
    last = _in_order(paths)[-len(expected) :]
    return Stored(name, kind, dict(zip(expected, last, strict=True)) if len(last) == len(expected) else {})


def _expected(kind: str, layer: Configured | None, count: int) -> tuple[str, ...]:
    """The variables of a layer by their numbers. Of a batch norm without settings, which of γ and β is left out is not
    told, and its statistics come last."""
    expected = NUMBERED.get(kind, OTHERS)
    if layer is not None:
        return tuple(word for word in expected if layer.settings.get(LEFT_OUT.get(word, ""), True) is not False)
    return expected[2:] if len(expected) == 4 and count < 4 else expected[:count]


def _named(layers: Mapping[str, Configured], group: str, paths: list[str]) -> Stored:
    """A layer of Keras 2, by its variables' own names."""
    parts = group.removeprefix("model_weights/").split("/")
    name = parts[-1] if parts[-1] == parts[0] or len(parts) == 1 else f"{parts[0]}/{parts[-1]}"
    variables = {}
    for path in paths:
        word = path.rpartition("/")[2].removesuffix(":0")
        variables[SAME.get(word, word)] = path
    return Stored(name, layers[name].kind if name in layers else "", variables)


def _in_order(paths: list[str]) -> list[str]:
    return sorted(paths, key=lambda path: int(path.rpartition("/")[2]) if path.rpartition("/")[2].isdecimal() else 0)


def _class(group: str) -> str:
    """The class that a group is called after: `batch_normalization_1` is of BatchNormalization."""
    plain = re.sub(r"_\d+$", "", group)
    return next((kind for kind in NUMBERED if snake(kind) == plain), "")
