"""The page on the architecture names what is there, and the order that import-linter holds."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "architecture.md").read_text()
VIEWS = sorted(path.name for path in (ROOT / "app" / "views").iterdir() if (path / "view.py").is_file())


def test_every_path_that_it_names_exists():
    named = [path for path in re.findall(r"`([a-z_]+/[A-Za-z_./]*)`", PAGE) if "=" not in path]
    assert len(named) > 20
    missing = [path for path in named if not any((ROOT / path.replace("NAME", view)).exists() for view in VIEWS)]
    assert missing == []


def test_a_view_has_the_files_that_it_says_a_view_has():
    for view in VIEWS:
        for name in ("view.py", "query.py", "compute.py"):
            assert (ROOT / "app" / "views" / view / name).is_file(), (view, name)
        assert (ROOT / "templates" / f"{view}.html").is_file(), view


def test_its_order_of_imports_is_the_one_that_is_checked():
    (drawn,) = re.findall(r"^    (app\.main → .*)$", PAGE, re.MULTILINE)
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (layers,) = [contract["layers"] for contract in contracts if contract["type"] == "layers"]
    said = [sorted(name.strip().removeprefix("app.") for name in part.split(",")) for part in drawn.split(" → ")]
    held = [sorted(name.strip().removeprefix("app.") for name in layer.split(":")) for layer in layers]
    assert said == held


def test_no_room_has_more_than_fifteen_doors():
    """A folder of the source with more modules wants to be a package; the tests and the shared scripts are lists."""
    crowded = {}
    for top in ("app", "bncore"):
        for folder in [ROOT / top, *(ROOT / top).rglob("*/")]:
            modules = [path for path in folder.glob("*.py") if path.name != "__init__.py"]
            name = folder.relative_to(ROOT).as_posix()
            if len(modules) > 15:
                crowded[name] = len(modules)
    assert crowded == {}
