"""Training and held-out examples, by value."""

import hashlib
import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from bncore.arguments import Array, not_finite
from bncore.errors import BadParameter, EmptyBatch, ShapeMismatch

Labels = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Data:
    """`x` (N, D) or images (N, C, H, W), finite, with `labels` (N,) from 0 to classes - 1; likewise those held out.

    `label_names` has a name a class. Held-out examples are looked at, never trained on.

    Raises ShapeMismatch, EmptyBatch, NonFiniteInput, BadParameter (a label outside the classes).
    """

    x: Array
    labels: Labels
    held_x: Array
    held_labels: Labels
    label_names: tuple[str, ...]

    def __post_init__(self) -> None:
        _checked(self.x, self.labels, len(self.label_names), "x", "labels")
        _checked(self.held_x, self.held_labels, len(self.label_names), "held_x", "held_labels")
        if self.x.shape[1:] != self.held_x.shape[1:]:
            detail = f"held_x has examples of shape {self.held_x.shape[1:]}, x of {self.x.shape[1:]}; give the same."
            raise ShapeMismatch(detail, parameter="held_x")

    @property
    def classes(self) -> int:
        """How many there are."""
        return len(self.label_names)

    @property
    def guess(self) -> float:
        """The mean cross entropy of guessing, which gives the same probability to each class: ln classes."""
        return math.log(self.classes)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of all that it holds, in hexadecimal."""
        whole = hashlib.sha256("\0".join(self.label_names).encode())
        for array in (self.x, self.labels, self.held_x, self.held_labels):
            whole.update(f"{array.dtype.str}{array.shape}".encode())
            whole.update(array.tobytes())
        return whole.hexdigest()


def _checked(x: Array, labels: Labels, classes: int, name: str, of_labels: str) -> None:
    if x.ndim not in (2, 4) or labels.shape != x.shape[:1]:
        detail = f"{name} has shape {x.shape}, {of_labels} {labels.shape}; give (N, D) or (N, C, H, W), and (N,)."
        raise ShapeMismatch(detail, parameter=name)
    if x.size == 0:
        raise EmptyBatch(f"{name} has shape {x.shape}: it is empty; give at least one example.", parameter=name)
    if not np.isfinite(x).all():
        raise not_finite(x, name)
    if labels.dtype.kind not in "iu" or labels.min() < 0 or labels.max() >= classes:
        detail = f"{of_labels} run from {labels.min()} to {labels.max()}; give whole numbers from 0 to {classes - 1}."
        raise BadParameter(detail, parameter=of_labels)
