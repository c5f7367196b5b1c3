"""The kernels count in cells what the NumPy reference counts, number by number, on each instruction set."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as with_settings
from hypothesis import strategies as st

from bncore import kernels
from bncore.errors import BadParameter
from bncore.kernels import using
from bncore.layout import layout_of
from bncore.stream.cutting import pilot_grid
from bncore.stream.tally import tally_of
from tests.each import each

SETS = ["sse2", "avx2", "avx512", "neon", "baseline"]
SHAPES = [(1, 1), (700, 1), (9000, 1), (257, 3), (40, 70), (64, 300), (3, 600), (5, 4200), (9, 5, 7), (2, 9, 700)]
SHAPES += [(13, 6, 1500), (4, 3, 17, 31)]


def spread(rng, shape, dtype):
    """Numbers of every cell: near the centre, far out, at it, and beyond what float32 holds of the distance."""
    x = (rng.normal(size=shape) * np.exp(rng.uniform(-3, 40, size=shape))).astype(dtype)
    x[rng.random(shape) < 0.2] = x.flat[0]
    return x


@with_settings(max_examples=15)
@given(
    instructions=st.sampled_from(SETS),
    shape=st.sampled_from(SHAPES),
    axis=st.sampled_from([1, -1]),
    dtype=st.sampled_from([np.float32, np.float64]),
    seed=st.integers(0, 999),
)
def test_counts_and_extremes_are_those_of_the_reference_to_the_last_one(instructions, shape, axis, dtype, seed):
    x = spread(np.random.default_rng(seed), shape, dtype)
    grid, layout = pilot_grid(x, axis), layout_of(x.shape, axis)
    with using("numpy"):
        expected = whole(grid, x, layout)
    try:
        with using(instructions):
            counted = whole(grid, x, layout)
            strided = whole(grid, np.repeat(x, 2, axis=0)[::2], layout)
    except BadParameter:  # not of this machine
        return
    for one in (counted, strided):
        for part, reference in zip(one, expected, strict=True):
            assert np.array_equal(part, reference)
    assert counted[0].sum() == x.size


def whole(grid, x, layout):
    """The counts of all cells, and the extremes."""
    tally = tally_of(x, grid, layout.feature_axis)
    return tally.cells.of(grid.cells), tally.part.low, tally.part.high


@each("backend", ["auto", "numpy"])
@each("value", [np.nan, np.inf, -np.inf])
def test_a_number_that_is_not_finite_costs_no_memory_and_is_named(backend, value):
    x = np.zeros((300, 2), np.float32)
    grid = pilot_grid(x, 1)
    x[200, 1] = value
    with using(backend), pytest.raises(ValueError, match=r"x\[1200, 1\]"):
        tally_of(x, grid, 1, first=1000)


def test_a_look_at_other_numbers_than_it_is_told_of_is_not_taken(tmp_path):
    x = np.random.default_rng(0).normal(size=(30, 4))
    x.tofile(tmp_path / "x")
    grid = pilot_grid(x, 1)

    def looked(numbers, shape=(30, 1, 4, 1)):
        counters = kernels.counters_of(4, grid.bits)
        return kernels.look(numbers, 0, x.dtype, shape, 7, grid.ends(), counters, grid.bits)

    with (tmp_path / "x").open("rb") as file:
        if (moments := looked(x)) is not None:  # there are kernels
            assert moments.shape == (5, 3, 4)
            assert np.array_equal(moments, looked(file.fileno()))
        for shape in ((31, 1, 4, 1), (30, 1, 4, 2), (30, 2, 4, 1), (30, 0, 4, 1)):
            assert looked(x, shape) is None
            assert looked(file.fileno(), shape) is None
        for other in (np.repeat(x, 2, axis=0)[::2], x.astype(np.float32), x.astype(x.dtype.newbyteorder())):
            assert looked(other) is None
    assert looked(-1) is None
