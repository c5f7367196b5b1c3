"""A Dask cluster of a scheduler and two worker processes computes the same records, also when a worker is killed."""

import os

import anyio
import pytest

from app.errors import Busy
from app.settings import Settings
from app.web.runs.executors import kind_of
from app.web.runs.pool import Pool
from tests.app.web.runs.dask import cluster_of_two
from tests.app.web.runs.test_pool import killed
from tests.app.web.runs.walk import Walk, run_of, told


@pytest.fixture(scope="module")
def scheduler():
    with cluster_of_two() as address:
        yield address


def test_a_cluster_computes_what_this_process_computes_though_a_worker_is_killed(follow, scheduler, tmp_path):
    kind = kind_of(Settings(scheduler=scheduler))
    assert follow(run_of(Walk(0.4), name="whole"), kind=kind) == told(0.4)
    trap = tmp_path / "trap"
    numbers = killed(trap)
    assert follow(run_of(Walk(0.3, str(trap), 25)), kind=kind) == told(0.3)
    assert numbers
    assert numbers[0] != os.getpid()


def test_a_scheduler_that_is_not_there_is_a_refusal(monkeypatch):
    monkeypatch.setattr("app.web.runs.cluster.PATIENCE", 0.2)

    async def call():
        await Pool(kind_of(Settings(scheduler="tcp://127.0.0.1:9"))).do(os.getpid)

    with pytest.raises(Busy, match="cannot be reached"):
        anyio.run(call)
