"""An ONNX graph as a norm sees it: which node makes a value, which take it, and which tensor it is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

HANDED = 8
"""How often a tensor may be handed on."""

PASSED = frozenset({"Identity", "Cast"})
"""Nodes that hand a tensor on: exporters share equal initializers through them."""


@dataclass(frozen=True)
class Graph:
    """A graph's nodes, by the values that they make and by those that they take (None: the model's own outputs)."""

    nodes: tuple[Any, ...]
    makers: Mapping[str, Any]
    takers: Mapping[str, list[Any]]
    tensors: frozenset[str]

    def tensor(self, value: str) -> str | None:
        """The tensor that a value is, if it is one, whatever hands it on."""
        for _ in range(HANDED):
            if value in self.tensors:
                return value
            maker = self.makers.get(value)
            if maker is None or maker.op_type not in PASSED or not maker.input:
                return None
            value = maker.input[0]
        return None

    def alone(self, value: str) -> bool:
        """Whether a value is taken once, and is no output of the model."""
        return len(self.takers.get(value, ())) == 1

    def behind(self, value: str) -> Any:
        """The node that alone takes a value, None where there is none."""
        return self.takers[value][0] if self.alone(value) else None


def graph_of(proto: Any, tensors: Mapping[str, Any]) -> Graph:
    """The graph of a message; outputs of the model count as taken."""
    nodes = tuple(proto.node)
    takers: dict[str, list[Any]] = {}
    for node in nodes:
        for value in node.input:
            takers.setdefault(value, []).append(node)
    for output in proto.output:
        takers.setdefault(output.name, []).append(None)
    return Graph(nodes, {value: node for node in nodes for value in node.output}, takers, frozenset(tensors))


def attributes(node: Any) -> dict[str, Any]:
    """A node's numbers and texts by name."""
    return {one.name: READ[one.type](one) for one in node.attribute if one.type in READ}


def short(value: float) -> float:
    """A number of float32 as it was written: 1e-05 rather than 9.999999747378752e-06."""
    return float(str(np.float32(value)))


READ: Mapping[int, Callable[[Any], Any]] = {1: lambda one: short(one.f), 2: lambda one: int(one.i)}
"""How attributes of numbers are read, by their type."""
