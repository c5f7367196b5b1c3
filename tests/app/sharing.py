"""Stores that fail, for what machines share."""

import time
from collections.abc import Callable
from typing import Any

import fsspec
from fsspec.implementations.memory import MemoryFileSystem

DEADLINE = 10.0


class DownFileSystem(MemoryFileSystem):
    """Raises on every call, and counts them."""

    protocol = "down"
    calls = 0

    def _fails(self, *_: Any, **__: Any) -> Any:
        type(self).calls += 1
        raise OSError("the store is down")

    info = ls = find = cat_file = pipe_file = put_file = rm = open = makedirs = _fails  # type: ignore[assignment]


fsspec.register_implementation("down", DownFileSystem, clobber=True)


def eventually(holds: Callable[[], bool]) -> None:
    """Until it holds, which something in the background brings about."""
    end = time.monotonic() + DEADLINE
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)
