"""A name means one thing."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ONE_MEANING = {"View": "app/web/view.py", "Layer": "bncore/network/layers/layer.py"}


@pytest.mark.parametrize("name", ONE_MEANING)
def test_a_noun_of_the_architecture_is_one_class(name):
    files = [path for top in ("app", "bncore", "tests") for path in (ROOT / top).rglob("*.py")]
    classes = [
        path.relative_to(ROOT).as_posix()
        for path in files
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef) and node.name == name
    ]
    assert classes == [ONE_MEANING[name]]


def test_no_class_is_called_by_being_shown():
    """What the figures are of has a noun in each view: a selection, a cell, a subject, a focus."""
    files = [path for top in ("app", "bncore") for path in (ROOT / top).rglob("*.py")]
    assert [path.name for path in files if "class Shown" in path.read_text()] == []
