"""The norms of an ONNX graph: nodes of five kinds, with their attributes and the operator set's defaults.

Inputs and defaults are those of the operators' reference (BatchNormalization 15, LayerNormalization 17,
GroupNormalization 21, InstanceNormalization 22, RMSNormalization 23). Batch norm's momentum weighs the old value.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from app.models.contents import Contents
from app.models.dtypes import is_real
from app.models.limits import CHANNELS, NORM_BYTES
from app.models.names import PER_CHANNEL, Role, channels_of, named, new_weight
from app.models.onnx.fronts import front_of
from app.models.onnx.graph import Graph, attributes
from bncore.doctor import Norm
from bncore.doctor.model import Kind

EPSILON = 1e-5
MOMENTUM = 0.9
DIGITS = 7
"""Digits that float32 holds."""
AFFINE: tuple[Role, ...] = ("gamma", "beta")

NODES: Mapping[str, tuple[Kind, tuple[Role, ...]]] = {
    "BatchNormalization": ("batch", PER_CHANNEL),
    "LayerNormalization": ("layer", AFFINE),
    "GroupNormalization": ("group", AFFINE),
    "InstanceNormalization": ("instance", AFFINE),
    "RMSNormalization": ("rms", ("gamma",)),
    "SimplifiedLayerNormalization": ("rms", ("gamma",)),
}
"""Each kind of node, and what its inputs are, behind the first."""

ACTIVATIONS = {
    "Relu": "relu", "LeakyRelu": "leaky_relu", "Sigmoid": "sigmoid", "Tanh": "tanh", "Elu": "elu", "Selu": "selu",
    "Gelu": "gelu", "Softplus": "softplus", "HardSigmoid": "hard_sigmoid", "HardSwish": "hard_swish", "Mish": "mish",
    "Swish": "swish", "PRelu": "prelu", "Softsign": "softsign", "Clip": "clip", "ThresholdedRelu": "thresholded_relu",
    "Celu": "celu",
}  # fmt: skip
"""The activations among ONNX's operators, by the names that bnscope has for them where it has any."""


@dataclass(frozen=True)
class Built:
    """A norm, and what its node does not tell, in half a sentence each."""

    norm: Norm
    open: tuple[str, ...]


def norms_of(graph: Graph, contents: Contents) -> Iterator[Built]:
    """The norms in the order of the nodes, as far as they fit into memory together."""
    taken: set[str] = set()
    size = 0
    for place, node in enumerate(graph.nodes):
        if node.op_type in NODES and node.input and size < NORM_BYTES:
            built = _norm(graph, contents, node, _name(node, place, taken))
            taken.add(built.norm.name)
            size += 8 * built.norm.channels * len(built.norm.tensors)
            yield built


def _norm(graph: Graph, contents: Contents, node: Any, name: str) -> Built:
    """The norm of a node, and what the node leaves open."""
    kind, roles = NODES[node.op_type]
    fitting, odd = _fitting(contents, _tensors(graph, node, roles))
    arrays: dict[str, Any] = {role: np.array(contents.read(tensor)).reshape(-1) for role, tensor in fitting.items()}
    norm = Norm(name, kind, **arrays, **_told(kind, node), tensors=fitting, known_by=f"its node {node.op_type}")
    front, why = front_of(graph, contents.tensors, node.input[0], norm.channels)
    norm = replace(norm, front=front, behind=_behind(graph, node))
    return Built(norm, (*odd, why) if why and kind == "batch" else odd)


def _told(kind: Kind, node: Any) -> dict[str, Any]:
    """What the attributes say, or else their defaults."""
    given = attributes(node)
    told = {"eps": given.get("epsilon", EPSILON)}
    if kind == "batch":
        told["momentum"] = round(new_weight(given.get("momentum", MOMENTUM), "old"), DIGITS)
    return told | ({"groups": given.get("num_groups")} if kind == "group" else {})


def _tensors(graph: Graph, node: Any, roles: tuple[Role, ...]) -> dict[Role, str]:
    """The tensors behind a node's inputs, by role."""
    pairs = zip(roles, node.input[1:], strict=False)
    return {role: name for role, value in pairs if value and (name := graph.tensor(value))}


def _fitting(contents: Contents, names: Mapping[Role, str]) -> tuple[dict[str, str], tuple[str, ...]]:
    """Those tensors that have one value a channel, all equally many; and what is wrong with the others."""
    counts = {role: channels_of(contents.tensors[name].shape) for role, name in names.items()}
    first = next(iter(counts.values()), None)
    odd = [
        role for role, name in names.items()
        if counts[role] != first or not first or first > CHANNELS or not is_real(contents.tensors[name].dtype)
    ]  # fmt: skip
    told = tuple(f"whose {names[role]} has shape {contents.tensors[names[role]].shape}" for role in odd)
    return {role: name for role, name in names.items() if role not in odd}, told


def _name(node: Any, place: int, taken: set[str]) -> str:
    """The layer that the node's inputs are called after, or the node, or what it gives; the first that is free."""
    layers = {known.layer for value in node.input[1:] if (known := named(value))}
    layer = layers.pop() if len(layers) == 1 else ""
    names: tuple[str, ...] = (layer, node.name, *node.output[:1], f"{node.op_type} {place}")
    return next(name for name in names if name and (name not in taken or name == names[-1]))


def _behind(graph: Graph, node: Any) -> str | None:
    """The activation that alone takes what the norm gives."""
    taker = graph.behind(node.output[0]) if node.output else None
    return ACTIVATIONS.get(taker.op_type) if taker is not None else None
