"""Which way bncore computes, as the environment says; and that it computes where the kernels are broken."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bncore.kernels import backend
from bncore.kernels.loading import compiled, fingerprint

ROOT = Path(__file__).parents[3]
MODULE, WHY = compiled()
SAYS = "import bncore; b = bncore.backend(); print(b.name, b.threads, b.instructions, b.why, sep='|')"
COMPUTES = "import bncore; assert abs(bncore.forward([[0.0], [2.0]], eps=0).y[1, 0] - 1) < 1e-15; " + SAYS


def python(code, folder=ROOT, **environment):
    return subprocess.run([sys.executable, "-c", code], cwd=folder, env=environment, capture_output=True, text=True)


def test_numpy_can_be_asked_for():
    assert python(COMPUTES, BNSCOPE_BACKEND="numpy", OMP_NUM_THREADS="2").stdout == (
        "numpy|2|None|BNSCOPE_BACKEND=numpy\n"
    )


def test_threads_are_those_of_openmp():
    assert python(SAYS, OMP_NUM_THREADS="3").stdout.split("|")[1] == "3"


@pytest.mark.skipif(MODULE is None, reason=f"NumPy alone: {WHY}")
def test_an_instruction_set_can_be_asked_for_and_without_that_of_the_name_the_best_computes():
    smallest, best = MODULE.instruction_sets()[0], MODULE.instruction_sets()[-1]  # on aarch64 there is one
    assert python(COMPUTES, BNSCOPE_BACKEND=smallest).stdout.split("|")[::2] == ["compiled", smallest]
    name, _, instructions, why = python(COMPUTES, BNSCOPE_BACKEND="mmx").stdout.split("|")
    assert (name, instructions) == ("compiled", best)
    assert why.startswith(f"BNSCOPE_BACKEND is 'mmx'; choose one of auto, numpy, {smallest}")


@pytest.mark.skipif(MODULE is None, reason=f"NumPy alone: {WHY}")
def test_a_child_of_a_process_with_a_pool_computes():
    code = """
import os, numpy as np, bncore
x = np.random.default_rng(0).standard_normal((2000, 64))
before = bncore.forward(x).y
child = os.fork()
if not child:
    os._exit(not np.array_equal(bncore.forward(x).y, before))
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
"""
    done = python("import warnings; warnings.simplefilter('ignore')" + code, OMP_NUM_THREADS="3")
    assert done.returncode == 0, done.stderr


@pytest.fixture
def tree(tmp_path):
    """A bncore of its own, without kernels."""
    built = shutil.ignore_patterns("__pycache__", "*.so")
    shutil.copytree(ROOT / "bncore", tmp_path / "bncore", ignore=built)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def changed(path, before, after):
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after))


def test_without_kernels_numpy_computes(tree):
    assert python(COMPUTES, tree, OMP_NUM_THREADS="1").stdout == "numpy|1|None|the kernels are not built\n"


def test_with_kernels_that_do_not_load_numpy_computes(tree):
    (tree / "bncore/kernels/_compiled.abi3.so").write_text("for another machine")
    done = python(COMPUTES, tree)
    assert done.stdout.startswith("numpy|"), done.stderr
    assert "_compiled.abi3.so" in done.stdout


@pytest.mark.skipif(MODULE is None or not MODULE.SOURCE, reason=f"no kernels of a tree: {WHY}")
def test_with_kernels_of_other_sources_numpy_computes(tree):
    shutil.copy(MODULE.__file__, tree / "bncore/kernels")
    assert python(COMPUTES, tree).stdout.startswith("compiled|")
    (tree / "bncore/kernels/source/walk/more.h").write_text("/* changed */")
    assert python(COMPUTES, tree).stdout.endswith("|the kernels were built from other sources\n")


def test_what_is_built_is_named_by_sources_their_names_and_flags_and_nothing_else(tree):
    source, project = tree / "bncore/kernels/source", tree / "pyproject.toml"

    def named():
        return fingerprint(str(source), str(project))

    names = [named()]
    changed(project, "\ndynamic = ", "\n# the version is bncore's\ndynamic = ")
    assert named() == names[0]
    changed(project, '"-O3"', '"-O2"')
    names.append(named())
    (source / "pool.h").rename(source / "pools.h")
    names.append(named())
    changed(source / "walk/plan.h", "fold", "folded")
    names.append(named())
    assert len(set(names)) == 4
    assert fingerprint(str(tree / "nowhere"), str(project)) == ""


def test_this_process_says_which_way_it_computes():
    in_force = backend()
    assert (in_force.name == "numpy") == (in_force.instructions is None) == (in_force.why is not None)
    assert in_force.threads >= 1
