"""The README is true: its examples run, its settings are the settings, its addresses exist."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from bncore.kernels.backend import AUTOMATIC, VARIABLE

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
PYTHON = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


def test_every_setting_stands_in_the_table_with_its_default():
    rows = dict(re.findall(r"\| `BNSCOPE_(\w+)` \| `?([^|`]+?)`? \|", README))
    settings = {name.upper(): str(field.default) or "none" for name, field in Settings.model_fields.items()}
    assert rows == settings | {VARIABLE.removeprefix("BNSCOPE_"): AUTOMATIC}


def test_the_notebook_example_runs():
    example = next(code for code in PYTHON if "import bncore" in code)
    exec(compile(example, "README.md", "exec"), {})


def test_the_example_of_a_stream_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    example = next(code for code in PYTHON if "import stream" in code)
    exec(compile(example, "README.md", "exec"), {})


def test_every_example_is_python():
    assert len(PYTHON) == 4
    for code in PYTHON:
        compile(code, "README.md", "exec")


@pytest.fixture(scope="module")
def paths() -> set[str]:
    return set(create_app().openapi()["paths"])


def test_every_address_of_the_api_exists(paths):
    named = set(re.findall(r"http://127\.0\.0\.1:8000(/api/v1/[a-z/-]+)", README))
    assert len(named) >= 4
    assert named <= paths


@pytest.mark.parametrize("address", re.findall(r"curl -s 'http://127\.0\.0\.1:8000(/[^']+)' > ", README))
def test_every_fixed_query_is_answered_and_has_what_is_printed_of_it(address, tmp_path):
    client = TestClient(create_app(Settings(uploads_dir=tmp_path / "uploads", cache_dir=tmp_path / "cache")))
    answered = client.get(address)
    assert answered.status_code == 200
    file = re.search(re.escape(address) + r"' > (\S+)", README)
    assert file
    printed = re.search(
        rf"python3 -c '(import json; \w+ = json\.load\(open\(\"{re.escape(file[1])}\"\)\);.*?)'", README
    )
    assert printed
    (tmp_path / file[1]).write_bytes(answered.content)
    told = subprocess.run([sys.executable, "-c", printed[1]], cwd=tmp_path, check=True, capture_output=True, text=True)
    assert told.stdout


def test_the_body_of_the_batchnorm_example_is_json():
    body = re.search(r"-d '(\{.*?\})'", README)
    assert body is not None
    assert set(json.loads(body[1])) == {"x", "gamma", "dy"}


def test_every_call_of_a_view_and_every_body_is_answered(tmp_path):
    app = create_app(Settings(uploads_dir=tmp_path / "uploads", cache_dir=tmp_path / "cache"))
    client = TestClient(app)
    views = re.findall(r"curl -s 'http://127\.0\.0\.1:8000(/api/v1/[^']+)'", README)
    assert any(address.startswith("/api/v1/norms?") for address in views)
    for address in views:
        assert client.get(address).status_code == 200, address
    bodies = re.findall(r"curl -s http://127\.0\.0\.1:8000(/api/v1/\S+) -H [^\n]+\\\n\s+-d '(\{.*?\})'", README)
    assert [address for address, _ in bodies] == ["/api/v1/batchnorm", "/api/v1/norms", "/api/v1/norms/merge"]
    for address, body in bodies:
        assert client.post(address, content=body).status_code == 200, address


def test_the_server_gives_out_the_capture_that_the_example_imports(tmp_path):
    client = TestClient(create_app(Settings(uploads_dir=tmp_path / "uploads", cache_dir=tmp_path / "cache")))
    address = re.search(r"curl -sO http://127\.0\.0\.1:8000(/static/\S+/bnscope_capture\.py)", README)
    assert address
    answered = client.get(address[1])
    assert answered.headers["content-type"].startswith("text/x-python")
    assert answered.headers["cache-control"] == "no-cache"
    example = next(code for code in PYTHON if "from bnscope_capture import capture" in code)
    names: dict[str, object] = {}
    exec(compile(answered.text, "bnscope_capture.py", "exec"), names)
    assert callable(names["capture"])
    assert 'capture(net, "capture.npz", steps=4)' in example
    assert 'capture(net, "capture.npz", steps=4)' in str(names["__doc__"])


def test_links_to_files_lead_somewhere():
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert (ROOT / target).exists(), target
