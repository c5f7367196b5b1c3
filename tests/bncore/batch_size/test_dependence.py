"""Examples that depend on each other: a moved one, an outlier, and a class that the companions decide."""

import numpy as np
import pytest

from app.batches.datasets import load
from bncore.batch_norm import forward
from bncore.batch_size.classifier import most_dependent, softmax, train
from bncore.batch_size.dependence import dependence
from bncore.batch_size.noise.example import Epsilon
from bncore.batch_size.outlier import distances, squeeze
from bncore.errors import BadParameter
from tests.bncore.batch_size.populations import moments_of
from tests.each import each

X = np.array([-1.3, -0.4, 0.1, 0.7, 1.9])
AT = moments_of(0.0)


def test_in_training_every_value_moves_and_in_inference_the_examples_own_only():
    effect = dependence(X, AT, Epsilon(), example=1, by=0.6)
    assert effect.others_moved("train") == 4
    assert effect.others_moved("inference") == 0
    assert effect.farthest("inference") == 0.0
    assert effect.after.inference[1] - effect.before.inference[1] == pytest.approx(0.6, rel=1e-4)
    np.testing.assert_allclose(effect.after.train, forward(effect.moved[:, None]).x_hat[:, 0])


def test_nothing_moves_when_nothing_is_moved():
    effect = dependence(X, AT, Epsilon(), example=1, by=0.0)
    assert effect.others_moved("train") == 0


@pytest.mark.parametrize("epsilon", [Epsilon(), Epsilon(0.3, "deviation")])
def test_the_jacobian_is_how_the_values_move(epsilon):
    step = 1e-6
    up = dependence(X, AT, epsilon, example=2, by=step).after.train
    down = dependence(X, AT, epsilon, example=2, by=-step).after.train
    effect = dependence(X, AT, epsilon, example=2, by=0.0).jacobian
    np.testing.assert_allclose((up - down) / (2 * step), effect.total[:, 2], atol=1e-8)
    np.testing.assert_allclose(effect.identity + effect.mean + effect.variance, effect.total)
    np.testing.assert_allclose(effect.total.sum(axis=0), 0, atol=1e-12)


def test_an_example_that_is_not_there_is_refused():
    with pytest.raises(BadParameter):
        dependence(X, AT, Epsilon(), example=5, by=1.0)


@each("others", [2, 7, 31])
def test_an_outlier_squeezes_the_others_as_the_formula_says(others):
    squeezed = squeeze(np.random.default_rng(4).gamma(2.0, size=others), distances(), Epsilon(0.0))
    np.testing.assert_allclose(squeezed.spread, squeezed.expected_spread())
    assert (np.diff(squeezed.spread) <= 1e-12).all()
    assert (squeezed.own <= squeezed.bound).all()
    assert squeezed.own[-1] == pytest.approx(squeezed.bound, rel=1e-3)
    assert squeezed.bound == pytest.approx(np.sqrt(others))


def test_the_bound_is_reached_where_all_others_are_equal():
    x_hat = forward(np.array([[0.0]] * 8 + [[5.0]]), eps=0.0).x_hat
    assert x_hat[-1, 0] == pytest.approx(np.sqrt(8))


@pytest.mark.parametrize("others", [np.ones(1), np.ones(5)])
def test_others_without_a_spread_cannot_be_squeezed(others):
    with pytest.raises(BadParameter):
        squeeze(others, distances(), Epsilon())


@pytest.fixture(scope="module", params=["wine", "iris", "breast_cancer"])
def data(request):
    return load(request.param)


@pytest.fixture(scope="module")
def verdicts(data):
    classifier = train(data.x, data.labels, len(data.label_names), Epsilon())
    return classifier, most_dependent(classifier, data.x, data.labels, 8, 300, np.random.default_rng(0))


def test_the_same_example_gets_another_class_from_other_companions(verdicts):
    classifier, told = verdicts
    assert classifier.accuracy > 0.95
    first, second = told.batches
    assert first.answer == told.inference.answer
    assert second.answer != first.answer
    assert 0.1 < told.changed < 0.9
    assert told.counts.sum() == 300


def test_the_told_batches_give_what_is_told(data, verdicts):
    classifier, said = verdicts
    for told in said.batches:
        assert said.example not in told.companions
        assert len(set(told.companions.tolist())) == 7
        x_hat = forward(data.x[[*told.companions, said.example]]).x_hat[-1]
        np.testing.assert_allclose(softmax(classifier.logits(x_hat)), told.probabilities, atol=1e-9)


def test_nothing_of_it_is_left_to_chance(data, verdicts):
    again = train(data.x, data.labels, len(data.label_names), Epsilon())
    np.testing.assert_array_equal(again.weights, verdicts[0].weights)
    told = most_dependent(again, data.x, data.labels, 8, 300, np.random.default_rng(0))
    assert told.example == verdicts[1].example
    np.testing.assert_array_equal(told.counts, verdicts[1].counts)


def test_a_batch_larger_than_the_companions_is_refused(data, verdicts):
    with pytest.raises(BadParameter):
        most_dependent(verdicts[0], data.x, data.labels, len(data.x) + 1, 10, np.random.default_rng(0))
