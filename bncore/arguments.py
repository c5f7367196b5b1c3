"""Arguments as the numerics want them: real arrays, one finite value a feature, choices from a table."""

import sys
from collections.abc import Iterable
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bncore.errors import BadDtype, BadParameter, NonFiniteInput, ShapeMismatch
from bncore.exact.integers import first_rounded, refused

Array = NDArray[Any]
Float64 = NDArray[np.float64]

NATIVE = (np.dtype(np.float32), np.dtype(np.float64))
FLOATS: dict[str, np.dtype[Any]] = {name: np.dtype(name) for name in ("float16", "float32", "float64")}


def real_array(values: ArrayLike, name: str, dtype: str | None = None) -> Array:
    """`values` as float16, float32 or float64: as given, or as `dtype` says; integers and booleans become float64.

    Raises BadDtype for anything that is not a real number of at most 64 bits, ShapeMismatch for ragged lists,
    BadParameter for an integer that float64 does not hold, and for an array of which a number is masked.
    """
    if dtype is None and type(values) is np.ndarray and values.dtype in NATIVE:
        return values
    array = as_array(values, name)
    kind = array.dtype.kind
    if kind not in "biuf" or (kind == "f" and array.dtype.itemsize > 8):
        raise BadDtype(f"{name} has dtype {array.dtype}; give real numbers, at most float64.", parameter=name)
    if (rounded := first_rounded(array)) is not None and dtype in (None, "float64"):
        place = f"{name}[{', '.join(map(str, rounded))}]"
        raise BadParameter(refused(place, int(array[rounded])), parameter=name)
    kept = f"float{8 * array.dtype.itemsize}" if kind == "f" else "float64"
    with np.errstate(over="ignore"):  # what does not fit becomes infinite, and is then refused with its place
        return array.astype(FLOATS[choice(dtype or kept, FLOATS, "dtype")], copy=False)


def as_array(values: ArrayLike, name: str) -> Array:
    """`values` as an array of any dtype. Raises ShapeMismatch for ragged lists, BadParameter for masked numbers."""
    try:
        array = np.asarray(values)
    except ValueError as error:
        detail = f"{name} is ragged: its rows have different lengths; give rows of equal length."
        raise ShapeMismatch(detail, parameter=name) from error
    if array.dtype.kind in "biuf" and (masked := _masked(values)):
        what = "number is" if masked == 1 else "numbers are"
        detail = f"{name}: {masked} {what} masked; leave out those examples, or fill in numbers."
        raise BadParameter(detail, parameter=name)
    return array


def _masked(values: ArrayLike) -> int:
    """Masked numbers of an array, or of a list of arrays. Before somebody loads numpy.ma nothing is masked."""
    if (ma := sys.modules.get("numpy.ma")) is None:
        return 0
    arrays = values if isinstance(values, (list, tuple)) else [values]
    return sum(int(ma.count_masked(array)) for array in arrays if isinstance(array, ma.MaskedArray))


def result_array(out: Array | None, like: Array) -> Array:
    """Where a result in the shape and dtype of an input goes: `out`, if it is given and fits, else a new array.

    Raises ShapeMismatch, BadDtype, and BadParameter for an array that is read-only or in the input's memory.
    """
    if out is None:
        return np.empty(like.shape, like.dtype)
    if not isinstance(out, np.ndarray) or out.dtype != like.dtype:
        said = getattr(out, "dtype", type(out).__name__)
        raise BadDtype(f"out is of {said}; give an array of {like.dtype}, as the result is.", parameter="out")
    if out.shape != like.shape:
        raise ShapeMismatch(f"out has shape {out.shape}; the result has {like.shape}.", parameter="out")
    if not out.flags.writeable or shares_memory(out, like):
        what = "shares memory with the input" if out.flags.writeable else "is read-only"
        raise BadParameter(f"out {what}; give an array of its own that may be written to.", parameter="out")
    return out


def shares_memory(one: Array, other: Array) -> bool:
    """Whether two arrays may; two that each own theirs are told apart in a tenth of the time."""
    return one is other or (not (one.flags.owndata and other.flags.owndata) and np.may_share_memory(one, other))


def per_feature(values: ArrayLike | None, features: int, name: str, default: float = 0.0) -> Float64:
    """One finite float64 a feature, shape (features,); None gives `default` everywhere. A copy: nobody else's.

    Raises ShapeMismatch, BadDtype, NonFiniteInput.
    """
    if values is None:
        return np.full(features, default)
    array = np.array(real_array(values, name), dtype=np.float64)
    if array.shape != (features,):
        detail = f"{name} has shape {array.shape}; give one value a feature, shape ({features},)."
        raise ShapeMismatch(detail, parameter=name)
    if not np.isfinite(array).all():
        raise not_finite(array, name)
    return array


def not_finite(array: Array, name: str, first: int = 0) -> NonFiniteInput:
    """The error that names the first number of `array` that is not finite; its first example is number `first`."""
    here = tuple(int(i) for i in np.unravel_index(np.argmin(np.isfinite(array)), array.shape))
    index = (here[0] + first, *here[1:])
    place = ", ".join(map(str, index))
    detail = f"{name}[{place}] is {array[here]} in {array.dtype}; give finite numbers only."
    return NonFiniteInput(detail, parameter=name, index=index)


def choice(value: str, allowed: Iterable[str], name: str) -> str:
    """`value`, if it is one of `allowed`; else BadParameter."""
    names = allowed if type(allowed) is dict else tuple(allowed)
    if type(value) is not str or value not in names:
        raise BadParameter(f"{name} is {value!r}; choose one of {', '.join(names)}.", parameter=name)
    return value


def in_range(value: float, low: float, high: float, name: str) -> float:
    """`value` as a float, if it is a number and low <= value <= high; else BadParameter (a NaN too)."""
    if not (isinstance(value, Real) and low <= value <= high):
        raise BadParameter(f"{name} is {value!r}; give a number from {low:g} to {high:g}.", parameter=name)
    return float(value)
