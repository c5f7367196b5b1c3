"""A student's tensors, brought into the form in which they are compared; shapes that cannot be meant are refused."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from bncore.arguments import Array, Float64, not_finite, real_array
from bncore.diagnosis.given.axes import unturned
from bncore.diagnosis.given.case import Case
from bncore.diagnosis.given.lying import LIKE_X, PARAMETERS
from bncore.diagnosis.given.precision import PRECISIONS, Precision, coarsest, precision_of, told
from bncore.errors import ShapeMismatch

TOTAL = 1e-3
"""One number this near the sum over all units, relative to the sum of their sizes, is taken for it."""


@dataclass(frozen=True, eq=False)
class Printed:
    """Numbers as they were printed; `unit` is half of their last digit, the most that printing may hide.

    `values` are in the type that they may have been printed from, `exact` what stands there, in float64. `precision`
    is the name of that type, where it is known: "float16", "bfloat16", "float32" or "float64".
    """

    values: Array
    unit: float
    exact: Float64
    precision: str | None = None


@dataclass(frozen=True, eq=False)
class Answer:
    """`values` as rows (K, n) or (n,), float64; `precision` the type that they were stored in, if it shows.

    `unit` is what printing may hide, 0 for numbers that were not printed.
    """

    values: Float64
    precision: Precision | None
    turned: bool
    unit: float = 0.0


def answer_of(case: Case, name: str, given: ArrayLike | Printed) -> Answer:
    """One tensor; a transposed dx is taken as it lies and marked, (1, n) serves for (n,).

    Raises ShapeMismatch with the shape that was expected, BadDtype, NonFiniteInput.
    """
    array = real_array(given.values if isinstance(given, Printed) else given, name)
    if not np.isfinite(array).all():
        raise not_finite(array, name)
    precision, unit = _printed(given, array) if isinstance(given, Printed) else (precision_of(array), 0.0)
    if name not in LIKE_X:
        return Answer(_per_unit(case, name, array).astype(np.float64), precision, False, unit)
    turned = unturned(case, array) if array.shape != case.shape else None
    if array.shape != case.shape and turned is None:
        raise _mismatch(case, name, array)
    return Answer(case.rows(array if turned is None else turned), precision, turned is not None, unit)


def _printed(given: Printed, array: Array) -> tuple[Precision | None, float]:
    """The type that was printed, and what printing hides; with what a coarse type that may be meant hides as well."""
    if given.precision:
        return PRECISIONS[given.precision], given.unit
    precision, sure = told(given.exact, given.unit)
    if precision is not None and precision.half and not sure:
        return None, given.unit + float(precision.own(given.exact).max())
    return coarsest([precision, PRECISIONS[array.dtype.name]]), given.unit


def _per_unit(case: Case, name: str, array: Array) -> Array:
    wanted = case.expected(name)
    size = int(np.prod(wanted))
    kept = case.seen.arrangement.kept if name not in PARAMETERS else wanted
    if array.size == size and (array.shape in (wanted, kept) or max(array.shape, default=1) == size):
        return array.reshape(size)
    if array.size == 1 and _is_total(case, name, float(array.reshape(()))):
        return np.full(size, array.reshape(()))
    raise _mismatch(case, name, array)


def _is_total(case: Case, name: str, value: float) -> bool:
    """Whether one number is that of all units together, as a sum without an axis gives."""
    truth = case.truth[name]
    return abs(value - float(truth.sum())) <= TOTAL * float(np.abs(truth).sum())


def _mismatch(case: Case, name: str, array: Array) -> ShapeMismatch:
    wanted = case.expected(name)
    meaning = "the shape of x" if name in LIKE_X else "one number a unit"
    hint = " A sum over the wrong axis has one number an example." if array.shape == (case.count,) else ""
    if name in LIKE_X and sorted(array.shape) == sorted(wanted):
        hint = " It looks transposed: its axes are those of x in another order."
    return ShapeMismatch(f"{name} has shape {array.shape}; give {wanted}, {meaning}.{hint}", parameter=name)
