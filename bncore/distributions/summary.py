"""What a view shows of a stage: per feature, moments, quantiles and a histogram.

Values are features × numbers (D, M). All passes go over a few features at a time, so that a large batch needs little
memory beside itself.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bncore.distributions.axis import Axis, fence
from bncore.distributions.histogram import MOST, Bins, Histogram, bins_of, counts_in, outside

Floats = NDArray[np.float64]
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
SORT_UP_TO = 65_536  # numbers a row; above it, selecting the few needed order statistics is cheaper than sorting
BLOCK = 2**18  # numbers worked on at once: 2 MiB of float64
SQUARES = (1e-140, 1e140)  # the sizes whose squares float64 holds


@dataclass(frozen=True)
class Summary:
    """Per feature, arrays of length D: mean, deviation (biased), smallest, the five `QUANTILES` (5, D), largest.

    `fences` (2, D) are the limits within which the feature is worth drawing.
    """

    mean: Floats
    sd: Floats
    low: Floats
    quantiles: Floats
    high: Floats
    fences: Floats

    def take(self, features: slice) -> "Summary":
        """The summary of some of the features."""
        return Summary(
            self.mean[features], self.sd[features], self.low[features], self.quantiles[:, features],
            self.high[features], self.fences[:, features],
        )  # fmt: skip


def row_blocks(rows: int, numbers: int) -> Iterator[slice]:
    """Slices that cover `rows` rows of `numbers` numbers, each of about BLOCK numbers or a single row."""
    step = max(1, BLOCK // max(numbers, 1))
    return (slice(start, start + step) for start in range(0, rows, step))


def summarize(values: NDArray[Any]) -> Summary:
    """The summary of finite values (D, M).

    Quantiles interpolate linearly between order statistics (type 7 of Hyndman & Fan 1996, NumPy's default).
    """
    features, numbers = values.shape
    parts = [_summarized(values[rows].astype(np.float64, copy=False)) for rows in row_blocks(features, numbers)]
    if len(parts) == 1:
        return parts[0]
    names = ("mean", "sd", "low", "quantiles", "high", "fences")
    return Summary(**{name: np.concatenate([getattr(part, name) for part in parts], axis=-1) for name in names})


def _summarized(values: Floats) -> Summary:
    ordered = _ordered(values)
    low, high = ordered[:, 0], ordered[:, -1]
    mean = np.clip(values.mean(axis=1), low, high)  # a constant row's mean is that constant, without rounding
    sd = _deviation(values - mean[:, None], np.maximum(-low, high))
    return Summary(mean, sd, low.copy(), quantiles(ordered), high.copy(), fence(ordered))


def _deviation(centred: Floats, largest: Floats) -> Floats:
    """sqrt(mean of squares) of each row; in units of its largest value where squares would leave float64's range."""
    smallest_square, largest_square = SQUARES
    unit = np.where((largest < smallest_square) | (largest > largest_square), largest, 1.0)
    unit[unit == 0.0] = 1.0
    if (unit != 1.0).any():
        centred /= unit[:, None]
    np.square(centred, out=centred)
    deviation: Floats = np.sqrt(centred.mean(axis=1)) * unit
    return deviation


def quantiles(ordered: Floats) -> Floats:
    """The `QUANTILES` (5, D) of rows in order (D, M)."""
    last = ordered.shape[1] - 1
    place = np.array(QUANTILES) * last
    below = place.astype(np.intp)
    lower, upper = ordered[:, below], ordered[:, np.minimum(below + 1, last)]
    at_shares: Floats = np.ascontiguousarray((lower + (upper - lower) * (place - below)).T)
    return at_shares


def _ordered(values: Floats) -> Floats:
    """Rows in order; of long rows only the places that are looked at."""
    if values.shape[1] <= SORT_UP_TO:
        return np.sort(values, axis=1)
    last = values.shape[1] - 1
    places = {0, last, last // 100, last - last // 100}
    for q in QUANTILES:
        places |= {int(q * last), min(int(q * last) + 1, last)}
    return np.partition(values, sorted(places), axis=1)


@dataclass(frozen=True)
class Described:
    """Rows' summary, and how many numbers each has in each slot of its own bins."""

    summary: Summary
    bins: Bins
    counts: NDArray[np.int64]

    def take(self, rows: slice) -> "Described":
        """The same of some of the rows."""
        return Described(self.summary.take(rows), self.bins.take(rows), self.counts[rows])

    def on(self, values: NDArray[Any], axis: Axis) -> Histogram:
        """The histogram of the described `values` on an axis."""
        return Histogram(axis, self.bins, self.counts, *outside(values, self.summary.low, self.summary.high, axis))


def described(values: NDArray[Any]) -> Described:
    """Summary and counts of values (D, M). Where their span leaves float64 nothing is counted: no picture holds it."""
    summary, numbers = summarize(values), values.shape[1]
    if not np.isfinite(summary.high - summary.low).all():
        return _uncounted(summary)
    middle = summary.quantiles[3] - summary.quantiles[1]
    bins = bins_of(summary.fences, summary.low, summary.high, middle, numbers)
    blocks = [
        counts_in(bins.take(rows), values[rows].astype(np.float64, copy=False)) for rows in row_blocks(*values.shape)
    ]
    return Described(summary, bins, blocks[0] if len(blocks) == 1 else np.concatenate(blocks))


def _uncounted(summary: Summary) -> Described:
    nothing = np.zeros_like(summary.low)
    bins = bins_of(np.stack([nothing, nothing]), nothing, nothing, nothing, 1)
    return Described(summary, bins, np.zeros((len(nothing), MOST + 2), dtype=np.int64))


def histogram(values: NDArray[Any], axis: Axis) -> Histogram:
    """The histogram of finite values (D, M), in each row's own bins, on an axis."""
    return described(values).on(values, axis)


def correlation(pairs: NDArray[Any]) -> list[float]:
    """Pearson's correlation of each pair of features (P, 2, M); not-a-number where one of the two is constant."""
    a, b = _in_units(pairs.astype(np.float64)).transpose(1, 0, 2)
    size = np.sqrt((a * a).sum(axis=1)) * np.sqrt((b * b).sum(axis=1))
    together = np.divide((a * b).sum(axis=1), size, out=np.full(len(size), math.nan), where=size > 0.0)
    return np.clip(together, -1.0, 1.0).tolist()  # type: ignore[no-any-return]


def _in_units(features: Floats) -> Floats:
    """Each feature (…, M) centred, in units of its largest deviation."""
    low, high = features.min(axis=-1), features.max(axis=-1)
    centred = features - np.clip(features.mean(axis=-1), low, high)[..., None]
    largest = np.abs(centred).max(axis=-1, keepdims=True)
    scaled: Floats = np.divide(centred, largest, out=centred, where=largest > 0.0)
    return scaled
