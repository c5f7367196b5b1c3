"""Upstream gradients and the losses that they come from."""

import numpy as np
import pytest
from scipy.special import log_softmax

import bncore
from bncore import UPSTREAMS
from bncore.upstream import softmax
from tests.each import each

A = np.random.default_rng(7).standard_normal((5, 4))
LABELS = np.array([0, 2, 1, 1, 0])


def ask(name, activation=A, **options):
    return UPSTREAMS[name](activation, **{"rng": np.random.default_rng(3), "labels": LABELS, "example": 1} | options)


@each("name", [name for name in UPSTREAMS if name != "random"])
@each("scale", [1, 30])
def test_gradient_equals_central_differences_of_the_loss(name, scale):
    activation = scale * A
    upstream = ask(name, activation)
    for index in np.ndindex(A.shape):
        nudge = np.zeros_like(A)
        nudge[index] = 1e-5
        slope = (ask(name, activation + nudge).loss - ask(name, activation - nudge).loss) / 2e-5
        assert abs(upstream.gradient[index] - slope) < 1e-6


@each("name", UPSTREAMS)
def test_equal_seeds_give_equal_gradients_and_the_input_stays(name):
    before = A.copy()
    np.testing.assert_array_equal(ask(name).gradient, ask(name).gradient)
    np.testing.assert_array_equal(A, before)
    assert not np.shares_memory(ask(name).gradient, A)


def test_random_gradient_is_standard_normal_and_has_no_loss():
    upstream = ask("random", np.zeros((4000, 5)), labels=None)
    assert abs(upstream.gradient.mean()) < 0.03
    assert abs(upstream.gradient.std() - 1) < 0.03
    assert upstream.loss is None


def test_one_example_is_one_at_its_row_and_zero_elsewhere():
    expected = np.zeros((5, 4))
    expected[3] = 1
    np.testing.assert_array_equal(ask("one_example", example=3).gradient, expected)


def test_sum_of_squares_hands_back_the_activation():
    np.testing.assert_array_equal(ask("sum_of_squares").gradient, A)


def test_sum_of_squares_through_batch_norm_makes_dx_vanish_without_eps():
    result = bncore.forward(A, eps=0)
    gradients = bncore.backward(ask("sum_of_squares", result.y).gradient, result)
    assert np.abs(gradients.dx).max() < 1e-14


def test_cross_entropy_equals_log_softmax_of_the_read_out():
    upstream = ask("cross_entropy")
    np.testing.assert_allclose(upstream.readout, A @ upstream.weights)
    np.testing.assert_allclose(upstream.loss, -log_softmax(upstream.readout, axis=1)[np.arange(5), LABELS].mean())
    np.testing.assert_allclose(upstream.gradient, upstream.readout_gradient @ upstream.weights.T)
    np.testing.assert_allclose(upstream.readout_gradient.sum(axis=1), 0, atol=1e-16)


def test_squared_error_against_labels_uses_one_hot_targets():
    upstream = ask("squared_error")
    np.testing.assert_allclose(upstream.readout_gradient, (upstream.readout - np.eye(3)[LABELS]) / 5)


def test_squared_error_without_labels_draws_its_target():
    upstream = ask("squared_error", labels=None, outputs=6)
    assert upstream.readout.shape == (5, 6)


@each("name", UPSTREAMS)
def test_a_read_out_is_there_exactly_where_the_kind_says_so(name):
    upstream = ask(name)
    assert (upstream.weights is not None) == (upstream.readout is not None) == UPSTREAMS[name].reads_out
    assert UPSTREAMS[name].title
    assert UPSTREAMS[name].formula


def test_weights_have_scale_one_over_root_fan_in():
    upstream = ask("squared_error", np.zeros((1, 400)), labels=None, outputs=50, example=0)
    assert abs(upstream.weights.std() * 20 - 1) < 0.02


def test_softmax_of_huge_logits_is_finite():
    np.testing.assert_array_equal(softmax(np.array([[1e4, 0, -1e4]])), [[1, 0, 0]])


@each(
    ("name", "options", "error", "parameter"),
    [
        ("cross_entropy", {"labels": None}, bncore.MissingLabels, "labels"),
        ("squared_error", {"labels": [0, 1]}, bncore.ShapeMismatch, "labels"),
        ("cross_entropy", {"labels": [0.5] * 5}, bncore.BadParameter, "labels"),
        ("cross_entropy", {"labels": [-1] * 5}, bncore.BadParameter, "labels"),
        ("cross_entropy", {"outputs": 2}, bncore.BadParameter, "outputs"),
        ("squared_error", {"labels": None, "outputs": 0}, bncore.BadParameter, "outputs"),
        ("one_example", {"example": 5}, bncore.BadParameter, "example"),
        ("ones", {"activation": np.ones(3)}, bncore.ShapeMismatch, "activation"),
        ("ones", {"activation": np.ones((0, 3))}, bncore.EmptyBatch, "activation"),
        ("ones", {"activation": np.full((2, 2), np.nan)}, bncore.NonFiniteInput, "activation"),
    ],
)
def test_a_bad_argument_is_refused_by_name(name, options, error, parameter):
    with pytest.raises(error) as caught:
        ask(name, **options)
    assert caught.value.parameter == parameter
