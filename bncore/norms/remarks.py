"""What is special about a normalized array: cases that are defined, but that a person should know of."""

from dataclasses import dataclass

import numpy as np

from bncore.epsilon import SMALLEST_NORMAL
from bncore.norms.core import Standardized


@dataclass(frozen=True)
class Remark:
    """`name` is a key of REMARKS; `statistics` are the numbers of the statistics that it holds for."""

    name: str
    statistics: tuple[int, ...]

    @property
    def text(self) -> str:
        """One sentence for a person."""
        return REMARKS[self.name]


REMARKS: dict[str, str] = {
    "single_cell": "Each statistic has a single cell: it is its own mean and is standardized to 0, whatever x is.",
    "constant_cells": "The cells of the statistic are equal: they are standardized to 0.",
    "variance_underflow": "The variance (of RMS norm: the mean square) is smaller than float64 holds with all its "
    "digits (2.2e-308), and given as far as it does; its root is held, and all else is computed from it.",
    "zero_denominator": "The denominator is 0, where the norm is not differentiable: its cells become 0, and dx is 0, "
    "by definition.",
}


def remarks_of(standardized: Standardized) -> tuple[Remark, ...]:
    """The remarks on standardized rows."""
    remarks = []
    own = standardized.centred and not standardized.constant
    if own and standardized.rows.shape[1] == 1:
        remarks.append(Remark("single_cell", tuple(range(len(standardized.var)))))
    elif own and not standardized.sigma.all():
        remarks.append(Remark("constant_cells", _numbers(standardized.sigma == 0)))
    tiny = (standardized.var < SMALLEST_NORMAL) & (standardized.sigma > 0)
    if tiny.any() and not standardized.constant:
        remarks.append(Remark("variance_underflow", _numbers(tiny)))
    if not standardized.scale.all():
        remarks.append(Remark("zero_denominator", _numbers(standardized.scale == 0)))
    return tuple(remarks)


def _numbers(mask: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> tuple[int, ...]:
    return tuple(int(number) for number in np.flatnonzero(mask))
