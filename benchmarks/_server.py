"""A server of our own for the length of a benchmark."""

import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

LOOKS = 20  # connections, of which each worker gets some


@contextmanager
def running_server(*, workers: int = 1, **settings: object) -> Iterator[str]:
    """The origin of `python -m app` on a free port, with the given settings, once it is ready. Ends with the block."""
    with tempfile.TemporaryDirectory() as folder:
        given = {"uploads_dir": f"{folder}/uploads", "cache_dir": f"{folder}/cache", **settings}
        environment = os.environ | {f"BNSCOPE_{name.upper()}": str(value) for name, value in given.items()}
        command = [sys.executable, "-m", "app", "--port", "0", "--workers", str(workers)]
        server = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        try:
            assert server.stdout is not None
            origin = server.stdout.readline().split(" is at ")[1].strip()
            _wait_for(origin)
            yield origin
        finally:
            server.terminate()
            server.wait(timeout=20)


def _wait_for(origin: str) -> None:
    """Until all workers are ready, as each has told so; a server without /readyz is at once."""
    ready = 0
    while ready < LOOKS:
        try:
            urllib.request.urlopen(f"{origin}/readyz").close()
            ready += 1
        except urllib.error.HTTPError as error:
            if error.code == 404:
                return
            ready = 0
            time.sleep(0.1)
