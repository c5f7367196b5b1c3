"""A student's tensors, brought into the form in which they are compared; shapes that cannot be meant are refused."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from bncore.arguments import Array, Float64, not_finite, real_array
from bncore.diagnosis.axes import unturned
from bncore.diagnosis.case import LIKE_X, Case
from bncore.diagnosis.verdict import rounding_of
from bncore.errors import ShapeMismatch


@dataclass(frozen=True, eq=False)
class Printed:
    """Numbers as they were printed; `unit` is half of their last digit, the most that printing may hide.

    `values` are in the type that they may have been printed from, `exact` what stands there, in float64.
    """

    values: Array
    unit: float
    exact: Float64


@dataclass(frozen=True, eq=False)
class Answer:
    """`values` as rows (K, n) or (n,), float64; `rounding` the epsilon of the type they were computed in, if it shows.

    `unit` is what printing may hide, 0 for numbers that were not printed.
    """

    values: Float64
    rounding: float | None
    turned: bool
    unit: float = 0.0


def answer_of(case: Case, name: str, given: ArrayLike | Printed) -> Answer:
    """One tensor; a transposed dx is taken as it lies and marked, (1, n) serves for (n,).

    Raises ShapeMismatch with the shape that was expected, BadDtype, NonFiniteInput.
    """
    values, unit = (given.values, given.unit) if isinstance(given, Printed) else (given, 0.0)
    array = real_array(values, name)
    if not np.isfinite(array).all():
        raise not_finite(array, name)
    if name not in LIKE_X:
        return Answer(_per_unit(case, name, array).astype(np.float64), rounding_of(array), False, unit)
    turned = unturned(case, array) if array.shape != case.shape else None
    if array.shape != case.shape and turned is None:
        raise _mismatch(case, name, array)
    return Answer(case.rows(array if turned is None else turned), rounding_of(array), turned is not None, unit)


def _per_unit(case: Case, name: str, array: Array) -> Array:
    kept = [1] * len(case.shape)
    kept[case.axis] = case.units
    if array.shape in ((case.units,), (1, case.units), (case.units, 1), tuple(kept)):
        return array.reshape(case.units)
    raise _mismatch(case, name, array)


def _mismatch(case: Case, name: str, array: Array) -> ShapeMismatch:
    wanted = case.expected(name)
    meaning = "the shape of x" if name in LIKE_X else "one number a unit"
    hint = " A sum over the wrong axis has one number an example." if array.shape == (case.count,) else ""
    if name in LIKE_X and sorted(array.shape) == sorted(wanted):
        hint = " It looks transposed: its axes are those of x in another order."
    return ShapeMismatch(f"{name} has shape {array.shape}; give {wanted}, {meaning}.{hint}", parameter=name)
