"""The set-up's rules: what is locked, what a notebook gets, and that image, server and tests share their steps."""

import ast
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path

import numpy as np
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.each import each

ROOT = Path(__file__).parent.parent
LOCKS = ["requirements.lock", "requirements-cluster.lock", "requirements-dev.lock"]
PIN = re.compile(r"^([a-z0-9][a-z0-9._-]*)==([^\s;]+)(?: ; .+)? \\$")


def entries(lock: str) -> dict[str, tuple[str, list[str]]]:
    """Name -> (version, hashes) of each package in a lock file; fails on a line of any other kind."""
    pins: dict[str, tuple[str, list[str]]] = {}
    hashes: list[str] = []
    for line in (ROOT / lock).read_text().splitlines():
        if line.lstrip().startswith("#"):
            continue
        if pin := PIN.match(line):
            hashes = []
            pins[pin[1]] = (pin[2], hashes)
        else:
            digest = re.fullmatch(r" {4}--hash=sha256:([0-9a-f]{64})(?: \\)?", line)
            assert digest, f"{lock}: {line}"
            hashes.append(digest[1])
    return pins


def groups() -> dict[str, list[Requirement]]:
    """The dependency groups of pyproject.toml by name, without what they include."""
    table = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]
    return {name: [Requirement(item) for item in items if isinstance(item, str)] for name, items in table.items()}


@each("lock", LOCKS)
def test_every_locked_package_has_hashes(lock: str) -> None:
    assert len(entries(lock)) > 20
    assert all(hashes for _, hashes in entries(lock).values())


@each("lock", LOCKS)
def test_a_lock_names_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert not re.search(r"://|--(extra-)?index|--find-links|--trusted-host| @ ", text)


def test_the_tests_run_what_the_server_runs() -> None:
    server, cluster, dev = (entries(lock).items() for lock in LOCKS)
    assert server <= cluster <= dev


HELD = [("server", LOCKS[0]), ("server", LOCKS[2]), ("cluster", LOCKS[1]), ("cluster", LOCKS[2]), ("dev", LOCKS[2])]


@each(("group", "lock"), HELD)
def test_a_lock_holds_what_pyproject_asks_for(group: str, lock: str) -> None:
    locked = entries(lock)
    for wanted in groups()[group]:
        assert wanted.specifier.contains(locked[canonicalize_name(wanted.name)][0]), f"{wanted}: run `make lock`"


def test_what_the_server_imports_is_in_its_own_group() -> None:
    distributions = {
        "sklearn": "scikit-learn",
        "fontTools": "fonttools",
        "pydantic_settings": "pydantic-settings",
        "ml_dtypes": "ml-dtypes",
        "prometheus_client": "prometheus-client",
    }
    brought_along = {"pydantic", "starlette", "python_multipart", "anyio", "markupsafe"}  # by FastAPI and Jinja
    asked_for = {canonicalize_name(wanted.name) for wanted in groups()["server"]}
    optional = {
        ROOT / "app/web/runs/cluster.py": {"distributed"},  # where a scheduler is named
        ROOT / "bncore/stream/cluster.py": {"dask"},  # where an array of its own is given
    }
    for path in [*ROOT.glob("app/**/*.py"), *ROOT.glob("bncore/**/*.py")]:
        asked_here = imported(path) - optional.get(path, set())
        for name in asked_here - sys.stdlib_module_names - {"app", "bncore"} - brought_along:
            assert distributions.get(name, name) in asked_for, f"{path.relative_to(ROOT)} imports {name}"


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
    return names


def test_the_image_and_make_make_their_environment_by_the_same_script() -> None:
    dockerfile, makefile = ((ROOT / name).read_text() for name in ("Dockerfile", "Makefile"))
    assert "RUN scripts/environment requirements.lock" in dockerfile
    assert "scripts/environment" in makefile
    assert not re.search(r"pip install", dockerfile + makefile)
    assert 'python", "-m", "app' in dockerfile or "exec python -m app" in dockerfile
    assert "$(run) app --host" in makefile


