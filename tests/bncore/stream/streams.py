"""Streams for tests, and what two looks at the same numbers agree on."""

from itertools import cycle

import numpy as np


def cut_at(x, lengths):
    """The array in chunks of these lengths, over and over."""
    chunks, start, endless = [], 0, cycle(lengths)
    while start < len(x):
        length = next(endless)
        chunks.append(x[start : start + length])
        start += length
    return chunks


def same_statistics(one, other):
    """The means to 1e-12 deviations beside a last place, the variances to 1e-12 of themselves."""
    assert one.count == other.count
    away = (one.mean - other.mean) + (_statistics(one).mean_rest - _statistics(other).mean_rest)
    assert (np.abs(away) <= 1e-12 * np.sqrt(other.var) + 1e-30 * np.abs(other.mean)).all()
    assert np.allclose(one.var, other.var, rtol=1e-12, atol=0)


def _statistics(one):
    return getattr(one, "statistics", one)
