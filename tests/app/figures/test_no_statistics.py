"""A figure computes no statistics: what it draws and says are the result's own numbers."""

import ast
from pathlib import Path

import app
from tests.each import each

APP = Path(app.__file__).parent
ROOMS = [path for name in ("figures", "words") for path in APP.glob(f"views/*/{name}*")]
MODULES = sorted(
    module for place in (APP / "figures", *ROOMS) for module in ([place] if place.is_file() else place.rglob("*.py"))
)
STATISTICS = {
    "mean", "average", "median", "std", "var", "quantile", "percentile", "histogram", "bincount", "corrcoef", "cov",
    "cumsum", "sort", "partition",
}  # fmt: skip
ALLOWED = {
    "numpy", "app.figures", "app.views", "bncore", "collections", "csv", "dataclasses", "functools", "io", "itertools",
    "math", "operator", "re", "typing",
}  # fmt: skip


@each("module", MODULES)
def test_no_statistic_is_called(module):
    calls = [node.func for node in ast.walk(ast.parse(module.read_text())) if isinstance(node, ast.Call)]
    assert not {call.attr for call in calls if isinstance(call, ast.Attribute)} & STATISTICS


@each("module", MODULES)
def test_nothing_of_the_web_is_imported(module):
    tree = ast.parse(module.read_text())
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
    assert all(any(name == a or name.startswith(f"{a}.") for a in ALLOWED) for name in names), names
