"""A norm's arrays in float64, with what the rules ask of them worked out once."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from bncore.doctor.findings.weights.front import FrontSizes, front_sizes
from bncore.doctor.model import Array, Model, Norm
from bncore.epsilon import reciprocal

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

DEFAULT_EPS = 1e-5  # of PyTorch and ONNX; Keras files say theirs
DEFAULT_MOMENTUM = 0.1  # PyTorch's; weight of the new batch
DEAD = 1e-3  # of the median |γ|
SMALLEST_GAMMA = 1e-6
FILLED = 2e-7  # what float32 leaves between v + ε and 1


@dataclass(frozen=True, eq=False)
class Seen:
    """A norm whose arrays have one length C, as float64 (C,); `front` is None where the layer in front is not known.

    `first` is whether it stands first in its model.
    """

    norm: Norm
    gamma: Floats | None
    beta: Floats | None
    mean: Floats | None
    variance: Floats | None
    front: FrontSizes | None
    first: bool = False

    @property
    def channels(self) -> int:
        """C."""
        return self.norm.channels

    @property
    def eps(self) -> float:
        """ε, by default PyTorch's."""
        return DEFAULT_EPS if self.norm.eps is None else self.norm.eps

    @cached_property
    def sound(self) -> Mask:
        """The channels (C,) of which every value is a number and the variance is one."""
        sound = np.ones(self.channels, dtype=bool)
        for values in (self.gamma, self.beta, self.mean, self.variance):
            if values is not None:
                sound &= np.isfinite(values)
        return sound if self.variance is None else sound & (self.variance >= 0)

    @cached_property
    def new(self) -> bool:
        """Whether running mean and variance are as frameworks start them."""
        return self.mean is not None and self.variance is not None and bool(self.untouched.all())

    @cached_property
    def folded(self) -> bool:
        """Whether it does nothing but add a shift: γ = 1 and v + ε = 1, as `bncore.doctor.fold` leaves it."""
        if self.mean is None or self.variance is None or self.new or not self.sound.all():
            return False
        fills = np.abs(self.variance + self.eps - 1.0).max(initial=0.0) <= FILLED
        return bool(fills and (self.gamma is None or (self.gamma == 1).all()))

    @property
    def idle(self) -> bool:
        """Whether its statistics are of no batch: it is new, or folded."""
        return self.new or self.folded

    @cached_property
    def untouched(self) -> Mask:
        """The channels (C,) of mean 0 and variance 1 exactly."""
        if self.mean is None or self.variance is None:
            return np.zeros(self.channels, dtype=bool)
        untouched: Mask = (self.mean == 0) & (self.variance == 1)
        return untouched

    @cached_property
    def dead(self) -> Mask:
        """The channels (C,) that γ switches off."""
        if self.gamma is None:
            return np.zeros(self.channels, dtype=bool)
        size = np.abs(self.gamma)
        usual = float(np.median(size[self.sound])) if self.sound.any() else 0.0
        return self.sound & (size <= max(DEAD * usual, SMALLEST_GAMMA))

    @cached_property
    def scale(self) -> Floats:
        """γ/√(v + ε) (C,), γ alone where there is no variance; 0 of channels that are not sound."""
        gamma = np.ones(self.channels) if self.gamma is None else self.gamma
        root = np.ones(self.channels) if self.variance is None else np.sqrt(np.maximum(self.variance, 0.0) + self.eps)
        return np.where(self.sound, gamma, 0.0) * reciprocal(np.where(self.sound, root, 1.0))

    @cached_property
    def shift(self) -> Floats:
        """β − mean γ/√(v + ε) (C,); 0 of channels that are not sound."""
        beta = np.zeros(self.channels) if self.beta is None else self.beta
        moved = beta if self.mean is None else beta - np.where(self.sound, self.mean, 0.0) * self.scale
        return np.where(self.sound, moved, 0.0)


def seen(model: Model, norm: Norm) -> Seen:
    """The norm with its front's sizes, which are read from the model now."""
    gamma, beta, mean, variance = (_as64(values) for values in (norm.gamma, norm.beta, norm.mean, norm.variance))
    return Seen(norm, gamma, beta, mean, variance, front_sizes(model, norm), norm is model.norms[0])


def _as64(values: Array | None) -> Floats | None:
    return None if values is None else values.astype(np.float64)
