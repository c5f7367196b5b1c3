"""The pieces of the equalities, one by one."""

import numpy as np
import pytest

from bncore.training.claims.bias import biases, outside
from bncore.training.claims.claim import apart, run
from bncore.training.claims.folding import RUNS, folded
from bncore.training.layout import layout_of
from bncore.training.network import Network
from bncore.training.spec import inputs_of
from tests.bncore.training.specs import digits, tiny


def test_a_folded_network_has_no_norms_and_the_parameters_of_a_line():
    state, _ = run(RUNS.spec(digits(), "a", steps=20, bias=True))
    network = folded(state)
    assert all(block.norm is None for block in network.blocks)
    given, running = (
        layout_of(state.spec).of_block(state.parameters, 0),
        layout_of(state.spec).running_of(state.running, 0),
    )
    factor = given["gamma"] / np.sqrt(running[1] + state.spec.eps)
    np.testing.assert_allclose(network.named(0)[0]["weight"], given["weight"] * factor)
    expected = (given["bias"] - running[0]) * factor + given["beta"]
    np.testing.assert_allclose(network.named(0)[0]["bias"], expected, atol=1e-14)
    whole = Network(state.spec, layout_of(state.spec), state.parameters.copy(), state.running.copy())
    x = inputs_of(state.spec, digits().held_x)
    np.testing.assert_allclose(network.infer(x), whole.infer(x), rtol=0, atol=1e-12)


def test_outside_the_gradient_a_bias_grows_by_the_rate_times_the_target():
    seen = outside(False)
    assert [seen[step][0] for step in (10, 100, 200)] == pytest.approx([0.5, 5, 10], abs=1e-12)
    assert max(loss for _, loss in seen.values()) == pytest.approx(seen[0][1], abs=1e-12)
    assert abs(outside(True)[200][0]) < 1e-14


def test_runs_of_unequal_length_are_infinitely_far_apart():
    assert apart(tiny(steps=5), tiny(steps=6)) == np.inf
    assert apart(tiny(steps=5), tiny(steps=5)) == 0


def test_the_largest_bias_is_that_of_a_block_and_not_of_the_read_out():
    state, _ = run(tiny(norm="batch", bias=True, steps=30, rate=0.5))
    readout = layout_of(state.spec).of_block(state.parameters, state.spec.blocks)["bias"]
    assert np.abs(readout).max() > 1e-3
    assert biases(state) < 1e-14
