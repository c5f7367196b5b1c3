"""A name means one thing, and says which."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ONE_MEANING = {"View": "app/web/view.py", "Layer": "bncore/network/layers/layer.py"}
OF_ANYTHING = "found"
"""What any result could be called."""
HASH = "[0-9a-f]{64}"
SUSPECT = re.compile(rf"\b(?:{OF_ANYTHING}|class (?:Shown|{'|'.join(ONE_MEANING)}))")
"""What stands in the text of each module that these tests could object to: the others are not parsed."""


@pytest.fixture(scope="module")
def nodes():
    """Every node of the syntax of every suspect module, with the module's place."""
    texts = {path: path.read_text() for top in ("app", "bncore", "tests") for path in (ROOT / top).rglob("*.py")}
    return [
        (path.relative_to(ROOT).as_posix(), node)
        for path, text in texts.items()
        if SUSPECT.search(text)
        for node in ast.walk(ast.parse(text))
    ]


def test_a_noun_of_the_architecture_is_one_class(nodes):
    classes = {
        name: [place for place, node in nodes if isinstance(node, ast.ClassDef) and node.name == name]
        for name in ONE_MEANING
    }
    assert classes == {name: [place] for name, place in ONE_MEANING.items()}


def test_no_class_is_called_by_being_shown(nodes):
    """What the figures are of has a noun in each view: a selection, a cell, a subject, a focus."""
    named = [(place, node.name) for place, node in nodes if isinstance(node, ast.ClassDef)]
    assert [name for place, name in named if not place.startswith("tests") and name.startswith("Shown")] == []


def test_what_was_found_is_called_by_what_it_is(nodes):
    bound = [
        f"{place}:{node.lineno}"
        for place, node in nodes
        if getattr(node, "id", getattr(node, "arg", "")) == OF_ANYTHING
    ]
    sources = [path for path in (ROOT / "static" / "js").rglob("*.js") if re.search(rf"\b{OF_ANYTHING}\b", code(path))]
    assert [*bound, *(path.relative_to(ROOT).as_posix() for path in sources)] == []


def test_the_pages_know_an_upload_by_its_id_in_one_place():
    known = [path for path in (ROOT / "static" / "js").rglob("*.js") if HASH in path.read_text()]
    assert [path.relative_to(ROOT).as_posix() for path in known] == ["static/js/lib/controls/upload.js"]


def code(path):
    """A module's text without its comments."""
    return re.sub(r"//.*", "", path.read_text())
