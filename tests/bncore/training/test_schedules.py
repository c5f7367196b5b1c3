"""Learning rates: schedules and the changes of a person."""

import pytest

from bncore.training import SCHEDULES, advance, start
from bncore.training.schedules import rate_at
from tests.bncore.training.specs import tiny
from tests.each import each


def rates(steps, **given):
    return [rate_at(tiny(rate=0.8, **given), step) for step in steps]


def test_each_schedule_at_some_steps():
    assert rates((0, 199), schedule="constant") == [0.8, 0.8]
    assert rates((0, 49, 50, 149), schedule="step", factor=0.5, every=50) == [0.8, 0.8, 0.4, 0.2]
    assert rates((0, 25, 50), schedule="exponential", factor=4.0, every=50) == pytest.approx([0.8, 1.6, 3.2])
    assert rates((0, 100, 200), schedule="cosine") == pytest.approx([0.8, 0.4, 0.0])


@each("schedule", SCHEDULES)
def test_a_change_sets_the_rate_and_the_schedule_goes_on_from_there(schedule):
    settings = {"schedule": schedule, "factor": 0.5, "every": 50}
    changed = rates((29, 30, 99), changes=((30, 0.1),), **settings)
    before, at, later = rates((29, 30, 99), **settings)
    assert changed == pytest.approx([before, 0.1, 0.1 * later / at])


@pytest.mark.parametrize("schedule", ["exponential", "step"])
def test_a_rate_that_outgrows_float64_is_infinite_and_the_run_diverges(schedule):
    spec = tiny(schedule=schedule, factor=1e9, every=1)
    assert rate_at(spec, 100) == float("inf")
    assert advance(start(spec), 200)[0].has_diverged


def test_a_record_tells_the_rate_of_the_next_update():
    spec = tiny(rate=0.8, changes=((3, 0.1),))
    assert [record.rate for record in advance(start(spec), 4)[1]] == [0.8, 0.8, 0.1, 0.1]
