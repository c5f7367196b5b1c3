"""A pass in one call, of arrays as usually given: what it gives, what it leaves to Python, whose memory it is."""

import os
import subprocess
import sys
from dataclasses import FrozenInstanceError
from pathlib import Path

import numpy as np
import pytest

import bncore
from bncore import backward, forward
from bncore.batch_norm import Forward
from bncore.gradient import Gradients
from bncore.kernels import in_force, using
from bncore.kernels.loading import compiled
from tests.bncore.kernels.test_passes import SETS, SHAPES, assert_same_bits, batch, far, laid, mild, outcome
from tests.each import each

MODULE, WHY = compiled()
ROOT = Path(__file__).parents[3]
pytestmark = pytest.mark.skipif(MODULE is None, reason=f"NumPy alone: {WHY}")
THE_LONG_WAY = "-train".removeprefix("-")  # equal to the name, and not the same text
X = np.arange(40, dtype=np.float32).reshape(10, 4) ** 2
READ_ONLY = np.zeros_like(X)
READ_ONLY.flags.writeable = False


def forward_whole(x, gamma, beta, axis, eps, placement, out):
    return in_force.forward_whole(Forward, x, gamma, beta, axis, eps, placement, out)


def backward_whole(dy, x, memory, axis, eps, placement, out, of=None):
    return in_force.backward_whole(Gradients, dy, of, x, memory, axis, eps, placement, out)


def given(**other):
    """What `forward_whole` takes, and is usually given."""
    return {"x": X, "gamma": None, "beta": None, "axis": 1, "eps": 1e-5, "placement": "variance", "out": None} | other


def given_back(**other):
    usual = given()
    names = {"dy": usual["x"] * 0.5, "memory": forward_whole(**usual).memory}
    return {name: usual[name] for name in ("x", "axis", "eps", "placement", "out")} | names | other


class OfItsOwn(np.ndarray):
    """An array of another type."""


@each("layout,dtype,eps_placement", [
    ("c", "float32", "variance"), ("c", "float64", "deviation"), ("fortran", "float64", "variance"),
    ("strided", "float32", "deviation"), ("turned", "float32", "variance"),
])  # fmt: skip
@each("case", SHAPES)
def test_the_one_call_has_the_bits_of_the_long_way(case, layout, dtype, eps_placement):
    shape, axis = case
    x, dy, gamma, beta = batch(11, far if dtype == "float64" else mild, shape, axis, dtype)
    x, dy = laid(x, layout), laid(dy, layout)
    for instructions in (SETS[0], SETS[-1]):
        with using(instructions, threads=2):
            of = forward_whole(x, gamma, beta, axis, 1e-5, eps_placement, None)
            alone = x.size == x.shape[axis]  # a variance of 0, which Python looks at
            assert (of is None) == alone
            assert alone or backward_whole(dy, x, of.memory, axis, 1e-5, eps_placement, None) is not None
            got = outcome(x, dy, gamma, beta, axis, eps_placement=eps_placement)
            assert_same_bits(got, outcome(x, dy, gamma, beta, axis, eps_placement=eps_placement, mode=THE_LONG_WAY))


@each("how", [{}, {"momentum": None, "num_batches_tracked": 3}, {"momentum": 0.3, "running_variance": "biased"}])
def test_running_statistics_move_as_the_long_way_moves_them(how):
    x, _, gamma, beta = batch(15, mild, (40, 6), 1, "float32")
    how = how | {"running_mean": np.arange(6), "running_var": np.full(6, 2.0)}
    with using("auto"):
        one, other = forward(x, gamma, beta, **how), forward(x, gamma, beta, **how, mode=THE_LONG_WAY)
        assert isinstance(other.memory, np.ndarray) > isinstance(one.memory, np.ndarray)
        for name in ("y", "running_mean", "running_var", "mean", "var"):
            np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
        with pytest.raises(bncore.BadParameter, match="running_var is missing"):
            forward(x, running_mean=np.zeros(6))


def test_out_stays_where_running_statistics_or_parameters_are_refused():
    out = np.zeros_like(X)
    with using("auto"):
        with pytest.raises(bncore.ShapeMismatch):
            forward(X, running_mean=np.zeros(3), running_var=np.ones(3), out=out)
        with pytest.raises(bncore.NonFiniteInput):
            forward(X, gamma=np.array([1, 2, np.inf, 4], np.float32), out=out)
    assert not out.any()


