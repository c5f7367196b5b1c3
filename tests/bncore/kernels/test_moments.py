"""The compiled moments, taken in one pass about what was near before: where that is near, and where it is not."""

import numpy as np
import pytest

from bncore.errors import VarianceOverflow
from bncore.kernels import moments_rows, using
from bncore.kernels.loading import compiled
from bncore.statistics import statistics
from tests.each import each

MODULE, WHY = compiled()
SETS = MODULE.instruction_sets() if MODULE else ()
ROWS, FEATURES = 3_000, 50  # some tiles
pytestmark = pytest.mark.skipif(MODULE is None, reason=f"NumPy alone: {WHY}")


def noise():
    return np.random.default_rng(0).standard_normal((ROWS, FEATURES))


def drifting():
    """Every row is further from the first than the deviation of a whole tile."""
    return noise() + 1e4 * np.arange(ROWS)[:, np.newaxis]


def stepping():
    """Constant on and on, and then another constant: the tiles' means are exact, what lies between them is not."""
    return np.repeat([3.0, -7.5, 1e6], ROWS // 3)[:, np.newaxis] + np.zeros(FEATURES)


def outlying(*places):
    """One number of a feature a million deviations off."""
    x = noise()
    x[list(places), 7] = 1e6
    return x


def ending():
    """Nothing but the last number is not the first."""
    x = np.full((ROWS, FEATURES), 0.1)
    x[-1] = 0.2
    return x


def images(x):
    """The same numbers of each feature, in few rows."""
    return np.ascontiguousarray(x.reshape(8, -1, FEATURES).transpose(0, 2, 1))


def few(x):
    """A small batch: the first and the last rows."""
    return np.concatenate([x[:60], x[-60:]])


CASES = {
    "drifting": drifting, "stepping": stepping, "first": lambda: outlying(0), "sampled": lambda: outlying(5),
    "several": lambda: outlying(0, 1, 2), "later": lambda: outlying(2_500), "ending": ending,
    "far": lambda: 1e4 + 1e-2 * noise(), "sorted": lambda: np.sort(noise(), axis=0),
}  # fmt: skip


@each("dtype", ["float32", "float64"])
@each("name", CASES)
def test_whatever_the_first_numbers_are_mean_and_variance_have_their_digits(dtype, name):
    """Of features, in tiles of rows, as positions of a few rows, and of a small batch; and of the same numbers as rows
    of their own."""
    x = CASES[name]().astype(dtype)
    held_to_its_digits(x, statistics, lambda x: statistics(images(x)))
    held_to_its_digits(few(x), statistics)


def held_to_its_digits(x, *ways):
    wide = x.astype(np.longdouble)
    mean = wide.mean(0)
    mean += (wide - mean).mean(0)
    var = np.square(wide - mean).mean(0)
    for instructions in SETS:
        with using(instructions):
            of_rows = moments_rows(np.ascontiguousarray(x.T))
            of_features = [way(x) for way in ways]
        of_each = ((one.mean, one.var, one.mean_rest) for one in of_features)
        for got, got_var, rest in (*of_each, of_rows):
            apart = np.abs(got.astype(np.longdouble) + rest - mean)
            assert (apart <= 1e-14 * np.sqrt(var)).all(), instructions
            np.testing.assert_allclose(got_var, var.astype(float), rtol=2e-14, err_msg=instructions)


@each("dtype", ["float32", "float64"])
@each("value", [0.1, -1e30, 7.0, 3e-40])
def test_a_constant_feature_has_no_variance_whatever_its_neighbours_do(dtype, value):
    x = outlying(0).astype(dtype)
    x[:, 3] = value
    for instructions in SETS:
        with using(instructions):
            for got in (statistics(x), statistics(images(x)), statistics(few(x))):
                assert (got.mean[3], got.mean_rest[3], got.var[3]) == (x[0, 3], 0, 0)


@each("shape", [(20, 9), (300, 9)])
def test_a_variance_that_float64_does_not_hold_is_refused(shape):
    x = 1e200 * np.random.default_rng(1).standard_normal(shape)
    for backend in (*SETS, "numpy"):
        with using(backend), pytest.raises(VarianceOverflow):
            statistics(x)
