"""JSON as the standard has it: NaN and Infinity are refused."""

import json
from typing import Any


def parsed(body: bytes) -> Any:
    """The value of a JSON text."""
    return json.loads(body.decode(), parse_constant=_refuse)


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