def test_the_one_call_makes_what_python_makes():
    x, dy, gamma, beta = batch(16, mild, (30, 5), 1, "float32")
    with using("auto"):
        one, other = (forward(x, gamma, beta, feature_axis=-1, mode=mode) for mode in ("train", THE_LONG_WAY))
        back, long = backward(dy, one), backward(dy, other)
        assert type(one) is type(other) is Forward
        assert type(back) is type(long) is Gradients
        assert vars(one).keys() == vars(other).keys() - {"mode", "running", "careful", "table", "layout"}
        assert (one.x is x, one.axis, one.eps, one.eps_placement) == (True, -1, 1e-5, "variance")
        assert (back.dy is dy, back.forward is one, one.mode, one.running) == (True, True, "train", None)
        with pytest.raises(FrozenInstanceError):
            one.y = x


def test_an_array_of_another_dtype_object_is_read_by_the_array_interface():
    named = np.dtype(np.float32, metadata={"unit": "cm"})
    x = X.astype(named)
    with using("auto"):
        assert x.dtype is named
        assert forward_whole(**given(x=x, gamma=np.ones(4, named))) is not None
        np.testing.assert_array_equal(forward(x).y, forward(X).y)


@each("axis", [1, -1, -2])
def test_axes_are_counted_from_both_ends(axis):
    x, dy, *_ = batch(12, mild, (20, 30), 1, "float32")
    with using("auto"):
        whole, turned = forward(x, feature_axis=axis), forward(np.moveaxis(x, axis, 1))
        assert whole.feature_axis == axis % 2
        np.testing.assert_array_equal(np.moveaxis(whole.y, axis, 1), turned.y)
        np.testing.assert_allclose(whole.mean, turned.mean, rtol=1e-12, atol=1e-12)
        assert backward(dy, whole).dgamma.shape == (x.shape[axis],)


UNUSUAL = [
    {"x": X.tolist()}, {"x": X.astype(np.float16)}, {"x": X.astype(">f4")}, {"x": X.view(OfItsOwn)},
    {"x": X[0]}, {"x": X[:0]}, {"x": X.astype(complex)}, {"x": np.ma.masked_array(X)}, {"axis": 2}, {"axis": -3},
    {"axis": True}, {"axis": 1.0}, {"axis": 2**80}, {"eps": 0.0}, {"eps": 1}, {"eps": np.float64(1e-5)}, {"eps": -1.0},
    {"eps": np.nan}, {"eps": np.inf}, {"eps": 1e-310}, {"placement": "beside"}, {"placement": None},
    {"gamma": [1.0, 2, 3, 4]}, {"gamma": np.ones(4, int)}, {"gamma": np.ones(3)}, {"beta": np.ones((1, 4))},
    {"beta": np.full(4, np.nan)}, {"beta": 1.0}, {"out": X}, {"out": X[::-1]}, {"out": READ_ONLY},
    {"out": np.zeros(X.shape)}, {"out": np.zeros_like(X[1:])}, {"out": np.zeros_like(X).view(OfItsOwn)}, {"out": []},
]  # fmt: skip


@each("other", UNUSUAL)
def test_what_is_not_as_usual_is_left_to_python_and_nothing_is_written(other):
    with using("auto"):
        before, one = X.copy(), given(**other)
        assert forward_whole(**one) is None
        np.testing.assert_array_equal(before, X)
        assert not READ_ONLY.any()


def said_of(one, backend):
    """What `forward` gives or refuses, in words."""
    names = {"axis": "feature_axis", "placement": "eps_placement"}
    with using(backend):
        try:
            result = forward(**{names.get(name, name): value for name, value in one.items()})
        except bncore.BatchNormError as error:
            return type(error), error.parameter, str(error)
        return type(result.y), result.y.dtype, result.y.shape


@each("other", [case for case in UNUSUAL if "out" not in case or case["out"] is not X])
def test_both_ways_refuse_the_same_by_the_same_words(other):
    with np.errstate(invalid="ignore"):
        assert said_of(given(**other), "auto") == said_of(given(**other), "numpy")


@each("other", [
    {"dy": X[0]}, {"dy": X[:9]}, {"dy": X.astype(np.float64)}, {"dy": X.tolist()}, {"eps": 1},
    {"memory": np.ones((7, 4))}, {"memory": bytearray(224)}, {"x": X[:, :3]}, {"out": X}, {"out": X.astype(float)},
    {"axis": 5}, {"placement": "no"},
])  # fmt: skip
def test_a_way_back_that_is_not_as_usual_is_left_to_python(other):
    with using("auto"):
        assert backward_whole(**given_back()) is not None
        assert backward_whole(**given_back(**other)) is None


