"""What a norm's rules need to know of the weight in front of it, without keeping it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bncore.doctor.model import Array, Model, Norm

Floats = NDArray[np.float64]
BLOCK = 2**20  # numbers that are looked at in one go


@dataclass(frozen=True, eq=False)
class FrontSizes:
    """Per channel of the norm (C,): the largest |w| and the sum of w² of the weights that lead to it.

    `bias` is the largest |b| of the bias, None where there is none. Either is NaN where a weight is.
    """

    largest: Floats
    power: Floats
    bias: float | None


def front_sizes(model: Model, norm: Norm) -> FrontSizes | None:
    """The sizes of the weight in front; None where none is known, or where it does not fit the norm's channels."""
    front = norm.front
    if front is None or front.weight not in model.tensors:
        return None
    shape, _ = model.tensors[front.weight]
    if not -len(shape) <= front.outputs < len(shape) or shape[front.outputs] != norm.channels:
        return None
    largest, power = _sizes(model.read(front.weight), front.outputs)
    return FrontSizes(largest, power, _bias(model, front.bias))


def _bias(model: Model, name: str | None) -> float | None:
    if name is None or name not in model.tensors:
        return None
    return float(np.abs(model.read(name).astype(np.float64)).max(initial=0.0))


@np.errstate(invalid="ignore", over="ignore")
def _sizes(weight: Array, outputs: int) -> tuple[Floats, Floats]:
    """A block of channels at a time, as float64 of the whole would be twice the file."""
    rows = np.moveaxis(weight, outputs, 0)
    largest, power = np.zeros(len(rows)), np.zeros(len(rows))
    step = max(1, BLOCK // max(1, rows[0].size if len(rows) else 1))
    for start in range(0, len(rows), step):
        block = rows[start : start + step].reshape(len(rows[start : start + step]), -1).astype(np.float64)
        largest[start : start + step] = np.abs(block).max(axis=1, initial=0.0)
        power[start : start + step] = np.square(block).sum(axis=1)
    return largest, power
