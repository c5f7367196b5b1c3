"""What the claims' runs brought when `make claims` ran them last: a record, as some of them take seconds."""

from functools import cache
from pathlib import Path
from typing import Any

import orjson

from bncore.training.claims import Measured, Side

FILE = Path(__file__).with_name("measured.json")


@cache
def measured() -> dict[str, Measured]:
    """By a claim's name, both of its sides."""
    told = orjson.loads(FILE.read_bytes())
    return {name: Measured(*(Side(**of[side]) for side in ("holds", "fails"))) for name, of in told.items()}


def write(told: dict[str, Measured]) -> None:
    """Keep what was measured."""
    plain = {name: {"holds": _plain(of.holds), "fails": _plain(of.fails)} for name, of in told.items()}
    FILE.write_bytes(orjson.dumps(plain, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))


def _plain(side: Side) -> dict[str, Any]:
    return {"text": side.text, "numbers": dict(side.numbers), "as_said": bool(side.as_said)}
