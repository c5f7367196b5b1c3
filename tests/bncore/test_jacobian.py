"""How outputs depend on inputs: examples are tied together, features are not."""

import numpy as np
import pytest

from bncore import EPS_PLACEMENTS, BadParameter, backward, forward
from bncore.jacobian import blocks, bracket, factor, jacobian
from bncore.numeric import differentiate

placements = pytest.mark.parametrize("eps_placement", EPS_PLACEMENTS)


def batch():
    rng = np.random.default_rng(0)
    return 2 * rng.standard_normal((6, 3)) + 1, np.array([1.5, -2.0, 0.5])


@placements
def test_the_jacobian_is_what_nudging_gives(eps_placement):
    x, gamma = batch()
    for feature in range(3):
        result = jacobian(forward(x, gamma, eps=0.4, eps_placement=eps_placement), feature)

        def column(z, feature=feature):
            return forward(z[:, None], gamma[[feature]], eps=0.4, eps_placement=eps_placement).y[:, 0]

        truth = differentiate(column, x[:, feature], 2.0)
        assert (np.abs(result.total - truth.value) <= truth.bound + 1e-15).all()


@placements
def test_its_parts_are_the_three_paths_of_dx(eps_placement):
    x, gamma = batch()
    result = forward(x, gamma, eps=0.4, eps_placement=eps_placement)
    dy = np.random.default_rng(1).standard_normal(x.shape)
    paths = backward(dy, result)
    for feature in range(3):
        jacobians = jacobian(result, feature)
        for part, path in (
            ("identity", "dx_direct"),
            ("mean", "dx_mean"),
            ("variance", "dx_variance"),
            ("total", "dx"),
        ):
            np.testing.assert_allclose(
                dy[:, feature] @ getattr(jacobians, part), getattr(paths, path)[:, feature], atol=1e-14
            )


@placements
def test_it_is_symmetric_and_its_rows_sum_to_zero(eps_placement):
    x, gamma = batch()
    total = jacobian(forward(x, gamma, eps_placement=eps_placement), 1).total
    np.testing.assert_allclose(total, total.T, atol=1e-15)
    np.testing.assert_allclose(total.sum(1), 0, atol=1e-14)


def test_in_inference_only_the_identity_is_left():
    x, gamma = batch()
    result = jacobian(forward(x, gamma, mode="inference", running_mean=[0] * 3, running_var=[1] * 3))
    assert not result.mean.any()
    assert not result.variance.any()


def test_a_constant_feature_has_no_variance_part():
    result = jacobian(forward(np.ones((4, 1)), [3.0], eps=0.5, eps_placement="deviation"))
    np.testing.assert_allclose(result.total, 6 * (np.eye(4) - 0.25))


@placements
def test_nudging_shows_zero_across_features_and_not_within(eps_placement):
    x, gamma = batch()
    nudged = blocks(x, gamma, eps_placement=eps_placement)
    assert nudged.across == 0
    assert (np.diag(nudged.largest) > 0.1).all()
    assert nudged.derivatives.shape == (6, 3, 6, 3)
    np.testing.assert_allclose(nudged.derivatives[:, 1, :, 1], jacobian(
        forward(x, gamma, eps_placement=eps_placement), 1).total, atol=1e-6)  # fmt: skip


def test_a_feature_that_is_not_there_is_refused():
    with pytest.raises(BadParameter, match="from 0 to 2"):
        jacobian(forward(*batch()), 3)


@pytest.mark.parametrize("eps_placement", ["variance", "deviation"])
def test_over_gamma_and_s_the_identity_is_one_and_the_means_part_the_same_in_every_feature(eps_placement):
    """A feature of deviation 300 and one of 0.01 have the same identity and the same mean's part."""
    x = np.random.default_rng(0).standard_normal((5, 2)) * np.array([300.0, 0.01])
    result = forward(x, [2.0, -0.5], eps=1e-3, eps_placement=eps_placement)
    for feature in (0, 1):
        derivatives, parts = jacobian(result, feature), bracket(result, feature)
        np.testing.assert_array_equal(parts.identity, np.eye(5))
        np.testing.assert_array_equal(parts.mean, np.full((5, 5), -0.2))
        np.testing.assert_allclose(factor(result, feature), result.gamma[feature] / result.scale[feature], rtol=1e-15)
        np.testing.assert_allclose(factor(result, feature) * parts.total, derivatives.total, rtol=1e-15)
    still = forward(np.ones((3, 1)), eps=0)
    assert factor(still) == 0.0
    assert not bracket(still).total.any()
