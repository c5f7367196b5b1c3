"""The norms of a Keras model, by class and settings, and the layers around them by the graph.

Defaults are those of keras.layers: ε 1e-3 (RMSNormalization 1e-6), momentum 0.99, which weighs the old value.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from app.models.contents import Tensor
from app.models.dtypes import is_real
from app.models.find.kinds import kind_named
from app.models.keras.config import OUTPUT, Configured, activation_of
from app.models.keras.hdf5 import Tree
from app.models.keras.stored import Stored
from app.models.limits import CHANNELS, NORM_BYTES
from app.models.names import channels_of, new_weight
from bncore.doctor import Front, Norm
from bncore.doctor.model import Kind

KINDS: Mapping[str, Kind] = {
    "BatchNormalization": "batch",
    "SyncBatchNormalization": "batch",
    "LayerNormalization": "layer",
    "GroupNormalization": "group",
    "InstanceNormalization": "instance",
    "RMSNormalization": "rms",
}
EPSILON: Mapping[str, float] = {"rms": 1e-6}
DEFAULT_EPSILON = 1e-3
MOMENTUM = 0.99
DIGITS = 12

FIELDS = {"gamma": "gamma", "beta": "beta", "moving_mean": "mean", "moving_variance": "variance"}
"""Keras' names of a norm's variables, and ours."""

OUTPUTS: Mapping[str, tuple[str, int]] = {
    **{f"Conv{n}D": ("kernel", -1) for n in (1, 2, 3)},
    **{f"Conv{n}DTranspose": ("kernel", -2) for n in (1, 2, 3)},
    **{f"DepthwiseConv{n}D": ("kernel", -2) for n in (1, 2)},
    **{f"SeparableConv{n}D": ("pointwise_kernel", -1) for n in (1, 2)},
    "Dense": ("kernel", -1),
}
"""Layers that may stand in front: the variable that gives the channels, and its axis that counts them."""

ACTIVATIONS = {
    "ReLU": "relu", "LeakyReLU": "leaky_relu", "ELU": "elu", "PReLU": "prelu", "Softmax": "softmax",
    "ThresholdedReLU": "thresholded_relu",
}  # fmt: skip


@dataclass(frozen=True)
class Built:
    """A norm, and why nothing is told to stand in front of it."""

    norm: Norm
    open: str


def norms_of(tree: Tree, layers: Mapping[str, Configured], stored: list[Stored]) -> Iterator[Built]:
    """The norms in the order of the configuration, or else of the file."""
    by_name = {one.name: one for one in stored}
    order = {name: place for place, name in enumerate(layers)}
    size = 0
    for one in sorted(stored, key=lambda one: order.get(one.name, len(order))):
        norm = _norm(tree, layers.get(one.name), one) if size < NORM_BYTES else None
        if norm is not None:
            size += 8 * norm.channels * len(norm.tensors)
            yield _placed(tree, layers, by_name, norm)


def _norm(tree: Tree, layer: Configured | None, one: Stored) -> Norm | None:
    """The norm of a layer, if it is one."""
    kind = KINDS.get(one.kind) or _kind_of(one)
    fitting, odd = _fitting(tree.tensors, one)
    if kind is None or not fitting or (odd and kind != "batch"):
        return None
    settings = layer.settings if layer else {}
    kind = "rms" if settings.get("rms_scaling") else kind
    arrays: dict[str, Any] = {field: np.array(tree.read(path)).reshape(-1) for field, path in fitting.items()}
    by = "its variables' names" if not one.kind else f"its {'class' if layer else 'group, called after'} {one.kind}"
    return Norm(one.name, kind, **arrays, **_told(kind, settings, layer), tensors=fitting, known_by=by, odd=odd)


def _kind_of(one: Stored) -> Kind | None:
    """The kind of a layer whose class is not told, by its variables: only norms call one gamma."""
    if {"moving_mean", "moving_variance"} <= one.variables.keys():
        return "batch"
    if "gamma" not in one.variables or one.kind:
        return None
    return kind_named(one.name)[1] or "layer"


def _told(kind: Kind, settings: Mapping[str, Any], layer: Configured | None) -> dict[str, Any]:
    """What the settings say, or else their defaults; without a configuration only ε, which hardly anybody changes."""
    told: dict[str, Any] = {"eps": _number(settings.get("epsilon"), EPSILON.get(kind, DEFAULT_EPSILON))}
    if layer is None:
        return told
    if kind == "batch":
        told["momentum"] = round(new_weight(_number(settings.get("momentum"), MOMENTUM), "old"), DIGITS)
    return told | ({"groups": settings.get("groups")} if kind == "group" else {})


def _number(given: Any, default: float) -> float:
    return float(given) if isinstance(given, (int, float)) else default


def _fitting(tensors: Mapping[str, Tensor], one: Stored) -> tuple[dict[str, str], dict[str, int]]:
    """The variables that have one value a channel, as many as most have, and the lengths of the others."""
    paths = {field: one.variables[word] for word, field in FIELDS.items() if word in one.variables}
    lengths = {field: channels_of(tensors[path].shape) or 0 for field, path in paths.items()}
    count = max(lengths.values(), key=Counter(lengths.values()).__getitem__, default=0)
    if not 0 < count <= CHANNELS or not all(is_real(tensors[path].dtype) for path in paths.values()):
        return {}, {}
    odd = {field: length for field, length in lengths.items() if length != count}
    return {field: path for field, path in paths.items() if field not in odd}, odd


def _placed(tree: Tree, layers: Mapping[str, Configured], by_name: Mapping[str, Stored], norm: Norm) -> Built:
    """The norm with what stands around it."""
    layer = layers.get(norm.name)
    if layer is None:
        return Built(norm, "" if norm.kind != "batch" else "without a configuration")
    front, why = _front(tree, layers, by_name, norm, layer)
    return Built(replace(norm, front=front, behind=_behind(layers, layer)), why if norm.kind == "batch" else "")


def _front(
    tree: Tree, layers: Mapping[str, Configured], by_name: Mapping[str, Stored], norm: Norm, layer: Configured
) -> tuple[Front | None, str]:
    """The layer whose output the norm alone takes, or else why none is told."""
    if len(layer.parents) != 1 or layer.calls != 1:
        return None, "behind an input" if not layer.parents else "called more than once"
    name = layer.parents[0]
    before = layers[name]
    if before.kind not in OUTPUTS or name not in by_name:
        return None, f"behind {before.kind}"
    if not before.is_linear:
        return None, f"behind a {before.kind} that ends with {activation_of(before.settings)}"
    if len(before.children) != 1 or before.calls != 1:
        return None, f"behind a {before.kind} that others take, too"
    word, axis = OUTPUTS[before.kind]
    weight = by_name[name].variables.get(word, "")
    shape = tree.tensors[weight].shape if weight else ()
    if len(shape) < 2 or shape[axis] != norm.channels:
        return None, f"behind a {before.kind} that gives other channels"
    return Front(name, weight, by_name[name].variables.get("bias"), axis % len(shape), "graph"), ""


def _behind(layers: Mapping[str, Configured], layer: Configured) -> str | None:
    """The activation that alone takes what the norm gives."""
    if len(layer.children) != 1 or layer.children[0] == OUTPUT:
        return None
    after = layers[layer.children[0]]
    return activation_of(after.settings) if after.kind == "Activation" else ACTIVATIONS.get(after.kind)
