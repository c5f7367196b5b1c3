"""One example moves, and every output with it."""

import numpy as np
import pytest

from bncore import EPS_PLACEMENTS, BadParameter, forward
from bncore.derivation.moved import moved
from tests.each import each

placements = pytest.mark.parametrize("eps_placement", EPS_PLACEMENTS)


def batch(eps_placement="variance"):
    rng = np.random.default_rng(0)
    x = 2 * rng.standard_normal((6, 3)) + 1
    return x, forward(x, [1.5, -2.0, 0.5], [0.0, 1.0, 2.0], eps=0.3, eps_placement=eps_placement)


@placements
def test_after_is_the_forward_pass_of_the_changed_batch(eps_placement):
    x, result = batch(eps_placement)
    effect = moved(x, result, example=4, feature=1, by=0.7)
    changed = x.copy()
    changed[4, 1] += 0.7
    again = forward(changed, result.gamma, result.beta, eps=0.3, eps_placement=eps_placement)
    np.testing.assert_allclose(effect.after, again.y[:, 1], atol=1e-14)
    np.testing.assert_array_equal(effect.before, result.y[:, 1])
    assert (np.abs(effect.after - effect.before) > 1e-3).all()


@placements
def test_the_prediction_gets_better_with_the_square_of_the_move(eps_placement):
    x, result = batch(eps_placement)
    errors = []
    for by in (1e-2, 1e-3):
        effect = moved(x, result, example=2, feature=0, by=by)
        errors.append(np.abs(effect.predicted - effect.after).max())
    assert errors[1] < errors[0] / 80


def test_not_moving_changes_nothing():
    x, result = batch()
    effect = moved(x, result, example=0, feature=2, by=0.0)
    np.testing.assert_allclose(effect.after, effect.before, atol=1e-15)
    np.testing.assert_array_equal(effect.predicted, effect.before)


@each(("example", "feature"), [(6, 0), (-1, 0), (0, 3)])
def test_what_is_not_there_is_refused(example, feature):
    x, result = batch()
    with pytest.raises(BadParameter, match="give a"):
        moved(x, result, example=example, feature=feature, by=1.0)


@placements
@pytest.mark.parametrize("by", [-1e6, 1e6])
def test_no_output_ever_leaves_the_limits_and_one_moved_far_reaches_them(eps_placement, by):
    x, result = batch(eps_placement)
    effect = moved(x, result, example=2, feature=1, by=by)
    low, high = effect.limits
    assert low - 1e-9 <= min(effect.after.min(), effect.before.min())
    assert max(effect.after.max(), effect.before.max()) <= high + 1e-9
    assert min(abs(effect.after[2] - low), abs(effect.after[2] - high)) < 1e-3


@placements
def test_a_pull_moves_y_by_one_while_the_statistics_stand_still(eps_placement):
    x, result = batch(eps_placement)
    effect = moved(x, result, example=2, feature=1, by=0.0)
    pulled = x[2, 1] + effect.pull * result.scale[1]
    y = result.gamma[1] * (pulled - result.mean[1]) / result.scale[1] + result.beta[1]
    assert y == pytest.approx(result.y[2, 1] + 1)


@each(("examples", "by", "others"), [(4, 0.5, 3), (4, 0.0, 0), (1, 0.5, 0)])
def test_it_is_counted_how_many_others_move(examples, by, others):
    x = [[1.0], [2.0], [4.0], [5.0]][:examples]
    assert moved(x, forward(x), example=0, feature=0, by=by).others_moved == others


def test_with_gamma_0_a_pull_is_one_denominator():
    x, _ = batch()
    assert moved(x, forward(x, [0.0, 1.0, 1.0]), example=0, feature=0, by=1.0).pull == 1.0
