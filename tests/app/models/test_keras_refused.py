"""Keras' files of which something is wrong: what points out of a file, is too large or damaged is refused."""

import io
import json
import random
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import pytest

from app.errors import UnreadableModel, UploadTooLarge, UserError
from app.models import read_model
from app.models.keras.aside import Aside
from app.models.keras.child import COMMANDS
from app.models.limits import CHUNK, DEPTH, TENSORS
from tests.app.models.keras_files import functional, h5, keras, layer, norms_of, weights
from tests.each import each


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


@each("what", POINTING)
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
    "a head alone": b"\x89HDF\r\n\x1a\n",
}


@each("what", DAMAGED)
def test_a_damaged_file_is_refused(what: str) -> None:
    with pytest.raises(UnreadableModel, match="The Keras file is damaged or of a kind that is not read"):
        read_model(DAMAGED[what])


def test_half_a_file_is_told_to_be_one() -> None:
    with pytest.raises(UnreadableModel, match="The Keras file is incomplete: its end is missing"):
        read_model(h5()[:4000])


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
