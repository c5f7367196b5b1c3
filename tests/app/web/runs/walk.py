"""A run to test with: a chaotic walk, so that a step too many or too few changes every number behind it."""

import os
import threading
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import orjson

from app.web.runs.run import Record, Run, Taken, segments_of

LONG = 180  # seconds after which a test gives up


@dataclass(frozen=True)
class Walk:
    """`trap`: the first process to come to step `trap_at` leaves its number in that file and waits there to be killed.

    `counted`: a file that grows by a line for each step taken. `padding`: bytes that each record has in addition.
    """

    start: float
    trap: str = ""
    trap_at: int = 0
    counted: str = ""
    padding: int = 0
    ends_at: int = -1


def take(given: Walk, state: bytes | None, steps: int) -> Taken:
    if state is None:
        x, step, records = np.array([given.start, 0.5]), 0, [_record(given, 0, given.start)]
    else:
        x, step, records = np.frombuffer(state[8:]).copy(), int.from_bytes(state[:8], "big"), []
    for _ in range(steps):
        step += 1
        _fall(given, step)
        x = 3.99 * x * (1 - x)
        if given.counted:
            with Path(given.counted).open("a") as file:
                file.write(f"{step}\n")
        records.append(_record(given, step, float(x[0])))
    ended = step == given.ends_at
    return Taken(step.to_bytes(8, "big") + x.tobytes(), records, ended)


def _record(given, step, value):
    return Record(step, orjson.dumps({"x": value, "padding": "." * given.padding}))


def _fall(given, step):
    if given.trap and step == given.trap_at:
        try:
            file = os.open(given.trap, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
        except FileExistsError:
            return
        os.write(file, b"%d\n" % os.getpid())
        os.close(file)
        threading.Event().wait(LONG)


def run_of(given, steps=40, segment=10, name="walk"):
    count = segments_of(steps, segment)
    return Run(take, given, steps, segment, tuple(f"{name}-{number}" for number in range(count)))


def told(start, steps=40):
    """The bodies of all records, without any of what serves them."""
    return [(record.step, record.body) for record in take(Walk(start), None, steps).records]


def trapped(trap):
    """The number of the process that has fallen into a trap."""
    until(lambda: trap.exists() and trap.read_text().endswith("\n"))
    return int(trap.read_text())


def until(holds):
    """Wait for it, and look a hundred times a second."""
    for _ in range(100 * LONG):
        if holds():
            return
        threading.Event().wait(0.01)
    raise AssertionError("it does not come about")
