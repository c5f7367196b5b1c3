"""How long batch norm takes in `bncore`, against PyTorch's two ways, plain NumPy and a copy of both arrays.

    OMP_NUM_THREADS=2 python -m benchmarks.numerics [--seconds 2] [--only 4-D]

Forward + backward of float32 batches in paired runs on as many threads; ratios are the other's time ÷ ours: the median
of the rounds' ratios, then that of the shortest times, which other programs on the machine touch least. "out" is ours
into arrays that are there. PyTorch (not a dependency; where it is installed) has the bare op,
`aten::native_batch_norm` and its backward, and the module with autograd. A copy of x and dy, on one thread, is four
passes over memory; batch norm from memory takes eight.
"""

import argparse
import importlib
import random
import statistics
import time
from collections.abc import Callable

import numpy as np

import bncore
from bncore import backward, forward

SHAPES = {
    "4 × 32": (4, 32), "32 × 64": (32, 64), "256 × 8": (256, 8), "8 × 256": (8, 256), "64 × 256": (64, 256),
    "1024 × 256": (1024, 256), "4096 × 256": (4096, 256),
    "65536 × 256": (65536, 256), "4-D, 1 × 256 × 14 × 14": (1, 256, 14, 14), "4-D, 8 × 256 × 14 × 14": (8, 256, 14, 14),
    "4-D, 64 × 64 × 56 × 56": (64, 64, 56, 56), "4-D, 64 × 56 × 56 × 64": (64, 56, 56, 64),
}  # fmt: skip
COLUMNS = (
    "float32, forward + backward", "ours, ms", "into `out`, ms", "bare op ÷ ours", "bare op ÷ `out`", "module ÷ ours",
    "NumPy ÷ ours", "`out` ÷ copy",
)  # fmt: skip
COMPARED = (("bare", "ours"), ("bare", "out"), ("module", "ours"), ("plain", "ours"), ("out", "copy"))
Pass = Callable[[], object]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=2, help="that each shape may take, about")
    parser.add_argument("--only", default="", help="shapes whose names have this in them")
    given = parser.parse_args()
    print(bncore.backend())
    print("| " + " | ".join(COLUMNS) + " |")
    print("|---" * len(COLUMNS) + "|")
    for name, shape in SHAPES.items():
        if given.only in name:
            axis = 3 if name.endswith("56 × 64") else 1
            print(_row(name, paired(_passes(shape, axis), given.seconds)), flush=True)


def _passes(shape: tuple[int, ...], axis: int) -> dict[str, Pass]:
    rng = np.random.default_rng(0)
    x, dy = (rng.standard_normal(shape, dtype=np.float32) for _ in range(2))
    gamma, beta, y, dx = np.ones(shape[axis]), np.zeros(shape[axis]), np.empty_like(x), np.empty_like(x)
    passes: dict[str, Pass] = {
        "ours": lambda: backward(dy, forward(x, gamma, beta, feature_axis=axis)),
        "out": lambda: backward(dy, forward(x, gamma, beta, feature_axis=axis, out=y), out=dx),
        "plain": lambda: _plain(x, dy, axis),
        "copy": lambda: (np.copyto(y, x), np.copyto(dx, dy)),
    }
    return passes | _torch(x, dy, axis)


def _plain(x: np.ndarray, dy: np.ndarray, axis: int) -> tuple[np.ndarray, np.ndarray]:
    """What one would write first; float32 throughout, and not accurate."""
    over = {"axis": tuple(i for i in range(x.ndim) if i != axis), "keepdims": True}
    mean = x.mean(**over)
    s = np.sqrt(x.var(**over) + 1e-5)
    x_hat = (x - mean) / s
    y = x_hat * 1.0 + 0.0
    return y, (dy - dy.mean(**over) - x_hat * (dy * x_hat).mean(**over)) / s


def _torch(x: np.ndarray, dy: np.ndarray, axis: int) -> dict[str, Pass]:
    """With channels second, as PyTorch sees them: in its channels-last format where they are last in memory."""
    try:
        torch = importlib.import_module("torch")
    except ModuleNotFoundError:
        return {}
    torch.set_num_threads(bncore.backend().threads)
    given, upstream = (torch.from_numpy(np.moveaxis(array, axis, 1)) for array in (x, dy))
    features = given.shape[1]
    gamma, beta = torch.ones(features), torch.zeros(features)
    layer = (torch.nn.BatchNorm2d if x.ndim == 4 else torch.nn.BatchNorm1d)(features)
    leaf = given.detach().requires_grad_()

    def bare() -> object:
        _, mean, inverse = torch.native_batch_norm(given, gamma, beta, None, None, True, 0.1, 1e-5)
        pull = torch.ops.aten.native_batch_norm_backward
        return pull(upstream, given, gamma, None, None, mean, inverse, True, 1e-5, [True] * 3)

    def module() -> object:
        leaf.grad = None
        return layer(leaf).backward(upstream)

    return {"bare": bare, "module": module}


def paired(passes: dict[str, Pass], seconds: float) -> dict[str, list[float]]:
    """Times in ms; each round runs every pass once, the first two rounds warm up.

    In an order of chance: what ran before leaves the caches to its own code and arrays, or to those of the next.
    """
    times: dict[str, list[float]] = {name: [] for name in passes}
    end, turns = time.perf_counter() + seconds, random.Random(0)
    while time.perf_counter() < end or len(times["ours"]) < 7:
        for name in turns.sample(list(passes), len(passes)):
            start = time.perf_counter()
            passes[name]()
            times[name].append(1000 * (time.perf_counter() - start))
    return {name: each[2:] for name, each in times.items()}


def ratio(times: dict[str, list[float]], one: str, other: str) -> str:
    """One way's time ÷ another's: the median of the rounds' ratios, and that of the shortest times."""
    if one not in times:
        return "-"
    median = statistics.median(a / b for a, b in zip(times[one], times[other], strict=True))
    return f"{median:.2f}, {min(times[one]) / min(times[other]):.2f}"


def _row(name: str, times: dict[str, list[float]]) -> str:
    own = [f"{statistics.median(times[kind]):.3g}" for kind in ("ours", "out")]
    return f"| {' | '.join([name, *own, *(ratio(times, *pair) for pair in COMPARED)])} |"


if __name__ == "__main__":
    main()
