"""With frozen statistics batch norm is a line, and no layer of its own: claim 3."""

import numpy as np

from bncore.arguments import Array
from bncore.findings.numbers import two
from bncore.training.claims.claim import Claim, Measured, Runs, Side, end
from bncore.training.data import Data
from bncore.training.layout import layout_of
from bncore.training.network import Network
from bncore.training.spec import inputs_of
from bncore.training.state import State

EXACT = 1e-10
APART = 1e-3
RUNS = Runs(
    {"widths": (32, 32), "activation": "tanh", "rate": 0.5, "steps": 300, "dtype": "float64"},
    {"a": {"norm": "batch"}, "b": {"norm": "none"}},
)


def folded(state: State) -> Network:
    """The network of a run with batch norm in inference, without its norms.

    y = γ (x W + b - μ) / s + β = x (W γ/s) + ((b - μ) γ/s + β)         s = sqrt(σ² + ε), μ and σ² running
    """
    spec = RUNS.spec(state.spec.data, "b")
    layout = layout_of(spec)
    network = Network(spec, layout, np.zeros(layout.size), np.zeros(0))
    given = layout_of(state.spec)
    for block in range(spec.blocks + 1):
        named, _ = network.named(block)
        old = given.of_block(state.parameters, block)
        factor, shift = _line(old, given.running_of(state.running, block), state.spec.eps)
        named["weight"][...] = old["weight"] * factor
        named["bias"][...] = old.get("bias", 0) * factor + shift
    return network


def _line(named: dict[str, Array], running: Array | None, eps: float) -> tuple[Array | float, Array | float]:
    if running is None:
        return 1.0, 0.0
    factor = named["gamma"] / np.sqrt(running[1] + eps)
    return factor, named["beta"] - running[0] * factor


def _measure(data: Data) -> Measured:
    state, _ = end(RUNS.spec(data, "a"))
    network = Network(state.spec, layout_of(state.spec), state.parameters.copy(), state.running.copy())
    x = inputs_of(state.spec, data.held_x)
    return Measured(_in_inference(network, folded(state), x), _in_training(network, x))


def _in_inference(network: Network, without: Network, x: Array) -> Side:
    off = float(np.abs(without.infer(x) - network.infer(x)).max())
    text = f"On {len(x)} held-out digits the logits of the network without norms are at most {two(off)} off."
    return Side(text, {"off": off}, off <= EXACT)


def _in_training(network: Network, x: Array) -> Side:
    size = network.spec.batch_size
    batch, others = x[:size], np.concatenate([x[:1], x[size : 2 * size - 1]])
    logits, of_others = network.forward(batch, 0).copy(), network.forward(others, 0)
    off = float(np.abs(logits - network.infer(batch)).max())
    moved = float(np.abs(logits[0] - of_others[0]).max())
    text = (
        f"With the batch's own statistics the logits are up to {two(off)} off, and those of one digit move by "
        f"{two(moved)} when the others of its batch are exchanged, which no line does."
    )
    return Side(text, {"off": off, "moved": moved}, min(off, moved) > APART)


FOLDING = Claim(
    number=3,
    title="In inference batch norm is part of the layer in front of it",
    statement="Since means and variances are fixed in inference, the normalization with γ and β is one linear "
    "transform, and so part of the layer in front of it.",
    source="Ioffe & Szegedy 2015, section 3.1",
    paper="Any network with batch norm; an equality.",
    ours="64-32-32-10 tanh with batch norm, trained for 300 updates on digits in float64; then each W becomes W γ/s.",
    tolerance="Logits equal to 1e−10; off by more than 1e−3 where it fails.",
    when_it_fails="In training, with the batch's mean and variance: an example's output depends on the others.",
    runs=RUNS,
    failing=RUNS,
    measure=_measure,
)
