"""A model's configuration: its layers by name, what each says of itself, and which layers stand around it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from app.models.limits import DEPTH, HEADER, NAME


@dataclass
class Configured:
    """A layer: its class, its settings, the layers whose outputs it takes and those that take its own."""

    kind: str
    settings: Mapping[str, Any]
    parents: list[str] = field(default_factory=list)
    children: list[str] = field(default_factory=list)
    calls: int = 1

    @property
    def is_linear(self) -> bool:
        """Whether it ends without an activation."""
        return activation_of(self.settings) in (None, "linear")


OUTPUT = ""
"""What takes the output of the model."""


def layers_of(text: str | bytes) -> dict[str, Configured]:
    """The layers of a configuration. Those of a model inside have its name in front: `inner/bn`.

    Raises:
        ValueError: it is no configuration, or larger than one.
    """
    if len(text) > HEADER:
        raise ValueError(f"its configuration takes {len(text):,} bytes")
    model = json.loads(text)
    layers: dict[str, Configured] = {}
    _collect(model, "", layers, 0)
    return layers


def _collect(model: Mapping[str, Any], inside: str, layers: dict[str, Configured], depth: int) -> None:
    """Adds the layers of a model, which may hold models."""
    if depth > DEPTH:
        raise ValueError("its models nest more deeply than others")
    config = model["config"]
    entries = config if isinstance(config, list) else config.get("layers", [])
    names = [_name(entry) for entry in entries]
    for entry, name in zip(entries, names, strict=True):
        inner = entry.get("config", {})
        layers[f"{inside}{name}"] = Configured(str(entry.get("class_name")), inner)
        if isinstance(inner, dict) and isinstance(inner.get("layers"), list):
            _collect(entry, f"{inside or name + '/'}", layers, depth + 1)
    _connect(model, entries, names, inside, layers)


def _name(entry: Mapping[str, Any]) -> str:
    name = str(entry.get("name") or entry.get("config", {}).get("name"))
    if len(name) > NAME:
        raise ValueError(f"it has a layer with a name of {len(name):,} characters")
    return name


def _connect(
    model: Mapping[str, Any], entries: list[Any], names: list[str], inside: str, layers: dict[str, Configured]
) -> None:
    """Who takes whose output: by inbound nodes, or in a row."""
    config = model["config"]
    row = model.get("class_name") == "Sequential" or isinstance(config, list)
    pairs = pairwise([*names, OUTPUT]) if row else _pairs(config, entries, names)
    for entry, name in zip(entries, names, strict=True):
        layers[f"{inside}{name}"].calls = len(entry.get("inbound_nodes") or [None])
    for parent, name in pairs:
        if (before := layers.get(f"{inside}{parent}")) is not None:
            before.children.append(f"{inside}{name}" if name else OUTPUT)
            if name:
                layers[f"{inside}{name}"].parents.append(f"{inside}{parent}")


def _pairs(config: Mapping[str, Any], entries: list[Any], names: list[str]) -> Iterator[tuple[str, str]]:
    """Each layer with those that take its output, as the nodes of a graph tell."""
    for entry, name in zip(entries, names, strict=True):
        yield from ((parent, name) for parent in _histories(entry.get("inbound_nodes")))
    yield from ((parent, OUTPUT) for parent in _histories(config.get("output_layers")))


def _histories(nodes: Any, depth: int = 0) -> Iterator[str]:
    """The layers that inbound nodes name, in Keras 3 as `keras_history`, in Keras 2 as [name, node, tensor, …]."""
    if depth > DEPTH:
        raise ValueError("its nodes nest more deeply than others")
    if isinstance(nodes, dict):
        for value in nodes.values():
            yield from _histories(value, depth + 1)
    elif isinstance(nodes, list):
        if len(nodes) > 2 and isinstance(nodes[0], str) and all(type(place) is int for place in nodes[1:3]):
            yield nodes[0]
        else:
            for value in nodes:
                yield from _histories(value, depth + 1)


def activation_of(settings: Mapping[str, Any]) -> str | None:
    """The name of the activation that a layer ends with, in whichever form it is written."""
    given = settings.get("activation")
    if isinstance(given, dict):
        config = given.get("config")
        given = config if isinstance(config, str) else (config or {}).get("name") or given.get("class_name")
    return given if isinstance(given, str) else None
