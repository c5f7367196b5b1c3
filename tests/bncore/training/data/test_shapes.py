"""The generated points lie where they are said to."""

import numpy as np
import pytest

from bncore.errors import BadParameter
from bncore.training import SHAPES
from bncore.training.data.shapes import TURNS
from tests.each import each


def points(name, examples=300, noise=0.0):
    return SHAPES[name].draw(examples, np.random.default_rng(0), noise)


@each("name", SHAPES)
def test_classes_are_of_equal_size_and_noise_spreads_the_points(name):
    x, labels = points(name)
    assert set(np.bincount(labels)) == {300 // SHAPES[name].classes}
    noisy = points(name, noise=0.1)[0]
    assert 0.01 < (noisy - x).std() < 0.5


def test_moons_are_two_half_circles_that_reach_into_each_other():
    x, labels = points("moons")
    upper, lower = x[labels == 0], x[labels == 1]
    np.testing.assert_allclose(np.linalg.norm(upper, axis=1), 1)
    np.testing.assert_allclose(np.linalg.norm(lower - [1, 0.5], axis=1), 1)
    assert upper[:, 1].min() >= 0 > lower[:, 1].min()


def test_circles_have_radius_1_and_a_half():
    x, labels = points("circles")
    np.testing.assert_allclose(np.linalg.norm(x, axis=1), np.where(labels == 0, 1, 0.5))


def test_a_spiral_turns_as_far_as_it_is_out():
    x, labels = points("spirals")
    radius, angle = np.linalg.norm(x, axis=1), np.arctan2(x[:, 1], x[:, 0])
    np.testing.assert_allclose(np.exp(1j * angle), np.exp(1j * np.pi * (2 * TURNS * radius + labels)), atol=1e-9)


def test_blobs_stand_on_a_circle():
    x, labels = points("blobs")
    for label in range(3):
        np.testing.assert_allclose(np.linalg.norm(x[labels == label], axis=1), 1)


def test_fewer_points_than_classes_and_endless_noise_are_refused():
    with pytest.raises(BadParameter, match="examples is 2; give 3"):
        points("blobs", examples=2)
    with pytest.raises(BadParameter, match="noise"):
        points("moons", noise=11)
