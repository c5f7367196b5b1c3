"""The arrays of a case as they are given: what is taken of them, and how others are refused."""

import numpy as np
from numpy.typing import ArrayLike

from bncore.arguments import Float64, not_finite, real_array
from bncore.diagnosis.given.convention import Convention
from bncore.errors import BadParameter, ShapeMismatch
from bncore.norms.table import NORMS

LARGEST_DY = 1e150
"""The check takes the mean square of dy; that of larger numbers is more than float64 holds."""


def alone(convention: Convention) -> str:
    """What is said of a statistic that is of one number."""
    if convention.norm == "batch":
        return "one example a unit, whose dx is always 0; give at least two."
    return f"in {NORMS[convention.norm].title.lower()} one number has a statistic of its own, and dx is 0; give more."


def upstream_of(dy: ArrayLike, shape: tuple[int, ...]) -> Float64:
    """dy in float64. Raises ShapeMismatch, NonFiniteInput, BadParameter."""
    upstream = real_array(dy, "dy").astype(np.float64)
    if upstream.shape != shape:
        detail = f"dy has shape {upstream.shape}, x has {shape}; give one number of dy for each of x."
        raise with_hint(ShapeMismatch(detail, parameter="dy"), shape, upstream)
    if not np.isfinite(upstream).all():
        raise not_finite(upstream, "dy")
    largest = float(np.abs(upstream).max())
    if largest > LARGEST_DY:
        raise BadParameter(f"dy is as large as {largest:.3g}; give numbers up to {LARGEST_DY:g}.", parameter="dy")
    return upstream


def per_unit(values: ArrayLike | None) -> ArrayLike | None:
    """One number a unit without the axes of length 1 beside it; what is ragged is left for its refusal."""
    if values is None or isinstance(values, (str, bytes)):
        return values
    try:
        array = np.asarray(values)
    except ValueError:
        return values
    return array.ravel() if array.ndim > 1 and array.size == max(array.shape) else array


def with_hint(error: ShapeMismatch, shape: tuple[int, ...], given: ArrayLike | None) -> ShapeMismatch:
    """The refusal of an array beside x, saying that one of them is transposed if that explains it."""
    other, hint = np.shape(given) if given is not None else (), ""
    if len(other) > 1 and sorted(other) == sorted(shape):
        hint = f" It looks transposed: x and {error.parameter} have their axes in another order."
    elif len(shape) == 2 and other == shape[:1]:
        hint = " It has one number for each row of x: if x is transposed, give feature_axis=0."
    return ShapeMismatch(f"{error}{hint}", parameter=error.parameter)
