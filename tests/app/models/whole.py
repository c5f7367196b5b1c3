"""A model's norms and the layers in front of them, written as a file of each format."""

import io
import json
import zipfile

import h5py
import numpy as np
from onnx import helper

from tests.app.models import graphs, keras_files
from tests.app.models.files import TABLES

PARTS = {"gamma": "weight", "beta": "bias", "mean": "running_mean", "variance": "running_var"}
KERAS = {"gamma": "gamma", "beta": "beta", "mean": "moving_mean", "variance": "moving_variance"}


def fronts(model):
    """The arrays of the layer in front of each norm: its weight and, where it has one, its bias."""
    for norm in model.norms:
        bias = {} if norm.front.bias is None else {"bias": model.read(norm.front.bias)}
        yield norm, {"weight": model.read(norm.front.weight), **bias}


def state(model):
    """As PyTorch saves it."""
    kept = {}
    for norm, front in fronts(model):
        kept |= {f"{norm.front.name}.{part}": array for part, array in front.items()}
        kept |= {f"{norm.name}.{part}": np.asarray(getattr(norm, field), "f4") for field, part in PARTS.items()}
        if norm.batches is not None:
            kept[f"{norm.name}.num_batches_tracked"] = np.array(norm.batches)
    return kept


def onnx(model):
    """A chain of layers, norms and ReLUs, or of tanh behind the last dense one."""
    nodes, at = [], "x"
    for norm, front in fronts(model):
        kind = "Conv" if front["weight"].ndim == 4 else "Gemm"
        named = [f"{norm.front.name}.{part}" for part in front]
        flat = {"transB": 1} if kind == "Gemm" else {}
        nodes.append(helper.make_node(kind, [at, *named], [f"{norm.name}_in"], **flat))
        told = {"epsilon": 1e-5 if norm.eps is None else norm.eps}
        told["momentum"] = 0.9 if norm.momentum is None else 1 - norm.momentum
        nodes.append(graphs.batch_norm(f"{norm.name}_in", f"{norm.name}_out", norm.name, **told))
        at = f"{norm.name}_next"
        nodes.append(helper.make_node("Relu", [f"{norm.name}_out"], [at]))
    arrays = {name: array for name, array in state(model).items() if not name.endswith("num_batches_tracked")}
    initializers = [graphs.numpy_helper.from_array(np.asarray(array), name) for name, array in arrays.items()]
    return graphs.model(nodes, initializers, output=at).SerializeToString()


def keras_layers(model):
    """The configuration and the variables of each layer."""
    layers, variables, before = [keras_files.layer("in", "InputLayer")], {}, "in"
    for norm, front in fronts(model):
        called, weight = f"front_{norm.name}", front["weight"]
        kind = "Conv2D" if weight.ndim == 4 else "Dense"
        told = {"activation": "linear", "use_bias": "bias" in front}
        layers.append(keras_files.layer(called, kind, before, **told))
        axes = (2, 3, 1, 0) if weight.ndim == 4 else (1, 0)
        variables[called] = {"kernel": weight.transpose(axes)} | {k: v for k, v in front.items() if k == "bias"}
        told = {"epsilon": 1e-5 if norm.eps is None else norm.eps, "scale": True, "center": True}
        told["momentum"] = 0.9 if norm.momentum is None else 1 - norm.momentum
        layers.append(keras_files.layer(norm.name, "BatchNormalization", called, **told))
        variables[norm.name] = {word: np.asarray(getattr(norm, field), "f4") for field, word in KERAS.items()}
        before = f"act_{norm.name}"
        layers.append(keras_files.layer(before, "Activation", norm.name, activation="relu"))
    return keras_files.functional(*layers, output=before), variables


def h5(model):
    config, variables = keras_layers(model)
    return keras_files.h5(config, state=variables)


def keras(model):
    config, variables = keras_layers(model)
    weights, file = io.BytesIO(), io.BytesIO()
    with h5py.File(weights, "w") as opened:
        for place, (name, arrays) in enumerate(variables.items()):
            group = opened.create_group(f"layers/layer_{place}/vars")
            group.attrs["name"] = name
            for number, array in enumerate(arrays.values()):
                group.create_dataset(str(number), data=array)
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("metadata.json", json.dumps({"keras_version": "3.15.1"}))
        archive.writestr("config.json", json.dumps(config))
        archive.writestr("model.weights.h5", weights.getvalue())
    return file.getvalue()


WHOLE = {kind: lambda model, write=write: write(state(model)) for kind, write in TABLES.items()}
WHOLE |= {"onnx": onnx, "h5": h5, "keras": keras}
"""Each format: from a model to the bytes of its file."""
