"""Every layer's gradients against central differences in float64, and its output against its definition."""

import numpy as np
import pytest

from bncore.activations import ACTIVATIONS
from bncore.errors import BadParameter, ShapeMismatch
from bncore.network import Activate, BatchNorm, Convolution, GlobalAveragePooling, Linear, Residual
from bncore.numeric import differentiate
from tests.each import each


def drawn(*shape, seed=0):
    return np.random.default_rng([seed, *shape]).standard_normal(shape)


ROWS, IMAGES = (5, 3), (2, 3, 5, 4)
LAYERS = {
    "linear": (Linear(drawn(3, 4), drawn(4)), ROWS),
    "linear without bias": (Linear(drawn(3, 4)), ROWS),
    "pooling": (GlobalAveragePooling(), IMAGES),
    "convolution": (Convolution(drawn(2, 3, 3, 3), drawn(2)), IMAGES),
    "convolution, padded": (Convolution(drawn(2, 3, 3, 3), padding=1), IMAGES),
    "convolution, in steps": (Convolution(drawn(4, 3, 2, 3), drawn(4), stride=2, padding=1), IMAGES),
    "convolution, a point": (Convolution(drawn(2, 3, 1, 1)), IMAGES),
    "batch norm": (BatchNorm(drawn(3), drawn(3, seed=1), 0.1), ROWS),
    "batch norm beside the deviation": (BatchNorm(drawn(3), drawn(3, seed=1), 0.1, "deviation"), ROWS),
    "batch norm of channels": (BatchNorm(drawn(3), drawn(3, seed=1), 0.1), IMAGES),
    "residual": (Residual([Linear(drawn(3, 3)), Activate("tanh"), Linear(drawn(3, 3, seed=1))]), ROWS),
    "nested residuals": (Residual([Residual([Linear(drawn(3, 3))]), Activate("sigmoid")]), ROWS),
} | {f"activation {name}": (Activate(name), ROWS) for name in ACTIVATIONS}


def with_parameter(layer, name, values):
    """The layer with another value of one parameter."""
    return type(layer)(**{**vars(layer), name: values})


@each("name", LAYERS)
def test_the_gradients_are_those_of_central_differences(name):
    layer, shape = LAYERS[name]
    x = drawn(*shape, seed=7)
    step = layer.forward(x)
    dy = drawn(*step.y.shape, seed=8)
    pulled = step.pull(dy)

    def held_against(gradient, loss, at):
        numeric = differentiate(loss, at)
        error = np.abs(gradient - numeric.value.reshape(gradient.shape))
        assert (error <= numeric.bound.reshape(gradient.shape) + 1e-12).all()

    held_against(pulled.dx, lambda x: np.array((dy * layer.forward(x).y).sum()), x)
    assert list(pulled.gradients) == list(layer.parameters)
    for parameter, values in layer.parameters.items():
        held_against(
            pulled.gradients[parameter],
            lambda values, parameter=parameter: np.array(
                (dy * with_parameter(layer, parameter, values).forward(x).y).sum()
            ),
            values,
        )


@each("name", [name for name, (layer, _) in LAYERS.items() if not isinstance(layer, Residual)])
def test_float32_stays_float32_and_nothing_is_changed(name):
    layer, shape = LAYERS[name]
    for parameter, values in layer.parameters.items():
        layer = with_parameter(layer, parameter, values.astype(np.float32))
    x = drawn(*shape).astype(np.float32)
    kept = x.copy()
    step = layer.forward(x)
    pulled = step.pull(np.ones_like(step.y))
    arrays = [step.y, pulled.dx, *pulled.gradients.values()]
    assert {array.dtype for array in arrays} == {np.dtype(np.float32)}
    assert np.array_equal(x, kept)
    assert pulled.dx.shape == x.shape


@each(("stride", "padding", "kernel"), [(1, 0, 3), (1, 1, 3), (2, 1, 3), (3, 2, 2), (1, 0, 1)])
def test_a_convolution_is_the_sum_that_defines_it(stride, padding, kernel):
    x, weight, bias = drawn(2, 3, 6, 5), drawn(4, 3, kernel, kernel), drawn(4)
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    y = Convolution(weight, bias, stride, padding).forward(x).y
    high, wide = ((size + 2 * padding - kernel) // stride + 1 for size in (6, 5))
    assert y.shape == (2, 4, high, wide)
    for n, o, p, q in np.ndindex(y.shape):
        window = padded[n, :, p * stride : p * stride + kernel, q * stride : q * stride + kernel]
        assert y[n, o, p, q] == pytest.approx((window * weight[o]).sum() + bias[o], rel=1e-12, abs=1e-12)


def test_batch_norm_of_numbers_that_are_not_finite_is_not_a_number_all_through():
    x = drawn(*ROWS)
    x[2, 1] = np.inf
    step = BatchNorm(np.ones(3), np.zeros(3)).forward(x)
    pulled = step.pull(np.ones_like(x))
    assert np.isnan(step.y).all()
    assert np.isnan(pulled.dx).all()
    assert np.isnan(pulled.gradients["gamma"]).all()


def test_batch_norm_of_a_finite_batch_passes_a_diverged_gradient_on_as_not_a_number():
    pulled = BatchNorm(np.ones(3), np.zeros(3)).forward(drawn(*ROWS)).pull(np.full(ROWS, np.inf))
    assert np.isnan(pulled.dx).all()


def test_what_does_not_fit_is_refused_with_what_is_wanted():
    with pytest.raises(ShapeMismatch, match=r"takes \(N, 3, H, W\)"):
        Convolution(drawn(2, 3, 3, 3)).forward(drawn(2, 4, 5, 5))
    with pytest.raises(ShapeMismatch, match="too small"):
        Convolution(drawn(2, 3, 3, 3)).forward(drawn(2, 3, 2, 5))
    with pytest.raises(ShapeMismatch, match="same shape"):
        Residual([Linear(drawn(3, 4))]).forward(drawn(5, 3))
    with pytest.raises(BadParameter, match="choose one of identity, sigmoid"):
        Activate("swish")
