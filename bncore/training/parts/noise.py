"""Noise that is there in training and absent in inference."""

import numpy as np

from bncore.arguments import Array
from bncore.training.streams import stream


class Dropout:
    """y = x m / (1 - p), m = 0 with probability p, else 1, anew for each number. Srivastava et al. 2014."""

    def __init__(self, rate: float, seed: int, place: int, shape: tuple[int, ...], dtype: str) -> None:
        self.rate, self.seed, self.place = rate, seed, place
        self.factors, self.y, self.dx = (np.empty(shape, dtype) for _ in range(3))

    def forward(self, x: Array, step: int) -> Array:
        """The mask is that of the step."""
        drawn = stream(self.seed, "dropout", self.place, step).random(x.shape, dtype=np.float32)
        np.greater_equal(drawn, self.rate, out=self.factors)
        self.factors *= 1 / (1 - self.rate)
        return np.multiply(x, self.factors, out=self.y)

    def backward(self, dy: Array) -> Array:
        """By the same mask."""
        return np.multiply(dy, self.factors, out=self.dx)

    def infer(self, x: Array) -> Array:
        """x itself."""
        return x


class NormNoise:
    """y = x (1 + a) + b: a and b of each number normal, around a mean of its unit that is drawn anew in each step.

    Santurkar et al. 2018, "How Does Batch Normalization Help Optimization?", section 2.1 and appendix A: noise that is
    not the same from step to step, so that the distributions shift although they are normalized.
    """

    def __init__(self, deviation: float, seed: int, place: int, shape: tuple[int, ...], dtype: str) -> None:
        self.deviation, self.seed, self.place, self.dtype = deviation, seed, place, dtype
        self.y, self.dx, self.factors = (np.empty(shape, dtype) for _ in range(3))

    def forward(self, x: Array, step: int) -> Array:
        """The noise is that of the step."""
        rng, units = stream(self.seed, "norm_noise", self.place, step), x.shape[-1]
        of_units = rng.standard_normal((2, units))
        factors, shifts = (
            (self.deviation * (mean + rng.standard_normal(x.shape))).astype(self.dtype) for mean in of_units
        )
        np.add(factors, 1, out=self.factors)
        np.multiply(x, self.factors, out=self.y)
        self.y += shifts
        return self.y

    def backward(self, dy: Array) -> Array:
        """The noise is a constant."""
        return np.multiply(dy, self.factors, out=self.dx)

    def infer(self, x: Array) -> Array:
        """x itself."""
        return x
