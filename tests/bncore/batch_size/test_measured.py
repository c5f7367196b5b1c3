"""A source without an end, measured by examples, and what is known of its distribution."""

import numpy as np
import pytest

from bncore.batch_size.measured import known_moments, measured_moments
from bncore.batch_size.population import moments
from tests.each import each


def test_dependent_examples_are_measured_over_many_batches():
    """All examples of a batch share one shift of deviation 3: a single batch knows nothing of it."""

    def drawn(size, rng):
        return 3.0 * rng.standard_normal() + rng.standard_normal((size, 1))

    whole = measured_moments(drawn, 2**14, np.random.default_rng(5))
    many = measured_moments(drawn, 2**14, np.random.default_rng(5), 8)
    batches = 2**14 // 8
    assert whole.sd[0] == pytest.approx(1.0, abs=5 / np.sqrt(2 * 2**14))
    assert many.sd[0] ** 2 == pytest.approx(10.0, abs=5 * 9 * np.sqrt(2 / batches) + 5 * np.sqrt(2 / 2**14))


def test_a_source_smaller_than_a_batch_is_measured_by_one():
    sizes = []
    measured_moments(lambda size, _: sizes.append(size) or np.zeros((size, 1)), 5, np.random.default_rng(0), 64)
    assert sizes == [5]


@each(("order", "finite"), [(1.0, 0), (1.5, 1), (2.0, 1), (3.0, 2), (4.0, 3), (np.inf, 4)])
def test_moments_from_the_order_on_are_not_known(order, finite):
    measured = moments(np.random.default_rng(2).normal(size=(40, 2)))
    known = known_moments(measured, order, measured.excess)
    have = [not np.isnan(value).any() for value in (known.mean, known.sd, known.skewness, known.excess)]
    assert have == [True] * finite + [False] * (4 - finite)
