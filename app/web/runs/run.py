"""What a run is: steps whose records, and whose state after each of them, are a pure function of what it is given."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson


@dataclass(frozen=True)
class Record:
    """What is told of a step: JSON on one line."""

    step: int
    body: bytes


@dataclass(frozen=True)
class Taken:
    """Where some steps have led: the state behind them, their records, and whether the run ends there of itself."""

    state: bytes
    records: list[Record]
    has_ended: bool = False


Take = Callable[[Any, bytes | None, int], Taken]
"""`take(given, state, steps)`: so many steps on from a state. Of the state None, the beginning, step 0 has a record.

A function of a module, so that any process can call it; bit-identical, however many steps are taken at a time.
"""


@dataclass(frozen=True)
class Run:
    """`steps` steps of what is `given`, in segments of `segment` steps, each with its records and the state at its end.

    `names` has a name for each segment, under which it is kept: segments of one name are the same, also in runs that
    part behind them.
    """

    take: Take
    given: Any
    steps: int
    segment: int
    names: tuple[str, ...]

    def at(self, step: int) -> int:
        """The segment that has a step; step 0 stands in the first one.

        >>> run = Run(lambda *_: Taken(b"", []), None, steps=25, segment=10, names=("a", "b", "c"))
        >>> [run.at(step) for step in (0, 1, 10, 11, 25)], run.ends(0), run.ends(2)
        ([0, 0, 0, 1, 2], 10, 25)
        """
        return max(0, step - 1) // self.segment

    def ends(self, number: int) -> int:
        """The last step of a segment."""
        return min(self.steps, (number + 1) * self.segment)


def segments_of(steps: int, segment: int) -> int:
    """How many segments of a length so many steps have."""
    return max(1, -(-steps // segment))


@dataclass(frozen=True)
class Segment:
    """A whole segment: all its records, the state at its end, and whether the run ends there."""

    records: tuple[Record, ...]
    state: bytes
    has_ended: bool

    def written(self) -> bytes:
        """As it is kept: a line that tells the lengths, then one part behind the other."""
        steps = [(record.step, len(record.body)) for record in self.records]
        head = orjson.dumps({"records": steps, "ended": self.has_ended})
        return b"".join([head, b"\n", *(record.body for record in self.records), self.state])

    @classmethod
    def read(cls, written: bytes) -> "Segment":
        """The segment that was written."""
        line, _, parts = written.partition(b"\n")
        head, at, records = orjson.loads(line), 0, []
        for step, length in head["records"]:
            records.append(Record(step, parts[at : at + length]))
            at += length
        return cls(tuple(records), parts[at:], head["ended"])