def test_a_table_of_fewer_features_is_not_read():
    with using("auto"):
        memory = forward_whole(**given(x=X[:, :1].copy())).memory
        wide = np.ones((20, 60), np.float32)
        assert backward_whole(**given_back(dy=wide, x=wide, memory=memory)) is None


def test_what_is_not_finite_is_found_and_named():
    x = X.copy()
    x[3, 2] = np.nan
    with using("auto"):
        assert forward_whole(**given(x=x)) is None
        with pytest.raises(bncore.NonFiniteInput, match=r"x\[3, 2\]"):
            forward(x)


@each("shape", [(8, 9), (5, 2, 1), (7, 3)])
def test_a_few_numbers_that_epsilon_dwarfs_lose_nothing(shape):
    """x_hat squared is nothing in float64 there, and x_hat is not."""
    x, dy, gamma, beta = batch(18, mild, shape, 1, "float64")
    given = x * 2.0**-495, dy, gamma, beta, 1
    with using("numpy"):
        wanted = outcome(*given, eps=1e250)
    with using("auto"):
        got = outcome(*given, eps=1e250)
    assert np.abs(wanted["x_hat"]).max() < 1e-170
    for name in ("x_hat", "dx", "dgamma"):
        largest = np.abs(wanted[name]).max()
        assert largest > 0
        np.testing.assert_allclose(got[name], wanted[name], rtol=0, atol=1e-14 * largest, err_msg=name)


@each("shape", [(20, 9), (6, 9), (6, 3)])
def test_a_constant_feature_is_told_of_small_batches_too(shape):
    x, _, gamma, beta = batch(19, mild, shape, 1, "float32")
    x[:, 1] = 0.1
    with using("auto"):
        assert [flag.name for flag in forward(x, gamma, beta).flags] == ["constant_feature"]


@each("dtype", ["float32", "float64", "int64"])
def test_parameters_are_read_from_any_strides_and_dtypes(dtype):
    x, *_ = batch(9, mild, (60, 5), 1, "float32")
    gamma = np.arange(1, 11).astype(dtype)[::-2]
    with using("auto"):
        y = forward(x, gamma, gamma).y
        np.testing.assert_array_equal(forward(x, list(map(float, gamma)), [10.0, 8, 6, 4, 2]).y, y)


@each("shape", [(20, 8), (300, 200), (1200, 700)])
def test_the_memory_of_a_result_is_its_own_until_its_last_view_is_gone(shape):
    x, dy, *_ = batch(13, mild, shape, 1, "float32")
    with using("auto"):
        of = forward(x)
        row, mean, dgamma = of.y[3:4], of.mean, backward(dy, of).dgamma
        before = [array.copy() for array in (row, mean, dgamma)]
        del of
        others = [backward(dy * i, forward(x * i)) for i in range(2, 6)]
        for array, value in zip((row, mean, dgamma), before, strict=True):
            np.testing.assert_array_equal(array, value)
        places = {array.ctypes.data for of in others for array in (of.dx, of.forward.y)}
        assert len(places) == 8
        assert all(place % 64 == 0 for place in places)


@each("at", [0, 5, 700])
def test_a_result_begins_in_a_page_where_x_does_at_a_line_of_the_cache(at):
    x = batch(15, mild, (60_000 + at,), 0, "float32")[0].ravel()[at:].reshape(300, 200)
    with using("auto"):
        of = forward(x)
        for result in (of.y, backward(x.copy(), of).dx):
            assert result.ctypes.data % 4096 == x.ctypes.data % 4096 // 64 * 64


def test_memory_that_was_given_back_is_that_of_the_next_result():
    x, *_ = batch(14, mild, (300, 200), 1, "float32")
    with using("auto"):
        place = forward(x).y.ctypes.data
        assert forward(x).y.ctypes.data == place


KEEPS = """
import numpy as np, os
from bncore import forward
def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE") / 1e6
x = np.ones((1000, 1000), np.float32) * np.arange(1000, dtype=np.float32)[:, None]
forward(x)
before = resident()
results = [forward(x) for _ in range(20)]
held = resident() - before
del results
print(int(held), int(resident() - before))
"""


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="none says what memory a process takes")
def test_few_results_that_are_gone_are_kept():
    asan = {"ASAN_OPTIONS": "detect_leaks=0:quarantine_size_mb=0"}  # which keeps what is freed
    environment = os.environ | {"BNSCOPE_BACKEND": "auto"} | asan
    command = [sys.executable, "-c", KEEPS]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=environment)
    held, left = map(int, done.stdout.split())
    assert held > 70, done.stderr
    assert left < 40
