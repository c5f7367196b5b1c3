"""How long a large CSV takes to read, and how much memory, against pyarrow's own reader.

    python -m benchmarks.reading [--rows 1000000] [--columns 16] [--runs 7]

The CSV is made in a temporary folder and removed. Each run is a pair: pyarrow.csv.read_csv, then ours (which also
writes the array to the cache), in a process of its own each time. The first pair warms up and is not counted.
Peak memory is the process's, imports included (resource.getrusage).
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

ARROW = """
import pyarrow.csv
def read(path, folder):
    pyarrow.csv.read_csv(path)
"""

OURS = """
from pathlib import Path
from app.batches.uploads import Reading
from app.batches.uploads.bounds import Bounds
from app.batches.uploads.delimited.parsing import read_csv
def read(path, folder):
    read_csv(Path(path), Reading(), Path(folder), Bounds(10**10, 10**4))
"""

MEASURE = """
import json, resource, sys, time
start = time.perf_counter()
read(sys.argv[1], sys.argv[2])
seconds = time.perf_counter() - start
print(json.dumps([seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024]))
"""


def main() -> None:
    """Print the medians, the ratio of each pair, and the peak memory."""
    options = _options()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _write_csv(folder / "big.csv", options.rows, options.columns)
        pairs = [(_measure(ARROW, folder), _measure(OURS, folder)) for _ in range(options.runs + 1)][1:]
        _report(pairs, (folder / "big.csv").stat().st_size, options.rows * options.columns * 8)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--columns", type=int, default=16)
    parser.add_argument("--runs", type=int, default=7)
    return parser.parse_args()


def _write_csv(path: Path, rows: int, columns: int) -> None:
    rng = np.random.default_rng(0)
    with path.open("w") as file:
        file.write(",".join(f"x{i}" for i in range(columns)) + "\n")
        for start in range(0, rows, 50_000):
            block = rng.normal(size=(min(50_000, rows - start), columns)).tolist()
            file.writelines(",".join(map("{:.6f}".format, row)) + "\n" for row in block)


def _measure(read: str, folder: Path) -> tuple[float, int]:
    """Seconds and peak bytes of one read in a fresh process."""
    command = [sys.executable, "-c", read + MEASURE, str(folder / "big.csv"), str(folder)]
    seconds, peak = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return seconds, peak


def _report(pairs: list[tuple[tuple[float, int], tuple[float, int]]], file: int, array: int) -> None:
    arrow, ours = zip(*pairs, strict=True)
    ratios = sorted(one[0] / other[0] for other, one in pairs)
    for name, runs in (("pyarrow.csv.read_csv", arrow), ("bnscope", ours)):
        seconds, peak = statistics.median(run[0] for run in runs), max(run[1] for run in runs)
        _say(f"{name:22} {seconds:6.3f} s   peak {peak / 1e6:6.0f} MB = {peak / array:.2f} x the array")
    _say(f"ratio {statistics.median(ratios):.2f} (from {ratios[0]:.2f} to {ratios[-1]:.2f}); aim: at most 2")
    _say(f"file {file / 1e6:.0f} MB, array {array / 1e6:.0f} MB; aim: peak at most 3 x the array")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main()
