"""Where each parameter lies in the one flat vector that the optimizer moves.

All weights come first, then biases, then alphas, gammas and betas: weight decay and `trained` are then slices.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from math import prod

import numpy as np

from bncore.arguments import Array
from bncore.network.layers.initializations import weights
from bncore.training.choices import NORMS
from bncore.training.spec import Spec
from bncore.training.streams import stream

KERNEL = 3
KINDS = ("weight", "bias", "alpha", "gamma", "beta")
OF_NORM = ("alpha", "gamma", "beta")
Shape = tuple[int, ...]


@dataclass(frozen=True)
class Slot:
    """One parameter: `block` counts from 0, the read-out is the one behind the last."""

    block: int
    kind: str
    shape: Shape
    start: int

    @property
    def stop(self) -> int:
        """Behind its last number."""
        return self.start + prod(self.shape)


@dataclass(frozen=True)
class Layout:
    """All parameters in the order of the vector, and the shapes of the running statistics, a pair a block."""

    slots: tuple[Slot, ...]
    running: tuple[int, ...]
    trained: slice
    decayed: slice

    @property
    def size(self) -> int:
        """How many numbers the vector has."""
        return self.slots[-1].stop

    @property
    def running_size(self) -> int:
        """How many running means and variances there are."""
        return 2 * sum(self.running)

    def of_block(self, vector: Array, block: int) -> dict[str, Array]:
        """The block's parameters by kind, as views into `vector` (P,)."""
        return {s.kind: vector[s.start : s.stop].reshape(s.shape) for s in self._by_block[block]}

    @cached_property
    def _by_block(self) -> dict[int, list[Slot]]:
        by_block: dict[int, list[Slot]] = {}
        for slot in self.slots:
            by_block.setdefault(slot.block, []).append(slot)
        return by_block

    def running_of(self, vector: Array, block: int) -> Array | None:
        """The block's running mean and variance (2, D), a view into `vector`; None where it keeps none."""
        if block >= len(self.running):
            return None
        start, width = 2 * sum(self.running[:block]), self.running[block]
        return vector[start : start + 2 * width].reshape(2, width)


def layout_of(spec: Spec) -> Layout:
    """The layout of a spec's parameters."""
    slots, start = [], 0
    for block, kind, shape in sorted(_shapes(spec), key=lambda named: KINDS.index(named[1])):
        slots.append(Slot(block, kind, shape, start))
        start = slots[-1].stop
    moved = [slot for slot in slots if _MOVED[spec.trained](slot, spec)]
    decayed = [slot for slot in moved if slot.kind == "weight"]
    running = spec.widths if NORMS[spec.norm].running else ()
    return Layout(tuple(slots), running, _extent(moved), _extent(decayed))


def _extent(slots: Sequence[Slot]) -> slice:
    """From the first to the last of neighbours."""
    return slice(slots[0].start, slots[-1].stop) if slots else slice(0, 0)


_MOVED: dict[str, Callable[[Slot, Spec], bool]] = {
    "all": lambda _slot, _spec: True,
    "norms": lambda slot, _spec: slot.kind in OF_NORM,
    "weights": lambda slot, spec: slot.kind == "weight" and slot.block < spec.blocks,
}
"""Whether a parameter is trained, by the name in TRAINED; of each choice those that are lie side by side."""


def _shapes(spec: Spec) -> Iterator[tuple[int, str, Shape]]:
    for block, (inputs, width) in enumerate(pairwise([*_first(spec), *spec.widths])):
        dense = spec.architecture == "dense"
        yield block, "weight", (inputs, width) if dense else (KERNEL, KERNEL, inputs, width)
        if spec.bias or not NORMS[spec.norm].normalizes:
            yield block, "bias", (width,)
        if spec.norm == "dyt":
            yield block, "alpha", (1,)
        for kind in ("gamma", "beta") if spec.norm != "none" else ():
            yield block, kind, _cells(spec, width)
    yield spec.blocks, "weight", (spec.widths[-1], spec.data.classes)
    yield spec.blocks, "bias", (spec.data.classes,)


def _first(spec: Spec) -> tuple[int]:
    """Features or channels of the data."""
    shape = spec.data.x.shape[1:]
    return (shape[0] if spec.architecture == "convolutional" else prod(shape),)


def _cells(spec: Spec, width: int) -> Shape:
    """Layer norm learns a gamma for each cell of an example, all others one a unit or channel."""
    if spec.norm == "layer" and spec.architecture == "convolutional":
        return (*spec.data.x.shape[2:], width)
    return (width,)


def initial(spec: Spec, layout: Layout) -> Array:
    """The parameters before the first step: a stream of its own a weight, so that specs share what they can."""
    vector = np.zeros(layout.size, spec.dtype)
    for slot in layout.slots:
        vector[slot.start : slot.stop] = _BEGINNINGS[slot.kind](spec, slot).ravel()
    return vector


def _weights(spec: Spec, slot: Slot) -> Array:
    rng, readout = stream(spec.seed, "weights", slot.block), slot.block == spec.blocks
    if readout:
        rng = stream(spec.seed, "weights", 2**31)
    name, scale = ("xavier", 1.0) if readout else (spec.initialization, spec.scale)
    shape = slot.shape if len(slot.shape) == 2 else (slot.shape[3], slot.shape[2], *slot.shape[:2])
    drawn = weights(name, shape, rng, scale=scale)
    return drawn if drawn.ndim == 2 else drawn.transpose(2, 3, 1, 0)


def _zeros(_spec: Spec, slot: Slot) -> Array:
    return np.zeros(slot.shape)


def _ones(_spec: Spec, slot: Slot) -> Array:
    return np.ones(slot.shape)


def _alpha(spec: Spec, slot: Slot) -> Array:
    return np.full(slot.shape, spec.alpha)


_BEGINNINGS = {"weight": _weights, "bias": _zeros, "alpha": _alpha, "gamma": _ones, "beta": _zeros}
