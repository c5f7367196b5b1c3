"""Small ONNX models, built by the library, and parts of a message, built by hand."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

RNG = np.random.default_rng(1)


def tensors(**arrays: NDArray[Any]) -> list[onnx.TensorProto]:
    return [numpy_helper.from_array(np.asarray(array), name.replace("__", ".")) for name, array in arrays.items()]


def model(
    nodes: list[onnx.NodeProto], initializers: list[onnx.TensorProto], output: str = "y", opset: int = 23
) -> onnx.ModelProto:
    graph = helper.make_graph(
        nodes, "net",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, None)],
        [helper.make_tensor_value_info(output, TensorProto.FLOAT, None)], initializers,
    )  # fmt: skip
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])


def values(layer: str, channels: int) -> Mapping[str, NDArray[Any]]:
    """Of a batch norm, by PyTorch's names."""
    return {
        f"{layer}__weight": RNG.uniform(0.5, 2, channels).astype("f4"),
        f"{layer}__bias": RNG.normal(size=channels).astype("f4"),
        f"{layer}__running_mean": RNG.normal(size=channels).astype("f4"),
        f"{layer}__running_var": RNG.uniform(0.5, 2, channels).astype("f4"),
    }


def batch_norm(x: str, y: str, layer: str, **attributes: Any) -> onnx.NodeProto:
    names = [f"{layer}.{part}" for part in ("weight", "bias", "running_mean", "running_var")]
    return helper.make_node("BatchNormalization", [x, *names], [y], name=f"/{layer}/BatchNormalization", **attributes)


def convolved(**attributes: Any) -> onnx.ModelProto:
    """A convolution, a batch norm and a leaky ReLU."""
    nodes = [
        helper.make_node("Conv", ["x", "conv1.weight", "conv1.bias"], ["c"], name="/conv1/Conv"),
        batch_norm("c", "n", "bn1", **attributes),
        helper.make_node("LeakyRelu", ["n"], ["y"]),
    ]
    weight = RNG.normal(size=(8, 3, 3, 3)).astype("f4")
    return model(nodes, tensors(conv1__weight=weight, conv1__bias=np.zeros(8, "f4"), **values("bn1", 8)))


def varint(value: int) -> bytes:
    return bytes([value]) if value < 128 else bytes([value & 127 | 128]) + varint(value >> 7)


def field(number: int, content: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(content)) + content


def nested(depth: int) -> bytes:
    """Graphs within attributes within nodes within graphs."""
    graph = b""
    for _ in range(depth):
        graph = field(1, field(5, field(6, graph)))
    return b"\x08\x08" + field(7, graph)


def shaped(dims: list[int], raw: bytes) -> bytes:
    tensor = onnx.TensorProto(dims=dims, data_type=TensorProto.FLOAT, name="s", raw_data=raw)
    return model([helper.make_node("RMSNormalization", ["x", "s"], ["y"])], [tensor]).SerializeToString()
