"""The norms of a network in training are those of bncore.norms, forward, backward and running."""

import numpy as np
import pytest

import bncore
from bncore import norms
from bncore.kernels import using
from bncore.kernels.backend import REFERENCE
from bncore.training import NORMS, start
from bncore.training.layout import layout_of
from bncore.training.network import Network
from tests.bncore.training.specs import tiny, tiny_images
from tests.each import each

KEPT = ("batch", "ghost", "renorm")
SETTINGS = {"ghost": {"ghost_size": 3}, "renorm": {"r_max": 1.5, "d_max": 0.5}, "group": {"groups": 2}}
SERVED = ("batch", "ghost", "layer")
CASES = [(name, kind) for name, norm in NORMS.items() for kind in norm.architectures if norm.normalizes]


def channels_second(values):
    """(N, H, W, C) as (N, C, H, W), a gamma a cell likewise."""
    return np.ascontiguousarray(np.moveaxis(values, -1, values.ndim - 3)) if values.ndim > 2 else values


def norm_of(name, architecture, through=True):
    """The norm of the first block of a network of six examples, at random gamma, beta and running statistics."""
    make = tiny if architecture == "dense" else tiny_images
    spec = make(norm=name, batch_size=6, through_statistics=through, eps=1e-3, **SETTINGS.get(name, {}))
    rng, layout = np.random.default_rng(1), layout_of(spec)
    network = Network(spec, layout, rng.normal(size=layout.size), 1 + rng.random(layout.running_size))
    part, named = network.blocks[0].norm, network.named(0)
    shape = network.blocks[0].activation.y.shape
    return part, *named, rng.normal(size=shape) * 2 + 1, rng.normal(size=shape)


def held_against(name, x, gamma, beta, running):
    kept = {"running_mean": running[0], "running_var": running[1]} if running else {}
    cells = (channels_second(values) for values in (x, gamma, beta))
    return norms.forward(next(cells), name, *cells, eps=1e-3, **SETTINGS.get(name, {}), **kept)


@each(("name", "architecture"), CASES)
def test_forward_backward_and_running_statistics(name, architecture):
    part, parameters, gradients, x, dy = norm_of(name, architecture)
    running = [values.copy() for values in part.running] if name in KEPT else None
    normed = held_against(name, x, parameters["gamma"], parameters["beta"], running)
    pulled = norms.backward(channels_second(dy), normed)
    pairs = [(part.forward(x, 0), normed.y), (part.backward(dy), pulled.dx)]
    pairs += [(gradients["gamma"], pulled.dgamma), (gradients["beta"], pulled.dbeta)]
    for ours, theirs in pairs:
        np.testing.assert_allclose(channels_second(ours), theirs, rtol=0, atol=1e-12)
    if running:
        part.settle(0)
        np.testing.assert_allclose(part.running, (normed.running_mean, normed.running_var), rtol=0, atol=1e-12)


@each(("name", "architecture"), CASES)
def test_inference_is_one_line_or_what_training_is(name, architecture):
    part, parameters, _, x, _ = norm_of(name, architecture)
    if name in KEPT:
        mean, var = part.running
        expected = (x - mean) / np.sqrt(var + 1e-3) * parameters["gamma"] + parameters["beta"]
    else:
        expected = part.forward(x, 0)
    np.testing.assert_allclose(part.infer(x[:2]), expected[:2], rtol=0, atol=1e-12)


@each(("name", "architecture"), CASES)
def test_constant_statistics_pass_the_gradient_on_unchanged_but_for_a_factor(name, architecture):
    part, parameters, _, x, dy = norm_of(name, architecture, through=False)
    shift = 1e-6 * dy
    y = part.forward(x, 0).copy()
    dx = part.backward(dy)
    scale = (part.inverse if name not in KEPT else 1 / np.sqrt(part.var + 1e-3)) * (
        1 if getattr(part, "r", None) is None else part.r
    )
    view = dy.reshape(scale.shape[0], -1, *scale.shape[2:]) if scale.ndim == 3 else dy.reshape(-1, *part.view)
    gamma = parameters["gamma"] if scale.ndim == 3 else part.gamma
    np.testing.assert_allclose(dx.reshape(view.shape), view * gamma * scale, rtol=1e-12)
    assert np.abs(part.forward(x + shift, 0) - y).max() > 0


@pytest.mark.skipif(bncore.backend().name == REFERENCE, reason="NumPy alone")
@pytest.mark.parametrize(("name", "architecture"), [(name, kind) for name, kind in CASES if name in SERVED])
def test_the_kernels_serve_and_numpy_takes_over_from_them_what_is_odd(name, architecture):
    part, _, gradients, x, dy = norm_of(name, architecture)
    y, dx = part.forward(x, 0).copy(), part.backward(dy).copy()
    of_gamma = gradients["gamma"].copy()
    assert part.compiled.taken
    with using(REFERENCE):  # the backward pass of what the kernels did forward
        np.testing.assert_allclose(part.backward(dy), dx, rtol=0, atol=1e-12)
        np.testing.assert_allclose(gradients["gamma"], of_gamma, rtol=0, atol=1e-12)
        np.testing.assert_allclose(part.forward(x, 0), y, rtol=0, atol=1e-12)
        assert not part.compiled.taken


@each("step", [0, 5, 10, 20])
def test_the_limits_of_batch_renormalization_rise_over_the_warm_up(step):
    """At step 0 it is batch norm; behind the warm-up r and d reach their limits and no further."""
    spec = tiny(norm="renorm", r_max=3.0, d_max=5.0, warm_up=10)
    layout = layout_of(spec)
    network = Network(spec, layout, start(spec).parameters.copy(), np.full(layout.running_size, 1e-6))
    part = network.blocks[0].norm
    part.forward(100 * np.random.default_rng(0).normal(size=(12, 8)) + 1000, step)
    risen = min(1, step / 10)
    np.testing.assert_allclose(part.r, 1 + risen * 2, rtol=1e-6)
    np.testing.assert_allclose(part.d, risen * 5, rtol=1e-6)


def test_a_unit_that_does_not_vary_is_beta_without_eps_and_gives_no_gradient():
    spec = tiny(norm="batch", eps=0.0)
    network = Network(spec, layout_of(spec), start(spec).parameters.copy(), start(spec).running.copy())
    part, (parameters, _) = network.blocks[0].norm, network.named(0)
    parameters["beta"][...] = 3
    np.testing.assert_array_equal(part.forward(np.full((12, 8), 7.0), 0), 3)
    np.testing.assert_array_equal(part.backward(np.random.default_rng(0).normal(size=(12, 8))), 0)
