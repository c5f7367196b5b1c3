"""What a capture of training steps tells: faults first, and of healthy networks nothing above a note."""

from dataclasses import replace

import numpy as np
import pytest

from bncore.doctor.capture import Capture, capture_of
from bncore.doctor.findings import examine_capture
from bncore.findings.numbers import three
from tests.bncore.doctor import captures as by_hand
from tests.bncore.doctor.findings import sick_captures
from tests.bncore.doctor.findings.recorded import captures, nets
from tests.bncore.doctor.findings.sick import WITH_BATCH_NORM
from tests.bncore.doctor.findings.test_sick import named_first

SIZES = {2: 3, 3: 1, 8: 2, 64: 1, 256: 1}
"""Batch sizes, and how many of each network's five trainings are watched at it."""


@pytest.mark.parametrize("size", SIZES)
def test_nothing_above_a_note_is_told_of_a_trained_network(size):
    for net, run in WITH_BATCH_NORM:
        if run < SIZES[size] and (net != "residual" or size < 256):
            for framework in ("pytorch", "keras") if size < 64 else ("pytorch",):
                steps = 4 if size < 64 else 2
                watched = captures.capture(net, run, size, steps=steps, framework=framework)
                findings = examine_capture(nets.model(net, run), watched)
                assert [one for one in findings if one.severity != "note"] == []


@pytest.mark.parametrize("size", [2, 8])
def test_nothing_above_a_note_is_told_of_steps_of_a_training(size):
    """As PyTorch took them, the weights moving meanwhile."""
    with np.load(nets.HERE / f"dense_capture_{size}.npz") as arrays:
        capture = capture_of(dict(arrays))
    assert [len(watched.ran) for watched in capture.norms] == [4, 4]
    assert {one.severity for one in examine_capture(None, capture)} <= {"note"}


@pytest.mark.parametrize("fault", sick_captures.OF_CAPTURES)
def test_a_fault_is_named_first(fault):
    for seed in range(3):
        id, norm, model, capture = sick_captures.sick(fault, seed)
        named_first(id, norm, examine_capture(model, capture))


def test_a_constant_channel_that_varied_before_may_be_a_rare_one_until_there_are_many_numbers():
    for size, severity in ((32, "note"), (512, "warning")):
        norm = captures.capture("dense", 0, 8).norms[0].norm
        batches = [np.random.default_rng(step).standard_normal((size, norm.channels)) for step in range(2)]
        for x in batches:
            x[:, 3] = 0.25
        watched = captures.watched_of(norm, batches)
        told = {one.id: one for one in examine_capture(nets.model("dense", 0), Capture("pytorch", 2, (watched,)))}
        assert (told["constant_input"].channels, told["constant_input"].severity) == ((3,), severity)


def test_a_constant_channel_is_no_rare_one_where_its_running_mean_is_far_from_it():
    """Of what has a share p at one value the mean is at most √((1 − p)/p) deviations from there."""
    norm = captures.capture("dense", 0, 8).norms[0].norm
    for away, severity in ((0.1, "note"), (3.0, "warning")):
        batches = [np.random.default_rng(step).standard_normal((32, norm.channels)) for step in range(4)]
        for x in batches:
            x[:, 3] = 0.0
        moved = np.zeros(norm.channels)
        moved[3] = away
        kept = replace(norm, mean=moved, variance=np.ones(norm.channels))
        watched = captures.watched_of(kept, batches)
        told = {one.id: one for one in examine_capture(nets.model("dense", 0), Capture("pytorch", 4, (watched,)))}
        assert told["constant_input"].severity == severity


def test_one_outlier_is_a_warning_and_tails_of_many_are_a_note():
    norm = replace(captures.capture("dense", 0, 8).norms[0].norm, mean=None, variance=None)
    for degrees, severity in ((1000, None), (3, "note"), (0.5, "warning")):
        batches = [np.random.default_rng(step).standard_t(degrees, (400, norm.channels)) for step in range(2)]
        watched = captures.watched_of(norm, batches)
        told = {one.id: one for one in examine_capture(None, Capture("pytorch", 2, (watched,)))}
        assert getattr(told.get("heavy_tails"), "severity", None) == severity, degrees


def test_far_from_0_folding_rounds_too():
    _, norm, model, capture = sick_captures.sick("inputs far from 0", 0)
    told = {one.id: one for one in examine_capture(model, capture) if one.norm == norm}
    assert told["folding_rounds"].severity == "note"
    assert told["low_precision"].values["computed"] != pytest.approx(told["low_precision"].values["exact"], rel=0.5)
    assert "exactly" in told["low_precision"].sentence


def test_batches_that_nobody_shuffled_differ_more_than_their_variances_say():
    for seed in (0, 7):
        id, model, capture = sick_captures.of_sorted_data(seed)
        first = examine_capture(model, capture)[0]
        assert (first.id, first.severity) == (id, "note")
        assert first.values["exact"] > first.values["averaged"]


