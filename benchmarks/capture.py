"""What `bnscope_capture.py` costs a training step of a PyTorch network, and what its file takes to write.

    python -m benchmarks.capture --rounds 7 --threads 1

Needs PyTorch (`pip install torch==2.13.0`). Steps with the hooks, every one of which is kept (`budget=1`), are held
against those before and after them, in processor time, and the cost is the median of these ratios; putting the hooks in
is part of it, and writing is told apart. The control holds steps without hooks against their neighbours in the same
way: what it is off by chance, the cost may be, too. Last, steps are kept within the file's own budget, by the wall
clock.
"""

import argparse
import ctypes
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

FOLDER = Path(__file__).parent.parent / "static"


def residual(nn: Any, width: int) -> Any:
    """A residual network of 19 batch norms: three blocks of `width` channels, of twice, of four times as many."""

    class Block(nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self, inputs: int, outputs: int) -> None:
            super().__init__()
            stride = 1 if inputs == outputs else 2
            self.first = nn.Sequential(
                nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)
            )
            self.second = nn.Sequential(nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False), nn.BatchNorm2d(outputs))
            self.beside = nn.Identity() if stride == 1 else nn.Conv2d(inputs, outputs, 1, stride, bias=False)

        def forward(self, x: Any) -> Any:
            return nn.functional.relu(self.beside(x) + self.second(self.first(x)))

    stem = [nn.Conv2d(3, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU(inplace=True)]
    widths = [width * times for times in (1, 1, 1, 2, 2, 2, 4, 4, 4)]
    blocks = [Block(before, after) for before, after in zip([width, *widths], widths, strict=False)]
    return nn.Sequential(*stem, *blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4 * width, 10))


def transformer(nn: Any) -> Any:
    """A transformer encoder: eight layer norms."""
    layer = nn.TransformerEncoderLayer(128, 4, 512, batch_first=True, norm_first=True)
    return nn.TransformerEncoder(layer, 4, enable_nested_tensor=False)


NETWORKS: dict[str, tuple[Callable[[Any], Any], tuple[int, ...]]] = {
    "residual network of 64 to 256 channels, 19 batch norms, batch 64 of 3 x 32 x 32": (
        partial(residual, width=64), (64, 3, 32, 32),
    ),
    "residual network of 16 to 64 channels (ResNet-20), batch 64 of 3 x 32 x 32": (
        partial(residual, width=16), (64, 3, 32, 32),
    ),
    "transformer, 8 layer norms, batch 32 of 64 x 128": (transformer, (32, 64, 128)),
}  # fmt: skip


def hold_memory() -> None:
    """Let glibc keep what is freed: whether it gives memory back to the kernel and gets it again is chance."""
    trim_threshold, mmap_threshold = -1, -3
    for option in (trim_threshold, mmap_threshold):
        ctypes.CDLL(None).mallopt(option, 2**30)


def step_of(torch: Any, net: Any, shape: tuple[int, ...]) -> Callable[[], None]:
    """A training step: forward, backward, update."""
    x = torch.randn(shape)
    optimizer = torch.optim.SGD(net.parameters(), 0.01, momentum=0.9)

    def step() -> None:
        optimizer.zero_grad()
        net(x).square().mean().backward()
        optimizer.step()

    return step


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Processor seconds of the process, which other programs do not lengthen, and what the work gives."""
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def seconds(work: Callable[[], Any], times: int = 1) -> float:
    return timed(lambda: [work() for _ in range(times)])[0]


@dataclass(frozen=True)
class Cost:
    """Median seconds of a step and of writing, median ratios with and without the capture, bytes, and of how many steps
    the file's own budget keeps as many."""

    plain: float
    watched: float
    control: float
    writing: float
    size: int
    of: int


def measured(torch: Any, make: Callable[[Any], Any], shape: tuple[int, ...], rounds: int, steps: int) -> Cost:
    from bnscope_capture import capture  # type: ignore[import-not-found]

    net = make(torch.nn)
    step = step_of(torch, net, shape)
    step()
    watched, writing = [], []
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "capture.npz"

        def steps_watched() -> Any:
            watching = capture(
                net, file, steps=steps + 1, budget=1
            )  # one more than are taken, so that writing is apart
            for _ in range(steps):
                step()
            return watching

        plain = [seconds(step, steps)]
        for _ in range(rounds):
            took, watching = timed(steps_watched)
            watched.append(took)
            writing.append(seconds(watching.close))
            plain.append(seconds(step, steps))
        size = file.stat().st_size
        watching = capture(net, file, steps=steps)
        while watching.remove:
            step()
    return Cost(
        median(plain) / steps, ratio(plain[:-1], watched, plain[1:]), ratio(plain[:-2], plain[1:-1], plain[2:]),
        median(writing), size, watching.of,
    )  # fmt: skip


def ratio(before: list[float], between: list[float], after: list[float]) -> float:
    """Median ratio of what lies between to the mean of its neighbours; not a number where there are none."""
    ratios = [2 * middle / (first + last) for first, middle, last in zip(before, between, after, strict=True)]
    return median(ratios) if ratios else float("nan")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="networks whose name has this")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--steps", type=int, default=4)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    import torch

    sys.path.insert(0, str(FOLDER))
    hold_memory()
    torch.set_num_threads(arguments.threads)
    for name, (make, shape) in NETWORKS.items():
        if arguments.only not in name:
            continue
        cost = measured(torch, make, shape, arguments.rounds, arguments.steps)
        print(f"{name}: a step {cost.plain * 1e3:.0f} ms; with the capture {100 * (cost.watched - 1):+.1f} %, ", end="")
        print(
            f"control {100 * (cost.control - 1):+.1f} %; within its budget it keeps {arguments.steps} of {cost.of}; ",
            end="",
        )
        print(f"to write {arguments.steps} steps {cost.writing * 1e3:.0f} ms, {cost.size / 1e6:.0f} MB", flush=True)


if __name__ == "__main__":
    main()
