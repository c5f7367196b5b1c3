"""Activations and the loss, element by element and row by row."""

import numpy as np
import pytest

from bncore.activations import ACTIVATIONS
from bncore.network import cross_entropy
from bncore.training.parts.activation import Activation
from bncore.training.parts.cross_entropy import CrossEntropy
from tests.each import each

RNG = np.random.default_rng(0)


@each("name", ACTIVATIONS)
def test_an_activation_is_its_row_of_the_table(name):
    x, dy = 3 * RNG.normal(size=(7, 5)), RNG.normal(size=(7, 5))
    x[0, 0] = 0
    part, table = Activation(name, x.shape, "float64"), ACTIVATIONS[name]
    np.testing.assert_allclose(part.forward(x, 0), table.value(x), rtol=0, atol=1e-15)
    np.testing.assert_allclose(part.backward(dy), dy * table.derivative(x), rtol=0, atol=1e-15)
    np.testing.assert_array_equal(part.infer(x[:2]), table.value(x[:2]))


def test_a_sigmoid_of_large_numbers_is_0_and_1():
    x = np.array([[-1e4, 1e4]], np.float32)
    with np.errstate(over="ignore"):
        np.testing.assert_array_equal(Activation("sigmoid", x.shape, "float32").forward(x, 0), [[0, 1]])


def test_the_loss_is_that_of_the_network_page_and_its_gradient_too():
    logits, labels = 5 * RNG.normal(size=(6, 4)), np.array([0, 1, 2, 3, 3, 3])
    part, expected = CrossEntropy((6, 4), "float64"), cross_entropy(logits, labels)
    assert part.forward(logits, labels) == pytest.approx(expected.value, abs=1e-14)
    np.testing.assert_allclose(part.gradient, expected.gradient, rtol=0, atol=1e-15)
    assert part.right == np.mean(logits.argmax(axis=1) == labels)


def test_sure_answers_do_not_overflow():
    part = CrossEntropy((2, 2), "float32")
    assert part.forward(np.array([[1e4, 0], [0, -1e4]], np.float32), np.array([1, 0])) == 5000
