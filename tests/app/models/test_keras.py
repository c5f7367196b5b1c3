"""Keras' files: both layouts of weights tell the same norms, and a model is written as it was read."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from app.models import read_model, write_model
from bncore.doctor import Norm
from bncore.doctor.findings import examine
from tests.app.models.keras_files import STATE, functional, h5, keras, kernel, layer, norms_of, statistics, weights
from tests.each import each

FILES: dict[str, Callable[[], bytes]] = {
    "keras": keras,
    "keras, packed": lambda: keras(packed=zipfile.ZIP_DEFLATED),
    "keras, groups without names": lambda: keras(named=False),
    "h5": h5,
    "h5 of Keras 3": lambda: h5(suffix=""),
    "keras, chunks packed": lambda: keras(chunks=True, compression="gzip", shuffle=True),
}


@each("what", FILES)
def test_a_batch_norm_has_its_variables_its_settings_and_what_stands_around_it(what: str) -> None:
    norms = norms_of(FILES[what]())
    assert list(norms) == ["bn1", "bn2"]
    norm = norms["bn1"]
    assert (norm.kind, norm.eps, norm.momentum, norm.behind) == ("batch", 1e-4, 0.25, "tanh")
    assert norm.known_by == "its class BatchNormalization"
    for field, word in {"gamma": "gamma", "beta": "beta", "mean": "moving_mean", "variance": "moving_variance"}.items():
        assert np.array_equal(getattr(norm, field), STATE["bn1"][word])
    assert norm.front is not None
    assert (norm.front.name, norm.front.bias, norm.front.outputs, norm.front.known_by) == ("conv1", None, 3, "graph")
    assert np.array_equal(read_model(FILES[what]()).read(norm.front.weight), STATE["conv1"]["kernel"])


@each("what", FILES)
def test_a_variable_that_the_settings_leave_out_is_left_out(what: str) -> None:
    norm = norms_of(FILES[what]())["bn2"]
    assert norm.gamma is None
    assert np.array_equal(norm.beta, STATE["bn2"]["beta"])  # type: ignore[arg-type]
    assert np.array_equal(norm.mean, STATE["bn2"]["moving_mean"])  # type: ignore[arg-type]


def test_a_layer_that_ends_with_an_activation_is_no_front_and_that_is_said() -> None:
    model = read_model(keras())
    assert model.norms[1].front is None
    assert model.notes == ("Without a layer in front: bn2 behind a Dense that ends with relu.",)


@each("field", ["gamma", "beta", "moving_mean", "moving_variance"])
def test_a_batch_norm_with_a_variable_of_another_length_is_there_without_it(field: str) -> None:
    whole = statistics(8)
    config = functional(layer("in", "InputLayer"), layer("bn", "BatchNormalization", "in"), output="bn")
    model = read_model(h5(config, state={"bn": whole | {field: whole[field][:5]}}))
    (norm,) = model.norms
    ours = {"moving_mean": "mean", "moving_variance": "variance"}.get(field, field)
    assert (norm.channels, norm.odd, getattr(norm, ours)) == (8, {ours: 5}, None)
    assert [finding.id for finding in examine(model)] == ["lengths_differ"]


def test_weights_alone_say_what_they_do_not_say() -> None:
    model = read_model(weights())
    assert [norm.name for norm in model.norms] == ["bn1", "bn2"]
    assert [norm.momentum for norm in model.norms] == [None, None]
    assert {norm.eps for norm in model.norms} == {1e-3}
    assert model.norms[0].known_by == "its group, called after BatchNormalization"
    assert "no configuration" in model.notes[0]
    assert model.norms[1].beta is None
    assert np.array_equal(model.norms[1].mean, STATE["bn2"]["moving_mean"])  # type: ignore[arg-type]
    affine = {"gamma": np.ones(8, "f4"), "beta": np.ones(8, "f4")}
    named = read_model(
        h5(config=None, state={"bn1": STATE["bn1"], "a": affine, "group_norm": affine, "d": kernel(8, 4)})
    )
    assert {norm.name: norm.kind for norm in named.norms} == {"bn1": "batch", "a": "layer", "group_norm": "group"}
    assert {norm.known_by for norm in named.norms} == {"its variables' names"}


KINDS: dict[str, tuple[dict[str, Any], tuple[str, float, int | None]]] = {
    "LayerNormalization": ({}, ("layer", 1e-3, None)),
    "GroupNormalization": ({"groups": 4}, ("group", 1e-3, 4)),
    "RMSNormalization": ({}, ("rms", 1e-6, None)),
    "LayerNormalization of roots": ({"rms_scaling": True, "epsilon": 1e-5}, ("rms", 1e-5, None)),
}


@each("what", KINDS)
def test_each_class_of_norm_has_its_kind_and_its_defaults(what: str) -> None:
    settings, told = KINDS[what]
    config = functional(layer("in", "InputLayer"), layer("n", what.partition(" ")[0], "in", **settings), output="n")
    words = {"gamma": np.full(8, 2.0, "f4")} | ({} if told[0] == "rms" else {"beta": np.ones(8, "f4")})
    norm = norms_of(h5(config, state={"n": words}))["n"]
    assert (norm.kind, norm.eps, norm.groups) == told
    assert (norm.gamma == 2).all()  # type: ignore[union-attr]


def around(*layers: dict[str, Any], state: dict[str, Any], output: str = "bn") -> Norm:
    config = functional(layer("in", "InputLayer"), *layers, output=output)
    return norms_of(h5(config, state={"bn": statistics(), **state}))["bn"]


FRONTS = {
    "Dense": ((5, 8), "kernel", 1),
    "Conv1D": ((3, 5, 8), "kernel", 2),
    "Conv2DTranspose": ((3, 3, 8, 5), "kernel", 2),
    "DepthwiseConv2D": ((3, 3, 8, 1), "depthwise_kernel", 2),
}


@each("kind", FRONTS)
def test_each_layer_counts_its_outputs_on_its_own_axis(kind: str) -> None:
    shape, word, outputs = FRONTS[kind]
    front = around(
        layer("a", kind, "in"), layer("bn", "BatchNormalization", "a"), state={"a": {word: np.ones(shape, "f4")}}
    ).front
    assert front is not None
    assert (front.name, front.outputs) == ("a", outputs)


APART = {
    "others take its output": [
        layer("a", "Dense", "in"),
        layer("bn", "BatchNormalization", "a"),
        layer("c", "ReLU", "a"),
    ],
    "it is called twice": [
        {**layer("a", "Dense", "in"), "inbound_nodes": [*layer("", "", "in")["inbound_nodes"] * 2]},
        layer("bn", "BatchNormalization", "a"),
    ],
    "a sum": [layer("a", "Dense", "in"), layer("bn", "BatchNormalization", "a", "in")],
    "an activation": [layer("a", "ReLU", "in"), layer("bn", "BatchNormalization", "a")],
}


@each("what", APART)
def test_a_layer_into_which_nothing_can_be_folded_is_no_front(what: str) -> None:
    assert around(*APART[what], state={"a": kernel(5, 8)}).front is None


def test_in_a_row_each_layer_takes_the_output_of_the_one_before() -> None:
    """And a model within a model has its name in front of its layers'."""
    row = [layer("d", "Dense"), layer("bn", "BatchNormalization"), layer("r", "LeakyReLU")]
    config = {"class_name": "Sequential", "config": {"name": "net", "layers": row}}
    (norm,) = read_model(h5(config, state={"d": kernel(5, 8), "bn": statistics()})).norms
    assert norm.front is not None
    assert (norm.front.name, norm.behind) == ("d", "leaky_relu")
    inner = {
        "class_name": "Sequential",
        "config": {"name": "inner", "layers": row},
        "name": "inner",
        "inbound_nodes": [],
    }
    file = io.BytesIO(h5(functional(inner, output="inner"), state={}))
    with h5py.File(file, "r+") as opened:
        for name, variables in {"d": kernel(5, 8), "bn": statistics()}.items():
            for word, array in variables.items():
                opened[f"model_weights/inner/{name}/{word}:0"] = array
    (norm,) = read_model(file.getvalue()).norms
    assert norm.front is not None
    assert (norm.name, norm.front.name) == ("inner/bn", "inner/d")


def test_keras_2_writes_inbound_nodes_as_lists() -> None:
    nodes = {"inbound_nodes": [[["a", 0, 0, {}]]]}
    norm = around(layer("a", "Dense", "in"), layer("bn", "BatchNormalization") | nodes, state={"a": kernel(5, 8)})
    assert norm.front is not None
    assert norm.front.name == "a"


@pytest.mark.parametrize("what", FILES)
def test_a_model_is_written_with_other_numbers(what: str, tmp_path: Path) -> None:
    data = FILES[what]()
    model = read_model(data)
    gamma = model.norms[0].tensors["gamma"]
    write_model(model, {gamma: np.arange(8.0)}, tmp_path / "out")
    written = read_model(tmp_path / "out")
    assert written.format == model.format
    assert np.array_equal(written.norms[0].gamma, np.arange(8))  # type: ignore[arg-type]
    for name in model.tensors:
        assert name == gamma or written.read(name).tobytes() == model.read(name).tobytes()
    assert [file.name for file in tmp_path.iterdir()] == ["out"]
