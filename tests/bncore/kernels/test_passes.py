"""The compiled passes against the NumPy reference: shapes, layouts, dtypes, threads, instruction sets, hard numbers."""

import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bncore
from bncore import backward, forward
from bncore.kernels import using
from bncore.kernels.loading import compiled
from tests.each import each, turns

MODULE, WHY = compiled()
SETS = MODULE.instruction_sets() if MODULE else ()
FUSE = {"avx2", "avx512", "neon"}
pytestmark = pytest.mark.skipif(MODULE is None, reason=f"NumPy alone: {WHY}")


@pytest.fixture(scope="module", autouse=True, params=["kept", "streamed"])
def written(request):
    """Results left in the caches, as of arrays of these sizes, and streamed past them, as of larger ones."""
    before = MODULE.keep(1 if request.param == "streamed" else 1e12)
    yield request.param
    MODULE.keep(before)


placements = st.sampled_from(list(bncore.EPS_PLACEMENTS))
SHAPES = [
    ((5, 3), 1), ((2, 700), 1), ((8, 40), 1), ((1, 3), 1), ((2, 3, 2, 2), 1), ((3, 2, 600), 2), ((300, 7), 1),
    ((3, 9), 1), ((4, 19), 1), ((43, 21), 1), ((16, 8, 1), 1), ((40, 600), 1), ((9, 1500), 1), ((17, 1), 1),
    ((1000, 128), 1), ((33, 130), 0), ((9, 4, 11, 13), 1), ((9, 11, 13, 4), 3), ((4, 3, 40, 41), 1),
    ((1, 2, 130, 130), 1), ((130, 5, 3, 2), 1), ((1, 3, 33), 1), ((16, 9, 8, 5), 1), ((2, 70, 13, 17), 1),
    ((128, 24), 1), ((100, 250), 1),
]  # fmt: skip
LARGE = [
    ((70_000, 3), 1), ((1_100, 70), 1), ((3, 4, 80, 80), 1), ((8, 60, 14, 14), 1), ((40, 3_000), 1), ((150_000,), 0),
    ((90_000, 2), 0),
]  # fmt: skip


def mild(rng, shape):
    return rng.standard_normal(shape)


def far(rng, shape):
    """|mean| / deviation of 1e6: float32 holds little more."""
    return 1e4 + 1e-2 * rng.standard_normal(shape)


def outlier(rng, shape):
    x = rng.standard_normal(shape)
    x.ravel()[rng.integers(x.size)] = 1e6
    return x


def constant(rng, shape):
    return np.full(shape, rng.standard_normal())


def subnormal(rng, shape):
    return rng.integers(-3, 4, shape) * 2.0**-149


KINDS = [mild, far, outlier, constant, subnormal]


def laid(x, layout):
    """The same numbers otherwise in memory."""
    if layout == "fortran":
        return np.asfortranarray(x)
    if layout == "strided":
        wide = np.zeros([2 * length + 1 for length in x.shape], x.dtype)
        view = wide[tuple(slice(None, 0, -2) for _ in x.shape)]
        view[...] = x
        return view
    if layout == "turned":
        return np.ascontiguousarray(x.T).T
    return x


def outcome(x, dy, gamma, beta, axis, y=None, dx=None, **how):
    """All that a forward and a backward pass give, by name."""
    of = forward(x, gamma, beta, feature_axis=axis, out=y, **how)
    gradients = backward(dy, of, out=dx)
    names = ("y", "mean", "var", "scale", "x_hat")
    return {name: getattr(of, name) for name in names} | {
        name: getattr(gradients, name) for name in ("dx", "dgamma", "dbeta")
    }


def batch(seed, kind, shape, axis, dtype):
    if len(shape) == 1:
        shape = (*shape, 1) if axis else (1, *shape)
    rng = np.random.default_rng(seed)
    x, dy = kind(rng, shape).astype(dtype), rng.standard_normal(shape).astype(dtype)
    gamma, beta = rng.standard_normal((2, shape[axis]))
    return x, dy, gamma, beta


def held_against(got, wanted, axis, x, dy, gamma):
    """In units in the last place of a feature's largest number, or of what a gradient is put together from.

    Both add up in float64, one place of float32 at most; but the reference adds up to 512 rows one by one.
    """
    axes = tuple(i for i in range(dy.ndim) if i != axis)
    slope = np.abs(gamma / np.where(wanted["scale"] > 0, wanted["scale"], 1))
    size = np.abs(dy).max(axes).astype(float)
    sums = dy.size // len(gamma) * size
    largest = {
        "y": np.abs(wanted["y"]).max(axes), "x_hat": np.abs(wanted["x_hat"]).max(axes), "dx": 4 * slope * size,
        "mean": np.abs(x).max(axes).astype(float), "var": wanted["var"], "scale": wanted["scale"],
        "dbeta": sums, "dgamma": sums * np.abs(wanted["x_hat"]).max(axes),
    }  # fmt: skip
    for name, value in wanted.items():
        unit = np.spacing(np.maximum(largest[name], np.finfo(value.dtype).tiny).astype(value.dtype))
        apart = np.abs(got[name].astype(float) - value)
        if value.ndim > 1:
            apart = apart.max(axes)
        ulps = (apart / unit.astype(float)).max()
        assert ulps <= (1 if value.dtype == np.float32 else 64 if value.ndim == 1 else 16), (
            f"{name} is {ulps} units off"
        )


