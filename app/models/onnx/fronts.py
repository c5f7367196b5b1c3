"""The layer whose output a norm of an ONNX graph takes: a convolution, a Gemm, or a product and a sum."""

from collections.abc import Callable, Mapping
from typing import Any

from app.models.contents import Tensor
from app.models.onnx.graph import Graph, attributes
from bncore.doctor import Front

Tensors = Mapping[str, Tensor]


def front_of(graph: Graph, tensors: Tensors, value: str, channels: int) -> tuple[Front | None, str]:
    """The layer that makes a value, and else why none is told.

    Its output and its weight are this norm's alone, so that the norm can be folded into it.
    """
    node = graph.makers.get(value)
    if node is None or node.op_type not in LAYERS:
        return None, f"behind {node.op_type if node else 'an input'}"
    layer = LAYERS[node.op_type](graph, node, tensors)
    if layer is None:
        return None, f"behind a {node.op_type} whose weight is computed"
    if tensors[layer.weight].shape[layer.outputs] != channels:
        return None, f"behind a {node.op_type} that gives {tensors[layer.weight].shape[layer.outputs]} channels"
    if not (graph.alone(value) and graph.alone(layer.weight)):
        return None, f"behind a {node.op_type} that others take, too"
    return layer, ""


def _convolution(graph: Graph, node: Any, tensors: Tensors) -> Front | None:
    return _layer(graph, node, tensors, 0)


def _transposed(graph: Graph, node: Any, tensors: Tensors) -> Front | None:
    return _layer(graph, node, tensors, 1) if attributes(node).get("group", 1) == 1 else None


def _gemm(graph: Graph, node: Any, tensors: Tensors) -> Front | None:
    given = attributes(node)
    if given.get("alpha", 1.0) != 1.0 or given.get("beta", 1.0) != 1.0:
        return None
    return _layer(graph, node, tensors, 0 if given.get("transB") else 1)


def _product(graph: Graph, node: Any, tensors: Tensors) -> Front | None:
    return _layer(graph, node, tensors, -1)


def _sum(graph: Graph, node: Any, tensors: Tensors) -> Front | None:
    """A product with a bias that is added behind it."""
    biases = [value for value in node.input if (name := graph.tensor(value)) and len(tensors[name].shape) == 1]
    rest = [value for value in node.input if value not in biases]
    if len(biases) != 1 or len(rest) != 1 or not graph.alone(rest[0]):
        return None
    product = graph.makers.get(rest[0])
    layer = _product(graph, product, tensors) if product is not None and product.op_type == "MatMul" else None
    return layer and Front(layer.name, layer.weight, graph.tensor(biases[0]), layer.outputs, "graph")


def _layer(graph: Graph, node: Any, tensors: Tensors, outputs: int) -> Front | None:
    """The layer of a node, whose weight is its second input and whose bias is its third."""
    names = [graph.tensor(value) if value else None for value in node.input]
    weight = names[1] if len(names) > 1 else None
    bias = names[2] if len(names) > 2 else None
    computed = len(node.input) > 2 and node.input[2] and bias is None
    if weight is None or computed or len(tensors[weight].shape) < 2:
        return None
    return Front(node.name or weight, weight, bias, outputs % len(tensors[weight].shape), "graph")


LAYERS: Mapping[str, Callable[[Graph, Any, Tensors], Front | None]] = {
    "Conv": _convolution,
    "ConvTranspose": _transposed,
    "Gemm": _gemm,
    "MatMul": _product,
    "Add": _sum,
}
"""The nodes that may stand in front of a norm."""
