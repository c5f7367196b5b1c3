"""Ghost batch norm of a batch that its ghosts do not divide: the last one takes the examples that are left."""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from bncore.arguments import Array, Float64
from bncore.errors import BadParameter
from bncore.norms.modes import Taken
from bncore.norms.remarks import Remark
from bncore.norms.table import whole

if TYPE_CHECKING:
    from bncore.norms.forward import Normed


def left_over(size: Any, examples: int) -> int:
    """The examples of the smaller last ghost batch, 0 where all are as large.

    >>> left_over(4, 10), left_over(5, 10)
    (2, 0)

    Raises BadParameter for a size that is no whole number from 1 to `examples`.
    """
    if whole(size) and 1 <= size <= examples:
        return examples % int(size)
    detail = f"ghost_size is {size!r}, and there are {examples} examples; give a whole number from 1 to {examples}."
    raise BadParameter(detail, parameter="ghost_size")


def with_remainder(x: Array, size: int, left: int, normed: Callable[..., "Normed"], **running: Any) -> "Normed":
    """The ghost batches of `size`, then the one of the `left` examples; x (N, C, ...). `normed` takes all but those.

    Statistics are those of both, one below the other; `count` is that of the larger ghost batches.
    """
    whole_ones = normed(x[:-left], ghost_size=size, **running)
    ghosts = whole_ones.arrangement.statistics // x.shape[1]
    if whole_ones.running_mean is not None:
        running |= {"running_mean": whole_ones.running_mean, "running_var": whole_ones.running_var}
    running["num_batches_tracked"] = running.get("num_batches_tracked", 0) + ghosts
    last = normed(x[-left:], ghost_size=left, **running)
    parts = whole_ones, last
    names = ("y", "mean", "var", "scale")
    joined: dict[str, Any] = {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
    moved = {name: getattr(last, name) for name in ("running_mean", "running_var", "num_batches_tracked")}
    remarks = (*whole_ones.remarks, *(_behind(remark, whole_ones.arrangement.statistics) for remark in last.remarks))
    settings = whole_ones.settings | {"ghost_size": size}
    taken = Joined(**_fields(whole_ones.taken), parts=(whole_ones.taken, last.taken))
    return replace(whole_ones, **joined, **moved, remarks=remarks, settings=settings, parts=parts, taken=taken)


@dataclass(frozen=True, eq=False)
class Joined(Taken):
    """What was taken of the larger ghost batches, with the normalized array of all."""

    parts: tuple[Taken, ...] = ()

    @cached_property
    def x_hat(self) -> Float64:
        """The normalized array."""
        return np.concatenate([part.x_hat for part in self.parts])


def _fields(taken: Taken) -> dict[str, Any]:
    return {field.name: getattr(taken, field.name) for field in fields(taken)}


def _behind(remark: Remark, before: int) -> Remark:
    """A remark on the last ghost batch, its statistics counted behind those of the others."""
    return Remark(remark.name, tuple(number + before for number in remark.statistics))