def assert_same_bits(got, wanted):
    for name, value in wanted.items():
        np.testing.assert_array_equal(got[name], value, err_msg=name)


@given(
    st.sampled_from(SHAPES), st.sampled_from(KINDS), st.sampled_from(["float32", "float64"]),
    st.sampled_from(["c", "fortran", "strided", "turned"]), placements, st.integers(0, 2**32 - 1),
)  # fmt: skip
@settings(max_examples=40)
def test_kernels_give_what_the_reference_gives(case, kind, dtype, layout, eps_placement, seed):
    shape, axis = case
    x, dy, gamma, beta = batch(seed, kind, shape, axis, dtype)
    how = {"eps_placement": eps_placement, "eps": 1e-5}
    with using("numpy"):
        wanted = outcome(x, dy, gamma, beta, axis, **how)
    for instructions in SETS:
        with using(instructions):
            got = outcome(laid(x, layout), laid(dy, layout), gamma, beta, axis, **how)
        held_against(got, wanted, axis, x, dy, gamma)


@given(st.lists(st.integers(1, 9), min_size=2, max_size=5), st.data())
@settings(max_examples=30)
def test_any_small_shape_and_any_strides_have_the_digits_of_the_contiguous_copy(shape, data):
    axis = data.draw(st.integers(0, len(shape) - 1))
    order = data.draw(st.permutations(range(len(shape))))
    x, dy, gamma, beta = batch(1, mild, tuple(shape), axis, data.draw(st.sampled_from(["float32", "float64"])))
    turned = np.ascontiguousarray(x.transpose(order)).transpose(np.argsort(order))
    with using("auto"):
        plain = outcome(x, dy, gamma, beta, axis)
        assert_same_bits(outcome(turned, laid(dy, "strided"), gamma, beta, axis), plain)
    with using("numpy"):
        held_against(plain, outcome(x, dy, gamma, beta, axis), axis, x, dy, gamma)


@each(("shape", "axis"), LARGE)
@turns("kind", [mild, outlier])
def test_threads_change_no_bit_and_neither_do_instruction_sets_that_fuse(shape, axis, kind):
    x, dy, gamma, beta = batch(2, kind, shape, axis, "float32")
    axis %= x.ndim
    with using("numpy"):
        wanted = outcome(x, dy, gamma, beta, axis)
    alone = {}
    for instructions, threads in [(name, count) for name in SETS for count in (1, 2)] + [(SETS[-1], 7)]:
        with using(instructions, threads=threads):
            got = outcome(x, dy, gamma, beta, axis)
        same = alone.setdefault(instructions in FUSE, got)
        held_against(got, wanted, axis, x, dy, gamma)
        assert_same_bits(got, same)


@each("instructions", SETS)
def test_products_are_rounded_once_with_their_sum_where_the_instruction_set_fuses(instructions):
    """The square of 1 + 2^-30, less 1, has a last digit of 2^-60, which the square alone does not hold."""
    near = np.full((20, 3), 1 + 2.0**-30)
    running = {"mode": "inference", "running_mean": np.zeros(3), "running_var": np.ones(3)}
    with using(instructions):
        y = forward(near, near[0], -np.ones(3), eps=0, **running).y
    assert (y == 2.0**-29 + (2.0**-60 if instructions in FUSE else 0)).all()


@pytest.mark.parametrize("written", ["streamed"], indirect=True, scope="module")
@each(("shape", "axis"), SHAPES + LARGE)
@turns("dtype", ["float32", "float64"])
def test_what_is_streamed_has_the_bits_of_what_is_not(shape, axis, dtype):
    x, dy, gamma, beta = batch(7, mild, shape, axis, dtype)
    for instructions in SETS:
        with using(instructions, threads=2):
            got = outcome(x, dy, gamma, beta, axis % x.ndim)
            before = MODULE.keep(1e12)
            wanted = outcome(x, dy, gamma, beta, axis % x.ndim)
            MODULE.keep(before)
        assert_same_bits(got, wanted)


