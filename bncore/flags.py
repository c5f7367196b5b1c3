"""What is special about a batch: cases that are defined, but that a person should know of."""

from dataclasses import dataclass

import numpy as np

from bncore.arguments import Float64
from bncore.epsilon import SMALLEST_NORMAL
from bncore.statistics import Statistics


@dataclass(frozen=True)
class Flag:
    """`name` is one of the keys of FLAGS, `features` are the feature indices that it holds for."""

    name: str
    features: tuple[int, ...]

    @property
    def text(self) -> str:
        """One sentence for a person."""
        return FLAGS[self.name]


FLAGS: dict[str, str] = {
    "single_example": "The batch has one example a feature: its deviation from the mean is 0, so x_hat = 0, y = beta "
    "and dx = 0 whatever x is.",
    "constant_feature": "The variance is 0 in float64: x_hat = 0 and y = beta.",
    "variance_underflow": "The variance is smaller than float64 holds with all its digits (2.2e-308), and given as far "
    "as it does; the deviation is held, and all else is computed from it.",
    "zero_denominator": "The denominator is 0, where batch norm is not differentiable: x_hat = 0, y = beta "
    "and dx = 0 by definition.",
}


def training_flags(batch: Statistics, scale: Float64) -> tuple[Flag, ...]:
    """The flags of a batch that is normalized by its own statistics."""
    if batch.count > 1 and batch.lifted is None and batch.var.all():
        return inference_flags(scale)
    constant, tiny = batch.sigma == 0, batch.var < SMALLEST_NORMAL
    names = {
        "single_example" if batch.count == 1 else "constant_feature": constant,
        "variance_underflow": tiny & ~constant,
    }
    own = tuple(Flag(name, _indices(mask)) for name, mask in names.items() if mask.any())
    return (*own, *inference_flags(scale))


def inference_flags(scale: Float64) -> tuple[Flag, ...]:
    """The flags of a batch that is normalized by given statistics."""
    return () if scale.all() else (Flag("zero_denominator", _indices(scale == 0)),)


def _indices(mask: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> tuple[int, ...]:
    return tuple(int(index) for index in np.flatnonzero(mask))
