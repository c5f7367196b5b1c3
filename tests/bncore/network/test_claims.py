"""What is claimed of batch norm in deep networks, measured on networks of our own."""

from dataclasses import replace

import numpy as np
import pytest

import bncore
from bncore.network import BatchNorm, Linear, Recipe, cross_entropy, fully_connected, propagate
from tests.each import each

YANG = np.sqrt(np.pi / (np.pi - 1))  # 1.2112, the growth a layer of Yang et al. 2019, for many examples


def run(layers, x, seed=1):
    labels = np.random.default_rng(seed).integers(0, 10, len(x))
    return propagate(layers, x, lambda y: cross_entropy(y, labels))


def network(recipe, *, inputs=64, width=100, depth=10, seed=0):
    return fully_connected(inputs, width, depth, 10, recipe, np.random.default_rng(seed))


def batch(examples=256, inputs=64, seed=2):
    return np.random.default_rng(seed).standard_normal((examples, inputs)).astype(np.float32)


def at_products(pass_):
    """The size of the gradient at each block's product, first to last; without the read-out."""
    records = [record for record in pass_.all_records() if isinstance(record.layer, Linear)]
    return [float(np.linalg.norm(record.dy.astype(np.float64))) for record in records[:-1]]


@pytest.mark.parametrize(("norm", "low", "high"), [("none", 0.0, 1e-4), ("batch", 0.1, 10.0)])
def test_gradients_vanish_in_a_deep_sigmoid_network_with_small_weights_unless_normalized(norm, low, high):
    recipe = Recipe(norm=norm, activation="sigmoid", initialization="normal", scale=0.1)
    first, *_, last = at_products(run(network(recipe), batch()))
    assert low <= first / last <= high


@pytest.mark.parametrize("activation", ["relu", "identity"])
def test_activations_leave_float32_where_weights_are_too_large_unless_normalized(activation):
    recipe = Recipe(norm="none", activation=activation, scale=100.0)
    without, with_norm = (run(network(replace(recipe, norm=norm), depth=30), batch()) for norm in ("none", "batch"))
    assert any(not np.isfinite(record.y).all() for record in without.all_records())
    assert all(np.isfinite(record.y).all() for record in with_norm.all_records())
    assert np.isfinite(with_norm.loss)


@each("a", [0.01, 3.0, 1000.0])
def test_the_scale_of_weights_in_front_of_batch_norm_changes_nothing_but_their_gradient(a):
    """Ioffe & Szegedy 2015, section 3.3, at eps 0: BN((aW)u) = BN(Wu), dL/d(aW) = (1/a) dL/dW, <W, dL/dW> = 0."""
    rng = np.random.default_rng(4)
    weight, u, dy = rng.standard_normal((7, 5)), rng.standard_normal((30, 7)), rng.standard_normal((30, 5))

    def through(weight):
        product = Linear(weight).forward(u)
        norm = BatchNorm(np.ones(5), np.zeros(5), eps=0.0).forward(product.y)
        return norm.y, product.pull(norm.pull(dy).dx).gradients["weight"]

    (y, gradient), (scaled_y, scaled_gradient) = through(weight), through(a * weight)
    assert np.allclose(scaled_y, y, rtol=1e-10)
    assert np.allclose(scaled_gradient, gradient / a, rtol=1e-9)
    along = np.abs((weight * gradient).sum(axis=0))
    assert (along <= 1e-12 * np.linalg.norm(weight, axis=0) * np.linalg.norm(gradient, axis=0)).all()


def growth(recipe, seed, examples):
    """By what factor the gradient grows a layer from the last towards the first, without the two at either end."""
    layers = network(recipe, inputs=256, width=256, depth=30, seed=seed)
    sizes = at_products(run(layers, batch(examples, 256, seed + 50)))
    return (sizes[2] / sizes[-3]) ** (1 / (len(sizes) - 5))


@pytest.mark.parametrize(("examples", "within"), [(32, 0.04), (128, 0.01)])
def test_gradients_grow_by_a_fifth_a_layer_through_batch_norm_and_relu(examples, within):
    """Yang et al. 2019, "A Mean Field Theory of Batch Normalization": sqrt(pi/(pi - 1)) for many examples."""
    measured = np.mean([growth(Recipe(), seed, examples) for seed in range(3)])
    assert measured == pytest.approx(YANG, abs=within)


def test_residual_connections_tame_that_growth():
    plain, residual = (growth(Recipe(residual=residual), 0, 32) for residual in (False, True))
    assert residual < 1.12 < 1.2 < plain


@each("scale", [0.1, 1.0, 30.0])
def test_batch_norm_takes_two_components_out_of_the_gradient_and_rescales_the_rest(scale):
    """After Santurkar et al. 2018, theorem 4.1, with g = gamma:

    ||dx||^2 = (g^2/var) (||dy||^2 - (sum dy)^2/N - (sum dy x_hat)^2/N)
    """
    rng = np.random.default_rng(6)
    x, dy, gamma = scale * rng.standard_normal((40, 6)), rng.standard_normal((40, 6)) + 1, rng.standard_normal(6)
    forward = bncore.forward(x, gamma, eps=0.0)
    dx = bncore.backward(dy, forward).dx
    removed = dy.sum(axis=0) ** 2 / 40 + (dy * forward.x_hat).sum(axis=0) ** 2 / 40
    left = (dy**2).sum(axis=0) - removed
    assert np.allclose((dx**2).sum(axis=0), gamma**2 / forward.var * left, rtol=1e-12)
    assert (removed > 0).all()
