"""Noise has the distribution that it says, is new in each step, the same in the same step, and absent in inference."""

import numpy as np
import pytest

from bncore.training.parts.linear import Product
from bncore.training.parts.noise import Dropout, NormNoise
from tests.bncore.training.specs import tiny, tiny_images
from tests.bncore.training.test_network import assert_gradients_are_those_of_central_differences

ONES = np.ones((200, 50))


def weight_noise(deviation, place=0):
    weight = np.full((50, 40), 2.0)
    part = Product({"weight": weight}, {"weight": np.zeros_like(weight)}, 1, noise=(deviation, 0, place))
    return part, np.eye(50)[:1]


def test_dropout_sets_its_share_to_zero_and_keeps_the_mean():
    y = Dropout(0.3, 0, 0, ONES.shape, "float64").forward(ONES, 0)
    assert set(np.unique(y)) == {0, 1 / 0.7}
    assert np.mean(y == 0) == pytest.approx(0.3, abs=4 * np.sqrt(0.21 / y.size))


def test_norm_noise_has_a_mean_of_its_own_a_unit_in_each_step():
    part = NormNoise(0.5, 0, 0, ONES.shape, "float64")
    zeros = np.zeros_like(ONES)
    shifts = np.array([part.forward(zeros, step).mean(axis=0) for step in range(40)])
    factors = np.array([part.forward(ONES, step).mean(axis=0) for step in range(40)])
    for means in (shifts, factors - 1 - shifts):
        assert means.std(axis=0) == pytest.approx(np.full(50, 0.5), rel=0.5)
        assert abs(np.corrcoef(means[0], means[1])[0, 1]) < 0.6
        assert means.mean() == pytest.approx(0, abs=0.05)
    assert part.forward(zeros, 0).std(axis=0) == pytest.approx(np.full(50, 0.5), rel=0.3)


@pytest.mark.parametrize("make", [Dropout, NormNoise])
def test_a_step_has_its_noise_whatever_came_before(make):
    part, other = (make(0.4, 7, 1, ONES.shape, "float64") for _ in range(2))
    for step in range(3):
        last = part.forward(ONES, step).copy()
    np.testing.assert_array_equal(other.forward(ONES, 2), last)
    assert np.abs(other.forward(ONES, 3) - last).max() > 0.1
    assert np.abs(make(0.4, 7, 2, ONES.shape, "float64").forward(ONES, 2) - last).max() > 0.1
    np.testing.assert_array_equal(part.infer(ONES), ONES)


def test_weight_noise_multiplies_each_weight_and_is_absent_in_inference():
    part, x = weight_noise(0.25)
    part.forward(x, 0)
    assert (part.used / 2 - 1).std() == pytest.approx(0.25, rel=0.1)
    np.testing.assert_array_equal(part.infer(x), np.full((1, 40), 2.0))
    other, _ = weight_noise(0.25, place=1)
    other.forward(x, 0)
    assert np.abs(other.used - part.used).max() > 0.1


@pytest.mark.parametrize("noise", ["dropout", "weight_noise", "norm_noise"])
def test_the_gradient_is_that_of_the_network_with_this_step_s_noise(noise):
    assert_gradients_are_those_of_central_differences(tiny(**{noise: 0.3}))


def test_of_convolutions_too():
    every = {"dropout": 0.2, "weight_noise": 0.2, "norm_noise": 0.2}
    assert_gradients_are_those_of_central_differences(tiny_images(**every, norm="group"))
