"""What the claims' runs brought when `make claims` ran them last: a record, as some of them take seconds."""

import ast
import inspect
import sys
from collections.abc import Collection, Iterator
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson

from bncore.training.claims import CLAIMS, Claim, Measured, Side

FILE = Path(__file__).with_name("measured.json")


@cache
def measured() -> dict[str, Measured]:
    """By a claim's name, both of its sides."""
    told = orjson.loads(FILE.read_bytes())
    return {name: Measured(*(Side(**of[side]) for side in ("holds", "fails"))) for name, of in told.items()}


@cache
def codes() -> dict[str, str]:
    """By a claim's name, the `code_of` it by which it was measured."""
    return {name: of["code"] for name, of in orjson.loads(FILE.read_bytes()).items()}


def code_of(claim: Claim) -> str:
    """A fingerprint of the words and numbers in the code that measures a claim: with others the record is an old one.

    Of the whole module, less docstrings and the claim itself, of which nothing is recorded.
    """
    does = claim.measure if claim.trials is None else claim.trials.told
    tree = ast.parse(inspect.getsource(sys.modules[does.__module__]))
    constants = [one for line in tree.body if not _is_claim(line) for one in _constants(line)]
    return sha256(" ".join(map(str, constants)).encode()).hexdigest()[:16]


def _is_claim(line: ast.stmt) -> bool:
    value = line.value if isinstance(line, ast.Assign) else None
    return isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == Claim.__name__


def _constants(node: ast.AST) -> Iterator[object]:
    """Without text that is a statement of its own, which says what code is for."""
    if isinstance(node, ast.Constant):
        yield node.value
    elif not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
        for inner in ast.iter_child_nodes(node):
            yield from _constants(inner)


def write(told: dict[str, Measured], anew: Collection[str]) -> None:
    """Keep what was measured; those that were measured anew are of the code as it is now."""
    of_code = {name: code_of(CLAIMS[name]) if name in anew else codes()[name] for name in told}
    plain = {
        name: {"code": of_code[name], "holds": _plain(of.holds), "fails": _plain(of.fails)} for name, of in told.items()
    }
    FILE.write_bytes(orjson.dumps(plain, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))


def _plain(side: Side) -> dict[str, Any]:
    return {"text": side.text, "numbers": dict(side.numbers), "as_said": bool(side.as_said)}
