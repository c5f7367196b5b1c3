"""What reading an upload may take, and whether anybody still waits for it."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from anyio import from_thread


def wanted() -> None:
    """Ends the work of a thread whose client has gone; where no client can be known, the work goes on."""
    with suppress(RuntimeError):
        from_thread.check_cancelled()


@dataclass(frozen=True)
class Bounds:
    """The limits of a reading.

    bytes: the most that each of its arrays may take, unpacked.
    columns: the most that a table may have.
    go_on: called every few megabytes; what it raises ends the reading.
    """

    bytes: int
    columns: int
    go_on: Callable[[], None] = wanted
