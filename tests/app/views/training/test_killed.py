"""A process that is killed in the middle of a real training costs its chunk, and no digit, whichever process it is."""

import os
import re
import signal
import threading
from contextlib import suppress
from dataclasses import replace
from http.client import HTTPException
from urllib.parse import urlencode

import pytest

from app.settings import Settings
from app.views.training.runs.run import take
from app.web.runs.chunk import alone
from app.web.runs.executors import kind_of
from app.web.runs.following import Row
from tests.app.views.training.asked import QUICK, prepared
from tests.app.views.training.trap import Trapped, take_or_wait
from tests.app.web.runs.conftest import follow, results, threads  # noqa: F401
from tests.app.web.runs.test_respond import events
from tests.app.web.runs.test_serving import Running, again
from tests.app.web.runs.walk import trapped


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
