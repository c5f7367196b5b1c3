"""What less exact arithmetic makes of a mean and a variance: as much as theory says, and no processor's own result."""

import ml_dtypes
import numpy as np

from bncore.doctor.precision import ARITHMETICS, moments_in, to_bfloat16, to_float16
from tests.each import each

UNITS = {"squares": 2.0**-24, "float16": 2.0**-11, "bfloat16": 2.0**-8}


def rows(mean, seed=0):
    return np.random.default_rng(seed).standard_normal((200, 4)) + mean


def test_exactly_they_are_numpys():
    x = rows(1e6)
    mean, var = moments_in("exact", x)
    np.testing.assert_allclose(mean, x.mean(0), rtol=1e-14)
    np.testing.assert_allclose(var, x.var(0), rtol=1e-12)


@each("name", UNITS)
def test_near_0_they_are_right_to_a_percent(name):
    mean, var = moments_in(name, rows(0.5))
    right = moments_in("exact", rows(0.5))
    np.testing.assert_allclose(mean, right[0], rtol=0.02)
    np.testing.assert_allclose(var, right[1], rtol=0.01)


def test_squares_lose_the_variance_with_the_square_of_the_distance_and_the_others_with_the_distance():
    for name, power in (("squares", 2), ("float16", 1), ("bfloat16", 1)):
        far = UNITS[name] ** (-1 / power)  # deviations at which as much is lost as there is
        for share, lost in ((0.01, False), (20.0, True)):
            x = rows(share ** (1 / power) * far)
            off = np.abs(moments_in(name, x)[1] - moments_in("exact", x)[1]).max()
            assert (off > 0.5) == lost, (name, share, off)


def test_squares_may_be_negative_and_float16_infinite():
    assert (moments_in("squares", rows(1e5))[1] != 0).any()
    assert min(moments_in("squares", rows(1e5, seed))[1].min() for seed in range(8)) < 0
    assert not np.isfinite(moments_in("float16", rows(1e5))[0]).any()
    assert np.isfinite(moments_in("bfloat16", rows(1e5))[0]).all()


def test_bfloat16_is_that_of_ml_dtypes_and_float16_numpys():
    values = (np.random.default_rng(0).standard_normal(1000) * 10.0 ** np.arange(-20, 20).repeat(25)).astype(np.float32)
    values = np.concatenate([values, 1 + np.arange(512, dtype=np.float32) / 512])  # half of these are between two
    np.testing.assert_array_equal(to_bfloat16(values), values.astype(ml_dtypes.bfloat16).astype(np.float32))
    with np.errstate(over="ignore"):
        np.testing.assert_array_equal(to_float16(values), values.astype(np.float16).astype(np.float32))


@each("name", ARITHMETICS)
def test_rows_that_lie_otherwise_in_memory_have_the_same_result(name):
    x = rows(3.0)
    for other in (np.asfortranarray(x), x[::1, ::-1][:, ::-1]):
        np.testing.assert_array_equal(moments_in(name, x), moments_in(name, other))
