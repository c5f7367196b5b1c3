"""Training steps a second of `bncore.training`, against PyTorch where it is installed, and what recording costs.

    OPENBLAS_NUM_THREADS=1 python -m benchmarks.training [--runs 41]

Two networks on random numbers in the shape of the 1,200 digits, float32, plain SGD: the fully connected one of figure 1
of Ioffe & Szegedy 2015 (64-100-100-100-10, sigmoid, batch norm, batch 60), and convolutions (two blocks of 16 channels,
ReLU, batch norm, batch 64). Each round times both, one behind the other, one thread each; PyTorch is eager, with its
own loss and optimizer, and takes its batches from one tensor. Times are of the processor, which other programs on the
machine change little. PyTorch is not a dependency.
"""

import argparse
import importlib
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from bncore.training import Data, Spec, start
from bncore.training.run import Work

EXAMPLES = 1200
RECORDS = 10  # a second, on the page
Steps = Callable[[int], object]
"""Takes so many steps."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=41)
    runs = parser.parse_args().runs
    for title, spec, steps in _networks():
        ways: dict[str, Steps] = {"bncore": _ours(spec)} | _torch(spec)
        print(title)
        _report(_paired(ways, runs, steps), steps)
        _recording(spec, runs)


def _networks() -> Iterator[tuple[str, Spec, int]]:
    dense = Spec(_data((64,)), widths=(100, 100, 100), batch_size=60)
    yield "64-100-100-100-10, sigmoid, batch 60", dense, 100
    recipe: dict[str, Any] = {"activation": "relu", "initialization": "he", "batch_size": 64}
    images = Spec(_data((1, 8, 8)), architecture="convolutional", widths=(16, 16), **recipe)
    yield "two convolutions of 16 channels, ReLU, batch 64", images, 20


def _data(shape: tuple[int, ...]) -> Data:
    rng = np.random.default_rng(0)
    x, held = (rng.random((count, *shape)) for count in (EXAMPLES, 597))
    labels, of_held = rng.integers(10, size=EXAMPLES), rng.integers(10, size=597)
    return Data(x, labels, held, of_held, tuple("0123456789"))


def _ours(spec: Spec) -> Steps:
    work = Work(start(spec))
    work.look()

    def run(steps: int) -> None:
        for _ in range(steps):
            work.update()
            work.look()

    return run


def _torch(spec: Spec) -> dict[str, Steps]:
    try:
        torch = importlib.import_module("torch")
    except ModuleNotFoundError:
        return {}
    torch.set_num_threads(1)
    torch.manual_seed(0)
    model = _dense(torch, spec) if spec.architecture == "dense" else _convolutional(torch, spec)
    x, labels = torch.from_numpy(spec.data.x.astype(np.float32)), torch.from_numpy(spec.data.labels)
    loss_of, optimizer = torch.nn.CrossEntropyLoss(), torch.optim.SGD(model.parameters(), lr=spec.rate)

    def run(steps: int) -> None:
        for step in range(steps):
            rows = torch.arange(step * spec.batch_size, (step + 1) * spec.batch_size) % EXAMPLES
            optimizer.zero_grad(set_to_none=True)
            loss = loss_of(model(x[rows]), labels[rows])
            loss.backward()
            optimizer.step()
            loss.item()

    return {f"PyTorch {torch.__version__}": run}


def _dense(torch: Any, spec: Spec) -> Any:
    nn, blocks = torch.nn, []
    for inputs, width in zip((64, *spec.widths), spec.widths, strict=False):
        blocks += [nn.Linear(inputs, width, bias=False), nn.BatchNorm1d(width), nn.Sigmoid()]
    return nn.Sequential(*blocks, nn.Linear(spec.widths[-1], 10))


def _convolutional(torch: Any, spec: Spec) -> Any:
    nn, blocks = torch.nn, []
    for inputs, width in zip((1, *spec.widths), spec.widths, strict=False):
        blocks += [nn.Conv2d(inputs, width, 3, padding=1, bias=False), nn.BatchNorm2d(width), nn.ReLU()]
    return nn.Sequential(*blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(spec.widths[-1], 10))


def _paired(ways: dict[str, Steps], runs: int, steps: int) -> dict[str, list[float]]:
    """Seconds of this thread; each round takes the steps in every way once, the first round warms up."""
    times: dict[str, list[float]] = {name: [] for name in ways}
    for round_number in range(runs + 1):
        for name, run in ways.items():
            began = time.process_time()
            run(steps)
            if round_number:
                times[name].append(time.process_time() - began)
    return times


def _report(times: dict[str, list[float]], steps: int) -> None:
    ours = times["bncore"]
    for name, taken in times.items():
        ratio = statistics.median(other / own for other, own in zip(taken, ours, strict=True))
        print(
            f"  {name:14s} {steps / statistics.median(taken):8.0f} steps a second   {ratio:5.2f} × the time of bncore"
        )


def _recording(spec: Spec, runs: int) -> None:
    """What a record costs, over four of them, of which one looks at the held-out examples."""
    work = Work(start(spec))
    work.look()
    seconds = [_timed(lambda: [_recorded(work, step) for step in (64, 66, 68, 70)]) / 4 for _ in range(runs)]
    each = statistics.median(seconds)
    print(f"  a record takes {1e3 * each:.2f} ms: {RECORDS} a second are {RECORDS * each:.1%} of the time")


def _recorded(work: Work, step: int) -> None:
    work.step = step
    work.record()


def _timed(run: Callable[[], object]) -> float:
    began = time.process_time()
    run()
    return time.process_time() - began


if __name__ == "__main__":
    main()
