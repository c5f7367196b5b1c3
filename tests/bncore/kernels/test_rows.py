"""Layer, group, instance and RMS norm by the compiled passes over rows, against the NumPy reference."""

from math import prod

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bncore
from bncore import norms
from bncore.kernels import using
from bncore.kernels.loading import compiled
from bncore.norms.compiled import FEW
from tests.bncore.kernels.test_passes import FUSE, KINDS, SETS, assert_same_bits, far, laid, mild
from tests.each import each

MODULE, WHY = compiled()
pytestmark = pytest.mark.skipif(MODULE is None, reason=f"NumPy alone: {WHY}")

NORMS = {"layer": {}, "rms": {}, "instance": {}, "group": {"groups": 3}}
SHAPES = [(4, 9), (3, 45), (2, 96), (5, 3, 1), (3, 6, 33), (2, 6, 7, 5), (1, 3, 150, 120)]
LARGE = [(300, 300), (40, 6, 30, 31), (2, 3, 160, 140)]


def outcome(x, dy, norm, how, gamma=None, beta=None):
    """All that both passes give, by name; of a mean where there is one."""
    result = norms.forward(x, norm, gamma, beta, **NORMS[norm], **how)
    gradients = norms.backward(dy, result)
    of = {name: getattr(result, name) for name in ("y", "x_hat", "mean", "var", "scale")}
    of |= {name: getattr(gradients, name) for name in ("dx", "dgamma", "dbeta")}
    return {name: value for name, value in of.items() if value is not None}


def drawn(seed, kind, shape, norm, dtype):
    rng = np.random.default_rng(seed)
    x, dy = kind(rng, shape).astype(dtype), rng.standard_normal(shape).astype(dtype)
    of = (shape[1],) if norm in ("instance", "group") else shape[1:]
    gamma, beta = rng.standard_normal((2, *of))
    return x, dy, gamma, None if norm == "rms" else beta


def held_against(got, wanted, x, dy, gamma):
    """In units in the last place of what a number is put together from; both add up in float64."""
    small = np.where(wanted["scale"] > 0, wanted["scale"], np.inf).min()
    sums = np.abs(dy).max().astype(float) * dy.size / gamma.size
    largest = {
        "dx": 4 * np.abs(gamma).max() * np.abs(dy).max() / small, "mean": np.abs(x).max(), "dbeta": sums,
        "dgamma": sums * np.abs(wanted["x_hat"]).max(),
    }  # fmt: skip
    for name, value in wanted.items():
        unit = np.spacing(np.array(max(float(largest.get(name, np.abs(value).max())), 1e-300), value.dtype))
        ulps = np.abs(got[name].astype(float) - value).max() / float(unit)
        assert ulps <= (1 if value.dtype == np.float32 else 64), f"{name} is {ulps} units off"


@given(
    st.sampled_from(SHAPES), st.sampled_from(KINDS), st.sampled_from(list(NORMS)),
    st.sampled_from(["float32", "float64"]), st.sampled_from(["c", "fortran", "strided"]),
    st.sampled_from(list(bncore.EPS_PLACEMENTS)), st.integers(0, 2**32 - 1),
)  # fmt: skip
@settings(max_examples=60)
def test_rows_give_what_the_reference_gives(shape, kind, norm, dtype, layout, eps_placement, seed):
    x, dy, gamma, beta = drawn(seed, kind, shape, norm, dtype)
    how = {"eps_placement": eps_placement}
    with using("numpy"):
        wanted = outcome(x, dy, norm, how, gamma, beta)
    for instructions in SETS:
        with using(instructions):
            plain = outcome(x, dy, norm, how, gamma, beta)
            result = norms.forward(x, norm, gamma, beta, **NORMS[norm], **how)
            if result.taken.by_rows and result.count > FEW:
                assert_same_bits(outcome(laid(x, layout), laid(dy, layout), norm, how, gamma, beta), plain)
        held_against(plain, wanted, x, dy, gamma)


@each("kind", [mild, far])
@each("norm", NORMS)
@each("shape", LARGE)
def test_threads_change_no_bit_and_neither_do_instruction_sets_that_fuse(shape, norm, kind):
    x, dy, gamma, beta = drawn(1, kind, shape, norm, "float32")
    with using("numpy"):
        wanted = outcome(x, dy, norm, {}, gamma, beta)
    alone = {}
    for instructions, threads in [(name, count) for name in SETS for count in (1, 2)] + [(SETS[-1], 5)]:
        with using(instructions, threads=threads):
            got = outcome(x, dy, norm, {}, gamma, beta)
        same = alone.setdefault(instructions in FUSE, got)
        held_against(got, wanted, x, dy, gamma)
        assert_same_bits(got, same)


@each("norm", NORMS)
def test_the_kernels_serve_rows_and_leave_odd_ones_to_the_reference(norm):
    x, dy, gamma, beta = drawn(2, mild, (2, 6, 7, 5), norm, "float32")
    with using("auto"):
        result = norms.forward(x, norm, gamma, beta, **NORMS[norm])
        assert result.taken.by_rows is not None
        assert result.y.size == prod(x.shape)
        assert norms.forward(x * 0, norm, gamma, beta, **NORMS[norm]).taken.by_rows is None
        x[1, 2, 3, 4] = dy[0, 1, 2, 3] = np.nan
        with pytest.raises(bncore.NonFiniteInput) as of_x:
            norms.forward(x, norm, gamma, beta, **NORMS[norm])
        with pytest.raises(bncore.NonFiniteInput) as of_dy:
            norms.backward(dy, result)
    assert (of_x.value.index, of_dy.value.index) == ((1, 2, 3, 4), (0, 1, 2, 3))


@each(("of_x", "of_dy"), [(1e140, 1e-20), (1e140, 1e-60), (1e-140, 1)])
def test_products_of_a_row_that_float64_does_not_hold_lose_nothing(of_x, of_dy):
    """slope factor^2, which the kernels put together before they look at a number."""
    x, dy, gamma, beta = drawn(3, mild, (4, 60), "layer", "float64")
    given = x * of_x, dy * of_dy, "layer", {"eps": 0}, gamma, beta
    with using("numpy"):
        wanted = outcome(*given)
    with using("auto"):
        got = outcome(*given)
    for name, value in wanted.items():
        np.testing.assert_allclose(got[name], value, rtol=0, atol=1e-14 * np.abs(value).max(), err_msg=name)
