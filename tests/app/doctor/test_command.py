"""The doctor as a command: the same report as a server's, and a status that a build stops at."""

import json
import os
import subprocess
import sys
from pathlib import Path

import ml_dtypes
import pytest

from app.doctor.command import doctor, main
from tests.app.models import graphs, keras_files
from tests.app.models.files import TABLES, network, safetensors
from tests.app.views.doctor.files import capture, npz

ROOT = Path(__file__).parent.parent.parent.parent


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    for name in ("sick", "sound"):
        (folder / f"{name}.npz").write_bytes(npz(name))
    (folder / "notes.txt").write_text("no model")
    return folder


def test_the_table_is_printed_worst_first_and_errors_end_with_one(folder, capsys) -> None:
    assert main(["doctor", str(folder / "sick.npz")]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "sick.npz: npz, 6 norm layers, 37 tensors"
    rows = [line.split()[:2] for line in lines if line.split()[:1] in (["error"], ["warning"], ["note"], ["sound"])]
    assert rows[0] == ["error", "layer2.bn1"]
    assert [word for word, _ in rows].index("sound") == 5
    assert main(["doctor", str(folder / "sound.npz")]) == 0


def test_every_form_is_that_of_the_server(folder, client, capsys) -> None:
    id = client.post("/api/v1/doctor", content=npz()).json()["id"]
    for form in ("text", "markdown", "csv", "json"):
        doctor([str(folder / "sick.npz"), "--format", form])
        served = client.get("/api/v1/doctor/report", params={"model": id, "format": form}).text
        assert capsys.readouterr().out == served.replace(f"Upload {id[:8]}…", "sick.npz")


def test_two_checkpoints_are_compared(folder, capsys) -> None:
    doctor([str(folder / "sick.npz"), "--other", str(folder / "sound.npz"), "--format", "json"])
    told = json.loads(capsys.readouterr().out)["compared"]
    assert told["other"] == "sound.npz"
    assert {row["state"] for row in told["norms"]} == {"changed", "same"}


def test_a_capture_adds_what_weights_do_not_tell(folder, capsys) -> None:
    (folder / "steps.npz").write_bytes(capture("bn1", 16, rows=8))
    assert doctor([str(folder / "sound.npz"), "--capture", str(folder / "steps.npz")]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[1].startswith("No norm layer has a warning of its own")
    assert [line.split()[:2] for line in told[3:5]] == [["warning", "the"], ["note", "bn1"]]
    assert doctor([str(folder / "sound.npz"), "--capture", str(folder / "sick.npz")]) == 2


def test_a_capture_alone_is_examined_as_the_server_does(folder, client, capsys) -> None:
    path = folder / "alone.npz"
    path.write_bytes(capture("bn1", 16))
    id = client.post("/api/v1/doctor", content=path.read_bytes()).json()["id"]
    doctor([str(path)])
    served = client.get("/api/v1/doctor/report", params={"model": id, "format": "text"}).text
    assert capsys.readouterr().out == served.replace(f"Upload {id[:8]}…", "alone.npz")
    assert doctor([str(path), "--capture", str(path)]) == 2
    assert "a capture itself" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["notes.txt", "nowhere.pt"])
def test_what_cannot_be_read_ends_with_two_and_a_line(folder, name, capsys) -> None:
    assert main(["doctor", str(folder / name)]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
    (folder / "empty.npz").touch()
    assert main(["doctor", str(folder / "empty.npz")]) == 2
    assert "The file is empty" in capsys.readouterr().err


def test_it_needs_no_server(folder) -> None:
    """Neither the web framework nor the readers of formats that are not asked for are imported."""
    code = "import sys, app.doctor.command as c; c.doctor(sys.argv[1:]); print(*sorted(sys.modules))"
    run = subprocess.run(
        [sys.executable, "-c", code, str(folder / "sound.npz")], cwd=ROOT, capture_output=True, text=True, check=True
    )
    loaded = {name.partition(".")[0] for name in run.stdout.splitlines()[-1].split()}
    assert not loaded & {"fastapi", "starlette", "pydantic", "onnx", "h5py", "plotly", "anyio"}


MISSING = ("h5py", "ml_dtypes", "onnx", "safetensors")
NEED = {
    "model.onnx": ("onnx", graphs.convolved().SerializeToString()),
    "model.h5": ("h5py", keras_files.h5()),
    "model.keras": ("h5py", keras_files.keras()),
    "narrow.safetensors": (
        "ml_dtypes", safetensors({key: value.astype(ml_dtypes.bfloat16) for key, value in network().items()})
    ),
}  # fmt: skip


def test_numpy_alone_reads_tables_of_tensors_and_other_files_name_the_package_that_they_need(folder) -> None:
    for name in MISSING:
        (folder / f"{name}.py").write_text(f"raise ModuleNotFoundError('No module', name={name!r})")
    for kind, write in TABLES.items():
        (folder / kind).write_bytes(write(network()))
    statuses, told = of_needy_files(folder, *TABLES)
    assert statuses == [0] * len(TABLES) + [2] * len(NEED)
    for line, (package, _) in zip(told, NEED.values(), strict=True):
        assert line.startswith(f"bnscope: Reading this file takes the package {package}, which is not installed. ")
        assert "[doctor]" in line


def of_needy_files(folder, *others):
    """The statuses of other files and of those that need packages, with `folder` in front of what is installed, and
    what is told of them."""
    for name, (_, content) in NEED.items():
        (folder / name).write_bytes(content)
    files = [*others, *NEED]
    code = "import sys, app.doctor.command as c; print([c.doctor([file]) for file in sys.argv[1:]], file=sys.stderr)"
    run = subprocess.run(
        [sys.executable, "-c", code, *files], cwd=folder, capture_output=True, text=True, check=True,
        env=os.environ | {"PYTHONPATH": f"{folder}{os.pathsep}{ROOT}"},
    )  # fmt: skip
    *told, statuses = run.stderr.splitlines()
    return json.loads(statuses), told


BROKEN = {
    "onnx": ("ModuleNotFoundError('No module', name='onnx.onnx_ml_pb2')", " (onnx.onnx_ml_pb2): No module."),
    "h5py": ("ImportError('libhdf5.so:\\n no file.', name='h5py._errors')", " (h5py._errors): libhdf5.so: no file."),
    "ml_dtypes": ("ImportError('numpy is too old')", ": numpy is too old."),
}  # fmt: skip


def test_a_package_that_is_there_and_cannot_be_loaded_is_not_said_to_be_missing(tmp_path) -> None:
    for name, (error, _) in BROKEN.items():
        (tmp_path / f"{name}.py").write_text(f"raise {error}")
    statuses, told = of_needy_files(tmp_path)
    assert statuses == [2] * len(NEED)
    for line, (package, _) in zip(told, NEED.values(), strict=True):
        loaded = "bnscope: A package that this file is read by is installed, but cannot be loaded"
        assert line.startswith(loaded + BROKEN[package][1]), line
        assert "not installed" not in line
