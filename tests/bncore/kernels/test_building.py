"""scripts/kernels.py: builds once, says a word where it cannot, and never fails."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
WRITES = """#!/bin/sh
echo called >>{calls}
while [ "$1" != -o ]; do case "$1" in -DBN_SOURCE=*) kept="$1";; esac; shift; done
echo "$kept" >"$2"; cat *.o >>"$2" 2>/dev/null
for o in $(dirname "$2")/*.o; do cat "$o"; done >>"$2.all" && mv "$2.all" "$2"
"""


@pytest.fixture
def tree(tmp_path):
    """A tree with what the script reads."""
    ignored = shutil.ignore_patterns("__pycache__", "*.so")
    shutil.copytree(ROOT / "bncore/kernels", tmp_path / "bncore/kernels", ignore=ignored)
    (tmp_path / "scripts").mkdir()
    shutil.copy(ROOT / "scripts/kernels.py", tmp_path / "scripts")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def built(tree, **environment):
    command = [sys.executable, "-m", "scripts.kernels"]
    done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    return done.stderr


def compiler(tree, text):
    path = tree / "compiler"
    path.write_text(text)
    path.chmod(0o755)
    return str(path)


def test_without_a_compiler_it_says_a_word(tree):
    assert built(tree, PATH="/nowhere").endswith("there is no C compiler to build its kernels.\n")
    assert list(tree.rglob("*.so")) == []


def test_a_compiler_that_fails_is_a_word_too_and_what_is_outdated_goes(tree):
    (tree / "bncore/kernels/_compiled.abi3.so").write_text("of other sources")
    said = built(
        tree, CC=compiler(tree, "#!/bin/sh\necho 'x.c:1: error: too old' >&2; exit 1\n"), PATH=os.environ["PATH"]
    )
    assert said.count("\n") == 1
    assert "does not build its kernels (x.c:1: error: too old)" in said
    assert list(tree.rglob("*.so")) == []


def test_what_is_built_is_built_again_only_when_a_source_changes(tree):
    calls = tree / "calls"
    there = {"CC": compiler(tree, WRITES.format(calls=calls)), "PATH": os.environ["PATH"]}
    if "Python.h" in built(tree, **there):
        pytest.skip("no Python.h here")
    first = len(calls.read_text().splitlines())
    assert built(tree, **there) == ""
    assert len(calls.read_text().splitlines()) == first
    (tree / "bncore/kernels/source/pool.h").write_text("/* changed */")
    built(tree, **there)
    assert len(calls.read_text().splitlines()) == 2 * first
