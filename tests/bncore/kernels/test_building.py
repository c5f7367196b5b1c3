"""scripts/kernels.py: builds once, and says a word where it cannot; in CI it fails by sources that do not compile."""

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
WRITES = """#!/bin/sh
echo called >>{calls}
while [ "$1" != -o ]; do case "$1" in -DBN_SOURCE=*) kept="$1";; esac; shift; done
echo "$kept" >"$2"; cat *.o >>"$2" 2>/dev/null
for o in $(dirname "$2")/*.o; do cat "$o"; done >>"$2.all" && mv "$2.all" "$2"
"""

FAILS = "#!/bin/sh\necho 'x.c:1: error: too old' >&2; exit 1\n"
needs_headers = pytest.mark.skipif(
    not Path(sysconfig.get_path("include"), "Python.h").exists(), reason="no Python.h here"
)


@pytest.fixture
def tree(tmp_path):
    """A tree with what the script reads."""
    ignored = shutil.ignore_patterns("__pycache__", "*.so")
    shutil.copytree(ROOT / "bncore/kernels", tmp_path / "bncore/kernels", ignore=ignored)
    (tmp_path / "scripts").mkdir()
    shutil.copy(ROOT / "scripts/kernels.py", tmp_path / "scripts")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def built(tree, code=0, **environment):
    command = [sys.executable, "-m", "scripts.kernels"]
    done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True)
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    return done.stderr


def compiler(tree, text):
    path = tree / "compiler"
    path.write_text(text)
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize("ci", [{}, {"CI": "true"}])
def test_without_a_compiler_it_says_a_word(tree, ci):
    assert built(tree, PATH="/nowhere", **ci).endswith("there is no C compiler to build its kernels.\n")
    assert list(tree.rglob("*.so")) == []


@needs_headers
@pytest.mark.parametrize(("ci", "code"), [({}, 0), ({"CI": "true"}, 1)])
def test_a_compiler_that_fails_is_a_word_and_in_ci_a_failure_and_what_is_outdated_goes(tree, ci, code):
    (tree / "bncore/kernels/_compiled.abi3.so").write_text("of other sources")
    said = built(tree, code, CC=compiler(tree, FAILS), PATH=os.environ["PATH"], **ci)
    assert said.count("\n") == 1
    assert "does not build its kernels (x.c:1: error: too old)" in said
    assert list(tree.rglob("*.so")) == []


def test_where_nothing_can_be_written_it_says_a_word(tree):
    (tree / "bncore/kernels/_compiled.abi3.so/in the way").mkdir(parents=True)
    said = built(tree, CC=compiler(tree, FAILS), PATH=os.environ["PATH"], CI="true")
    assert said.endswith("its kernels cannot be written (Is a directory).\n")
    assert said.count("\n") == 1


@needs_headers
def test_what_is_built_is_built_again_only_when_a_source_or_a_flag_changes(tree):
    calls = tree / "calls"
    there = {"CC": compiler(tree, WRITES.format(calls=calls)), "PATH": os.environ["PATH"]}
    built(tree, **there)
    first = len(calls.read_text().splitlines())
    assert built(tree, **there) == ""
    assert len(calls.read_text().splitlines()) == first
    (tree / "bncore/kernels/source/pool.h").write_text("/* changed */")
    built(tree, **there)
    assert len(calls.read_text().splitlines()) == 2 * first
    project = tree / "pyproject.toml"
    project.write_text(project.read_text().replace('"-O3"', '"-O2"'))
    built(tree, **there)
    assert len(calls.read_text().splitlines()) == 3 * first
