"""The losses: gradients by central differences, values by definition, and no overflow."""

import numpy as np
import pytest

from bncore.errors import ShapeMismatch
from bncore.network import LOSSES, cross_entropy, squared_error
from bncore.numeric import differentiate

OUTPUT = np.random.default_rng(0).standard_normal((5, 3))
ANSWERS = {"cross_entropy": np.array([0, 2, 1, 1, 0]), "squared_error": np.random.default_rng(1).random((5, 3))}


@pytest.mark.parametrize("name", LOSSES)
def test_the_gradient_is_that_of_central_differences(name):
    of_loss = LOSSES[name](OUTPUT, ANSWERS[name])
    numeric = differentiate(lambda y: np.array(LOSSES[name](y, ANSWERS[name]).value), OUTPUT)
    assert (np.abs(of_loss.gradient - numeric.value) <= numeric.bound + 1e-13).all()


@pytest.mark.parametrize("name", LOSSES)
def test_the_gradient_keeps_float32_and_the_loss_is_a_float(name):
    of_loss = LOSSES[name](OUTPUT.astype(np.float32), ANSWERS[name])
    assert of_loss.gradient.dtype == np.float32
    assert isinstance(of_loss.value, float)


def test_cross_entropy_of_sure_answers_does_not_overflow():
    logits = np.array([[1000.0, 0.0], [0.0, -1000.0]], dtype=np.float32)
    assert cross_entropy(logits, np.array([0, 0])).value == 0.0
    assert cross_entropy(logits, np.array([1, 0])).value == 500.0


def test_squared_error_is_half_the_mean_over_examples_of_the_squared_distance():
    assert squared_error(np.array([[3.0, 0.0], [0.0, 4.0]]), np.zeros((2, 2))).value == (9 + 16) / 4


@pytest.mark.parametrize("name", LOSSES)
def test_answers_that_do_not_fit_are_refused(name):
    with pytest.raises(ShapeMismatch, match="give one"):
        LOSSES[name](OUTPUT, ANSWERS[name][:4])
