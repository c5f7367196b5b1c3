"""The sizes beside which a node's number is rounding."""

import numpy as np
import pytest

from bncore import EPS_PLACEMENTS
from bncore.derivation import derivation
from bncore.derivation.sizes import sizes

X = np.array([[1.0, 20.0], [2.0, 10.0], [4.0, 40.0], [5.0, 30.0]])
DY = np.array([[1.0, 0.5], [-1.0, 0.25], [0.5, -2.0], [0.0, 1.0]])


@pytest.mark.parametrize("eps_placement", EPS_PLACEMENTS)
def test_no_number_is_larger_than_the_size_of_its_terms(eps_placement):
    steps = derivation(X, [2.0, -1.0], [0.5, 3.0], dy=DY, eps=0.1, eps_placement=eps_placement)
    for example, feature in np.ndindex(X.shape):
        for name, size in sizes(steps, example, feature).items():
            if name in ("centred", "x_hat", "scaled") or name not in steps.nodes:
                continue
            value = np.asarray(steps.nodes[name].value)
            here = value[example, feature] if value.ndim == 2 else value[..., feature] if value.ndim else value
            assert abs(float(here)) <= size * (1 + 1e-12), name


def test_terms_that_cancel_leave_their_size():
    dy = np.array([[1.0, 0.0], [-1.0, 0.0], [0.5, 0.0], [-0.5, 0.0]])
    steps = derivation(X, dy=dy, eps=0.0)
    assert steps.nodes["dbeta"].value[0] == 0
    assert sizes(steps, 0, 0)["dbeta"] == 3.0
    assert sizes(steps, 0, 1)["dbeta"] == 0.0


def test_a_feature_that_does_not_vary_has_sizes_too():
    steps = derivation([[3.0], [3.0]], dy=[[1.0], [2.0]], eps=0.0, eps_placement="deviation")
    assert sizes(steps, 0, 0)["centred"] == 0.0
    assert all(np.isfinite(size) for size in sizes(steps, 0, 0).values())
