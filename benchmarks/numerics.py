"""How long batch norm takes in `bncore`, against the plain NumPy that one would write first.

    python -m benchmarks.numerics [--runs 15]

Forward + backward of float32 batches, paired runs; the plain version keeps float32 throughout and is not accurate. With
PyTorch installed (it is not a dependency) its training-mode batch norm is timed as well, on the same threads.
"""

import argparse
import importlib
import statistics
import time
from collections.abc import Callable

import numpy as np

from bncore import backward, forward

SHAPES = ((256, 8), (4096, 256), (65536, 256))
Pass = Callable[[], object]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=15)
    runs = parser.parse_args().runs
    for shape in SHAPES:
        rng = np.random.default_rng(0)
        x, dy = (rng.standard_normal(shape, dtype=np.float32) for _ in range(2))
        passes: dict[str, Pass] = {"bncore": lambda: backward(dy, forward(x)), "plain NumPy": lambda: _plain(x, dy)}  # noqa: B023
        passes |= _torch(x, dy)
        _report(shape, _paired(passes, runs))


def _plain(x: np.ndarray, dy: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    mean = x.mean(0)
    s = np.sqrt(x.var(0) + 1e-5)
    x_hat = (x - mean) / s
    y = x_hat * 1.0 + 0.0
    return y, (dy - dy.mean(0) - x_hat * (dy * x_hat).mean(0)) / s


def _torch(x: np.ndarray, dy: np.ndarray) -> dict[str, Pass]:
    try:
        torch = importlib.import_module("torch")
    except ModuleNotFoundError:
        return {}
    layer = torch.nn.BatchNorm1d(x.shape[1])
    given, upstream = torch.from_numpy(x).requires_grad_(), torch.from_numpy(dy)

    def run() -> object:
        given.grad = None
        return layer(given).backward(upstream)

    return {"PyTorch": run}


def _paired(passes: dict[str, Pass], runs: int) -> dict[str, list[float]]:
    """Times in ms; each round runs every pass once, the first round warms up."""
    times: dict[str, list[float]] = {name: [] for name in passes}
    for _ in range(runs + 1):
        for name, run in passes.items():
            start = time.perf_counter()
            run()
            times[name].append(1000 * (time.perf_counter() - start))
    return {name: each[1:] for name, each in times.items()}


def _report(shape: tuple[int, int], times: dict[str, list[float]]) -> None:
    ours = times["bncore"]
    parts = []
    for name, timed in times.items():
        ratio = statistics.median(a / b for a, b in zip(timed, ours, strict=True))
        compared = "" if name == "bncore" else f" ({ratio:.2f} of ours)"
        parts.append(f"{name} {statistics.median(timed):.2f} ms{compared}")
    print(f"{shape[0]} × {shape[1]} float32, forward + backward: " + ", ".join(parts), flush=True)


if __name__ == "__main__":
    main()
