"""Two checkpoints of a model, norm by norm: what moved, by how much, and in which channel most."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from bncore.arguments import Float64
from bncore.doctor.affine import EPS, eps_of
from bncore.doctor.model import Array, Model, Norm

ARRAYS = ("gamma", "beta", "mean", "variance")
SETTINGS = ("kind", "eps", "momentum", "batches", "groups")
State = Literal["changed", "same", "added", "removed", "reshaped"]


@dataclass(frozen=True)
class Moved:
    """The largest change of an array: `channel` went from `before` to `after`.

    `by` is its size as it matters: of a mean in deviations of the first checkpoint, |after - before| / sqrt(variance +
    eps); of a variance (plus eps) the factor, from 1, whichever way; of gamma and beta the change itself. It is
    infinite where one of the two is not a finite number.
    """

    channel: int
    before: float
    after: float
    by: float


@dataclass(frozen=True)
class Difference:
    """A norm in two checkpoints. `arrays` has what moved of it, `settings` what else changed, as (before, after)."""

    norm: str
    state: State
    arrays: Mapping[str, Moved]
    settings: Mapping[str, tuple[Any, Any]]


def difference(first: Model, second: Model, eps: float = EPS) -> tuple[Difference, ...]:
    """Each norm of both models by name, in the order of the first, then what only the second has.

    `eps` is that of norms whose file tells none.

    >>> old, new = (Norm("bn", "rms", gamma=np.array([1.0, g])) for g in (1.0, 3.0))
    >>> models = [Model("npz", (norm,), {}, lambda name: np.empty(0)) for norm in (old, new)]
    >>> difference(*models)[0].arrays["gamma"]
    Moved(channel=1, before=1.0, after=3.0, by=2.0)
    """
    before, after = ({norm.name: norm for norm in model.norms} for model in (first, second))
    names = [*before, *(name for name in after if name not in before)]
    return tuple(_compared(name, before.get(name), after.get(name), eps) for name in names)


def _compared(name: str, before: Norm | None, after: Norm | None, eps: float) -> Difference:
    if before is None or after is None:
        return Difference(name, "added" if before is None else "removed", {}, {})
    settings = {
        each: (getattr(before, each), getattr(after, each))
        for each in SETTINGS
        if getattr(before, each) != getattr(after, each)
    }
    if before.channels != after.channels:
        return Difference(name, "reshaped", {}, settings | {"channels": (before.channels, after.channels)})
    if before.odd != after.odd:
        return Difference(name, "reshaped", {}, settings | _lengths(before, after))
    arrays = {}
    for each in ARRAYS:
        old, new = getattr(before, each), getattr(after, each)
        if (old is None) != (new is None):
            settings[each] = (_there(old), _there(new))
        elif old is not None and (moved := _moved(each, old, new, before, eps)) is not None:
            arrays[each] = moved
    return Difference(name, "changed" if arrays or settings else "same", arrays, settings)


def _lengths(before: Norm, after: Norm) -> dict[str, tuple[Any, Any]]:
    """The arrays whose lengths changed, of norms of which some do not fit the others."""
    pairs = {each: tuple(norm.odd.get(each, norm.channels) for norm in (before, after)) for each in ARRAYS}
    return {f"values of {each}": (old, new) for each, (old, new) in pairs.items() if old != new}


def _there(values: Array | None) -> str:
    return "none" if values is None else "given"


def _moved(each: str, old: Array, new: Array, before: Norm, eps: float) -> Moved | None:
    """The channel that moved most, None where none did; equal numbers, two NaN too, did not move."""
    a, b = old.astype(np.float64), new.astype(np.float64)
    same = (a == b) | (np.isnan(a) & np.isnan(b))
    if same.all():
        return None
    with np.errstate(all="ignore"):
        sizes = SIZES.get(each, _change)(a, b, before, eps)
    sizes = np.where(same, 0.0, np.where(np.isfinite(sizes), sizes, np.inf))
    most = int(np.argmax(sizes))
    return Moved(most, float(a[most]), float(b[most]), float(sizes[most]))


def _change(a: Float64, b: Float64, _norm: Norm, _eps: float) -> Float64:
    return np.abs(b - a)


def _deviations(a: Float64, b: Float64, norm: Norm, eps: float) -> Float64:
    if norm.variance is None:
        return _change(a, b, norm, eps)
    return np.asarray(np.abs(b - a) / np.sqrt(norm.variance.astype(np.float64) + eps_of(norm, eps)))


def _factor(a: Float64, b: Float64, norm: Norm, eps: float) -> Float64:
    own = eps_of(norm, eps)
    ratio = (b + own) / (a + own)
    return np.where(ratio > 0, np.maximum(ratio, 1 / ratio), np.inf)


SIZES = {"mean": _deviations, "variance": _factor}
"""How the change of an array is measured, where it is not the change itself."""
