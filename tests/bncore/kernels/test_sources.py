"""The kernels' sources: of a readable width, few to a folder, and all of them in a source distribution."""

import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

ROOT = Path(__file__).parents[3]
SOURCE = ROOT / "bncore/kernels/source"
FILES = sorted(path for path in SOURCE.rglob("*") if path.suffix in {".c", ".h"})


def test_no_line_is_longer_than_one_of_python_may_be():
    lines = [(path.name, at, line) for path in FILES for at, line in enumerate(path.read_text().splitlines(), 1)]
    assert [(name, at) for name, at, line in lines if len(line) > 120] == []


def test_no_folder_has_more_than_fifteen_files():
    assert len(FILES) > 15
    for folder in [SOURCE, *(path for path in SOURCE.rglob("*") if path.is_dir())]:
        assert len([path for path in folder.iterdir() if path.is_file()]) <= 15, folder


def test_a_source_distribution_has_every_source(tmp_path):
    tree = tmp_path / "tree"
    for package in ("bncore", "app"):
        ignored = shutil.ignore_patterns("__pycache__", "*.so", "views", "static")
        shutil.copytree(ROOT / package, tree / package, ignore=ignored)
    for name in ("pyproject.toml", "README.md", "MANIFEST.in"):
        shutil.copy(ROOT / name, tree)
    build = f"from setuptools.build_meta import build_sdist; build_sdist({str(tmp_path)!r})"
    subprocess.run([sys.executable, "-c", build], cwd=tree, check=True, capture_output=True)
    with tarfile.open(next(tmp_path.glob("bnscope-*.tar.gz"))) as packed:
        names = {name.partition("/")[2] for name in packed.getnames()}
    assert {path.relative_to(ROOT).as_posix() for path in FILES} <= names
