"""Segments: made once, kept, gone on with from the nearest one that is kept, and left when nobody reads them."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import anyio
import pytest

from app.web.runs.following import records, rows
from app.web.runs.pool import Kind, Pool
from app.web.runs.run import Segment, Taken
from app.web.runs.segments import Segments
from app.web.work.results import Results
from tests.app.web.runs.walk import Walk, run_of, take, told


def lines(path):
    return [int(line) for line in path.read_text().split()] if path.exists() else []


def test_a_run_in_chunks_and_segments_is_the_run_in_one_go(follow):
    assert follow(run_of(Walk(0.3))) == told(0.3)


@pytest.mark.parametrize("segment", [1, 7, 40, 100])
def test_the_length_of_a_segment_changes_no_record(follow, segment):
    assert follow(run_of(Walk(0.3), segment=segment)) == told(0.3)


@pytest.mark.parametrize("after", [-1, 0, 1, 9, 10, 11, 25, 39, 40])
def test_a_reader_goes_on_behind_any_step_by_recomputing(follow, after):
    assert follow(run_of(Walk(0.3)), after) == [record for record in told(0.3) if record[0] > after]


@pytest.mark.parametrize("after", [-1, 0, 9, 10, 11, 39, 40])
def test_a_reader_goes_on_behind_any_step_of_what_is_kept(follow, after, tmp_path):
    counted = tmp_path / "counted"
    follow(run_of(Walk(0.3, counted=str(counted))))
    whole = lines(counted)
    assert follow(run_of(Walk(0.3, counted=str(counted))), after) == [one for one in told(0.3) if one[0] > after]
    assert lines(counted) == whole == list(range(1, 41))


def test_what_is_behind_a_checkpoint_is_computed_from_there(follow, tmp_path):
    counted = tmp_path / "counted"
    follow(run_of(Walk(0.3), steps=20))
    run = run_of(Walk(0.3, counted=str(counted)))
    assert follow(run, after=35) == [one for one in told(0.3) if one[0] > 35]
    assert lines(counted) == list(range(21, 41))


def test_a_kept_segment_that_is_damaged_is_computed_anew(follow, tmp_path):
    run = run_of(Walk(0.3))
    follow(run)
    file = tmp_path / "results" / run.names[1]
    file.write_bytes(file.read_bytes()[:-1] + b"?")
    assert follow(run) == told(0.3)


def test_without_room_for_results_a_run_is_served_all_the_same(follow, tmp_path):
    (tmp_path / "file").write_text("no folder")
    assert follow(run_of(Walk(0.3)), kept=Results(tmp_path / "file" / "results", 10**9)) == told(0.3)


def test_a_run_that_ends_of_itself_ends_there(follow):
    run = run_of(Walk(0.3, ends_at=20))
    assert follow(run) == told(0.3)[:21]
    assert follow(run) == told(0.3)[:21]


@pytest.mark.parametrize("is_kept", [True, False])
def test_two_hundred_readers_cost_one_run(threads, tmp_path, is_kept):
    """Also where no disk keeps what they share."""
    counted, folder = tmp_path / "counted", tmp_path / "folder"
    if not is_kept:
        folder.write_text("no folder")
    results = Results(folder / "results", 10**9)
    run = run_of(Walk(0.3, counted=str(counted)))

    async def all_read():
        segments, read = Segments(Pool(threads), results), []

        async def reader():
            read.append([(record.step, record.body) async for record in records(segments, run)])

        async with anyio.create_task_group() as group:
            for _ in range(200):
                group.start_soon(reader)
        return read

    assert anyio.run(all_read) == [told(0.3)] * 200
    assert lines(counted) == list(range(1, 41))


def test_two_workers_that_share_a_folder_compute_a_run_once(threads, tmp_path):
    counted = tmp_path / "counted"
    run = run_of(Walk(0.3, counted=str(counted)))

    async def both():
        read = []

        async def reader():
            segments = Segments(Pool(threads), Results(tmp_path / "results", 10**9))
            read.append([(record.step, record.body) async for record in records(segments, run)])

        async with anyio.create_task_group() as group:
            group.start_soon(reader)
            group.start_soon(reader)
        return read

    assert anyio.run(both) == [told(0.3)] * 2
    assert sorted(lines(counted)) == list(range(1, 41))


def test_a_run_that_nobody_reads_any_more_stops_within_a_chunk(results, threads, tmp_path):
    counted = tmp_path / "counted"
    run = run_of(Walk(0.3, counted=str(counted)), steps=10**6, segment=10**6)

    async def left():
        pool = Pool(threads)
        segments = Segments(pool, results)
        async for record in records(segments, run):
            if record.step == 3:
                break
        with segments.join(run, 0) as making:
            task = making.task
        await asyncio.wait([task])
        pool.close()  # waits for the chunk
        return len(lines(counted))

    taken = anyio.run(left)
    assert 3 <= taken < 10**6
    assert len(lines(counted)) == taken


def test_what_goes_wrong_is_raised_as_itself(results, threads):
    class Wrong(Exception):
        pass

    def wrong(given, state, steps):
        if state is not None:
            raise Wrong
        return take(given, state, steps)

    async def read():
        run = run_of(Walk(0.3))
        broken = type(run)(wrong, run.given, run.steps, run.segment, run.names)
        async with rows(Segments(Pool(threads), results), {"a": broken}) as all_rows:
            return [row async for row in all_rows]

    with pytest.raises(Wrong):
        anyio.run(read)


def test_variants_stand_side_by_side_and_one_may_end_before_the_other(results, threads):
    runs = {"a": run_of(Walk(0.3), name="a"), "b": run_of(Walk(0.4, ends_at=10), name="b")}

    async def read():
        async with rows(Segments(Pool(threads), results), runs) as all_rows:
            return [(row.step, {name: record.body for name, record in row.records.items()}) async for row in all_rows]

    of_a, of_b = told(0.3), told(0.4)
    expected = [(step, {"a": body} | ({"b": of_b[step][1]} if step <= 10 else {})) for step, body in of_a]
    assert anyio.run(read) == expected


def test_a_segment_is_read_as_it_was_written():
    records = tuple(take(Walk(0.3), None, 5).records)
    segment = Segment(records, b"\x00\nstate\n", True)
    assert Segment.read(segment.written()) == segment
    assert Segment.read(Segment((), b"", False).written()) == Segment((), b"", False)


def test_runs_take_turns(results):
    """One process: of two runs neither is done before the other has begun."""
    order = []

    def noted(given, state, steps):
        order.append(given.start)
        return take(given, state, 1) if state is None else Taken(take(given, state, steps).state, [], False)

    async def both():
        pool = Pool(Kind(lambda: ThreadPoolExecutor(1), lambda executor: executor.shutdown()))
        segments = Segments(pool, results)

        async def read(start):
            run = run_of(Walk(start), steps=100, segment=1, name=f"walk{10 * start:.0f}")
            whole = type(run)(noted, run.given, run.steps, run.segment, run.names)
            async for _ in records(segments, whole):
                pass

        async with anyio.create_task_group() as group:
            group.start_soon(read, 0.3)
            group.start_soon(read, 0.4)

    anyio.run(both)
    assert order.index(0.4) < 10
    assert order.count(0.3) == order.count(0.4) == 100
