"""A Dask cluster of a scheduler and two worker processes computes the same records, also when a worker is killed."""

import os
import re
import subprocess
import sys
import threading
from pathlib import Path
from queue import Queue

import anyio
import pytest

from app.errors import Busy
from app.settings import Settings
from app.web.runs.executors import kind_of
from app.web.runs.pool import Pool
from tests.app.web.runs.test_pool import killed
from tests.app.web.runs.walk import LONG, Walk, run_of, told

ROOT = Path(__file__).parents[4]


class Started:
    """A process, and what it logs."""

    def __init__(self, *command):
        self.process = subprocess.Popen(
            [sys.executable, "-m", *command], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            env=os.environ | {"PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"},
        )  # fmt: skip
        self._lines = Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        with self.process.stderr:
            for line in self.process.stderr:
                self._lines.put(line)

    def logged(self, pattern):
        while True:
            if said := re.search(pattern, self._lines.get(timeout=LONG)):
                return said

    def close(self):
        self.process.kill()
        self.process.wait()


@pytest.fixture(scope="module")
def scheduler():
    started = [Started("distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")]
    try:
        address = started[0].logged(r"Scheduler at:\s+(tcp://127\.0\.0\.1:\d+)")[1]
        for _ in range(2):
            started.append(
                Started("distributed.cli.dask_worker", address, "--no-nanny", "--nthreads", "1", "--no-dashboard")
            )
        for worker in started[1:]:
            worker.logged(r"Registered to:")
        yield address
    finally:
        for one in reversed(started):
            one.close()


def test_a_cluster_computes_what_this_process_computes_though_a_worker_is_killed(follow, scheduler, tmp_path):
    kind = kind_of(Settings(scheduler=scheduler))
    assert follow(run_of(Walk(0.4), name="whole"), kind=kind) == told(0.4)
    trap = tmp_path / "trap"
    numbers = killed(trap)
    assert follow(run_of(Walk(0.3, str(trap), 25)), kind=kind) == told(0.3)
    assert numbers
    assert numbers[0] != os.getpid()


def test_a_scheduler_that_is_not_there_is_a_refusal(monkeypatch):
    monkeypatch.setattr("app.web.runs.cluster.PATIENCE", 0.2)

    async def call():
        await Pool(kind_of(Settings(scheduler="tcp://127.0.0.1:9"))).do(os.getpid)

    with pytest.raises(Busy, match="cannot be reached"):
        anyio.run(call)
