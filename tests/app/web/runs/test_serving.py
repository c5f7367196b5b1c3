"""Streams of a real server: its workers are killed, and readers stall or leave."""

import os
import re
import signal
import socket
import subprocess
import sys
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import pytest

from tests.app.web.runs.test_respond import events, expected
from tests.app.web.runs.walk import LONG, trapped, until

ROOT = Path(__file__).parents[4]


class Running:
    """A server of two workers, and the call that it is asked."""

    command = ("tests.app.web.runs.application",)
    path = "/api/v1/walk"

    def __init__(self, folder, **settings):
        given = {"uploads_dir": folder / "uploads", "cache_dir": folder / "cache", "processes": 1, "run_events": 10**6}
        environment = {f"BNSCOPE_{name.upper()}": str(value) for name, value in (given | settings).items()}
        self.process = subprocess.Popen(
            [sys.executable, "-m", *self.command], cwd=ROOT,
            env=environment | kernel() | {"OPENBLAS_NUM_THREADS": "1"}, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.port = int(re.match(r"bnscope is at http://127\.0\.0\.1:(\d+)\n", self.process.stdout.readline())[1])

    @contextmanager
    def asked(self, query="", after=None):
        """A stream, and the connection that it comes by."""
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=LONG)) as connection:
            headers = {} if after is None else {"Last-Event-ID": after}
            connection.request("GET", f"{self.path}?{query}", headers=headers)
            with connection.getresponse() as answer:
                yield answer, connection.sock

    @contextmanager
    def stream(self, query=""):
        """A stream that is under way, and the process that answers with it."""
        with self.asked(query) as (answer, connection):
            yield answer, peer_of(connection)

    def read(self, query="", after=None):
        """All events of a stream, which may have ended before anybody looks who answered."""
        with self.asked(query, after) as (answer, _):
            return events(answer.read())

    def close(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(LONG)
        self.process.stdout.close()


def kernel():
    """Which kernels this process takes, of BLAS and of bncore: other ones round in another way."""
    return {name: value for name, value in os.environ.items() if name.startswith(("OPENBLAS_", "BNSCOPE_BACKEND"))}


def peer_of(connection):
    """The process at the other end of a connection of this machine: the one that holds its socket."""
    here, there = connection.getsockname()[1], connection.getpeername()[1]
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    ends = {(int(line[1].split(":")[1], 16), int(line[2].split(":")[1], 16)): line[9] for line in lines}
    inode = f"socket:[{ends[there, here]}]"
    for process in Path("/proc").glob("[0-9]*"):
        for file in _files(process):
            if file == inode:
                return int(process.name)
    raise AssertionError(f"nobody holds {inode}")


def _files(process):
    with suppress(OSError):  # the process has ended
        for file in (process / "fd").iterdir():
            with suppress(OSError):  # the file was closed meanwhile
                yield str(file.readlink())


def all_of(connection):
    """All that comes, until the stream ends as if it were whole."""
    while connection.recv(1 << 20):
        pass


@pytest.fixture(scope="module")
def server(tmp_path_factory, cache_in):
    folder = tmp_path_factory.mktemp("server")
    cache_in(folder)
    running = Running(folder, run_send_seconds=0.2)  # which only cuts off who does not take what is there
    yield running
    running.close()
    assert running.process.returncode == 0


def test_a_reader_whose_worker_is_killed_goes_on_with_another(server, tmp_path):
    trap, content = tmp_path / "trap", b""
    query = f"trap={trap}&trap_at=25"
    with server.stream(query) as (answer, worker):
        trapped(trap)  # a chunk is under way
        os.kill(worker, signal.SIGKILL)
        with suppress(OSError, HTTPException):
            while piece := answer.read1():
                content += piece
    arrived = events(content[: content.rindex(b"\n\n") + 2])
    assert 0 < len(arrived) <= 25
    last = re.match(rb"id: (\d+)\n", arrived[-1])[1].decode()
    assert arrived + again(lambda: server.read(query, after=last)) == expected()


def again(read):
    """As a browser does: what a dead worker had in its queue is reset, and asked for once more."""
    for _ in range(LONG):
        with suppress(ConnectionError):
            return read()
    raise AssertionError("nobody answers")


def test_a_process_of_the_pool_that_is_killed_is_not_seen_by_the_reader(server, tmp_path):
    trap = tmp_path / "trap"
    with server.stream(f"trap={trap}&trap_at=25") as (answer, _):
        os.kill(trapped(trap), signal.SIGKILL)
        assert events(answer.read()) == expected()


def test_the_work_ends_with_its_last_reader(server, tmp_path):
    counted = tmp_path / "counted"
    with server.stream(f"steps=1000000&segment=1000000&counted={counted}") as (answer, _):
        answer.read(1000)
    until(lambda: places(server) == 0)
    assert 0 < settled(counted) < 2_000_000


def places(server):
    """Streams that the workers have under way, by their metrics."""
    connection = HTTPConnection("127.0.0.1", server.port, timeout=LONG)
    connection.request("GET", "/metrics")
    text = connection.getresponse().read().decode()
    connection.close()
    return sum(float(value) for value in re.findall(r"^bnscope_streams (\S+)$", text, re.MULTILINE))


def settled(counted):
    """The number of steps taken, once it stays the same for a hundred looks."""
    sizes = [0]

    def same():
        sizes.append(counted.read_bytes().count(b"\n"))
        return len(sizes) > 100 and len(set(sizes[-100:])) == 1

    until(same)
    return sizes[-1]


def test_a_reader_that_stalls_is_cut_off(server):
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(LONG)
        connection.connect(("127.0.0.1", server.port))
        connection.sendall(b"GET /api/v1/walk?steps=100000&segment=1000&padding=10000 HTTP/1.1\r\nHost: here\r\n\r\n")
        assert connection.recv(12) == b"HTTP/1.1 200"
        until(lambda: places(server) == 0)
        with pytest.raises(ConnectionResetError):
            all_of(connection)
    assert server.read() == expected()
