"""Levels of dots: none covers another of its level, and none lies higher than it must."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from bncore.distributions.swarm import levels, upwards

places = hnp.arrays(
    np.float64, st.tuples(st.integers(1, 4), st.integers(1, 70)), elements=st.integers(-60, 60).map(lambda n: n / 8)
)


@given(places, st.sampled_from([0.125, 0.5, 3.0, 100.0]))
def test_dots_of_a_level_are_apart_and_a_dot_above_the_lowest_level_has_one_in_its_way_on_each_below(rows, width):
    for at, level in zip(rows, levels(rows, width), strict=True):
        near = (np.abs(at[:, None] - at) < width) & ~np.eye(len(at), dtype=bool)
        assert not (near & (level[:, None] == level)).any()
        for dot, own in enumerate(level.tolist()):
            assert set(range(own)) <= set(level[near[dot]].tolist())


@given(places)
def test_levels_are_those_of_the_row_alone_shifted_or_scaled(rows):
    together = levels(rows, 0.5)
    np.testing.assert_array_equal(np.concatenate([levels(row[None], 0.5) for row in rows]), together)
    np.testing.assert_array_equal(levels(4.0 * rows - 16.0, 2.0), together)


@given(places, st.sampled_from([0.125, 0.5, 3.0]))
def test_upwards_each_dot_is_as_low_as_those_to_its_left_let_it(rows, width):
    for at, level in zip(np.sort(rows), levels(np.sort(rows), width, upwards), strict=True):
        for dot, own in enumerate(level.tolist()):
            near = level[:dot][at[dot] - at[:dot] < width]
            assert own == min(set(range(dot + 1)) - set(near.tolist()))


def test_numbers_that_are_missing_take_no_place():
    row = np.array([[np.nan, 1.0, np.nan, 1.0]])
    assert sorted(levels(row, 1.0)[0, [1, 3]].tolist()) == [0, 1]


def test_a_stack_does_not_lean():
    """Of a dense even row the higher dots are not all to one side of the lower ones."""
    row = np.linspace(0.0, 10.0, 60)[None]
    level = levels(row, 1.0)[0]
    assert abs(np.corrcoef(row[0] % 1.0, level)[0, 1]) < 0.5
