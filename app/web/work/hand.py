"""A process that does heavy work, one job after the other, told over a pipe; and the messages on that pipe."""

import contextlib
import ctypes
import resource
import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from fastapi.exceptions import RequestValidationError

from app.errors import UserError, as_user_error, shortened
from app.web.work import results
from app.web.work.job import Bench, Cancelled, Job, Teller, Telling, TooLong
from app.web.work.processes import begin
from bncore.errors import BatchNormError

CANCEL = "cancel"
WORN = 300_000_000  # bytes that a hand may keep after a job
SPARE = 32_000_000  # bytes that a hand keeps for its next job, which would have to ask for them again
STATM = Path("/proc/self/statm")

Prepare = Callable[[], Bench]


@dataclass(frozen=True)
class Done:
    """The job has ended: well, with a refusal, or with a mistake of ours, whose traceback is given."""

    refusal: Exception | None = None
    mistake: str = ""
    worn: bool = False
    """Whether the hand has grown so much that another one should take its place."""


def _is_unwanted(pipe: Connection) -> bool:
    """Whether the other end has said that nobody wants the result any more."""
    return pipe.poll() and pipe.recv() == CANCEL


def live(pipe: Connection, prepare: Prepare, memory: int | None) -> None:
    """Do jobs until the other end of the pipe is closed. `memory`: bytes that a job may take."""
    begin()
    bench = prepare()
    if memory is not None:
        limit_memory(memory)
    most = resident() + SPARE
    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):
        while True:
            job = pipe.recv()
            if job != CANCEL:  # one that came after the job that it was meant for
                _do(pipe, bench, job, most)


def _do(pipe: Connection, bench: Bench, job: Job, most: int) -> None:
    ended = Done()
    try:
        perform(bench, job, Telling(job, pipe.send, partial(_is_unwanted, pipe)))
    except Cancelled:
        pass
    except Exception as error:
        ended = _told(error)
    if resident() > most:
        give_back()
    pipe.send(replace(ended, worn=resident() > WORN))


def perform(bench: Bench, job: Job, teller: Teller) -> None:
    """Do a job: its pieces are in its file then."""
    results.write(job.path, job.call(bench, teller, *job.given), squeezed=job.squeezed)


def _told(error: Exception) -> Done:
    """A refusal in a form that a pipe takes, so that it is answered as one; anything else as text for the log."""
    if isinstance(error, BatchNormError):
        return Done(refusal=as_user_error(error))
    if isinstance(error, RequestValidationError):
        return Done(refusal=RequestValidationError([_plain(row) for row in error.errors()]))
    if isinstance(error, (UserError, MemoryError, TooLong)):
        return Done(refusal=error)
    return Done(mistake="".join(traceback.format_exception(error)))


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """Pydantic's finding without the objects in it: what was given shortened, and why in words."""
    why = {name: value if isinstance(value, list) else str(value) for name, value in row.get("ctx", {}).items()}
    return {"type": row["type"], "loc": row["loc"], "msg": row["msg"], "input": shortened(row.get("input")), "ctx": why}


def give_back() -> None:
    """Return what is free to the system, in about a millisecond: glibc keeps it in its heap otherwise, a hand for good.

    Other C libraries have no such call, and return it by themselves or not at all (malloc_trim(3)).
    """
    with contextlib.suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)


def resident() -> int:
    """Bytes that this process has in memory; 0 where the system does not say."""
    with contextlib.suppress(OSError):
        return int(STATM.read_text().split()[1]) * resource.getpagesize()
    return 0


def limit_memory(more: int) -> None:
    """Let this process take `more` bytes than it has now; beyond them NumPy raises MemoryError."""
    with contextlib.suppress(OSError, ValueError):
        pages = int(STATM.read_text().split()[5])  # data and stack
        most = pages * resource.getpagesize() + more
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))
