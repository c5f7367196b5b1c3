"""A Dask cluster of this machine: a scheduler and some worker processes."""

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Queue

from tests.app.web.runs.walk import LONG

ROOT = Path(__file__).parents[1]


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


@contextmanager
def cluster(workers: int) -> Iterator[str]:
    """The address of the scheduler."""
    started = [Started("distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")]
    try:
        address = started[0].logged(r"Scheduler at:\s+(tcp://127\.0\.0\.1:\d+)")[1]
        for _ in range(workers):
            started.append(
                Started("distributed.cli.dask_worker", address, "--no-nanny", "--nthreads", "1", "--no-dashboard")
            )
        for worker in started[1:]:
            worker.logged(r"Registered to:")
        yield address
    finally:
        for one in reversed(started):
            one.close()
