"""A record of a network behind a pass of its batch."""

import numpy as np

from bncore.arguments import Array
from bncore.training.network import Block, Network
from bncore.training.parts.columns import ColumnNorm
from bncore.training.records.held import Inference
from bncore.training.records.moments import has_held
from bncore.training.records.record import BlockRecord, Held, Percentiles, Record, Running
from bncore.training.records.summaries import histogram, percentiles, size
from bncore.training.schedules import rate_at


class Measure:
    """Makes records of `network`, which is looked at and not moved."""

    def __init__(self, network: Network) -> None:
        self.network, self.spec = network, network.spec
        self.inference = Inference(network)

    def record(self, step: int, loss: float, moved: Array | None, diverged: bool) -> Record:
        """Behind `step` updates and a pass of its batch; `moved` (P,) is what the last update subtracted."""
        network, rate = self.network, rate_at(self.spec, step)
        return Record(
            step=step,
            rate=rate,
            loss=loss,
            accuracy=network.loss.right,
            gradient=size(network.gradients[network.layout.trained]),
            unit=self.unit(),
            blocks=tuple(self._block(number, rate, moved) for number in range(self.spec.blocks + 1)),
            held=self.held(step, diverged),
            surface=self.inference.surface() if self._looks(step, diverged) else None,
            diverged=diverged,
        )

    def held(self, step: int, diverged: bool) -> Held | None:
        """Of the held-out examples; None of a step whose record is without."""
        return self.inference.held() if self._looks(step, diverged) else None

    def _looks(self, step: int, diverged: bool) -> bool:
        return has_held(step, self.spec) or diverged

    def unit(self) -> Percentiles:
        """Of the inputs of the observed unit."""
        inputs = self.network.blocks[self.spec.observed_block].activation.x
        return percentiles(inputs[..., self.spec.unit])

    def _block(self, number: int, rate: float, moved: Array | None) -> BlockRecord:
        network = self.network
        parameters, gradients = network.named(number)
        inputs, upstream = self._seen(number)
        weight = size(parameters["weight"])
        wide = inputs.astype(np.float64)
        return BlockRecord(
            inputs=histogram(inputs),
            gradients=histogram(upstream),
            mean=float(wide.mean()),
            sd=float(wide.std()),
            gradient=size(gradients["weight"]),
            weight=weight,
            effective_rate=_ratio(rate, weight**2),
            update=None if moved is None else _ratio(size(network.layout.of_block(moved, number)["weight"]), weight),
            gamma=percentiles(parameters["gamma"]) if "gamma" in parameters else None,
            beta=percentiles(parameters["beta"]) if "beta" in parameters else None,
            running=_running(network.blocks[number]) if number < self.spec.blocks else None,
        )

    def _seen(self, number: int) -> tuple[Array, Array]:
        """What the activation was given and dL/d of it; of the read-out, the logits."""
        if number == self.spec.blocks:
            return self.network.loss.logits, self.network.loss.gradient
        activation = self.network.blocks[number].activation
        return activation.x, activation.dx


def _running(block: Block) -> Running | None:
    if not isinstance(block.norm, ColumnNorm):
        return None
    (running_mean, running_var), (mean, var) = block.norm.running, block.norm.batch_statistics()
    apart = np.abs(running_mean - mean) / np.sqrt(var)
    return Running(percentiles(apart)[1], percentiles(running_var / var)[1])


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else np.nan