def test_a_capture_of_other_weights_is_told_of_the_model():
    capture = captures.capture("conv", 0, 8)
    assert examine_capture(nets.model("conv", 1), capture)[0].id == "other_weights"
    assert "other_weights" not in {one.id for one in examine_capture(nets.model("conv", 0), capture)}


def test_without_a_model_the_arrays_of_the_capture_are_examined_too():
    capture = captures.capture("conv", 0, 8)
    dead = replace(capture.norms[1], norm=replace(capture.norms[1].norm, gamma=np.zeros(8)))
    sick = Capture("pytorch", 4, (capture.norms[0], dead, capture.norms[2]))
    assert examine_capture(None, sick)[0].id == "gamma_dead"
    assert "gamma_dead" not in {one.id for one in examine_capture(nets.model("conv", 0), sick)}


def test_a_few_batches_of_two_say_less_than_many_of_many():
    """The same mean, two deviations off: beyond chance at 32 numbers a batch, not in one batch of two."""
    told = {}
    for steps, size in ((1, 2), (4, 32)):
        watched = captures.capture("dense", 0, size, steps=steps).norms[0]
        norm = replace(watched.norm, mean=watched.norm.mean + 2 * np.sqrt(watched.norm.variance))
        moved = Capture("pytorch", steps, (replace(watched, norm=norm),))
        told[size] = {one.id for one in examine_capture(nets.model("dense", 0), moved)}
    assert "mode_gap" not in told[2]
    assert "mode_gap" in told[32]


def test_a_sparse_channel_has_no_gradient_by_chance():
    """β at three γ below the corner: a ReLU lets one of 740 numbers pass."""
    norm = captures.capture("dense", 0, 8).norms[0].norm
    rng = np.random.default_rng(0)
    batches = [rng.standard_normal((64, norm.channels)) for _ in range(2)]
    gradients = [np.ones_like(x) for x in batches]
    for dy in gradients:
        dy[:, 0] = 0.0
    for beta, ids in ((0.0, {"no_gradient"}), (-3.0, set())):
        values = np.zeros(norm.channels)
        values[0] = beta * abs(norm.gamma[0])
        watched = captures.watched_of(replace(norm, beta=values, mean=None, variance=None), batches, gradients)
        findings = examine_capture(None, Capture("pytorch", 2, (watched,)))
        assert {one.id for one in findings} & {"no_gradient"} == ids


def test_a_capture_as_the_script_writes_it_is_examined():
    findings = examine_capture(None, capture_of(by_hand.capture_arrays(by_hand.small())))
    assert findings[0].id == "never_updated"
    assert findings[0].norm == "bn"


def test_norms_without_running_statistics_are_examined_as_far_as_they_go():
    capture = captures.capture("conv", 0, 8)
    bare = replace(capture.norms[0], norm=replace(capture.norms[0].norm, mean=None, variance=None))
    layer = replace(bare, norm=replace(bare.norm, kind="layer", name="ln"), moments={})
    findings = examine_capture(None, Capture("pytorch", 4, (bare, layer)))
    assert {one.id for one in findings} <= {"noisy_statistics"}


@pytest.mark.parametrize("size", [2048, 32])
def test_how_far_batches_strayed_is_what_they_did_and_no_bound_on_it(size):
    norm = replace(captures.capture("dense", 0, 8).norms[0].norm, mean=None, variance=None)
    rng = np.random.default_rng(0)
    batches = [rng.standard_normal((size, norm.channels)).astype(np.float32) for _ in range(4)]
    watched = captures.watched_of(norm, batches)
    findings = {one.id: one for one in examine_capture(None, Capture("pytorch", 4, (watched,)))}
    if size == 2048:
        assert "noisy_statistics" not in findings
        return
    values, x = findings["noisy_statistics"].values, np.stack(batches).astype(np.float64)
    size_of = np.sqrt(x.var(axis=1).mean(axis=0))
    assert values["moved"] == pytest.approx(np.median(x.mean(axis=1).std(axis=0, ddof=1) / size_of))
    assert values["scaled"] == pytest.approx(np.median(x.std(axis=1).std(axis=0, ddof=1) / size_of))
    assert f"32 numbers each, the mean strayed by {three(values['moved'])}" in findings["noisy_statistics"].sentence


def test_moments_that_overflow_together_are_told_of_their_norm_and_stop_no_report():
    batches = [np.random.default_rng(step).normal(step, 1, (8, 3)) for step in (0, 1)]
    entry, arrays = by_hand.norm_arrays("far", batches)
    arrays |= {"far.mean.0": np.full(3, -1e200), "far.mean.1": np.full(3, 1e200)}
    findings = examine_capture(None, capture_of(by_hand.capture_arrays(by_hand.small(), (entry, arrays))))
    assert ("far", "input_not_finite") in {(one.norm, one.id) for one in findings}
    assert "bn" in {one.norm for one in findings}
