"""What the claims on deep networks measure, one by one, each against another way to it."""

from itertools import pairwise
from math import log10

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from bncore.training import first_record, start
from bncore.training.claims.depth.collapse import directions, layers, orthogonality_gap, rank
from bncore.training.claims.depth.growth import at_first, growth
from bncore.training.claims.depth.orthogonal import LEAST, WIDTH, decades
from bncore.training.layout import layout_of
from bncore.training.run import Work
from tests.bncore.training.specs import tiny

DEEP = {"widths": (8,) * 9, "initialization": "he", "activation": "relu"}


def of_weights(spec):
    """The size of each block's gradient, from the vector of all."""
    work, layout = Work(start(spec)), layout_of(spec)
    work.look()
    return [np.linalg.norm(layout.of_block(work.network.gradients, block)["weight"]) for block in range(spec.blocks)]


def test_growth_is_the_mean_factor_of_inner_blocks():
    spec = tiny(**DEEP)
    inner = of_weights(spec)[2:-2]
    factors = [one / behind for one, behind in pairwise(inner)]
    assert growth(first_record(start(spec))) == pytest.approx(np.exp(np.mean(np.log(factors))))
    assert at_first(spec) == growth(first_record(start(spec)))


def test_decades_go_from_the_second_block_to_the_last():
    spec = tiny(**DEEP)
    sizes = of_weights(spec)
    assert decades(spec) == pytest.approx(log10(sizes[1] / sizes[-1]))


def test_the_rank_counts_directions_that_are_not_lost_in_the_others():
    rng = np.random.default_rng(0)
    basis = np.linalg.qr(rng.normal(size=(20, 8)))[0]
    assert rank(basis @ np.diag([1, 1, 1, 1, 1, 0, 0, 0.0]), 0.01) == 5
    assert rank(basis @ np.diag([1, 1, 1, 1, 1, 0.09, 0.05, 0.0]), 0.01) == 6
    assert rank(basis @ np.diag([1, 1, 1, 1, 1, 0.09, 0.05, 0.0]), 0.0001) == 7
    assert rank(np.outer(rng.normal(size=20), rng.normal(size=8)), 0.01) == 1
    assert rank(7 * basis, 0.01) == 8


@given(arrays(float, (12, 8), elements=st.floats(-3, 3)), st.floats(0.001, 0.999))
def test_directions_count_equal_singular_values_and_bound_the_soft_rank_by_every_threshold(x, share):
    basis = np.linalg.qr(np.random.default_rng(0).normal(size=(20, 8)))[0]
    assert directions(7 * basis[:, :5]) == pytest.approx(5)
    if np.abs(x).max() > 0.1:
        assert rank(x, share) >= (1 - share) ** 2 * directions(x) * (1 - 1e-12)


def test_the_gap_is_0_for_orthogonal_examples_and_nearly_1_for_equal_ones():
    orthogonal = np.linalg.qr(np.random.default_rng(0).normal(size=(8, 8)))[0]
    assert orthogonality_gap(3 * orthogonal[:5]) == pytest.approx(0, abs=1e-14)
    assert orthogonality_gap(np.ones((5, 8))) == pytest.approx(np.sqrt(1 - 1 / 5))


def test_examples_that_sum_to_zero_have_the_least_gap_where_they_are_the_corners_of_a_simplex():
    assert orthogonality_gap(np.eye(WIDTH) - 1 / WIDTH) == pytest.approx(LEAST)


def test_layers_are_what_the_blocks_give_on_before_the_first_update():
    spec = tiny(norm="none", activation="identity", batch_size=12)
    work = Work(start(spec))
    work.look()
    first, second = (work.network.named(block)[0]["weight"] for block in range(2))
    seen = layers(spec)
    np.testing.assert_allclose(seen[0], work.batch @ first, atol=1e-14)
    np.testing.assert_allclose(seen[1], work.batch @ first @ second, atol=1e-14)
