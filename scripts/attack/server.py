"""A server to attack, with its process and its folder at hand."""

import contextlib
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

PROCESS = re.compile(r'^bnscope_resident_memory_bytes\{process="(\d+)"\}', re.MULTILINE)
PATIENCE = 60.0  # seconds for a server to end


@dataclass(frozen=True)
class Served:
    """Where it is, what it runs as, and where it keeps its uploads (`uploads`) and its cache (`cache`)."""

    origin: str
    process: subprocess.Popen[str]
    folder: Path

    @property
    def cache(self) -> Path:
        return self.folder / "cache"

    def processes(self) -> list[int]:
        """Those that answer and those that compute, as its metrics tell."""
        for _ in range(10):
            with contextlib.suppress(httpx2.TransportError):  # a worker that has just been killed
                told = httpx2.get(f"{self.origin}/metrics", timeout=PATIENCE).text
                return [int(process) for process in PROCESS.findall(told)]
            time.sleep(0.2)
        return []


@contextmanager
def served(workers: int = 1, **settings: object) -> Iterator[Served]:
    """A server on a free port of loopback, with folders of its own; it ends with the block, if it has not before.

    What it logs as an error is printed then.
    """
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        given = {"uploads_dir": folder / "uploads", "cache_dir": folder / "cache", "log": "json", **settings}
        environment = os.environ | {f"BNSCOPE_{name.upper()}": str(value) for name, value in given.items()}
        command = [sys.executable, "-m", "app", "--port", "0", "--workers", str(workers)]
        with (
            (folder / "log").open("w") as log,
            subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=log, text=True) as process,
        ):
            assert process.stdout is not None
            try:
                yield Served(process.stdout.readline().split(" is at ")[1].strip(), process, folder)
            finally:
                process.terminate()
                process.wait(PATIENCE)
                tell_errors(folder / "log")


def tell_errors(log: Path) -> None:
    """Print the errors of a log, each with the last line of its traceback."""
    for line in log.read_text().splitlines():
        entry = json.loads(line) if line.startswith("{") else {"level": "error", "message": line}
        if entry["level"] in ("error", "critical"):
            traceback = entry.get("traceback", "").splitlines()
            print(f"  log: {entry['message'].strip()} {traceback[-1] if traceback else ''}"[:200])
