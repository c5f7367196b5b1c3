"""Variants as runs: bit-identical in any chunks, in segments that runs share as far as they are the same."""

import anyio
import pytest

from app.views.training.runs.cost import segment_of, step_cost
from app.web.runs.following import rows
from app.web.runs.pool import Pool
from app.web.runs.run import Record
from app.web.runs.segments import Segments
from app.web.work.results import Results
from bncore.kernels import using
from bncore.training import SCHEDULES
from tests.app.views.training.asked import QUICK, prepared, told
from tests.app.web.runs.conftest import threads  # noqa: F401

KINDS = [
    {"b": "norm:batch,optimizer:adam,rate:0.01"}, {"b": "norm:ghost,ghost_size:5,dropout:0.3,weight_noise:0.1"},
    {"b": "norm:renorm,warm_up:20,norm_noise:0.5", "schedule": "cosine"}, {"changes": "1@7;0.01@31"},
    {"source": "digits", "architecture": "convolutional", "widths": "4,4", "b": "norm:layer", "steps": 12},
]  # fmt: skip


@pytest.mark.parametrize("query", KINDS, ids=str)
def test_a_run_in_chunks_is_the_run_in_one_go(query):
    for run in prepared(**query).runs.values():
        whole = told(run)
        assert told(run, [1, 2, 6, *[1] * (run.steps - 9)]) == whole
        assert [step for step, _ in whole[0]] == list(range(run.steps + 1))


def names(letter="b", **query):
    return prepared(**query).runs[letter].names


def shared(first, second):
    """How many segments two runs have in common."""
    return sum(a == b for a, b in zip(first, second, strict=False))


def test_a_segment_has_its_name_from_what_computes_it_too():
    with using("auto") as by:
        usual = names(steps=10)
        assert names(steps=10) == usual
    with using("numpy"):
        assert (names(steps=10) == usual) == (by.name == "numpy")


@pytest.mark.usefixtures("short_segments")
def test_a_segment_has_its_name_from_all_that_is_made_in_it():
    usual = names(steps=60)
    assert (len(usual), len(set(usual))) == (4, 4)
    assert all("." not in name for name in usual)
    assert shared(usual, names(steps=60, changes="0.5@40")) == 2  # steps 1 to 32
    assert shared(usual, names(steps=60, changes="0.5@48")) == 2  # the record of step 48 tells its rate
    assert shared(usual, names(steps=60, changes="0.5@49")) == 3
    assert shared(usual, names(steps=80)) == 3  # the last one has a record of the end
    assert shared(usual, names(steps=60, b="norm:batch,changes:0.5@20")) == 1
    for other in ({"unit": 3}, {"resolution": "8"}, {"rate": 0.2}, {"seed": 1}, {"held": 40}, {"scaling": "none"}):
        assert shared(usual, names(steps=60, **other)) == 0, other
    assert shared(names(steps=60, schedule="cosine"), names(steps=80, schedule="cosine")) == 0
    assert shared(names("a", steps=60), usual) == 0


@pytest.mark.usefixtures("short_segments")
@pytest.mark.parametrize("schedule", SCHEDULES)
def test_segments_have_names_of_their_own_where_the_rate_is_always_the_same(schedule):
    for query in ({"rate": 0}, {"changes": "0@10"}):
        told = names(steps=60, schedule=schedule, **query)
        assert len(set(told)) == len(told) == 4


def test_a_variant_by_another_letter_or_beside_others_is_the_same_run():
    assert names("b") == names("c", c="norm:batch") == names("a", a="norm:batch", b="") == names("a", a="")


def test_a_segment_takes_about_as_long_whatever_is_trained_and_runs_of_one_cost_have_equal_ones():
    specs = [prepared(**query).specs["b"] for query in ({}, {"widths": "512,512", "batch_size": 90}, *KINDS)]
    assert segment_of(specs[1]) < segment_of(specs[0])
    for spec in specs:
        assert segment_of(spec) == 4096 or 1e10 / 2 <= segment_of(spec) * step_cost(spec) <= 2e10
    assert segment_of(prepared(steps=20_000).specs["b"]) == segment_of(specs[0])


@pytest.mark.usefixtures("short_segments")
def test_two_who_read_at_the_same_time_and_a_page_that_shares_a_variant_cost_one_run(tmp_path, threads, taken):  # noqa: F811
    first, second = prepared(), prepared(a="norm:batch", b="norm:layer")

    async def read(segments, runs, into):
        async with rows(segments, runs) as coming:
            into.extend([row async for row in coming])

    async def all_of_them():
        pool, told = Pool(threads), [[], [], []]
        segments = Segments(pool, Results(tmp_path / "results", 10**9))
        async with anyio.create_task_group() as group:
            for runs, into in zip((first.runs, first.runs, second.runs), told, strict=True):
                group.start_soon(read, segments, runs, into)
        pool.close()
        return told

    one, other, third = anyio.run(all_of_them)
    assert one == other
    assert sum(taken) == 3 * QUICK["steps"]  # none, batch, layer
    assert [row.records["a"] for row in third] == [row.records["b"] for row in one]
    assert isinstance(third[0].records["b"], Record)
