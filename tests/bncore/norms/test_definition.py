"""Each norm against its definition, written out cell by cell: the statistics, the values, who shares what."""

import numpy as np
import pytest

from bncore import norms
from bncore.norms import NORMS
from tests.bncore.norms.cases import PLACEMENTS, SHAPES, defined, drawn, over_axes, sets_of_cells, settings
from tests.each import each

every_norm = each("norm", NORMS)
every_shape = each("shape", SHAPES)


@every_norm
@every_shape
@each("placement", PLACEMENTS)
@each("eps", [0.0, 1e-5, 0.3])
def test_y_is_what_the_definition_gives(norm, shape, placement, eps):
    if eps == 0 and norm == "instance" and len(shape) == 2:
        eps = 1e-5
    x, _, gamma, beta = drawn(norm, shape)
    given = settings(norm, shape)
    result = norms.forward(x, norm, gamma, beta, eps=eps, eps_placement=placement, **given)
    truth = defined(norm, x, eps=eps, placement=placement, stats=given)
    np.testing.assert_allclose(result.x_hat, truth.astype(float), atol=1e-14)
    y = truth * over_axes(gamma, norm, shape) + (0 if beta is None else over_axes(beta, norm, shape))
    np.testing.assert_allclose(result.y, y.astype(float), atol=1e-14)


@every_norm
@every_shape
def test_the_cells_that_share_a_statistic_are_those_of_the_papers(norm, shape):
    x, *_ = drawn(norm, shape)
    result = norms.forward(x, norm, **settings(norm, shape))
    owners = result.arrangement.owners()
    sets = sets_of_cells(norm, shape)
    assert result.arrangement.statistics == len(sets) == owners.max() + 1
    for cells in sets:
        assert len({int(owners[cell]) for cell in cells}) == 1
        assert result.count == len(cells)
        number = int(owners[cells[0]])
        values = np.array([x[cell] for cell in cells])
        mean = 0.0 if result.mean is None else values.mean()
        assert result.var.ravel()[number] == pytest.approx(np.square(values - mean).mean(), abs=1e-13)
        if result.mean is not None:
            assert result.mean.ravel()[number] == pytest.approx(mean, abs=1e-13)


def test_statistics_have_the_shape_of_the_axes_that_are_kept():
    x = np.random.default_rng(0).normal(size=(4, 6, 2, 3))
    shapes = {norm: norms.forward(x, norm, **settings(norm, x.shape)).var.shape for norm in NORMS}
    assert shapes == {
        "batch": (6,), "layer": (4,), "instance": (4, 6), "group": (4, 3), "rms": (4,), "renorm": (6,), "ghost": (2, 6),
    }  # fmt: skip


@each("norm", ["layer", "rms"])
@each(("axis", "like"), [(1, (6, 2, 3)), (2, (2, 3)), (3, (3,)), (-1, (3,)), (-3, (6, 2, 3))])
def test_axis_is_the_first_axis_that_is_normalized_as_in_onnx(norm, axis, like):
    x = np.random.default_rng(0).normal(size=(4, 6, 2, 3))
    result = norms.forward(x, norm, axis=axis, eps=0)
    assert result.gamma.shape == like
    over = tuple(range(axis % 4, 4))
    mean = x.mean(axis=over, keepdims=True) if norm == "layer" else 0
    truth = (x - mean) / np.sqrt(np.square(x - mean).mean(axis=over, keepdims=True))
    np.testing.assert_allclose(result.x_hat, truth, atol=1e-13)


def test_group_norm_learns_a_value_a_channel_as_in_pytorch_and_onnx_21():
    x = np.random.default_rng(0).normal(size=(2, 4, 3))
    plain = norms.forward(x, "group", groups=2)
    scaled = norms.forward(x, "group", [1.0, 2.0, 3.0, 4.0], [0.0, 0.0, 0.0, 5.0], groups=2)
    for channel, (gamma, beta) in enumerate([(1, 0), (2, 0), (3, 0), (4, 5)]):
        np.testing.assert_allclose(scaled.y[:, channel], gamma * plain.x_hat[:, channel] + beta)


def test_a_table_made_by_hand():
    x = [[1.0, 3.0, 10.0, 30.0], [5.0, 5.0, 2.0, -2.0]]
    assert norms.forward(x, "group", groups=2, eps=0).y.tolist() == [[-1, 1, -1, 1], [0, 0, 1, -1]]
    assert norms.forward(x, "ghost", ghost_size=1, eps=0).y.tolist() == [[0, 0, 0, 0], [0, 0, 0, 0]]
    assert norms.forward(x, "batch", eps=0).y.tolist() == [[-1, -1, 1, 1], [1, 1, -1, -1]]
    of_rms = norms.forward([[1.0, 7.0]], "rms", eps=0)
    assert of_rms.var.tolist() == [25]
    np.testing.assert_allclose(of_rms.y, [[0.2, 1.4]])


@every_norm
@each("dtype", ["float16", "float32", "float64"])
def test_results_keep_the_dtype_and_are_rounded_once(norm, dtype):
    x, dy, gamma, beta = drawn(norm, (4, 6, 3))
    x = x.astype(dtype)
    result = norms.forward(x, norm, gamma, beta, **settings(norm, x.shape))
    wide = norms.forward(x.astype(float), norm, gamma, beta, **settings(norm, x.shape))
    assert result.y.dtype == result.x_hat.dtype == norms.backward(dy, result).dx.dtype == np.dtype(dtype)
    np.testing.assert_array_equal(result.y, wide.y.astype(dtype))
    assert result.var.dtype == np.float64


@every_norm
def test_inputs_stay_and_may_be_strided(norm):
    x, dy, gamma, beta = drawn(norm, (4, 6, 3))
    twice = np.repeat(x, 2, axis=0)
    view = twice[::2]
    view.flags.writeable = False
    result = norms.forward(view, norm, gamma, beta, **settings(norm, x.shape))
    np.testing.assert_array_equal(result.y, norms.forward(x, norm, gamma, beta, **settings(norm, x.shape)).y)
    before = dy.copy()
    first = norms.backward(dy, result).dx
    np.testing.assert_array_equal(norms.backward(dy, result).dx, first)
    np.testing.assert_array_equal(dy, before)


@each("norm", [norm for norm in NORMS if norm not in ("rms", "renorm")])
@each(("dtype", "ratio"), [("float32", 1e4), ("float64", 1e8)])
def test_the_error_does_not_grow_with_mean_over_deviation(norm, dtype, ratio):
    rng = np.random.default_rng(1)
    x = (rng.standard_normal((4, 6, 20)) + ratio).astype(dtype)
    result = norms.forward(x, norm, **settings(norm, x.shape))
    truth = defined(norm, x, eps=1e-5, placement="variance", stats={})
    error = np.abs(result.x_hat - truth).max() / np.abs(truth).max()
    assert error <= 4 * np.finfo(dtype).eps


def test_all_channels_have_other_means_and_layer_norm_still_keeps_its_digits():
    x = np.random.default_rng(0).standard_normal((3, 5, 40)) + 1e9
    result = norms.forward(x, "layer", eps=0)
    assert np.abs(result.x_hat.mean(axis=(1, 2))).max() < 1e-14
    np.testing.assert_allclose(result.x_hat.var(axis=(1, 2)), 1, rtol=1e-12)
