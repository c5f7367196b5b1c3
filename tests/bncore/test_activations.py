"""Activation functions: derivative, stability, saturation."""

import numpy as np
import pytest
from scipy.special import expit

from bncore import ACTIVATIONS
from tests.each import each

every = pytest.mark.parametrize("name", ACTIVATIONS)
GRID = np.linspace(-8, 8, 400)  # not through 0, where two of them have a kink


@every
def test_derivative_equals_central_differences(name):
    value = ACTIVATIONS[name].value
    slope = (value(GRID + 1e-6) - value(GRID - 1e-6)) / 2e-6
    np.testing.assert_allclose(ACTIVATIONS[name].derivative(GRID), slope, atol=1e-8)


@every
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_huge_inputs_give_finite_results_without_warnings(name, dtype):
    x = np.array([[-3e38, -1e4, -30], [30, 1e4, 3e38]], dtype=dtype)
    assert np.isfinite(ACTIVATIONS[name].value(x)).all()
    assert np.isfinite(ACTIVATIONS[name].derivative(x)).all()


@every
@each("dtype", ["float16", "float32", "float64"])
def test_shape_and_dtype_stay_and_input_is_not_changed(name, dtype):
    x = np.array([[-2, -0.5, 0], [0.5, 2, 5]], dtype=dtype)
    before = x.copy()
    for made in (ACTIVATIONS[name].value(x), ACTIVATIONS[name].derivative(x)):
        assert (made.shape, made.dtype) == (x.shape, x.dtype)
        assert not np.shares_memory(made, x)
    assert ACTIVATIONS[name].saturated(x).dtype == bool
    np.testing.assert_array_equal(x, before)


@each(
    ("name", "expected"),
    [
        ("identity", [-2, 0, 3]),
        ("sigmoid", expit([-2.0, 0, 3])),
        ("tanh", np.tanh([-2.0, 0, 3])),
        ("relu", [0, 0, 3]),
        ("leaky_relu", [-0.02, 0, 3]),
        ("gelu", [-0.045402306, 0, 2.996362729]),
    ],
)
def test_values_of_a_small_table(name, expected):
    np.testing.assert_allclose(ACTIVATIONS[name].value(np.array([-2.0, 0, 3])), expected, rtol=1e-7)


@each(
    ("name", "saturated"),
    [
        ("identity", []),
        ("sigmoid", [-5, 5]),
        ("tanh", [-5, -3, 3, 5]),
        ("relu", [-5, -3, -1, -0.75, 0]),
        ("leaky_relu", []),
        ("gelu", [-5, -3, -0.75]),
    ],
)
def test_saturated_where_the_rule_says(name, saturated):
    x = np.array([-5, -3, -1, -0.75, 0, 1, 3, 5])
    np.testing.assert_array_equal(x[ACTIVATIONS[name].saturated(x)], saturated)


@pytest.mark.parametrize("name", ["sigmoid", "tanh"])
def test_tails_keep_their_relative_accuracy(name):
    factor = 1 if name == "sigmoid" else 4
    rate = 1 if name == "sigmoid" else 2
    np.testing.assert_allclose(ACTIVATIONS[name].derivative(np.array([50.0])), factor * np.exp(-50.0 * rate))


@every
def test_each_has_its_words(name):
    activation = ACTIVATIONS[name]
    assert all([activation.title, activation.formula.startswith("f(y)"), activation.saturation_rule])


@each("name", ACTIVATIONS)
def test_an_activation_that_is_said_to_rise_falls_nowhere(name):
    f = ACTIVATIONS[name]
    values = f.value(np.linspace(-20, 20, 100_001))
    assert (np.diff(values) >= -1e-12).all() == f.rising
