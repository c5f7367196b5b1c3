"""What must hold whatever the numbers: invariances, and where one norm is another."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import bncore
from bncore import norms
from bncore.norms import NORMS
from tests.bncore.norms.cases import settings
from tests.each import each

seeds = st.integers(0, 2**32 - 1)
shapes = st.sampled_from([(4, 6), (6, 6, 3), (2, 6, 2, 3), (8, 12, 1, 2)])
PER_EXAMPLE = [name for name, row in NORMS.items() if not row.batch]
OF_THE_BATCH = [name for name, row in NORMS.items() if row.batch]


def drawn(seed, shape):
    rng = np.random.default_rng(seed)
    return rng.normal(rng.normal(0, 3), rng.uniform(0.5, 4), shape), rng


def x_hat(x, norm, **given_):
    return norms.forward(x, norm, **given_).x_hat


@given(seeds, shapes)
def test_one_group_is_layer_norm_and_c_groups_are_instance_norm(seed, shape):
    x, _ = drawn(seed, shape)
    np.testing.assert_allclose(x_hat(x, "group", groups=1), x_hat(x, "layer"), atol=1e-12)
    np.testing.assert_allclose(x_hat(x, "group", groups=shape[1]), x_hat(x, "instance"), atol=1e-12)


@given(seeds, shapes)
def test_one_ghost_batch_is_batch_norm_and_ghosts_of_one_are_instance_norm(seed, shape):
    x, _ = drawn(seed, shape)
    np.testing.assert_allclose(x_hat(x, "ghost", ghost_size=shape[0]), x_hat(x, "batch"), atol=1e-12)
    np.testing.assert_allclose(x_hat(x, "ghost", ghost_size=1), x_hat(x, "instance"), atol=1e-12)


@given(seeds, shapes, st.sampled_from(list(bncore.EPS_PLACEMENTS)))
def test_batch_norm_of_the_table_is_batch_norm(seed, shape, placement):
    x, rng = drawn(seed, shape)
    dy = rng.normal(size=shape)
    gamma, beta = rng.normal(size=(2, shape[1]))
    ours = norms.forward(x, "batch", gamma, beta, eps_placement=placement)
    theirs = bncore.forward(x, gamma, beta, eps_placement=placement)
    for name in ("y", "x_hat", "mean", "var", "scale"):
        np.testing.assert_allclose(getattr(ours, name), getattr(theirs, name), atol=1e-12)
    gradients, truth = norms.backward(dy, ours), bncore.backward(dy, theirs)
    for name in ("dx", "dgamma", "dbeta"):
        np.testing.assert_allclose(getattr(gradients, name), getattr(truth, name), atol=1e-11)


@pytest.mark.parametrize("norm", PER_EXAMPLE)
@given(seed=seeds, shape=shapes)
def test_an_example_has_its_result_whatever_its_companions(norm, seed, shape):
    x, rng = drawn(seed, shape)
    given_ = settings(norm, shape)
    alone = norms.forward(x[:1], norm, **given_)
    among = norms.forward(x, norm, **given_)
    np.testing.assert_array_equal(among.y[:1], alone.y)
    order = rng.permutation(shape[0])
    np.testing.assert_array_equal(norms.forward(x[order], norm, **given_).y, among.y[order])


@each("norm", OF_THE_BATCH)
def test_in_the_others_an_example_depends_on_its_companions(norm):
    x, _ = drawn(0, (4, 6, 3))
    moved = x.copy()
    moved[1:] *= 30
    given_ = settings(norm, x.shape) | ({"r_max": 3, "d_max": 5} if norm == "renorm" else {})
    assert np.abs(x_hat(x, norm, **given_)[0] - x_hat(moved, norm, **given_)[0]).max() > 0.1


@pytest.mark.parametrize("norm", [name for name in NORMS if name not in ("rms", "renorm")])
@given(seed=seeds, shape=shapes, shift=st.floats(-100, 100), factor=st.floats(0.1, 10))
def test_scale_and_shift_of_everything_change_nothing_without_eps(norm, seed, shape, shift, factor):
    x, _ = drawn(seed, shape)
    given_ = settings(norm, shape) | {"eps": 0}
    result = norms.forward(x, norm, **given_)
    if result.count > 1:
        np.testing.assert_allclose(x_hat(x * factor + shift, norm, **given_), result.x_hat, atol=1e-9)


@given(seed=seeds, shape=shapes, factor=st.floats(0.1, 10), flip=st.booleans())
def test_rms_norm_ignores_scale_but_not_shift(seed, shape, factor, flip):
    x, _ = drawn(seed, shape)
    sign = -1 if flip else 1
    np.testing.assert_allclose(x_hat(x * factor * sign, "rms", eps=0), sign * x_hat(x, "rms", eps=0), atol=1e-12)
    assert np.abs(x_hat(x + 10 * np.abs(x).max(), "rms", eps=0) - x_hat(x, "rms", eps=0)).max() > 1e-3


@given(seed=seeds, shape=shapes)
def test_rms_norm_of_centred_examples_is_layer_norm(seed, shape):
    x, _ = drawn(seed, shape)
    x -= x.mean(axis=tuple(range(1, x.ndim)), keepdims=True)
    np.testing.assert_allclose(x_hat(x, "rms"), x_hat(x, "layer"), atol=1e-10)


@pytest.mark.parametrize("norm", [name for name in NORMS if name != "renorm"])
@given(seed=seeds, shape=shapes)
def test_the_cells_of_a_statistic_are_standardized(norm, seed, shape):
    x, _ = drawn(seed, shape)
    result = norms.forward(x, norm, eps=0, **settings(norm, shape))
    rows = result.arrangement.rows(result.x_hat)
    if result.count > 1:
        np.testing.assert_allclose(np.square(rows).mean(axis=1), 1, atol=1e-9)
        if norm != "rms":
            np.testing.assert_allclose(rows.mean(axis=1), 0, atol=1e-9)


@pytest.mark.parametrize("norm", NORMS)
@given(seed=seeds, shape=shapes)
def test_dx_is_orthogonal_to_what_the_norm_forgets(norm, seed, shape):
    x, rng = drawn(seed, shape)
    dy = rng.normal(size=shape)
    result = norms.forward(x, norm, eps=0, **settings(norm, shape))
    dx = norms.backward(dy, result).dx
    rows, values = result.arrangement.rows(dx), result.standardized.values
    size = np.abs(dy).max() / max(result.scale.min(), 1e-9) * result.count
    assert np.abs((rows * values).sum(axis=1)).max() <= 1e-9 * size
    if norm != "rms":
        assert np.abs(rows.sum(axis=1)).max() <= 1e-9 * size


@given(seed=seeds, shape=shapes)
def test_the_arrangement_goes_there_and_back(seed, shape):
    x, _ = drawn(seed, shape)
    for norm in NORMS:
        arrangement = norms.forward(x, norm, **settings(norm, shape)).arrangement
        np.testing.assert_array_equal(arrangement.whole(arrangement.rows(x)), x)
        assert np.bincount(arrangement.owners().ravel()).tolist() == [arrangement.count] * arrangement.statistics
