"""What is special about a batch: cases that are defined, but that a person should know of."""

from dataclasses import dataclass

import numpy as np

from bncore.arguments import Float64


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
    "zero_denominator": "The denominator is 0, where batch norm is not differentiable: x_hat = 0, y = beta "
    "and dx = 0 by definition.",
}


def training_flags(var: Float64, scale: Float64, count: int) -> tuple[Flag, ...]:
    """The flags of a batch that is normalized by its own statistics."""
    if count > 1 and var.all():
        return ()
    names = ("single_example",) if count == 1 else ("constant_feature",)
    return (Flag(names[0], _indices(var == 0)), *inference_flags(scale))


def inference_flags(scale: Float64) -> tuple[Flag, ...]:
    """The flags of a batch that is normalized by given statistics."""
    return () if scale.all() else (Flag("zero_denominator", _indices(scale == 0)),)


def _indices(mask: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> tuple[int, ...]:
    return tuple(int(index) for index in np.flatnonzero(mask))
