"""A checkpoint of a ResNet-50's size sent to a server: seconds until its report is there, and the server's memory.

    python -m benchmarks.doctor_server [--only NAME …] [--runs 5]

Each run sends other bytes, so that nothing of it is kept already; the seconds are those of `POST /doctor` from the
first byte that leaves to the last of the report. Memory is the sum of VmHWM of the server's processes after the runs
above that before them, in parts of the file: pages of the file that are mapped count in it.
"""

import argparse
import http.client
import os
import statistics
import time
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np

from benchmarks._server import running_server
from benchmarks.doctor import FORMATS, state


def main() -> None:
    """Print a row a format."""
    options = _options()
    print(f"{'format':20}{'MB':>8}{'seconds':>10}{'slowest':>10}{'memory':>10}")
    for name in options.only or FORMATS:
        contents = [_content(name, run) for run in range(options.runs + 1)]
        with running_server(post_bytes=0) as origin:
            _sent(origin, contents[0])
            before = _memory()
            seconds = [_sent(origin, content) for content in contents[1:]]
            size = len(contents[0])
            memory = (_memory() - before) / size
        print(f"{name:20}{size / 1e6:8.0f}{statistics.median(seconds):10.2f}{max(seconds):10.2f}{memory:10.2f}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="*", choices=FORMATS)
    parser.add_argument("--runs", type=int, default=5)
    return parser.parse_args()


def _content(name: str, run: int) -> bytes:
    """A checkpoint in this format; each run's has a bias of its own."""
    tensors = state()
    tensors["fc.bias"] = np.full(1000, run, "f4")
    return FORMATS[name](tensors)


def _sent(origin: str, content: bytes) -> float:
    place = urlsplit(origin)
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=60)
    start = time.perf_counter()
    connection.request("POST", "/api/v1/doctor?arrays=opened", content)
    answer = connection.getresponse()
    answer.read()
    seconds = time.perf_counter() - start
    assert answer.status == 201, answer.status
    connection.close()
    return seconds


def _memory() -> int:
    """VmHWM of all processes that descend from this one, in bytes."""
    parents = {int(path.name): _parent(path) for path in Path("/proc").iterdir() if path.name.isdigit()}
    own = {os.getpid()}
    while more := {pid for pid, parent in parents.items() if parent in own} - own:
        own |= more
    return sum(_peak(pid) for pid in own - {os.getpid()})


def _parent(path: Path) -> int:
    try:
        return int((path / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def _peak(pid: int) -> int:
    try:
        lines = (Path("/proc") / str(pid) / "status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM")), 0)


if __name__ == "__main__":
    main()
