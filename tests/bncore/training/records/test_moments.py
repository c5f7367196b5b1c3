"""Which steps are recorded."""

from bncore.training.records.moments import has_held, is_recorded
from bncore.training.spec import RESOLUTIONS
from tests.bncore.training.specs import tiny
from tests.each import each


def moments(spec):
    """All steps that have a record, from 0 on."""
    return tuple(step for step in range(spec.steps + 1) if is_recorded(step, spec))


@each("resolution", RESOLUTIONS)
def test_all_below_64_then_so_many_an_octave_and_the_last(resolution):
    steps = moments(tiny(resolution=resolution, steps=1001))
    assert steps[:64] == tuple(range(64))
    assert len([step for step in steps if 512 <= step < 1000]) <= resolution
    assert len([step for step in steps if 256 <= step < 512]) == min(resolution, 256)
    assert steps[-1] == 1001


@each("resolution", RESOLUTIONS)
def test_every_fourth_looks_at_the_held_out_examples_and_the_last(resolution):
    spec = tiny(resolution=resolution, steps=1001)
    steps = moments(spec)
    assert [step for step in steps if has_held(step, spec)] == [*steps[:-1][::4], 1001]


def test_a_longer_run_has_the_same_moments_until_the_shorter_one_ends():
    short, long = tiny(steps=1001), tiny(steps=5000)
    assert moments(short)[:-1] == tuple(step for step in moments(long) if step < 1001)
    assert is_recorded(1001, short)
    assert not is_recorded(1001, long)
