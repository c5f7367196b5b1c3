"""A run is a pure function of its spec: in one go, in chunks, from bytes, and in another process."""

import pickle
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from bncore.errors import BadParameter
from bncore.training import NORMS, OPTIMIZERS, ORDERS, SCHEDULES, State, advance, first_record, next_record, start
from bncore.training.run import Work, last_record, watched
from tests.bncore.training.specs import DENSE_NORMS, digits, plane, tiny, tiny_images
from tests.each import each

NOISY = {"dropout": 0.2, "weight_noise": 0.1, "norm_noise": 0.1, "random_labels": 0.3}


def run(spec, *chunks):
    """The last state and all records of a run in chunks of so many steps, the last size over and over."""
    state, records, sizes = start(spec), [], list(chunks or (spec.steps,))
    while not state.has_ended:
        state, taken = advance(state, sizes.pop(0) if len(sizes) > 1 else sizes[0])
        state = State.from_bytes(state.to_bytes(), spec)
        records += taken
    return state, records


def assert_equal_in_chunks(spec):
    whole, records = run(spec)
    assert len(records) > 60
    for chunks in ((1,), (7, 30, 1, 64)):
        state, taken = run(spec, *chunks)
        assert taken == records
        assert state.to_bytes() == whole.to_bytes()


@pytest.mark.parametrize("norm", DENSE_NORMS)
def test_a_run_in_chunks_is_bit_for_bit_the_run_in_one_go(norm):
    assert_equal_in_chunks(tiny(norm=norm, dtype="float32", steps=70))


@pytest.mark.parametrize("given", [
    {"steps": 90, "dropout": 0.2}, {"norm": "none", "activation": "identity", "rate": 1e6, "dtype": "float32"},
])  # fmt: skip
def test_its_last_record_is_the_same_without_the_others(given):
    state, records = run(tiny(**given))
    at_once, record = last_record(start(tiny(**given)))
    assert repr(record) == repr(records[-1])  # its numbers are not, where it has diverged
    assert at_once.to_bytes() == state.to_bytes()
    assert at_once.has_diverged == ("rate" in given)


@each("given", [{"steps": 90, "unit": 3}, {"norm": "none", "activation": "identity", "rate": 1e6}])
def test_what_is_watched_without_records_is_what_they_tell(given):
    state, records = run(tiny(**given))
    looks = {"held": Work.held, "unit": Work.unit, "loss": lambda work: work.loss, "step": lambda work: work.step}
    for name, look in looks.items():
        end, seen = watched(start(tiny(**given)), 200, look)
        assert repr(seen) == repr(tuple(getattr(record, name) for record in records))
        assert end.to_bytes() == state.to_bytes()


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_with_every_optimizer(optimizer):
    assert_equal_in_chunks(tiny(optimizer=optimizer, rate=0.01, weight_decay=0.01, steps=70))


@pytest.mark.parametrize("order", ORDERS)
def test_with_every_order_of_the_examples(order):
    assert_equal_in_chunks(tiny(order=order, steps=70))


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_with_every_schedule_and_a_changed_rate(schedule):
    assert_equal_in_chunks(tiny(schedule=schedule, factor=0.5, every=20, changes=((33, 0.5), (50, 0.01)), steps=70))


def test_with_all_that_is_random():
    assert_equal_in_chunks(tiny(**NOISY, steps=70))
    assert_equal_in_chunks(tiny_images(**NOISY, norm="renorm", warm_up=30, steps=66))


def test_another_process_makes_the_same_bits():
    spec = tiny(**NOISY, data=digits(), widths=(100, 30), batch_size=60, ghost_size=12, dtype="float32", steps=70)
    state, records = run(spec)
    code = (
        "import pickle, sys\nfrom bncore.training import advance, start\n"
        "sys.stdout.buffer.write(pickle.dumps(advance(start(pickle.load(sys.stdin.buffer)), 70)))"
    )
    other = subprocess.run([sys.executable, "-c", code], input=pickle.dumps(spec), capture_output=True, check=True)
    of_other, records_of_other = pickle.loads(other.stdout)
    assert tuple(records) == records_of_other
    assert of_other.to_bytes() == state.to_bytes()


def test_another_seed_makes_another_run():
    assert run(tiny(steps=5))[1] != run(tiny(steps=5, seed=1))[1]


def test_a_rate_that_is_changed_later_goes_on_from_the_checkpoint_before():
    spec = tiny(optimizer="momentum", steps=120)
    early, _ = advance(start(spec), 50)
    changed = replace(spec, changes=((50, 0.5),), steps=150, unit=3)
    assert early.to_bytes() == advance(start(changed), 50)[0].to_bytes()
    resumed, records = advance(State.from_bytes(early.to_bytes(), changed), 100)
    whole, all_records = run(changed)
    assert resumed.to_bytes() == whole.to_bytes()
    assert list(records) == all_records[50:]
    assert records[0].loss != advance(early, 1)[1][0].loss


