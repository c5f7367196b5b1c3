"""The fingerprint changes with the product and with nothing else."""

import re

import pytest

from app import release
from bncore.kernels import using
from bncore.kernels.loading import compiled
from tests.each import each


@pytest.fixture
def product(tmp_path, monkeypatch):
    """A small product of its own."""
    monkeypatch.setattr(release, "ROOT", tmp_path)
    for part in release.PARTS:
        (tmp_path / part).mkdir()
    (tmp_path / "app" / "main.py").write_text("a = 1\n")
    return tmp_path


def fingerprint():
    return release.fingerprint.__wrapped__()


def test_it_is_twelve_hexadecimal_digits_and_stays():
    assert re.fullmatch("[0-9a-f]{12}", release.fingerprint())
    assert fingerprint() == release.fingerprint()


@each("path", ["app/main.py", "static/page.js", "templates/page.html", "bncore/new.py"])
def test_a_changed_or_a_new_file_changes_it(product, path):
    before = fingerprint()
    (product / path).write_text("b = 2\n")
    assert fingerprint() != before


def test_moving_a_file_changes_it(product):
    before = fingerprint()
    (product / "app" / "main.py").rename(product / "app" / "other.py")
    assert fingerprint() != before


@each("path", ["app/main.pyc", "app/notes.txt", "README.md"])
def test_what_is_not_the_product_does_not(product, path):
    before = fingerprint()
    (product / path).write_text("anything")
    assert fingerprint() == before


def test_what_computes_is_part_of_what_names_numbers_and_of_no_address():
    with using("numpy"):
        by_numpy, addressed = release.arithmetic(), release.fingerprint()
    assert by_numpy == f"{addressed}-numpy"
    module, why = compiled()
    if module is None:
        pytest.skip(f"no kernels: {why}")
    named = set()
    for instructions in module.instruction_sets():
        for threads in (1, 2):  # the same bits
            with using(instructions, threads):
                named.add(release.arithmetic())
                assert release.fingerprint() == addressed
    assert named == {f"{addressed}-compiled-{module.SOURCE}-{name}" for name in module.instruction_sets()}
