"""What the other claims measure, one by one."""

from dataclasses import replace

import numpy as np
import pytest

from bncore.training import advance, first_record, start
from bncore.training.claims.batches.sizes import error
from bncore.training.claims.claim import right, run
from bncore.training.claims.decay import effective
from bncore.training.claims.gammas import switched_off
from bncore.training.claims.inference import exact
from bncore.training.claims.largest_rate import FAILING, largest
from bncore.training.claims.pace import updates
from bncore.training.claims.regularization import gap
from bncore.training.claims.stability import way
from bncore.training.layout import layout_of
from bncore.training.spec import inputs_of
from bncore.training.state import State
from tests.bncore.training.specs import digits, tiny


def test_exact_statistics_are_those_of_all_examples_at_once_in_the_first_block():
    """Batches of equal size: the variance within them and that between their means are all of the variance."""
    spec = tiny(norm="batch", momentum=0.001, steps=5)
    state, _ = run(spec)
    network = exact(state)
    inputs = inputs_of(spec, spec.data.x) @ network.named(0)[0]["weight"]
    mean, var = network.blocks[0].norm.running
    np.testing.assert_allclose(mean, inputs.mean(axis=0), atol=1e-12)
    within = 11 / 12  # of a batch's unbiased variance is its biased one
    reached = var - inputs.reshape(15, 12, -1).mean(axis=1).var(axis=0)
    np.testing.assert_allclose(within * reached, inputs.reshape(15, 12, -1).var(axis=1).mean(axis=0), atol=1e-12)


def test_updates_are_those_to_the_first_record_that_is_right_nine_times_of_ten():
    spec = tiny(data=digits(), widths=(50,), batch_size=60, rate=0.5, steps=40)
    at = updates(spec)
    held = {record.step: record.held.accuracy for record in run(spec)[1] if record.held}
    assert held[at] >= 0.9
    assert max(accuracy for step, accuracy in held.items() if step < at) < 0.9
    assert updates(tiny(data=digits(), steps=1)) == np.inf


def test_the_way_of_the_median_is_its_range():
    spec = tiny(steps=30)
    units = np.array([record.unit for record in (first_record(start(spec)), *advance(start(spec), 30)[1])])
    moved, widths = way(spec)
    assert moved == pytest.approx(np.ptp(units[:, 1]))
    assert widths == pytest.approx(moved / np.mean(units[:, 2] - units[:, 0]))


def test_the_largest_rate_learns_and_twice_that_does_not():
    rate = largest(FAILING, digits(), "b")
    spec = FAILING.spec(digits(), "b", rate=rate)
    assert right(spec) > 0.5 >= right(replace(spec, rate=2 * rate))


def test_a_run_that_diverged_is_right_on_nothing():
    assert right(tiny(norm="none", activation="identity", rate=1e6, dtype="float32")) == 0


def test_a_feature_is_off_where_its_gamma_is_tiny():
    spec = tiny(norm="batch")
    layout, parameters = layout_of(spec), start(spec).parameters.copy()
    layout.of_block(parameters, 0)["gamma"][:3] = [0, 0.009, -0.009]
    layout.of_block(parameters, 0)["gamma"][3] = -0.02
    state = State(spec, 0, parameters, start(spec).running.copy(), np.zeros((0, layout.size)))
    assert switched_off(state) == 3 / 12


def test_the_effective_rate_is_that_of_each_block_without_the_read_out():
    spec = tiny(rate=0.2, steps=10)
    state, _ = run(spec)
    weights = [layout_of(spec).of_block(state.parameters, block)["weight"] for block in range(2)]
    assert effective(spec) == pytest.approx([0.2 / np.square(weight).sum() for weight in weights])


def test_the_gap_is_that_between_the_losses_of_inference_and_the_error_the_rest_of_what_is_right():
    spec = tiny(norm="batch", dropout=0.3, weight_noise=0.2, steps=40)
    state, records = run(spec)
    swapped = replace(spec.data, held_x=spec.data.x, held_labels=spec.data.labels)
    seen = run(replace(spec, data=swapped))[1][-1].held
    difference, share = gap(state)
    assert difference == pytest.approx(records[-1].held.loss - seen.loss)
    assert share == records[-1].held.accuracy
    assert error(state) == (pytest.approx(1 - records[-1].held.accuracy),)
    assert error(run(tiny(norm="none", activation="identity", rate=1e6, dtype="float32"))[0]) == (1.0,)
