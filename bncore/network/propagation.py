"""A pass through a list of layers, forward and backward, with a record of every layer."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from bncore.arguments import Array
from bncore.network.layers.layer import Layer, Record, Step
from bncore.network.losses import Loss


@dataclass(frozen=True, eq=False)
class Propagation:
    """A pass of the batch `x`: the loss, dL/dx, and a record a layer in order."""

    x: Array
    loss: float
    dx: Array
    records: tuple[Record, ...]

    @property
    def output(self) -> Array:
        """What the last layer gave."""
        return self.records[-1].y

    def all_records(self) -> Iterator[Record]:
        """Every layer that computes something of its own, those inside residual connections before the connection."""
        return _flat(self.records)


Tick = Callable[[], None]


def silent() -> None:
    """Tells nobody."""


def propagate(layers: Sequence[Layer], x: Array, loss: Callable[[Array], Loss], *, tick: Tick = silent) -> Propagation:
    """Forward, the loss of the output, and back; `tick` is called behind each layer, twice len(layers) times.

    Numbers that leave the dtype's range become infinite, then NaN, and the pass goes on: look at the records.

    >>> from bncore.network import Linear, squared_error
    >>> layers = [Linear(np.array([[2.0]])), Linear(np.array([[3.0]]))]
    >>> whole_pass = propagate(layers, np.array([[1.0]]), lambda y: squared_error(y, np.array([[5.0]])))
    >>> whole_pass.loss, whole_pass.dx.tolist(), whole_pass.records[0].gradients["weight"].tolist()
    (0.5, [[6.0]], [[3.0]])
    """
    with np.errstate(over="ignore", invalid="ignore", divide="ignore", under="ignore"):
        steps = forward_through(layers, x, tick)
        lost = loss(steps[-1].y)
        dx, records = pull_through(layers, steps, lost.gradient, tick)
    return Propagation(x, lost.value, dx, records)


def forward_through(layers: Sequence[Layer], x: Array, tick: Tick = silent) -> list[Step]:
    """A step a layer, each fed with the output of the one before."""
    steps: list[Step] = []
    for layer in layers:
        steps.append(layer.forward(steps[-1].y if steps else x))
        tick()
    return steps


def pull_through(
    layers: Sequence[Layer], steps: Sequence[Step], dy: Array, tick: Tick = silent
) -> tuple[Array, tuple[Record, ...]]:
    """dL/dx for dy = dL/d(output), and a record a layer."""
    records: list[Record] = []
    for layer, step in zip(reversed(layers), reversed(steps), strict=True):
        pulled = step.pull(dy)
        records.append(Record(layer, step.y, dy, pulled.gradients, pulled.inner))
        dy = pulled.dx
        tick()
    return dy, tuple(reversed(records))


def _flat(records: Sequence[Record]) -> Iterator[Record]:
    for record in records:
        yield from _flat(record.inner)
        yield record
