"""Segments over folders and pools of a test's own."""

from concurrent.futures import ThreadPoolExecutor

import anyio
import pytest

from app.web.runs.following import BEGINNING, records
from app.web.runs.pool import Kind, Pool
from app.web.runs.segments import Segments
from app.web.work.results import Results


@pytest.fixture
def results(tmp_path):
    return Results(tmp_path / "results", 10**9)


@pytest.fixture
def threads():
    return Kind(lambda: ThreadPoolExecutor(2), lambda executor: executor.shutdown())


@pytest.fixture
def follow(results, threads):
    """The records of a run behind a step, by a pool of a kind."""

    def followed(run, after=BEGINNING, kind=threads, kept=results):
        async def all_records():
            pool = Pool(kind)
            try:
                segments = Segments(pool, kept)
                return [(record.step, record.body) async for record in records(segments, run, after)]
            finally:
                pool.close()

        return anyio.run(all_records)

    return followed
