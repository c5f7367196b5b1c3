"""The three routes to a gradient agree, and each notices when another is wrong."""

from dataclasses import replace

import numpy as np
import pytest

from bncore import EPS_PLACEMENTS
from bncore.derivation.nodes import derivation
from bncore.derivation.routes import GRADIENTS, routes, staged
from tests.each import each

placements = pytest.mark.parametrize("eps_placement", EPS_PLACEMENTS)


def steps(eps_placement="variance", eps=0.3, shape=(5, 3)):
    rng = np.random.default_rng(0)
    x, dy = rng.standard_normal((2, *shape))
    gamma, beta = rng.standard_normal((2, shape[1]))
    return derivation(3 * x + 2, gamma, beta, dy=dy, eps=eps, eps_placement=eps_placement)


@placements
@each("eps", [0.0, 1e-5, 0.3])
@each("shape", [(2, 1), (5, 3), (8, 6)])
def test_all_three_agree(eps_placement, eps, shape):
    for name, route in routes(steps(eps_placement, eps, shape)).items():
        assert route.staged_error.max() < 1e-13, name
        assert (route.numeric_error <= route.numeric.bound).all(), name


@placements
def test_the_chain_rule_arrives_at_every_node_with_its_upstream_gradient(eps_placement):
    computed = steps(eps_placement)
    for name, arrived in staged(computed.nodes).items():
        expected = computed.nodes[name].upstream
        expected = expected.sum() if name == "eps" else expected  # one epsilon serves every feature
        np.testing.assert_allclose(arrived, expected, atol=1e-13, err_msg=name)


def test_a_wrong_local_derivative_shows_in_the_staged_route_alone():
    computed = steps()
    node = computed.nodes["var"]
    doubled = replace(node, local=(replace(node.local[0], value=2 * node.local[0].value),))
    wrong = routes(replace(computed, nodes=computed.nodes | {"var": doubled}))
    assert wrong["dx"].staged_error.max() > 0.01
    assert (wrong["dx"].numeric_error <= wrong["dx"].numeric.bound).all()
    assert wrong["dgamma"].staged_error.max() < 1e-13


def test_a_constant_feature_beside_the_deviation_agrees_too():
    agreed = routes(derivation([[7.0]] * 3, [3.0], dy=[[1.0], [2.0], [6.0]], eps=0.25, eps_placement="deviation"))
    np.testing.assert_allclose(agreed["dx"].staged[:, 0], 12 * np.array([-2.0, -1.0, 3.0]))
    assert (agreed["dx"].numeric_error <= agreed["dx"].numeric.bound).all()
    assert set(agreed) == set(GRADIENTS)