@pytest.mark.skipif("sse2" not in SETS, reason="results are streamed on x86-64 alone")
def test_what_is_streamed_is_there_before_another_thread_is_told():
    """A store fence, SFENCE, behind the streamed tiles of each instruction set, dtype and pass that writes."""
    assert Path(MODULE.__file__).read_bytes().count(b"\x0f\xae\xf8") >= 2 * 3 * 2


@each("shape", [(60, 5), (60, 9), (8, 9), (7, 3)])
@each(
    ("of_x", "of_gamma", "of_dy"),
    [(1e140, 1e-170, 1), (1e-140, 1, 1e-180), (1e150, 1, 1e-5), (1e150, 1, 1e-10), (1, 1, 1e-290)],
)
def test_products_that_float64_does_not_hold_lose_nothing(of_x, of_gamma, of_dy, shape):
    """What the kernels put together before they look at a number: factor gamma, dy (x - mean), the slope's products."""
    x, dy, gamma, beta = batch(8, mild, shape, 1, "float64")
    given = x * of_x, dy * of_dy, gamma * of_gamma, beta * 0, 1
    with using("numpy"):
        wanted = outcome(*given, eps=0)
    with using("auto"):
        got = outcome(*given, eps=0)
    for name, value in wanted.items():
        largest = np.abs(value).max()
        assert largest > 0
        np.testing.assert_allclose(got[name], value, rtol=0, atol=1e-14 * largest, err_msg=name)


@each("backend", ["auto", "numpy"])
def test_float16_is_computed_in_float64_and_rounded_once(backend):
    x, dy, gamma, beta = batch(10, mild, (4_000, 5), 1, "float16")
    with using(backend):
        got, wide = (outcome(*(a.astype(kind) for a in (x, dy)), gamma, beta, 1) for kind in ("float16", "float64"))
    for name, value in wide.items():
        rounded = value.astype(np.float16) if got[name].dtype == np.float16 else value
        assert got[name].dtype == (np.float16 if value.ndim > 1 else np.float64)
        within = 0 if got[name].dtype == np.float16 else 1e-13 * np.abs(value).max()
        np.testing.assert_allclose(got[name].astype(float), rounded.astype(float), rtol=0, atol=within, err_msg=name)


def test_python_threads_at_once_give_the_same():
    x, dy, gamma, beta = batch(3, mild, (1_100, 70), 1, "float64")
    results = []
    with using("auto", threads=2):
        wanted = outcome(x, dy, gamma, beta, 1)
        threads = [
            threading.Thread(target=lambda: results.extend(outcome(x, dy, gamma, beta, 1) for _ in range(4)))
            for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(results) == 16
    for result in results:
        assert_same_bits(result, wanted)


@each("mode", bncore.MODES)
@each("layout", ["c", "fortran", "strided"])
def test_results_are_written_to_arrays_of_any_strides(layout, mode):
    x, dy, gamma, beta = batch(4, mild, (30, 4, 5, 6), 1, "float32")
    running = {"running_mean": np.zeros(4), "running_var": np.ones(4), "mode": mode}
    y, dx = (laid(np.zeros_like(x), layout) for _ in range(2))
    with using("auto"):
        plain = forward(x, gamma, beta, **running)
        given = forward(x, gamma, beta, **running, out=y)
        gradients = backward(dy, given, out=dx)
        np.testing.assert_array_equal(gradients.dx, backward(dy, plain).dx)
    assert given.y is y
    assert gradients.dx is dx
    np.testing.assert_array_equal(y, plain.y)


@each("value", [np.nan, np.inf, -np.inf])
@each("backend", ["auto", "numpy"])
def test_what_is_not_finite_is_refused_by_its_place(backend, value):
    x, dy, *_ = batch(5, mild, (50, 40), 1, "float64")
    with using(backend):
        of = forward(x)
        x, dy = x.copy(), dy.copy()
        x[31, 7] = dy[2, 3] = value
        with pytest.raises(bncore.NonFiniteInput) as refused:
            forward(x)
        with pytest.raises(bncore.NonFiniteInput) as refused_dy:
            backward(dy, of)
    assert (refused.value.index, refused_dy.value.index) == ((31, 7), (2, 3))


@each("backend", ["auto", "numpy"])
def test_what_is_too_large_for_float32_is_infinite_and_warned_of(backend):
    x, dy, *_ = batch(6, mild, (50, 40), 1, "float32")
    with using(backend), pytest.warns(RuntimeWarning, match="overflow"):
        y = forward(x, np.full(40, 1e39)).y
    assert np.isinf(y).any()
    with using(backend), pytest.warns(RuntimeWarning, match="overflow"):
        dx = backward(dy, forward(x / 1e20, np.full(40, 1e30), eps=0)).dx
    assert np.isinf(dx).any()
