"""What it takes to analyse an array that is larger than memory should hold, beside reading its file from front to end.

    python -m benchmarks.stream [--gigabytes 4] [--features 64] [--dtype float32] [--runs 5] [--folder FOLDER]

The array is written to a folder (default: a temporary one) and removed. Runs are pairs, each in a process of its own:
the file read by one thread into a buffer of 4 MiB, then `bncore.stream.statistics` of it: moments, extremes, quantiles
and histograms. Before each of the cold ones the system is told to forget the file; warm ones find it in its page cache.
CPU seconds are those of all threads, and peak memory is the process's, imports included (VmHWM). At last a run is
killed half-way, and another goes on.
"""

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

Run = tuple[float, float, int]
BLOCK = 2**24  # numbers written at a time

READ = """
def work(path):
    buffer = bytearray(4 * 2**20)
    with open(path, "rb", buffering=0) as file:
        while file.readinto(buffer):
            pass
"""

ANALYSE = """
from bncore import stream
def work(path):
    seen = stream.statistics(path)
    seen.quantiles([0.25, 0.5, 0.75]), seen.histogram()
"""

MEASURE = """
import json, re, sys, time
start, used = time.perf_counter(), time.process_time()
work(sys.argv[1])
seconds, used = time.perf_counter() - start, time.process_time() - used
peak = re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())
print(json.dumps([seconds, used, int(peak[1]) * 1024]))
"""

KILLED = """
import sys, time
from bncore import stream
begun = time.perf_counter()
seen = stream.statistics(
    sys.argv[1], state=sys.argv[2], every=0.25, say=lambda done, of, text: print(done, of, flush=True)
)
print("ended", time.perf_counter() - begun, repr(float(seen.mean.sum())), repr(float(seen.var.sum())), flush=True)
"""


def main() -> None:
    """Print medians, the ratio of each pair, peak memory, and how a killed run goes on."""
    options = _options()
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        path = Path(name) / "x.npy"
        _write(path, options)
        size = path.stat().st_size
        _say(f"{size / 1e9:.2f} GB of {options.dtype}, {options.features} features")
        for cold in (True, False):
            pairs = [(_measure(READ, path, cold), _measure(ANALYSE, path, cold)) for _ in range(options.runs)]
            _report("cold" if cold else "warm", pairs, size)
        _killed(path)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gigabytes", type=float, default=4.0)
    parser.add_argument("--features", type=int, default=64)
    parser.add_argument("--dtype", default="float32")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--folder", default=None)
    return parser.parse_args()


def _write(path: Path, options: argparse.Namespace) -> None:
    """Normal numbers with a scale for each feature; each block has a mean of its own."""
    dtype, rng = np.dtype(options.dtype), np.random.default_rng(0)
    block = rng.standard_normal((BLOCK // options.features, options.features), np.float32).astype(dtype)
    block *= np.logspace(-2, 3, options.features).astype(dtype)
    examples = int(options.gigabytes * 1e9 / dtype.itemsize) // options.features
    with path.open("wb") as file:
        about = {"descr": dtype.str, "fortran_order": False, "shape": (examples, options.features)}
        np.lib.format.write_array_header_1_0(file, about)
        for start in range(0, examples, len(block)):
            file.write((block[: examples - start] + dtype.type(start / examples)).tobytes())


def _measure(work: str, path: Path, cold: bool) -> Run:
    """Seconds, CPU seconds and peak bytes in a fresh process."""
    if cold:
        _forget(path)
    command = [sys.executable, "-c", work + MEASURE, str(path)]
    seconds, used, peak = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return seconds, used, peak


def _forget(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _report(name: str, pairs: list[tuple[Run, Run]], size: int) -> None:
    read, ours = zip(*pairs, strict=True)
    ratios = sorted(one[0] / other[0] for other, one in pairs)
    for what, runs in (("read from front to end", read), ("analysed", ours)):
        seconds, used = (statistics.median(run[part] for run in runs) for part in (0, 1))
        speed, peak = size / seconds / 1e9, max(run[2] for run in runs) / 1e6
        _say(f"{name} {what:22} {seconds:6.2f} s  {speed:5.2f} GB/s  CPU {used:5.2f} s  peak {peak:3.0f} MB")
    _say(f"{name} ratio {statistics.median(ratios):.2f} (from {ratios[0]:.2f} to {ratios[-1]:.2f}); aim: at most 1.5")


def _killed(path: Path) -> None:
    state = path.with_name("state.npz")
    command = [sys.executable, "-c", KILLED, str(path), str(state)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            done, examples = map(int, line.split())
            if done * 2 >= examples:
                process.send_signal(signal.SIGKILL)
                break
    first, *_, last = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    state.unlink()
    whole = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[-1]
    _say(f"killed at {done / examples:.0%}; the next run's first word was {int(first.split()[0]) / examples:.0%}")
    _say(f"it took {float(last.split()[1]):.2f} s, a whole one {float(whole.split()[1]):.2f} s")
    _say(f"the same digits: {last.split()[2:] == whole.split()[2:]}")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
