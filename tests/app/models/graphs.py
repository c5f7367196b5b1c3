"""Small ONNX models, built by the library."""

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
