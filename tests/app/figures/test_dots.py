"""Dots of a row: they lie where their values are, and none on another while there is room."""

import numpy as np
import pytest

from app.figures.dots import DOTS_UP_TO, PANEL, dot_heights, dot_trace, room_of
from bncore.distributions.axis import Axis
from tests.each import each

AXIS = Axis("linear", -3.0, 3.0)


def drawn(places):
    room = room_of(places.shape[1])
    return dot_heights(AXIS, places, room), room


@each("numbers", [2, 16, 24, 25, DOTS_UP_TO])
def test_dots_of_a_row_stay_inside_it_and_lie_apart_while_their_stack_has_room(numbers):
    places = np.random.default_rng(numbers).uniform(-3.0, 3.0, (5, numbers)).round(2)
    heights, room = drawn(places)
    assert heights.min() == room.base
    assert (heights <= room.highest + 1e-12).all()
    low, high = AXIS.limits()
    for at, above in zip(places, heights, strict=True):
        beside = np.abs(at[:, None] - at) >= (high - low) * room.size / PANEL
        over = np.abs(above[:, None] - above) >= room.step - 1e-9
        assert (beside | over | np.eye(numbers, dtype=bool)).all()


def test_equal_values_are_a_stack_of_as_many_heights():
    heights, room = drawn(np.zeros((1, DOTS_UP_TO)))
    assert len(set(heights[0].tolist())) == DOTS_UP_TO
    assert heights.max() == pytest.approx(room.highest)


def test_a_dot_that_is_not_there_is_left_out_and_the_others_keep_their_numbers():
    places = np.array([[0.5, np.nan, 1.0], [np.nan, np.nan, np.nan]])
    trace = dot_trace(places, np.zeros((2, 3)), "x", "example", room_of(3))
    assert (list(trace["x"]), list(trace["customdata"])) == ([0.5, 1.0], [0, 2])
    assert not np.isnan(trace["y"]).any()
    assert trace["hovertemplate"].startswith("example %{customdata}")
