"""A record: what is told of the network behind some updates."""

from dataclasses import dataclass, fields, is_dataclass
from math import isfinite
from typing import Any

Percentiles = tuple[float, float, float]
"""The 15th, 50th and 85th, as in figure 1 of Ioffe & Szegedy 2015."""


@dataclass(frozen=True)
class Histogram:
    """How many numbers lie in each of the equal bins from the least to the largest; none where one is not finite."""

    low: float
    high: float
    counts: tuple[int, ...]


@dataclass(frozen=True)
class Held:
    """The mean cross entropy and the share of right answers, in inference, of the held-out examples."""

    loss: float
    accuracy: float


@dataclass(frozen=True)
class Running:
    """Medians over the units: |running mean - batch mean| / batch sd, and running variance / batch variance."""

    mean: float
    variance: float


@dataclass(frozen=True)
class BlockRecord:
    """Of a block, or of the read-out, whose `inputs` are the logits.

    `inputs` of the activation, and `gradients` dL/d(inputs), over all units and examples, with `mean` and `sd` of the
    inputs; `gradient` is ||dL/dW||, `weight` ||W||, `effective_rate` η / ||W||², `update` ||ΔW|| / ||W|| of the update
    that led here, None before the first. `gamma` and `beta` where there is a norm, `running` where it keeps statistics.
    """

    inputs: Histogram
    gradients: Histogram
    mean: float
    sd: float
    gradient: float
    weight: float
    effective_rate: float
    update: float | None
    gamma: Percentiles | None = None
    beta: Percentiles | None = None
    running: Running | None = None


@dataclass(frozen=True)
class Surface:
    """The class of each point of a grid, row by row from low y, each from low x, and its probability in percent."""

    x: tuple[float, float]
    y: tuple[float, float]
    size: int
    classes: tuple[int, ...]
    shares: tuple[int, ...]


@dataclass(frozen=True)
class Record:
    """Of the network behind `step` updates, with the batch of that step, in training but for `held` and `surface`.

    `rate` is that of the next update, `gradient` ||dL/dθ|| of all that is trained, without weight decay; `unit` tells
    of the observed unit's input to its activation. `blocks` has one a block and, last, one of the read-out.
    """

    step: int
    rate: float
    loss: float
    accuracy: float
    gradient: float
    unit: Percentiles
    blocks: tuple[BlockRecord, ...]
    held: Held | None = None
    surface: Surface | None = None
    diverged: bool = False

    def plain(self) -> dict[str, Any]:
        """As JSON has it: without `step` and what is absent; a NaN or an infinity is null."""
        told: dict[str, Any] = _plain(self)
        del told["step"]
        return told


_NAMES = {"low": "from", "high": "to"}
_ALWAYS = {"update"}  # null before the first update, not absent


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        parts = [(field.name, getattr(value, field.name)) for field in fields(value)]
        return {_NAMES.get(name, name): _plain(part) for name, part in parts if _is_told(name, part)}
    if isinstance(value, tuple):
        return list(map(_plain, value))
    return None if isinstance(value, float) and not isfinite(value) else value


def _is_told(name: str, part: Any) -> bool:
    return name in _ALWAYS or (part is not None and part is not False)
