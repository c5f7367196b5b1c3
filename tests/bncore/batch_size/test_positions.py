"""Positions of one image: how alike they are, and batches of whole images against theory."""

from itertools import combinations

import numpy as np
import pytest

from bncore.batch_size.population import moments
from bncore.batch_size.positions import alike
from bncore.batch_size.theory import expected_mean
from bncore.errors import BadParameter


@pytest.fixture
def x():
    rng = np.random.default_rng(4)
    return rng.normal(size=(6, 5, 2)) + [3.0, 0.3] * rng.normal(size=(6, 1, 2))


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_the_mean_of_whole_images_strays_by_the_factor_farther_exactly(x, count):
    batches = np.array([x[list(rows)].mean(axis=(0, 1)) for rows in combinations(range(6), count)])
    theory = expected_mean(moments(x.reshape(30, 2)), [5 * count], 30).sd[0]
    np.testing.assert_allclose(batches.std(axis=0), alike(x).factor * theory)


def test_the_correlation_is_that_of_all_pairs_of_positions_of_an_image(x):
    likeness = alike(x)
    for feature in range(2):
        z = (x[..., feature] - x[..., feature].mean()) / x[..., feature].std()
        pairs = [z[:, a] * z[:, b] for a, b in combinations(range(5), 2)]
        assert likeness.correlation[feature] == pytest.approx(np.mean(pairs))
    assert (likeness.images, likeness.positions) == (6, 5)
    assert likeness.correlation[0] > 0.7 > likeness.correlation[1]


def test_the_ends_are_equal_positions_and_equal_means():
    equal = np.repeat(np.array([0.0, 1.0, 5.0])[:, None, None], 4, axis=1)
    assert alike(equal).correlation[0] == pytest.approx(1.0)
    same_mean = np.tile(np.array([-1.0, 0.0, 1.0])[None, :, None], (4, 1, 1))
    assert alike(same_mean).correlation[0] == pytest.approx(-1 / 2)
    assert alike(same_mean).factor[0] == pytest.approx(0.0)
    assert np.isnan(alike(np.ones((3, 4, 1))).factor[0])


@pytest.mark.parametrize("shape", [(1, 4, 1), (4, 1, 1)])
def test_one_image_or_one_position_says_nothing(shape):
    with pytest.raises(BadParameter):
        alike(np.zeros(shape))
