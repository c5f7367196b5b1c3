"""A process that is killed in the middle of a real training costs its chunk, and no digit, whichever process it is."""

import os
import re
import signal
import threading
from contextlib import suppress
from dataclasses import dataclass, replace
from http.client import HTTPException
from urllib.parse import urlencode

import pytest

from app.settings import Settings
from app.views.training.runs.run import take
from app.web.runs.chunk import alone
from app.web.runs.executors import kind_of
from app.web.runs.following import Row
from bncore.training import Spec
from tests.app.views.training.asked import QUICK, prepared
from tests.app.views.training.test_replay import by, here  # noqa: F401
from tests.app.web.runs.conftest import follow, results, threads  # noqa: F401
from tests.app.web.runs.test_cluster import scheduler  # noqa: F401
from tests.app.web.runs.test_respond import events
from tests.app.web.runs.test_serving import Running, again
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


def survives(follow, kind, trap):  # noqa: F811
    """A run whose process is killed in mid-chunk is followed to its end, bit for bit as it is without that."""
    run = prepared(steps=60, b="norm:batch,optimizer:adam,dropout:0.2").runs["b"]
    killed = []
    whole = [(record.step, record.body) for record in alone(take, run.given, None, run.steps).records]

    def kill():
        killed.append(trapped(trap))
        os.kill(killed[0], signal.SIGKILL)

    threading.Thread(target=kill).start()
    watched = replace(run, take=take_or_wait, given=Trapped(run.given, str(trap), 20))
    assert follow(watched, kind=kind) == whole
    assert killed
    assert killed[0] != os.getpid()


@pytest.mark.usefixtures("short_segments")
def test_a_process_of_the_pool_that_is_killed_in_mid_chunk_leaves_the_records_bit_identical(follow, tmp_path):  # noqa: F811
    survives(follow, kind_of(Settings(processes=2)), tmp_path / "trap")


@pytest.mark.usefixtures("short_segments")
def test_a_dask_cluster_sees_the_runs_of_a_claim_to_the_bit_and_one_whose_worker_is_killed_too(
    follow, scheduler, here, tmp_path  # noqa: F811
):  # fmt: skip
    """One cluster, as it takes three processes."""
    of_a_cluster = Settings(scheduler=scheduler)
    seen, said = by(of_a_cluster, tmp_path)
    assert seen == here
    assert said[-1] == (len(here), len(here))
    survives(follow, kind_of(of_a_cluster), tmp_path / "trap")


class Training(Running):
    """The whole server, as it is started."""

    command = ("app", "--port", "0", "--workers", "2")
    path = "/api/v1/training"


def test_a_reader_whose_web_worker_is_killed_goes_on_with_another_to_the_same_bits(tmp_path, cache_in):
    cache_in(tmp_path)
    long = QUICK | {"steps": 2000}
    running, content = Training(tmp_path, processes=0), b""
    try:
        with running.stream(urlencode(long)) as (answer, worker):
            while content.count(b"event: step") < 30:
                content += answer.read1()
            os.kill(worker, signal.SIGKILL)
            with suppress(OSError, HTTPException):
                while piece := answer.read1():
                    content += piece
        _plan, *arrived = events(content[: content.rindex(b"\n\n") + 2])
        last = re.match(rb"id: (\d+)\n", arrived[-1])[1].decode()
        assert int(last) < 2000
        assert [*arrived, *again(lambda: running.read(urlencode(long), after=last))] == whole_of(long)
    finally:
        running.close()


def whole_of(query):
    """The events of a stream, computed here."""
    of = {letter: {record.step: record for record in alone(take, run.given, None, run.steps).records}
          for letter, run in prepared(**query).runs.items()}  # fmt: skip
    rows = [Row(step, {letter: records[step] for letter, records in of.items()}) for step in of["a"]]
    return [b"id: %d\nevent: step\ndata: %b" % (row.step, row.body) for row in rows] + [
        b"id: end\nevent: end\ndata: {}"
    ]
