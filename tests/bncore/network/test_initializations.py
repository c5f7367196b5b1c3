"""How weights are drawn: their spread by name, and what is shared."""

import numpy as np
import pytest

from bncore.errors import BadParameter
from bncore.network import INITIALIZATIONS, weights
from tests.each import each

DEVIATIONS = {"xavier": np.sqrt(2 / (300 + 200)), "he": np.sqrt(2 / 300), "normal": 1.0}


def drawn(name, shape=(300, 200), **options):
    return weights(name, shape, np.random.default_rng(3), **options)


@each("name", DEVIATIONS)
def test_the_deviation_is_the_rules(name):
    filled = drawn(name)
    standard_error = 1 / np.sqrt(2 * filled.size)
    assert abs(filled.std() / DEVIATIONS[name] - 1) <= 5 * standard_error
    assert abs(filled.mean()) <= 5 * DEVIATIONS[name] / np.sqrt(filled.size)


@each("shape", [(30, 20), (20, 30), (20, 20)])
def test_orthogonal_weights_keep_lengths(shape):
    filled = drawn("orthogonal", shape)
    small = filled.T @ filled if shape[0] >= shape[1] else filled @ filled.T
    assert np.allclose(small, np.eye(min(shape)), atol=1e-12)


@each("name", INITIALIZATIONS)
def test_a_kernel_is_a_matrix_of_its_fan_in(name):
    kernel = drawn(name, (16, 4, 3, 3))
    assert np.array_equal(kernel.reshape(16, 36).T, drawn(name, (36, 16)))


@each("name", INITIALIZATIONS)
def test_scale_multiplies_and_dtypes_share_their_draws(name):
    assert np.allclose(drawn(name, scale=3.0), 3 * drawn(name), rtol=1e-15)
    assert np.array_equal(drawn(name, dtype="float32"), drawn(name).astype(np.float32))


def test_an_unknown_name_is_refused():
    with pytest.raises(BadParameter, match="xavier, he, normal, orthogonal"):
        drawn("lecun")
