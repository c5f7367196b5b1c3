"""How long layer, RMS, group and instance norm take in `bncore.norms`, against its NumPy reference and PyTorch.

    OMP_NUM_THREADS=1 python -m benchmarks.norms [--seconds 1]

Forward + backward of float32 batches in paired runs on one thread; ratios are the other's time ÷ ours: the median of
the rounds' ratios, then that of the shortest times. PyTorch, where it is installed, has its functions with autograd.
"""

import argparse
import importlib
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.numerics import Pass, paired, ratio
from bncore import norms
from bncore.kernels import using

CASES: tuple[tuple[str, tuple[int, ...], dict[str, Any]], ...] = (
    ("layer", (64, 256), {}), ("layer", (1024, 256), {}), ("layer", (4096, 1024), {}), ("rms", (1024, 256), {}),
    ("group", (64, 64, 28, 28), {"groups": 8}), ("instance", (64, 64, 28, 28), {}),
)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=1, help="that each case may take, about")
    seconds = parser.parse_args().seconds
    print("| float32, forward + backward | ours, ms | NumPy ÷ ours | PyTorch ÷ ours |\n|---|---|---|---|")
    for norm, shape, how in CASES:
        times = paired(_passes(norm, shape, how), seconds)
        told = f"{norm}, {' × '.join(map(str, shape))} | {sorted(times['ours'])[len(times['ours']) // 2]:.3g}"
        print(f"| {told} | {ratio(times, 'reference', 'ours')} | {ratio(times, 'torch', 'ours')} |", flush=True)


def _passes(norm: str, shape: tuple[int, ...], how: dict[str, Any]) -> dict[str, Pass]:
    rng = np.random.default_rng(0)
    x, dy = (rng.standard_normal(shape, dtype=np.float32) for _ in range(2))

    def ours() -> object:
        return norms.backward(dy, norms.forward(x, norm, **how))

    def reference() -> object:
        with using("numpy"):
            return ours()

    return {"ours": ours, "reference": reference} | _torch(norm, x, dy, how)


def _torch(norm: str, x: np.ndarray, dy: np.ndarray, how: dict[str, Any]) -> dict[str, Pass]:
    try:
        torch = importlib.import_module("torch")
    except ModuleNotFoundError:
        return {}
    torch.set_num_threads(1)
    of, leaf, upstream = torch.nn.functional, torch.from_numpy(x).requires_grad_(), torch.from_numpy(dy)
    shape = x.shape[1:] if norm in ("layer", "rms") else x.shape[1:2]
    gamma, beta = torch.ones(shape, requires_grad=True), torch.zeros(shape, requires_grad=True)
    calls: dict[str, Callable[[], Any]] = {
        "layer": lambda: of.layer_norm(leaf, shape, gamma, beta),
        "rms": lambda: of.rms_norm(leaf, shape, gamma),
        "group": lambda: of.group_norm(leaf, how["groups"], gamma, beta),
        "instance": lambda: of.instance_norm(leaf, weight=gamma, bias=beta),
    }

    def run() -> object:
        leaf.grad = gamma.grad = beta.grad = None
        return calls[norm]().backward(upstream)

    return {"torch": run}


if __name__ == "__main__":
    main()
