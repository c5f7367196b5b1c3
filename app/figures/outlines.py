"""Outlines of histograms on an axis: each row's shape between its own edges, or one mark where there is one value."""

import math
from functools import lru_cache

import numpy as np

from bncore.distributions.axis import Axis
from bncore.distributions.histogram import Bins
from bncore.distributions.summary import Floats

ROW_HEIGHT = 0.82
DIGITS = 2  # decimals of a height in rows: a fraction of a pixel
FINEST = 305  # decimals beyond which powers of ten leave float64
OF_AXIS, OF_ROW = 1000.0, 200.0  # parts of the axis and of a row's own width that a position tells apart


def placed(axis: Axis, positions: Floats) -> Floats:
    """Positions rounded to a thousandth of the axis' length, which is a fraction of a pixel."""
    return positions.round(_digits(axis))


def on_axis(axis: Axis, values: Floats) -> Floats:
    """Positions of the values, NaN of those beyond the axis."""
    return np.where((values >= axis.low) & (values <= axis.high), axis.position(values), np.nan)


@lru_cache(maxsize=256)
def _digits(axis: Axis) -> int:
    low, high = axis.limits()
    return 3 - math.floor(math.log10(high - low))


@lru_cache(maxsize=256)
def placed_edges(axis: Axis, columns: int) -> Floats:
    """The edges of columns that are equally wide on the axis, as they are drawn."""
    return placed(axis, axis.edges(columns))


@lru_cache(maxsize=256)
def column_edges(axis: Axis, columns: int) -> Floats:
    """The same in data units."""
    return axis.value(axis.edges(columns))


def edges_on(axis: Axis, bins: Bins) -> Floats:
    """Where the edges of rows (D, E) are drawn; what lies outside the axis at its end.

    A row that is narrow on the axis has the digits that its own shape needs.
    """
    core = axis.position(np.clip(bins.core, axis.low, axis.high))
    place = axis.position(np.clip(bins.edges, axis.low, axis.high))
    low, high = axis.limits()
    width = core[1] - core[0]
    step = np.minimum((high - low) / OF_AXIS, np.where(width > 0.0, width / OF_ROW, np.inf))
    digits = np.minimum(np.ceil(-np.log10(step) - 1e-9), FINEST).astype(int)
    for each in set(digits.tolist()):
        rows = digits == each
        place[rows] = place[rows].round(each)
    return place


def step_outlines(edges: Floats, heights: Floats, bases: Floats, marks: Floats) -> tuple[Floats, Floats]:
    """Each row's histogram as the points of a step outline from its first to its last full bin, rows parted by NaN.

    `edges` (R, B + 1) are positions, `heights` (R, B) shares of ROW_HEIGHT: shapes compare along the axis, not heights
    across rows. A row without a height is one line at its mark (R,), or nothing where that is NaN.
    """
    rows, bins = heights.shape
    raised = (heights * ROW_HEIGHT).round(DIGITS + 1)
    wide = np.diff(edges, axis=1) > 0.0
    full = wide & (heights > 0.0)
    some, row, bin_ = np.asarray(full.any(axis=1)), np.arange(rows), np.arange(bins)
    first, last = full.argmax(axis=1), bins - 1 - full[:, ::-1].argmax(axis=1)
    between = wide & (bin_ >= first[:, None]) & (bin_ <= last[:, None]) & some[:, None]
    flat = between[:, 1:] & between[:, :-1] & (raised[:, 1:] == raised[:, :-1])
    x, y, kept = np.empty((rows, bins + 3)), np.zeros((rows, bins + 3)), np.zeros((rows, bins + 3), dtype=bool)
    x[:, 0] = np.where(some, edges[row, first], marks)
    x[:, 1:-2] = edges[:, :-1]
    x[:, -2] = np.where(some, edges[row, last + 1], marks)
    y[:, 1:-2] = raised
    y[:, -2] = np.where(some, 0.0, ROW_HEIGHT)
    y += bases[:, None]
    y[:, -1] = x[:, -1] = np.nan
    kept[:, 1:-2] = between
    kept[:, 2:-2] &= ~flat
    kept[:, [0, -2]] = (some | ~np.isnan(marks))[:, None]
    kept[:, -1] = True
    return x[kept], y[kept].round(DIGITS)
