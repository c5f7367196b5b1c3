"""The steps of batch norm one at a time: affine maps of x, on rulers that hold them, and the gradient in its parts."""

import numpy as np
import pytest

from bncore.playground.chain import NormLayer, walked
from bncore.playground.moments import moments_of, stirred
from bncore.playground.steps import ENDS, STEPS, steps_of

LANES = (2, 0)


def walk(scale=1.0, **layer):
    rng = np.random.default_rng(3)
    x = rng.standard_normal((40, 3)) * np.array([1.0, 50.0, 0.01]) + np.array([5.0, -200.0, 0.3])
    gamma, beta = np.array([2.0, 1.0, -0.5]), np.array([0.5, 0.0, -1.0])
    return walked(x * scale, NormLayer(gamma=gamma, beta=beta, **layer), rng=np.random.default_rng(0))


@pytest.mark.parametrize("placement", ["variance", "deviation"])
def test_each_step_before_f_is_its_map_of_x(placement):
    walk_ = walk(eps_placement=placement, eps=0.1)
    steps, _ = steps_of(walk_, LANES)
    x, at = walk_.rows[list(LANES)], list(LANES)
    wanted = {
        "x": x, "centred": x - walk_.forward.mean[at, None], "x_hat": walk_.forward.x_hat[at],
        "scaled": walk_.forward.gamma[at, None] * walk_.forward.x_hat[at], "y": walk_.forward.y[at],
    }  # fmt: skip
    for name, values in wanted.items():
        step = steps[name]
        np.testing.assert_allclose(step.slope[:, None] * x + step.offset[:, None], values, rtol=1e-9, atol=1e-9)
        np.testing.assert_allclose(step.mean, values.mean(axis=1), atol=1e-12)
        np.testing.assert_allclose(step.sd, values.std(axis=1), rtol=1e-12)
    np.testing.assert_array_equal(steps["activation"].values, np.maximum(walk_.forward.y[at], 0.0))


def test_a_ruler_holds_what_it_measures_and_the_later_steps_share_one():
    steps, _ = steps_of(walk(), LANES)
    for name in STEPS:
        axis = steps[name].axis
        assert axis.kind == "linear"
        assert axis.low <= steps[name].low.min() <= steps[name].high.max() <= axis.high
    assert steps["x_hat"].axis == steps["scaled"].axis == steps["y"].axis == steps["activation"].axis
    assert steps["x_hat"].axis.high in ENDS
    assert steps["x_hat"].axis.low == -steps["x_hat"].axis.high


def test_where_gamma_and_beta_undo_the_normalization_ends_are_round_and_x_hat_keeps_a_ruler_that_shows_it():
    layer = NormLayer(gamma=np.array([300.0, 1.0, 0.01]), beta=np.array([747.0, 13.0, 1.0]))
    rng = np.random.default_rng(3)
    steps, _ = steps_of(walked(rng.standard_normal((40, 3)), layer, rng=rng), (0, 1))
    for name in STEPS:
        axis = steps[name].axis
        assert axis.low <= steps[name].low.min() <= steps[name].high.max() <= axis.high
    after = steps["scaled"].axis
    assert after == steps["y"].axis == steps["activation"].axis
    assert (after.low, after.high) == (-1000.0, 2000.0)
    assert steps["x_hat"].axis.high == -steps["x_hat"].axis.low == ENDS[0]


def test_the_parts_of_the_gradient_add_up_to_it():
    walk_ = walk()
    _, backward = steps_of(walk_, LANES)
    x_hat = walk_.forward.x_hat[list(LANES)]
    whole = backward.direct + backward.mean[:, None] + backward.variance[:, None] * x_hat
    np.testing.assert_allclose(whole, backward.dx, rtol=1e-9, atol=1e-12)


def test_a_feature_that_does_not_vary_stays_at_its_shift():
    x = np.column_stack([np.full(6, 7.0), np.arange(6.0)])
    steps, backward = steps_of(walked(x, NormLayer(eps=0.0), rng=np.random.default_rng(0)), (0,))
    assert steps["x_hat"].slope == [0.0]
    assert steps["x_hat"].sd == [0.0]
    assert backward.variance == [0.0]


def test_what_grows_with_the_weights_is_x_and_not_x_hat():
    once, thrice = (moments_of(walk(scale, eps=0.0)) for scale in (1.0, 3.0))
    np.testing.assert_allclose(thrice["x"].sd, 3.0 * once["x"].sd)
    np.testing.assert_allclose(thrice["x_hat"].sd, once["x_hat"].sd)
    assert stirred(walk(3.0, eps=0.0), 3.0) == 0.0


def test_epsilon_lets_x_hat_move_as_far_as_is_said():
    once, thrice = (moments_of(walk(scale, eps=1.0))["x_hat"].sd for scale in (1.0, 3.0))
    assert stirred(walk(3.0, eps=1.0), 3.0) == pytest.approx(np.abs(thrice - once).max())
