"""What less exact arithmetic would make of a batch's mean and variance.

    exact        var = <(x - <x>)²>, in float64
    squares      var = <x²> - <x>², in float32: the fast variance, which cancels where the mean is far from 0
    float16      x, mean, differences and squares rounded to float16, sums in float32
    bfloat16     the same in bfloat16, which has float32's range and 8 bits

Chan, Golub and LeVeque, "Algorithms for computing the sample variance", The American Statistician 37 (1983): the error
of `squares` grows with (mean/deviation)², that of the others with mean/deviation. Sums run in one fixed order, so that
no processor has another result.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bncore.arguments import Float64

Rounded = Callable[[NDArray[np.float32]], NDArray[np.float32]]
Single = NDArray[np.float32]


@dataclass(frozen=True)
class Arithmetic:
    """A way to compute a mean and a biased variance: `moments` of rows (n, C) are float64 (C,), and may be negative,
    infinite or not a number; `told` is what a sentence calls it.
    """

    title: str
    told: str
    moments: Callable[[Float64], tuple[Float64, Float64]]


def to_bfloat16(values: Single) -> Single:
    """float32 numbers rounded to the nearest bfloat16, to the even one of two.

    >>> to_bfloat16(np.array([1.0, 1.00390625, 1.01171875, np.inf], np.float32)).tolist()
    [1.0, 1.0, 1.015625, inf]
    """
    bits = values.view(np.uint32)
    rounded = (bits + np.uint32(0x7FFF) + ((bits >> 16) & 1)) & np.uint32(0xFFFF0000)
    return np.where(np.isfinite(values), rounded.astype(np.uint32).view(np.float32), values)


@np.errstate(over="ignore", invalid="ignore")
def to_float16(values: Single) -> Single:
    """float32 numbers rounded to the nearest float16; beyond 65,504 they are infinite.

    >>> to_float16(np.array([2049.0, 1e5], np.float32)).tolist()
    [2048.0, inf]
    """
    return values.astype(np.float16).astype(np.float32)


def exact(x: Float64) -> tuple[Float64, Float64]:
    """Mean and variance by differences from the mean, in float64."""
    mean: Float64 = _mean(x)
    return mean, _mean(np.square(x - mean))


def by_squares(x: Float64) -> tuple[Float64, Float64]:
    """<x²> - <x>² in float32."""
    rows = x.astype(np.float32)
    mean = _mean(rows)
    return mean.astype(np.float64), (_mean(np.square(rows)) - np.square(mean)).astype(np.float64)


def _rounding(rounded: Rounded) -> Callable[[Float64], tuple[Float64, Float64]]:
    def moments(x: Float64) -> tuple[Float64, Float64]:
        rows = rounded(x.astype(np.float32))
        mean = rounded(_mean(rows))
        var = rounded(_mean(rounded(np.square(rounded(rows - mean)))))
        return mean.astype(np.float64), var.astype(np.float64)

    return moments


def _mean(rows: Any) -> Any:
    """The mean over rows, in the dtype that they have and by halves, whatever their place in memory."""
    sums, count = rows, len(rows)
    while len(sums) > 1:
        half = len(sums) // 2
        sums = np.concatenate([sums[:half] + sums[half : 2 * half], sums[2 * half :]])
    return sums[0] / rows.dtype.type(count)


ARITHMETICS: dict[str, Arithmetic] = {
    "exact": Arithmetic("Exact", "exactly", exact),
    "squares": Arithmetic("E[x²] − E[x]²", "as E[x²] − E[x]² in float32", by_squares),
    "float16": Arithmetic("float16", "in float16", _rounding(to_float16)),
    "bfloat16": Arithmetic("bfloat16", "in bfloat16", _rounding(to_bfloat16)),
}


@np.errstate(over="ignore", invalid="ignore")
def moments_in(arithmetic: str, x: Float64) -> tuple[Float64, Float64]:
    """Mean and biased variance (C,) of rows x (n, C), n at least 1, in one of `ARITHMETICS`.

    >>> x = np.array([[1e4], [1e4 + 1.0]])
    >>> [float(moments_in(name, x)[1][0]) for name in ARITHMETICS]
    [0.25, 0.0, 0.0, 0.0]
    """
    return ARITHMETICS[arithmetic].moments(x)
