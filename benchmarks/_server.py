"""A server of our own for the length of a benchmark."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def running_server(*, workers: int = 1, **settings: object) -> Iterator[str]:
    """The origin of `python -m app` on a free port, with the given settings; it ends with the block."""
    with tempfile.TemporaryDirectory() as folder:
        given = {"uploads_dir": f"{folder}/uploads", "cache_dir": f"{folder}/cache", **settings}
        environment = os.environ | {f"BNSCOPE_{name.upper()}": str(value) for name, value in given.items()}
        command = [sys.executable, "-m", "app", "--port", "0", "--workers", str(workers)]
        server = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        try:
            assert server.stdout is not None
            yield server.stdout.readline().split(" is at ")[1].strip()
        finally:
            server.terminate()
            server.wait(timeout=20)
