"""The doctor as a command: the same report as a server's, and a status that a build stops at."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from app.doctor.command import doctor, main
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
