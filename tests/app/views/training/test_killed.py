"""A process that is killed in the middle of a real training costs its chunk, and no digit."""

import os
import signal
import threading
from dataclasses import dataclass, replace

import pytest

from app.settings import Settings
from app.views.training.runs.run import take
from app.web.runs.executors import kind_of
from bncore.training import Spec
from tests.app.views.training.asked import prepared
from tests.app.web.runs.conftest import follow, results, threads  # noqa: F401
from tests.app.web.runs.walk import LONG, trapped


@dataclass(frozen=True)
class Trapped:
    """A spec, and a file: the first process that comes behind `at` chunks leaves its number there, and waits."""

    spec: Spec
    trap: str
    at: int


def take_or_wait(given, state, steps):
    """The chunk, but for the process that falls into the trap with half of it done."""
    if state is not None and int.from_bytes(state[32:40], "little") >= given.at:
        half = take(given.spec, state, max(1, steps // 2))
        try:
            file = os.open(given.trap, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
        except FileExistsError:
            return take(given.spec, state, steps)
        os.write(file, b"%d\n" % os.getpid())
        os.close(file)
        threading.Event().wait(LONG)
        return half
    return take(given.spec, state, steps)


@pytest.mark.usefixtures("short_segments")
def test_a_process_that_is_killed_in_mid_chunk_leaves_the_records_bit_identical(follow, tmp_path):  # noqa: F811
    run = prepared(steps=60, b="norm:batch,optimizer:adam,dropout:0.2").runs["b"]
    trap, killed = tmp_path / "trap", []
    whole = [(record.step, record.body) for record in take(run.given, None, run.steps).records]

    def kill():
        killed.append(trapped(trap))
        os.kill(killed[0], signal.SIGKILL)

    threading.Thread(target=kill).start()
    watched = replace(run, take=take_or_wait, given=Trapped(run.given, str(trap), 20))
    assert follow(watched, kind=kind_of(Settings(processes=2))) == whole
    assert killed
    assert killed[0] != os.getpid()
