"""Keras' files: both layouts of weights tell the same norms; what points out of a file, or is too large, is refused."""

import io
import json
import random
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from app.errors import UnreadableModel, UploadTooLarge, UserError
from app.models import read_model, write_model
from app.models.keras.aside import Aside
from app.models.keras.child import COMMANDS
from app.models.limits import CHUNK, DEPTH, TENSORS
from bncore.doctor import Norm
from tests.app.models.keras_files import STATE, functional, h5, keras, kernel, layer, statistics, weights

FILES: dict[str, Callable[[], bytes]] = {
    "keras": keras,
    "keras, packed": lambda: keras(packed=zipfile.ZIP_DEFLATED),
    "keras, groups without names": lambda: keras(named=False),
    "h5": h5,
    "h5 of Keras 3": lambda: h5(suffix=""),
    "keras, chunks packed": lambda: keras(chunks=True, compression="gzip", shuffle=True),
}


def norms_of(data: bytes) -> dict[str, Norm]:
    return {norm.name: norm for norm in read_model(data).norms}


@pytest.mark.parametrize("what", FILES)
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


@pytest.mark.parametrize("what", FILES)
def test_a_variable_that_the_settings_leave_out_is_left_out(what: str) -> None:
    norm = norms_of(FILES[what]())["bn2"]
    assert norm.gamma is None
    assert np.array_equal(norm.beta, STATE["bn2"]["beta"])  # type: ignore[arg-type]
    assert np.array_equal(norm.mean, STATE["bn2"]["moving_mean"])  # type: ignore[arg-type]


def test_a_layer_that_ends_with_an_activation_is_no_front_and_that_is_said() -> None:
    model = read_model(keras())
    assert model.norms[1].front is None
    assert model.notes == ("Without a layer in front: bn2 behind a Dense that ends with relu.",)


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


@pytest.mark.parametrize("what", KINDS)
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


@pytest.mark.parametrize("kind", FRONTS)
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


@pytest.mark.parametrize("what", APART)
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


def linked(change: Callable[[h5py.File], Any]) -> bytes:
    file = io.BytesIO(h5())
    with h5py.File(file, "r+") as opened:
        change(opened)
    return file.getvalue()


def virtual(opened: h5py.File) -> None:
    layout = h5py.VirtualLayout(shape=(8,), dtype="f4")
    layout[:] = h5py.VirtualSource("/etc/secret.h5", "x", shape=(8,))
    opened.create_virtual_dataset("model_weights/v", layout)


class InProcess:
    """The process aside, without a process."""

    def ask(self, **question: Any) -> Any:
        return COMMANDS[question.pop("command")](**question)


POINTING: dict[str, tuple[Callable[[h5py.File], Any], str]] = {
    "a link to a file": (lambda f: f.__setitem__("x", h5py.ExternalLink("/etc/secret.h5", "/y")), "/etc/secret.h5"),
    "a link to a path": (lambda f: f.__setitem__("x", h5py.SoftLink("/model_weights")), "/model_weights"),
    "numbers in a file": (lambda f: f.create_dataset("x", (8,), "f4", external="/etc/passwd"), "/etc/passwd"),
    "numbers of other files": (virtual, "/etc/secret.h5"),
}


@pytest.mark.parametrize("what", POINTING)
def test_what_points_out_of_the_file_is_refused_and_not_followed(what: str) -> None:
    change, where = POINTING[what]
    with pytest.raises(UnreadableModel, match=f"points to '{where}', and nothing is opened"):
        read_model(linked(change))


def test_the_line_that_makes_a_file_whole_works(tmp_path: Path) -> None:
    (tmp_path / "x.h5").write_bytes(h5())
    with h5py.File(tmp_path / "a.h5", "w") as opened:
        opened["model_weights"] = h5py.ExternalLink(str(tmp_path / "x.h5"), "/model_weights")
    with h5py.File(tmp_path / "a.h5") as a, h5py.File(tmp_path / "b.h5", "w") as b:
        [a.copy(k, b, expand_external=True) for k in a]
    assert "bn1" in norms_of((tmp_path / "b.h5").read_bytes())


def test_a_group_within_itself_is_walked_once() -> None:
    assert list(norms_of(linked(lambda f: f["model_weights"].__setitem__("again", f["/"])))) == ["bn1", "bn2"]