@each("other", [{"rate": 0.2}, {"changes": ((49, 0.5),)}, {"seed": 1}, {"norm": "layer"}, {"data": plane("circles")}])
def test_a_state_of_another_run_is_refused(other):
    blob = advance(start(tiny()), 50)[0].to_bytes()
    with pytest.raises(BadParameter, match="blob"):
        State.from_bytes(blob, tiny(**other))
    with pytest.raises(BadParameter, match="bytes"):
        State.from_bytes(blob[:-1], tiny())


def test_step_0_has_a_record_of_untouched_weights():
    record = first_record(start(tiny()))
    assert (record.step, [block.update for block in record.blocks]) == (0, [None] * 3)
    assert record == first_record(start(tiny(rate=0.1, steps=300)))
    assert 0.3 < record.loss < 3


def test_a_state_and_the_spec_stay_as_they_are():
    state = advance(start(tiny()), 5)[0]
    kept = state.to_bytes()
    advance(state, 20)
    assert state.to_bytes() == kept
    with pytest.raises(ValueError, match="read-only"):
        state.parameters[0] = 1


def test_running_statistics_move_by_the_momentum_behind_every_update():
    spec = tiny(norm="batch", momentum=0.3, steps=5)
    before, (after, _) = start(spec), advance(start(spec), 1)
    work = Work(before)
    work.look()
    inputs, layout = work.network.blocks[0].product.y, work.layout
    mean, var = layout.running_of(after.running, 0)
    np.testing.assert_allclose(mean, 0.3 * inputs.mean(axis=0), atol=1e-14)
    np.testing.assert_allclose(var, 0.7 + 0.3 * inputs.var(axis=0, ddof=1), atol=1e-14)


@pytest.mark.parametrize(("norm", "ghosts"), [("batch", 1), ("ghost", 4)])
def test_without_a_momentum_running_statistics_are_the_mean_of_all_batches_in_whatever_chunks(norm, ghosts):
    spec = tiny(norm=norm, ghost_size=12 // ghosts, momentum=None, steps=5)
    state, seen = start(spec), []
    for _ in range(spec.steps):
        work = Work(state)
        work.look()
        seen += np.split(work.network.blocks[0].product.y, ghosts)
        state, _ = advance(state, 1)
    mean, var = work.layout.running_of(state.running, 0)
    np.testing.assert_allclose(mean, np.mean([x.mean(axis=0) for x in seen], axis=0), atol=1e-13)
    np.testing.assert_allclose(var, np.mean([x.var(axis=0, ddof=1) for x in seen], axis=0), atol=1e-13)
    np.testing.assert_array_equal(advance(start(spec), spec.steps)[0].running, state.running)
    assert spec.fingerprint != tiny(norm=norm, ghost_size=12 // ghosts, steps=5).fingerprint


def test_divergence_ends_the_run_where_it_is_seen():
    spec = tiny(norm="none", activation="identity", rate=1e6, dtype="float32")
    state, records = run(spec)
    assert state.has_diverged
    assert state.step == records[-1].step < 20
    assert [record.diverged for record in records] == [False] * (len(records) - 1) + [True]
    assert [bool(np.isfinite(record.loss)) for record in records] == [True] * (len(records) - 1) + [False]
    assert advance(state, 5) == (state, ())
    assert_equal_where_it_diverges(spec, records)


def test_divergence_between_two_records_has_a_record_of_its_own():
    spec = tiny(norm="none", activation="identity", rate=0.01, changes=((71, 1e6),), dtype="float32")
    state, records = run(spec)
    assert (state.step, records[-1].step, records[-1].diverged) == (73, 73, True)


def assert_equal_where_it_diverges(spec, records):
    """NaN is not equal to NaN; as JSON both are null."""
    taken = run(spec, 1)[1]
    assert [record.plain() for record in taken] == [record.plain() for record in records]


@pytest.mark.parametrize("norm", DENSE_NORMS)
def test_every_norm_trains_the_moons(norm):
    spec = tiny(
        norm=norm, widths=(16, 16), batch_size=30, ghost_size=15, groups=4, rate=0.3, dtype="float32", steps=900
    )
    _, record = last_record(start(spec))
    assert record.held.accuracy > 0.93
    assert record.loss < 0.5 * first_record(start(spec)).loss


@pytest.mark.parametrize("norm", DENSE_NORMS)
def test_every_norm_trains_the_digits(norm):
    spec = tiny(norm=norm, data=digits(), widths=(50, 50), batch_size=60, ghost_size=20, groups=5, rate=0.3, steps=400)
    assert last_record(start(spec))[1].held.accuracy > 0.9


@pytest.mark.parametrize("norm", NORMS)
def test_every_norm_trains_convolutions(norm):
    shape = {"widths": (8, 8), "batch_size": 32, "ghost_size": 16, "groups": 4, "activation": "relu"}
    rate = 0.01 if norm == "dyt" else 0.03  # nothing brings a dynamic tanh back from Adam's large steps
    spec = tiny_images(norm=norm, **shape, initialization="he", optimizer="adam", rate=rate, dtype="float32", steps=80)
    _, record = last_record(start(spec))
    assert record.loss < 0.95 * next_record(start(spec))[1].loss
    assert record.held.accuracy > 0.15
