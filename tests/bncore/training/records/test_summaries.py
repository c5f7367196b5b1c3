"""Summaries of numbers among which some are none: nothing is told of them as if they were."""

import numpy as np
import pytest

from bncore.training.records.summaries import BINS, histogram, percentiles, size
from tests.each import each

BROKEN = [np.nan, np.inf, -np.inf]
RAMP = np.arange(BINS + 1)
WHOLE = (1,) * (BINS - 1) + (2,)


@each("broken", BROKEN)
@each("count", [1, 2, 7, 100])
def test_one_number_that_is_none_leaves_no_percentile_and_no_histogram(broken, count):
    values = np.random.default_rng(0).standard_normal(count)
    values[count // 2] = broken
    assert np.isnan(percentiles(values)).all()
    assert np.isnan(percentiles(values.astype(np.float32))).all()
    drawn = histogram(values)
    assert np.isnan([drawn.low, drawn.high]).all()
    assert drawn.counts == (0,) * BINS
    assert not np.isfinite(size(values))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_histogram_counts_numbers_of_any_size(dtype):
    edge = np.finfo(dtype)
    for low, high in (
        (-edge.max / 2, edge.max / 2), (0, edge.smallest_subnormal), (edge.max / 2, edge.max), (-1e-30, 1e-30),
    ):  # fmt: skip
        drawn = histogram(np.array([low, low, high], dtype))
        assert (drawn.counts[0], drawn.counts[-1], sum(drawn.counts)) == (2, 1, 3), (low, high)


def test_percentiles_of_numbers_are_numpys():
    values = np.random.default_rng(1).standard_normal((30, 7))
    assert percentiles(values) == pytest.approx(np.percentile(values, (15, 50, 85)), rel=1e-12)


@each(
    ("values", "counts"),
    [
        (RAMP.astype(np.float32), WHOLE),
        (RAMP.astype(np.float32) * np.float32(1e-45), WHOLE),
        (RAMP * 5e-324, WHOLE),
        (np.array([-3e38, 0, 3e38], np.float32), (1, *[0] * 11, 1, *[0] * 10, 1)),
        (np.array([-1.7e308, 1.7e308]), (0,) * BINS),
        (np.array([0, np.inf]), (0,) * BINS),
        (np.zeros(3), (*[0] * 12, 3, *[0] * 11)),
    ],
)
def test_a_histogram_counts_what_its_numbers_can_tell(values, counts):
    with np.errstate(all="ignore"):
        assert histogram(values).counts == counts
