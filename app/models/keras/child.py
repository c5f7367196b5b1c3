"""The process that reads HDF5: a line of JSON asks, a line answers, and its end is the end of the questions.

What a user's mistake is comes back as such; what crashes the library ends this process, and no server.
"""

import json
import resource
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from app.errors import UserError
from app.models.keras import walk

MEMORY = 2**30
"""Bytes that this process may take."""


def serve() -> None:
    """Answer until nobody asks any more."""
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    for line in sys.stdin:
        sys.stdout.write(json.dumps(answer(json.loads(line))) + "\n")
        sys.stdout.flush()


def answer(question: dict[str, Any]) -> dict[str, Any]:
    """The answer to a question, or why there is none."""
    try:
        return {"answer": COMMANDS[question.pop("command")](**question)}
    except UserError as error:
        told = {"detail": error.detail, "given": error.given, "allowed": error.allowed}
        return {"refused": type(error).__name__, **told}
    except ImportError as error:
        return {"unloaded": error.name, "is_missing": isinstance(error, ModuleNotFoundError), "detail": str(error)}
    except Exception as error:
        return {"damaged": str(error) or type(error).__name__}


def _read(path: str, start: int, stop: int, place: str, target: str) -> str:
    return walk.extracted(walk.opened(path, start, stop), place, Path(target))


COMMANDS: Mapping[str, Callable[..., Any]] = {"index": walk.index, "read": _read, "write": walk.changed}
"""What may be asked."""
