"""Products, convolutions and pooling are what the layers of bncore.network are, in arrays of their own."""

import numpy as np
import pytest

from bncore.network import Convolution as Layer
from bncore.network import GlobalAveragePooling, Linear
from bncore.training.parts.convolution import Convolution
from bncore.training.parts.linear import Product
from bncore.training.parts.pooling import Pooling

RNG = np.random.default_rng(0)
WEIGHT, BIAS = RNG.normal(size=(5, 3)), RNG.normal(size=3)
KERNEL, KERNEL_BIAS = RNG.normal(size=(3, 3, 2, 4)), RNG.normal(size=4)


def first(values):
    """(N, H, W, C) as (N, C, H, W), and (3, 3, C, O) as (O, C, 3, 3)."""
    order = (3, 2, 0, 1) if values.shape[:2] == (3, 3) and values.shape[2:] == (2, 4) else (0, 3, 1, 2)
    return np.ascontiguousarray(values.transpose(order))


def close(*pairs):
    for one, other in pairs:
        np.testing.assert_allclose(one, other, rtol=0, atol=1e-13)


def zeros_like(parameters):
    return {kind: np.zeros_like(value) for kind, value in parameters.items()}


def test_a_product_is_a_linear_layer():
    parameters = {"weight": WEIGHT, "bias": BIAS}
    gradients = zeros_like(parameters)
    part, x, dy = Product(parameters, gradients, 7), RNG.normal(size=(7, 5)), RNG.normal(size=(7, 3))
    step = Linear(WEIGHT, BIAS).forward(x)
    pulled = step.pull(dy)
    close((part.forward(x, 0), step.y), (part.backward(dy), pulled.dx), (part.infer(x[:2]), step.y[:2]))
    close(*((gradients[kind], pulled.gradients[kind]) for kind in parameters))


def test_a_convolution_is_the_layer_that_keeps_the_image_s_size():
    parameters = {"weight": KERNEL, "bias": KERNEL_BIAS}
    gradients = zeros_like(parameters)
    x, dy = RNG.normal(size=(5, 6, 7, 2)), RNG.normal(size=(5, 6, 7, 4))
    part = Convolution(parameters, gradients, (5, 6, 7))
    step = Layer(first(KERNEL), KERNEL_BIAS, padding=1).forward(first(x))
    pulled = step.pull(first(dy))
    y = part.forward(x, 0).copy()
    close((first(y), step.y), (first(part.backward(dy)), pulled.dx), (part.infer(x[:2]), y[:2]))
    close((first(gradients["weight"]), pulled.gradients["weight"]), (gradients["bias"], pulled.gradients["bias"]))


def test_pooling_is_the_mean_over_the_image():
    x, dy = RNG.normal(size=(3, 4, 5, 2)), RNG.normal(size=(3, 2))
    part, step = Pooling(x.shape, "float64"), GlobalAveragePooling().forward(first(x))
    close((part.forward(x, 0), step.y), (first(part.backward(dy)), step.pull(dy).dx), (part.infer(x[:1]), step.y[:1]))


@pytest.mark.parametrize("shape", [(7, 5), (5, 4, 4, 2)])
def test_a_second_batch_writes_over_the_first_and_leaves_what_it_is_given(shape):
    weight = WEIGHT if len(shape) == 2 else KERNEL
    gradients = {"weight": np.zeros_like(weight)}
    part = (
        Product({"weight": weight}, gradients, 7)
        if len(shape) == 2
        else Convolution({"weight": weight}, gradients, shape[:3])
    )
    x, other = RNG.normal(size=shape), RNG.normal(size=shape)
    expected = part.forward(x, 0).copy()
    first_gradient = (part.backward(np.ones_like(expected)), gradients["weight"].copy())[1]
    kept = x.copy()
    part.forward(other, 1)
    part.backward(np.ones_like(expected))
    assert np.abs(gradients["weight"] - first_gradient).max() > 0.1
    np.testing.assert_array_equal(part.forward(x, 2), expected)
    np.testing.assert_array_equal(x, kept)


def test_the_first_product_computes_nothing_for_the_data():
    for part, x in (
        (Product({"weight": WEIGHT}, {"weight": np.zeros_like(WEIGHT)}, 7, first=True), RNG.normal(size=(7, 5))),
        (
            Convolution({"weight": KERNEL}, {"weight": np.zeros_like(KERNEL)}, (5, 4, 4), first=True),
            RNG.normal(size=(5, 4, 4, 2)),
        ),
    ):
        y = part.forward(x, 0)
        assert part.backward(np.ones_like(y)).size == 0
