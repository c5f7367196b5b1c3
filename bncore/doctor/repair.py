"""A model mended: which tensors change, which norms that mends, and how far their outputs move.

What changes is given by its name in the file, in the file's shapes and dtypes, so that a writer puts it back.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from bncore.doctor.model import Array, Front, Model, Norm
from bncore.errors import CannotMend


@dataclass(frozen=True, eq=False)
class Mended:
    """A norm that was mended: as it is now, and the largest change of its output on the rows of a capture.

    `change` is max |y after - y before| in inference, None without a capture of this norm; `size` the largest |y|
    before, which it is to be held against.
    """

    norm: Norm
    changed: Mapping[str, Array]
    change: float | None = None
    size: float | None = None

    @property
    def into(self) -> Front | None:
        """The layer in front that is changed with the norm, as folding does; None where the norm alone is."""
        front = self.norm.front
        return front if front is not None and front.weight in self.changed else None


@dataclass(frozen=True, eq=False)
class Repair:
    """The norms that are `mended`, and by name why others are `left` as they were."""

    mended: tuple[Mended, ...]
    left: Mapping[str, str]

    @property
    def changed(self) -> Mapping[str, Array]:
        """The tensors to write, by name."""
        return {name: array for each in self.mended for name, array in each.changed.items()}

    @property
    def largest(self) -> Mended | None:
        """The norm whose output on the capture changed most; None where none was watched."""
        watched = [each for each in self.mended if each.change is not None]
        return max(watched, key=lambda each: each.change or 0.0, default=None)


def repaired(norms: Iterable[Norm], mend: Callable[[Norm], Mended]) -> Repair:
    """Each norm mended, or left with what CannotMend says of it."""
    mended, left = [], {}
    for norm in norms:
        try:
            mended.append(mend(norm))
        except CannotMend as error:
            left[norm.name] = str(error)
    return Repair(tuple(mended), left)


def as_tensor(model: Model, name: str, values: Array) -> Array:
    """Values in the dtype and shape of a tensor of the file.

    Raises CannotMend where the tensor is not there, has another number of values, or its dtype does not hold them.
    """
    if name not in model.tensors:
        raise CannotMend(f"{name} is not in the file; its norm is left as it is.", parameter="model")
    shape, _ = model.tensors[name]
    dtype = model.read(name).dtype
    if values.size != np.prod(shape, dtype=int):
        raise CannotMend(f"{name} has shape {shape}, not {values.size} values; its norm is left.", parameter="model")
    with np.errstate(over="ignore"):
        written = values.reshape(shape).astype(dtype)
    if not np.isfinite(written.astype(np.float64)).all():
        raise CannotMend(f"{name} would leave the range of {dtype}; its norm is left as it is.", parameter="model")
    return written


def as_written(norm: Norm, changed: Mapping[str, Array]) -> Norm:
    """The norm with what its tensors hold once `changed` is written, rounded to their dtypes."""
    values: dict[str, Any] = {
        field: changed[name].reshape(-1) for field, name in norm.tensors.items() if name in changed
    }
    return replace(norm, **values)
