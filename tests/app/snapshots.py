"""Snapshots: small answers as they once were, compared number by number.

Refresh them, and look at the difference in git before committing it:

    REFRESH_SNAPSHOTS=1 .venv/bin/python -m pytest tests/app
"""

import json
import os
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parent / "snapshots"
DIGITS = 6


def check(name: str, value: Any) -> None:
    """Hold `value` (plain JSON data) against the snapshot `name`."""
    file = FOLDER / f"{name}.json"
    if os.environ.get("REFRESH_SNAPSHOTS"):
        file.write_text(json.dumps(rounded(value), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    kept = json.loads(file.read_text(encoding="utf-8"))
    for place, expected, new in _pairs(kept, value, name):
        assert new == (pytest.approx(expected, rel=1e-4, abs=1e-9) if _is_number(expected) else expected), place


def rounded(value: Any) -> Any:
    """Numbers to six significant digits; what is next to nothing is 0."""
    if isinstance(value, float):
        return 0.0 if abs(value) < 1e-12 else float(f"{value:.{DIGITS}g}")
    if isinstance(value, dict):
        return {name: rounded(part) for name, part in value.items()}
    return [rounded(part) for part in value] if isinstance(value, list) else value


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _pairs(kept: Any, new: Any, place: str) -> Any:
    if isinstance(kept, dict) and isinstance(new, dict):
        assert list(kept) == list(new), place
        for name in kept:
            yield from _pairs(kept[name], new[name], f"{place}.{name}")
    elif isinstance(kept, list) and isinstance(new, list):
        assert len(kept) == len(new), place
        for index, (a, b) in enumerate(zip(kept, new, strict=True)):
            yield from _pairs(a, b, f"{place}[{index}]")
    else:
        yield place, kept, new
