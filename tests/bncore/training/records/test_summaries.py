"""Summaries of numbers among which some are none: nothing is told of them as if they were."""

import numpy as np
import pytest

from bncore.training.records.summaries import BINS, histogram, percentiles, size

BROKEN = [np.nan, np.inf, -np.inf]


@pytest.mark.parametrize("broken", BROKEN)
@pytest.mark.parametrize("count", [1, 2, 7, 100])
def test_one_number_that_is_none_leaves_no_percentile_and_no_histogram(broken, count):
    values = np.random.default_rng(0).standard_normal(count)
    values[count // 2] = broken
    assert np.isnan(percentiles(values)).all()
    assert np.isnan(percentiles(values.astype(np.float32))).all()
    drawn = histogram(values)
    assert np.isnan([drawn.low, drawn.high]).all()
    assert drawn.counts == (0,) * BINS
    assert not np.isfinite(size(values))


def test_percentiles_of_numbers_are_numpys():
    values = np.random.default_rng(1).standard_normal((30, 7))
    assert percentiles(values) == pytest.approx(np.percentile(values, (15, 50, 85)), rel=1e-12)
