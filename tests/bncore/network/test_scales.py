"""The axis that joints share."""

import math

import numpy as np

from bncore.network.measures.moments import moments
from bncore.network.measures.scales import shared_axis
from tests.each import each

EDGES = 1.7e308 * np.array([-1.0, -0.5, 0.2, 1.0])


@each("symmetric", [False, True])
@each("values", [[EDGES], [EDGES, np.array([1.0, 2.0])], [np.array([1.7e308, 1.6e308])]])
def test_the_length_of_an_axis_is_a_number_whatever_the_numbers_on_it(values, symmetric):
    axis = shared_axis([moments(array) for array in values], symmetric=symmetric)
    low, high = axis.limits()
    assert math.isfinite(high - low)
    assert low < high
    assert all(math.isfinite(place) for place, _ in axis.ticks())
    assert np.isfinite(axis.edges(60)).all()
