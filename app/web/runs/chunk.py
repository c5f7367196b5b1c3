"""A chunk of a run: as many steps as take about a tenth of a second, in whichever process."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from time import perf_counter
from typing import Any, TypeVar

from threadpoolctl import ThreadpoolController

from app.web.runs.run import Take, Taken

Answer = TypeVar("Answer")

SECONDS = 0.1  # that a chunk is to take
GROWTH = 4  # times as many steps as the last chunk had, at most
MOST = 1_000_000  # steps of a chunk


@dataclass(frozen=True)
class Chunk:
    """What a chunk has brought, and how long it took."""

    taken: Taken
    seconds: float


def chunk(take: Take, given: Any, state: bytes | None, steps: int) -> Chunk:
    """Take some steps, here."""
    began = perf_counter()
    taken = alone(take, given, state, steps)
    return Chunk(taken, perf_counter() - began)


def alone(call: Callable[..., Answer], *given: Any) -> Answer:
    """`call(*given)` on one thread, as the runs share the cores, and as sums of several may round otherwise."""
    with _threads().limit(limits=1):
        return call(*given)


@cache
def _threads() -> ThreadpoolController:
    return ThreadpoolController()


class Stride:
    """How many steps the next chunk has: one at first, so that something is seen at once."""

    def __init__(self) -> None:
        self.steps = 1

    def took(self, steps: int, seconds: float) -> None:
        """A chunk of so many steps took so long.

        >>> stride = Stride()
        >>> for steps, seconds in [(1, 0.2), (1, 0.001), (4, 0.004), (16, 0.2)]:
        ...     stride.took(steps, seconds); print(stride.steps)
        1
        4
        16
        8
        """
        fitting = int(steps * SECONDS / max(seconds, 1e-9))
        self.steps = max(1, min(fitting, GROWTH * steps, MOST))
