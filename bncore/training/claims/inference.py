"""Inference after too few updates of the running statistics, and exact statistics in their place: claim 13."""

import numpy as np

from bncore.arguments import Array
from bncore.findings.numbers import percent
from bncore.training.claims.claim import Claim, Fields, Measured, Runs, Side, end
from bncore.training.data import Data
from bncore.training.layout import layout_of
from bncore.training.network import Network
from bncore.training.parts.columns import ColumnNorm
from bncore.training.spec import inputs_of
from bncore.training.state import State

CLOSE, FAR = 0.02, 0.2
SHARED: Fields = {"activation": "relu", "initialization": "he", "rate": 0.1, "steps": 100, "norm": "batch"}
RUNS = Runs(SHARED, {"a": {"momentum": 0.001}, "b": {"momentum": 0.1}})
FAILING = Runs(SHARED, {"a": {"momentum": 0.1}})


def exact(state: State) -> Network:
    """The network of a run, its running statistics replaced by those of all training examples.

    They are taken from one epoch in batches, each normalized by its own statistics: μ is the mean of the batch means,
    σ² the mean of the batch variances plus the variance between the batch means.
    """
    network = Network(state.spec, layout_of(state.spec), state.parameters.copy(), state.running.copy())
    x, size = inputs_of(state.spec, state.spec.data.x), state.spec.batch_size
    norms = [block.norm for block in network.blocks if isinstance(block.norm, ColumnNorm)]
    seen: list[list[Array]] = [[] for _ in norms]
    for first in range(0, len(x) - size + 1, size):
        network.forward(x[first : first + size], state.step)
        for norm, statistics in zip(norms, seen, strict=True):
            statistics.append(np.stack(norm.batch_statistics()))
    for norm, statistics in zip(norms, seen, strict=True):
        means, variances = np.stack(statistics, axis=1)
        norm.running[...] = means.mean(axis=0), variances.mean(axis=0) + means.var(axis=0)
    return network


def _right(network: Network, data: Data) -> float:
    logits = network.infer(inputs_of(network.spec, data.held_x))
    return float((logits.argmax(axis=1) == data.held_labels).mean())


def _measure(data: Data) -> Measured:
    cold, warm = (end(RUNS.spec(data, letter))[0] for letter in "ab")
    arrived = _right(_as_it_is(warm), data)
    holds = _holds(_right(_as_it_is(cold), data), arrived, _right(exact(cold), data))
    return Measured(holds, _fails(arrived, _right(exact(warm), data)))


def _as_it_is(state: State) -> Network:
    return Network(state.spec, layout_of(state.spec), state.parameters.copy(), state.running.copy())


def _holds(cold: float, warm: float, repaired: float) -> Side:
    text = (
        f"After 100 updates inference is right on {percent(cold)} at momentum 0.001, on {percent(warm)} at 0.1, and at "
        f"0.001 on {percent(repaired)} with exact statistics: the weights were good."
    )
    is_repaired = repaired >= warm - CLOSE and cold <= warm - FAR
    return Side(text, {"cold": cold, "warm": warm, "repaired": repaired}, is_repaired)


def _fails(warm: float, exactly: float) -> Side:
    text = f"At momentum 0.1 exact statistics change little: {percent(warm)} become {percent(exactly)}."
    return Side(text, {"warm": warm, "exact": exactly}, abs(exactly - warm) <= CLOSE)


INFERENCE = Claim(
    number=13,
    title="Inference before the running statistics have arrived",
    statement="Statistics of the training examples computed behind training, by averaging over batches, replace "
    "running averages that lag behind the weights.",
    source="Ioffe & Szegedy 2015, algorithm 2, step 10; Wu & Johnson 2021, Rethinking Batch in BatchNorm, section 3",
    paper="Running averages against precise statistics, ResNet-50 on ImageNet.",
    ours="Digits, 64-100-100-100-10 ReLU, 100 updates with momentum 0.001, by which they have come a tenth of the way.",
    tolerance="At least 20 points lost, and all but 2 of them recovered.",
    when_it_fails="Where the averages had time to arrive there is nothing to repair.",
    runs=RUNS,
    failing=FAILING,
    measure=_measure,
)
