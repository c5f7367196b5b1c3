"""How much memory a forward and a backward pass of the compiled kernels take beside the arrays that are there.

    python -m benchmarks.kernel_memory

The peak of the resident memory during passes into arrays that were there before, less what was resident before them; of
4096 × 256 of float32 and of float64, side by side and as every second column of a wider array, with 1 to 8 threads,
each in a process of its own. Linux alone says so.
"""

import argparse
import subprocess
import sys
from pathlib import Path

import numpy as np

import bncore
from bncore.kernels import using

STATUS = Path("/proc/self/status")
SHAPE = (4096, 256)
LAYOUTS = {"side by side": 1, "every second column": 2}
KINDS = [(dtype, layout) for dtype in ("float32", "float64") for layout in LAYOUTS]
THREADS = (1, 2, 4, 8)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("one", nargs="*", help=argparse.SUPPRESS)  # dtype, layout and threads of a process of its own
    if one := parser.parse_args().one:
        return print(_taken(one[0], LAYOUTS[one[1]], int(one[2])))
    print(bncore.backend())
    heads = ["1 thread", *(f"{threads} threads" for threads in THREADS[1:])]
    print(f"| kB beside the arrays | {' | '.join(heads)} |")
    print("|---" * (1 + len(THREADS)) + "|")
    for kind in KINDS:
        told = [f"{int(_apart(*kind, str(threads))) / 1000:,.0f}" for threads in THREADS]
        print(f"| {', '.join(kind)} | {' | '.join(told)} |", flush=True)
    return None


def _apart(*how: str) -> str:
    call = [sys.executable, "-m", "benchmarks.kernel_memory", *how]
    return subprocess.run(call, check=True, capture_output=True, text=True).stdout


def _taken(dtype: str, step: int, threads: int) -> int:
    """Bytes; the first, small passes load what NumPy and the interpreter need themselves."""
    rng = np.random.default_rng(0)
    wide = (SHAPE[0], step * SHAPE[1])
    x, dy, y, dx = (rng.standard_normal(wide, np.dtype(dtype))[:, ::step] for _ in range(4))
    with using("numpy"):
        bncore.backward(dy[:8], bncore.forward(x[:8]))
    with using("auto", threads):
        Path("/proc/self/clear_refs").write_text("5")  # the peak so far is forgotten
        before = _kilobytes("VmRSS")
        for _ in range(5):
            bncore.backward(dy, bncore.forward(x, out=y), out=dx)
    return 1024 * (_kilobytes("VmHWM") - before)


def _kilobytes(name: str) -> int:
    return next(int(line.split()[1]) for line in STATUS.read_text().splitlines() if line.startswith(name))


if __name__ == "__main__":
    main()
