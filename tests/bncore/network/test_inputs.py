"""A network's inputs, in deviations from their mean."""

import numpy as np
import pytest

from bncore.errors import EmptyBatch, ShapeMismatch
from bncore.network.inputs import standardized, varying
from tests.each import each


@each("shape", [(50, 3), (6, 3, 5), (6, 3, 4, 5)])
def test_each_feature_has_mean_zero_and_deviation_one(shape):
    x = np.random.default_rng(4).gamma(2.0, size=shape) * 10.0 + 100.0
    inputs, axes = standardized(x), (0, *range(2, x.ndim))
    np.testing.assert_allclose(inputs.mean(axis=axes), 0.0, atol=1e-12)
    np.testing.assert_allclose(inputs.std(axis=axes), 1.0)


@each("scale", [1e-300, 1e-9, 1e9, 1e300])
def test_the_unit_does_not_matter(scale):
    x = np.random.default_rng(4).normal(size=(20, 2))
    np.testing.assert_allclose(standardized(x * scale), standardized(x), rtol=1e-9)


def test_a_constant_feature_is_zero_and_does_not_vary():
    x = np.column_stack([np.full(4, 0.1), [1.0, 2.0, 3.0, 4.0]])
    assert varying(x).tolist() == [False, True]
    assert not standardized(x)[:, 0].any()


def test_float32_is_taken_in_float64():
    assert standardized(np.ones((2, 1), np.float32)).dtype == np.float64


@each(("x", "error"), [(np.zeros(3), ShapeMismatch), (np.zeros((0, 2)), EmptyBatch)])
@each("of", [varying, standardized])
def test_arrays_without_examples_or_features_are_refused(of, x, error):
    with pytest.raises(error):
        of(x)
