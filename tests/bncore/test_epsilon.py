"""The two placements of epsilon."""

import numpy as np
import pytest

from bncore import EPS_PLACEMENTS

VAR = np.array([4.0, 0.25])


@pytest.mark.parametrize("name", EPS_PLACEMENTS)
def test_pull_is_the_derivative_of_the_scale(name):
    """c0 = (s / sigma) ds/dsigma."""
    placement, sigma = EPS_PLACEMENTS[name], np.sqrt(VAR)
    slope = (placement.scale((sigma + 1e-6) ** 2, 0.3) - placement.scale((sigma - 1e-6) ** 2, 0.3)) / 2e-6
    scale = placement.scale(VAR, 0.3)
    np.testing.assert_allclose(placement.pull(VAR, scale), slope * scale / sigma, rtol=1e-8)


@pytest.mark.parametrize("name", EPS_PLACEMENTS)
def test_without_eps_the_scale_is_the_deviation(name):
    np.testing.assert_array_equal(EPS_PLACEMENTS[name].scale(VAR, 0.0), [2, 0.5])


def test_with_eps_the_placements_differ():
    assert EPS_PLACEMENTS["variance"].scale(VAR, 5.0)[0] == 3
    assert EPS_PLACEMENTS["deviation"].scale(VAR, 5.0)[0] == 7