def test_the_image_gets_every_folder_that_it_copies() -> None:
    copied = re.findall(r"^COPY ([^-\n]+) \S+$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    let_through = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    for path in " ".join(copied).split():
        assert path.partition("/")[0] in let_through
        assert (ROOT / path).exists()


def test_the_image_does_not_run_as_root() -> None:
    user = re.findall(r"^USER (\d+):(\d+)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)[-1]
    assert int(user[0]) > 0
    assert int(user[1]) > 0


def test_pip_install_gives_bncore_and_the_doctors_command_and_nothing_of_the_web(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    for name in ("bncore", "app"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, source)
    build = f"from setuptools.build_meta import build_wheel; build_wheel({str(tmp_path)!r})"
    no_compiler = os.environ | {"CC": "/nowhere/cc"}  # which fails no installation, and takes no time here
    subprocess.run([sys.executable, "-c", build], cwd=source, check=True, capture_output=True, env=no_compiler)
    with zipfile.ZipFile(next(tmp_path.glob("bnscope-*.whl"))) as wheel:
        wheel.extractall(tmp_path / "installed")
        names = wheel.namelist()
        scripts = wheel.read(next(name for name in names if name.endswith("/entry_points.txt"))).decode()
        metadata = wheel.read(next(name for name in names if name.endswith("/METADATA"))).decode()
    code = [name for name in names if ".dist-info/" not in name]
    assert {name.partition("/")[0] for name in code} == {"bncore", "app"}
    of_the_server = {"/".join(name.split("/")[:2]) for name in code if name.startswith("app/")}
    assert of_the_server == {"app/__init__.py", "app/errors.py", "app/doctor", "app/files", "app/models"}
    assert {Path(name).suffix for name in names if ".dist-info/" not in name} == {".py"}
    wanted = re.findall(r"^Requires-Dist: ([\w-]+)(.*)", metadata, re.MULTILINE)
    assert [name for name, condition in wanted if "extra" not in condition] == ["numpy"]
    assert "bnscope = app.doctor.command:main" in scripts
    run_installed(tmp_path)


def run_installed(folder: Path) -> None:
    """What is installed reads a model by itself; the words are those of the console script."""
    weights = {f"bn.{name}": np.ones(4) for name in ("weight", "bias", "running_mean")}
    np.savez(folder / "model.npz", **weights, **{"bn.running_var": np.array([1.0, -1.0, 2.0, 3.0])})
    code = "import sys; from app.doctor.command import main; sys.exit(main())"
    words = [sys.executable, "-P", "-c", code, "doctor", "model.npz"]
    own = os.environ | {"PYTHONPATH": str(folder / "installed")}
    run = subprocess.run(words, cwd=folder, capture_output=True, text=True, env=own)
    assert (run.returncode, run.stderr) == (1, "")
    assert "below 0" in run.stdout


@pytest.mark.parametrize(("workers", "ending"), [("1", signal.SIGINT), ("2", signal.SIGTERM)], ids=str)
def test_python_m_app_says_where_it_is_and_answers_there(
    workers: str, ending: signal.Signals, tmp_path: Path, cache_in: Callable[[Path], Path]
) -> None:
    command = [sys.executable, "-m", "app", "--port", "0", "--workers", workers]
    environment = {
        "BNSCOPE_UPLOADS_DIR": str(tmp_path / "uploads"),
        "BNSCOPE_CACHE_DIR": str(cache_in(tmp_path)),
        "BNSCOPE_PROCESSES": "0",  # those that run trainings end in tests/app/web/runs/test_serving.py
    }
    log = tmp_path / "log"
    with (
        log.open("w") as lines,
        subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=lines, text=True) as server,
    ):
        assert server.stdout
        said = re.fullmatch(r"bnscope is at http://(127\.0\.0\.1):(\d+)\n", server.stdout.readline())
        try:
            assert said
            connection = HTTPConnection(said[1], int(said[2]), timeout=60)
            connection.request("GET", "/healthz")
            assert connection.getresponse().status == 200
            connection.close()
        finally:
            server.send_signal(ending)
        assert server.wait(60) == 0
    first = log.read_text().partition("\n")[0]
    assert f" {workers} worker" in first
    assert re.search(r"; bncore (compiled \(\w+\)|by numpy \(.+\))$", first)


def test_a_port_in_use_is_one_clear_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        command = [sys.executable, "-m", "app", "--port", str(port)]
        finished = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert finished.returncode == 1
    assert finished.stdout == ""
    assert re.fullmatch(rf"bnscope cannot listen on 127\.0\.0\.1:{port}: .*PORT={port + 1}\n", finished.stderr)
