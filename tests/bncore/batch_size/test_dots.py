"""Dots in place of blocks: each stands for its share, none covers another, piles grow from below."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bncore.batch_size.dealing.dots import dots, piles, ranks

numbers = st.lists(st.floats(-100, 100), min_size=1, max_size=60).map(np.array)


@given(values=numbers, most=st.integers(1, 70))
def test_every_dot_stands_for_as_many_examples_as_any_other(values, most):
    drawn = dots(values, most)
    counts = np.bincount(drawn.of_ranks(np.arange(len(values))), minlength=len(drawn.x))
    assert len(drawn.x) == min(len(values), most)
    assert counts.sum() == len(values)
    assert counts.max() - counts.min() <= 1
    assert (np.diff(drawn.x) >= 0).all()
    assert set(drawn.x) <= set(values)


@given(values=numbers)
def test_with_dots_enough_each_example_is_one_at_its_own_value(values):
    drawn = dots(values, 60)
    np.testing.assert_array_equal(drawn.x[drawn.of_ranks(ranks(values))], values)


def test_a_value_is_shown_by_the_dot_of_the_examples_around_it():
    drawn = dots(np.arange(100.0), 10)
    assert drawn.x.tolist() == [4.0, 14.0, 24.0, 34.0, 44.0, 54.0, 64.0, 74.0, 84.0, 94.0]
    assert drawn.of_values(np.array([-7.0, 3.5, 48.9, 1e9])).tolist() == [0, 0, 4, 9]


@given(values=numbers)
def test_a_pile_grows_by_one_from_below_and_a_draw_lies_in_the_nearest_column(values):
    fallen = piles(values, 0.5)
    assert (np.abs(fallen.column * 0.5 - values) <= 0.25 + 1e-9).all()
    for column in set(fallen.column.tolist()):
        own = fallen.level[fallen.column == column]
        assert own.tolist() == list(range(len(own)))
