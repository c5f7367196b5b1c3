"""Worker processes of a real server: they die and are replaced, and end with their parent."""

import os
import re
import select
import signal
import socket
import subprocess
import sys
import threading
from http.client import HTTPConnection
from pathlib import Path
from queue import Queue

import pytest

ROOT = Path(__file__).parents[4]
LONG = 180  # seconds after which a test gives up


class Running:
    """A server of two workers, and what its log says."""

    def __init__(self, folder):
        command = [sys.executable, "-m", "app", "--port", "0", "--workers", "2"]
        environment = {"UPLOADS_DIR": f"{folder}/uploads", "CACHE_DIR": f"{folder}/cache", "PROCESSES": "0"}
        environment = {f"BNSCOPE_{name}": value for name, value in environment.items()}
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        self._lines: Queue[str] = Queue()
        threading.Thread(target=self._read, daemon=True).start()
        said = re.match(r"bnscope is at http://127\.0\.0\.1:(\d+)\n", self.process.stdout.readline())
        assert said
        self.port = int(said[1])
        self.workers = [int(self.logged(r"Worker (\d+) answers")[1]) for _ in range(2)]

    def _read(self):
        with self.process.stderr:  # to its end, which is that of the last process that may write to it
            for line in self.process.stderr:
                self._lines.put(line)

    def logged(self, pattern):
        """The next line of the log that has the pattern."""
        while True:
            if told := re.search(pattern, self._lines.get(timeout=LONG)):
                return told

    def has_ended(self, worker):
        """Whether a worker ends, which is no child of ours; one that is gone already has."""
        try:
            descriptor = os.pidfd_open(worker)
        except ProcessLookupError:
            return True
        with os.fdopen(descriptor, "rb") as process:
            return select.select([process], [], [], LONG)[0] == [process]

    def status(self):
        connection = HTTPConnection("127.0.0.1", self.port, timeout=LONG)
        connection.request("GET", "/healthz")
        status = connection.getresponse().status
        connection.close()
        return status

    def close(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


@pytest.fixture
def server(tmp_path, cache_in):
    cache_in(tmp_path)
    running = Running(tmp_path)
    yield running
    running.close()


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="only Linux tells of processes that are not one's own")
def test_workers_are_replaced_whatever_they_end_of_and_end_with_their_parent(server):
    """One server, as each worker that starts takes seconds."""
    one_that_is_killed_is_in_the_log_with_the_time_and_one_that_does_not_answer_is_left_alone(server)
    those_of_a_hangup_come_one_by_one(server)
    all_end_with_their_parent_however_that_ends(server)


def one_that_is_killed_is_in_the_log_with_the_time_and_one_that_does_not_answer_is_left_alone(server):
    """It is stopped, so nothing of it answers, while the death of the other one is seen to; it ends by itself."""
    busy, killed = server.workers
    os.kill(busy, signal.SIGSTOP)
    os.kill(killed, signal.SIGKILL)
    assert server.logged(rf"^\S*\d\d:\d\d:\d\d\S* ERROR \S+ Worker {killed} was killed by SIGKILL")
    new = int(server.logged(r"Worker (\d+) answers")[1])
    assert new not in {busy, killed}
    os.kill(busy, signal.SIGCONT)
    os.kill(busy, signal.SIGTERM)
    assert server.logged(rf"Worker {busy} (.+);")[1] == "ended with exit code 0"
    server.workers = [new, int(server.logged(r"Worker (\d+) answers")[1])]
    assert server.status() == 200


def those_of_a_hangup_come_one_by_one(server):
    server.process.send_signal(signal.SIGHUP)
    new = [int(server.logged(r"Worker (\d+) answers")[1]) for _ in range(2)]
    assert set(new).isdisjoint(server.workers)
    assert server.status() == 200
    server.workers = new


def all_end_with_their_parent_however_that_ends(server):
    server.process.send_signal(signal.SIGKILL)
    server.process.wait(LONG)
    assert all(server.has_ended(worker) for worker in server.workers)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", server.port), timeout=LONG)
