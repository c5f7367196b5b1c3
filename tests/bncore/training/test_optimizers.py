"""The optimizers, against their formulas on numbers."""

import numpy as np
import pytest

from bncore.training import OPTIMIZERS, advance, start
from bncore.training.layout import layout_of
from tests.bncore.training.specs import tiny
from tests.each import each

GRADIENTS = np.random.default_rng(0).normal(size=(6, 3))


def updates(name, **settings):
    """The parameters behind each of six updates from (1, 2, 3) by the gradients in turn, η = 0.1."""
    optimizer, asked = OPTIMIZERS[name], tiny(**settings)
    w, moments, scratch, seen = np.array([1.0, 2, 3]), np.zeros((optimizer.memory, 3)), np.empty(3), []
    for count, g in enumerate(GRADIENTS, start=1):
        before = w.copy()
        optimizer.update(asked, w, g.copy(), moments, scratch, 0.1, count)
        np.testing.assert_allclose(scratch, before - w, rtol=0, atol=1e-15)
        seen.append(w.copy())
    return np.array(seen)


def test_sgd_subtracts_the_gradients():
    np.testing.assert_allclose(updates("sgd")[-1], [1, 2, 3] - 0.1 * GRADIENTS.sum(axis=0), rtol=1e-14)


def test_momentum_adds_up_what_fades():
    expected, velocity = np.array([1.0, 2, 3]), np.zeros(3)
    for g, seen in zip(GRADIENTS, updates("momentum", inertia=0.7), strict=True):
        velocity = 0.7 * velocity + g
        expected = expected - 0.1 * velocity
        np.testing.assert_allclose(seen, expected, rtol=1e-14)
    np.testing.assert_allclose(updates("momentum", inertia=0.0), updates("sgd"), rtol=1e-14)


def test_adam_divides_by_the_root_of_what_it_has_seen():
    expected, first, second, (b1, b2) = np.array([1.0, 2, 3]), np.zeros(3), np.zeros(3), (0.8, 0.95)
    for t, (g, seen) in enumerate(zip(GRADIENTS, updates("adam", adam_betas=(b1, b2), adam_eps=1e-3), strict=True), 1):
        first, second = b1 * first + (1 - b1) * g, b2 * second + (1 - b2) * g**2
        expected = expected - 0.1 * (first / (1 - b1**t)) / (np.sqrt(second / (1 - b2**t)) + 1e-3)
        np.testing.assert_allclose(seen, expected, rtol=1e-13)


def test_the_first_step_of_adam_is_the_rate_whatever_the_gradient_is():
    np.testing.assert_allclose(np.abs(updates("adam")[0] - [1, 2, 3]), 0.1, rtol=1e-6)


def test_the_first_update_of_a_run_is_the_first_of_adam():
    before, after = start(tiny(optimizer="adam")), advance(start(tiny(optimizer="adam")), 1)[0]
    assert np.abs(after.parameters - before.parameters).max() == pytest.approx(0.1, rel=1e-3)


@each(("trained", "kinds"), [("all", "weight bias gamma beta"), ("norms", "gamma beta"), ("weights", "weight")])
@each("optimizer", OPTIMIZERS)
def test_only_what_is_trained_moves(trained, kinds, optimizer):
    spec = tiny(trained=trained, optimizer=optimizer, weight_decay=0.1, bias=True)
    before, after, layout = start(spec), advance(start(spec), 20)[0], layout_of(spec)
    for slot in layout.slots:
        moved = np.abs(after.parameters - before.parameters)[slot.start : slot.stop].max()
        is_trained = slot.kind in kinds and (trained != "weights" or slot.block < spec.blocks)
        assert (moved > 0) == is_trained, slot


def test_weight_decay_takes_its_share_of_weights_and_nothing_else():
    """What an update with decay does beside the one without is -ηλ w."""
    spec = tiny(rate=0.1, steps=1)
    begun, layout = start(spec).parameters, layout_of(spec)
    without, within = (advance(start(tiny(rate=0.1, steps=1, weight_decay=decay)), 1)[0] for decay in (0, 0.5))
    for slot in layout.slots:
        part = slice(slot.start, slot.stop)
        expected = -0.1 * 0.5 * begun[part] if slot.kind == "weight" else 0
        np.testing.assert_allclose((within.parameters - without.parameters)[part], expected, atol=1e-15)