def test_groups_within_groups_without_end_are_refused() -> None:
    with pytest.raises(UnreadableModel, match="nest more deeply"):
        read_model(linked(lambda f: f.create_group("/".join("g" * (DEPTH + 2)))))


def test_a_chunk_larger_than_any_models_is_refused_before_it_is_unpacked() -> None:
    side = CHUNK // 4 + 1
    huge = linked(lambda f: f.create_dataset("x", (side,), "f4", chunks=(side,), compression="gzip"))
    assert len(huge) < 2**20
    with pytest.raises(UploadTooLarge, match="in chunks of"):
        read_model(huge)


def test_more_objects_than_a_model_has_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.models.keras.walk.TENSORS", 2)
    monkeypatch.setattr("app.models.keras.hdf5.aside", InProcess)
    assert TENSORS > 2
    with pytest.raises(UploadTooLarge, match="groups and datasets; up to 8 are read"):
        read_model(h5())


def test_a_variable_that_promises_more_than_memory_is_not_read() -> None:
    def change(opened: h5py.File) -> None:
        for word in ("gamma", "beta", "moving_mean", "moving_variance"):
            del opened[f"model_weights/bn1/bn1/{word}:0"]
            opened.create_dataset(f"model_weights/bn1/bn1/{word}:0", (2**40,), "f4", chunks=(1024,))

    model = read_model(linked(change))
    assert [norm.name for norm in model.norms] == ["bn2"]
    with pytest.raises(UploadTooLarge, match="unpacks to more than"):
        model.read("model_weights/bn1/bn1/gamma:0")


def archived(**members: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("metadata.json", "{}")
        for name, content in members.items():
            archive.writestr(name.replace("__", "."), content)
    return file.getvalue()


LONG = functional(layer("n" * 600, "Dense"), output="a")
DAMAGED = {
    "no weights": archived(config__json=b"{}"),
    "no configuration": archived(model__weights__h5=weights()),
    "a configuration that is none": archived(config__json=b"[1, 2]", model__weights__h5=weights()),
    "no JSON": archived(config__json=b"{", model__weights__h5=weights()),
    "brackets within brackets": archived(config__json=b"[" * 100_000, model__weights__h5=weights()),
    "a name that is a text": archived(config__json=json.dumps(LONG).encode(), model__weights__h5=weights()),
    "a path that is a text": linked(lambda f: f.create_group("g" * 600)),
    "weights that are none": archived(config__json=b"{}", model__weights__h5=b"\x89HDF\r\n\x1a\n" + bytes(100)),
    "half a file": h5()[:4000],
    "a head alone": b"\x89HDF\r\n\x1a\n",
}


@pytest.mark.parametrize("what", DAMAGED)
def test_a_damaged_file_is_refused(what: str) -> None:
    with pytest.raises(UnreadableModel, match="The Keras file is damaged or of a kind that is not read"):
        read_model(DAMAGED[what])


@pytest.mark.parametrize("data", [h5(), keras()], ids=["h5", "keras"])
def test_flipped_bits_are_read_or_refused_and_nothing_else(data: bytes) -> None:
    rng, taken = random.Random(len(data)), 0
    for _ in range(60):
        changed = bytearray(data)
        for _ in range(rng.randint(1, 3)):
            changed[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        try:
            read_model(bytes(changed))
            taken += 1
        except UserError:
            continue
    assert 0 < taken < 60


FAILS = {"it crashes": "input(); import os; os.abort()", "it never ends": "input(); import time; time.sleep(99)"}


@pytest.mark.parametrize("how", FAILS)
def test_where_the_library_fails_at_a_file_the_file_is_refused_and_the_next_one_is_read(
    how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = Aside()
    monkeypatch.setattr("app.models.keras.hdf5.aside", lambda: own)
    with monkeypatch.context() as failing:
        failing.setattr("app.models.keras.aside.SERVE", FAILS[how])
        failing.setattr("app.models.keras.aside.SECONDS", 0.5)
        with pytest.raises(UnreadableModel, match="the library of HDF5 fails at it, or takes longer"):
            read_model(h5())
    assert list(norms_of(h5())) == ["bn1", "bn2"]
    own.close()
