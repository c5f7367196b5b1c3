"""What is known of parts becomes what is known of the whole: moments to 1e-12, counts to the last one."""

from functools import reduce

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bncore
from bncore.stream.cutting import pilot_grid
from bncore.stream.tally import tally_of, together
from tests.bncore.stream.streams import cut_at, same_statistics
from tests.bncore.stream.test_statistics import KINDS


def tallies(x, dy, lengths, axis=1):
    grid = pilot_grid(x, axis)
    pairs = zip(cut_at(x, lengths), cut_at(dy, lengths), strict=True)
    return [tally_of(part, grid, axis, dy=above) for part, above in pairs]


def in_pairs(parts):
    """Merged as a cluster merges: neighbours first."""
    while len(parts) > 1:
        parts = [reduce(together, parts[i : i + 2]) for i in range(0, len(parts), 2)]
    return parts[0]


@settings(max_examples=20)
@given(
    kind=st.sampled_from(sorted(set(KINDS) - {"outlier"})),
    shape=st.sampled_from([(90, 3), (40, 5, 3, 2)]),
    axis=st.sampled_from([1, -1]),
    seed=st.integers(0, 99),
    lengths=st.lists(st.integers(1, 30), min_size=1, max_size=5),
    merge=st.sampled_from([in_pairs, lambda parts: reduce(together, parts)]),
)
def test_parts_merge_into_the_whole_in_any_order(kind, shape, axis, seed, lengths, merge):
    rng = np.random.default_rng(seed)
    x, dy = KINDS[kind](rng, shape), rng.normal(1, 1, shape)
    whole = tally_of(x, pilot_grid(x, axis), axis, dy=dy)
    merged = merge(tallies(x, dy, lengths, axis))
    same_statistics(merged.part.statistics(), whole.part.statistics())
    assert merged.examples == whole.examples
    assert np.array_equal(merged.cells.of(2048), whole.cells.of(2048))
    assert np.array_equal([merged.part.low, merged.part.high], [whole.part.low, whole.part.high])
    assert np.allclose(merged.sums.total, whole.sums.total, rtol=1e-12)
    size = 1e-12 * np.sqrt(whole.part.squares * (dy**2).sum()) + 1e-300
    assert (np.abs(merged.sums.cross - whole.sums.cross) <= size).all()


@pytest.mark.parametrize("offset", [0.0, 1e8])
def test_a_thousand_parts_cost_no_digit(rng, offset):
    x = offset + rng.normal(size=(3_000, 2)) + np.linspace(0, 3, 3_000)[:, None]
    merged = reduce(together, tallies(x, x, [3])).part.statistics()
    whole = bncore.statistics(x)
    assert np.allclose(merged.var, whole.var, rtol=2e-15, atol=0)
    away = (merged.mean - whole.mean) + (merged.mean_rest - whole.mean_rest)
    assert np.abs(away).max() < 2e-15
