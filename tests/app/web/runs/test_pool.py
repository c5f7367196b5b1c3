"""A chunk whose process is killed is done once more, by processes of this machine as by a Dask cluster's."""

import os
import signal
import threading
from concurrent.futures import BrokenExecutor, ThreadPoolExecutor

import anyio
import pytest
from starlette.testclient import TestClient

from app.errors import Busy
from app.settings import Settings
from app.web.runs.executors import kind_of
from app.web.runs.pool import ATTEMPTS, Kind, Pool
from tests.app.web.runs.walk import LONG, Walk, run_of, told, trapped
from tests.each import each


def killed(trap):
    """Kills who falls into the trap; a list that then has its number."""
    numbers = []

    def kill():
        numbers.append(trapped(trap))
        os.kill(numbers[0], signal.SIGKILL)

    threading.Thread(target=kill).start()
    return numbers


def test_a_process_that_is_killed_in_mid_chunk_costs_its_recomputation_alone(follow, tmp_path):
    kind = kind_of(Settings(processes=2))
    trap, counted = tmp_path / "trap", tmp_path / "counted"
    numbers = killed(trap)
    run = run_of(Walk(0.3, str(trap), 25, str(counted)))
    assert follow(run, kind=kind) == told(0.3)
    assert numbers
    assert numbers[0] != os.getpid()
    steps = [int(line) for line in counted.read_text().split()]
    again = [step for step in set(steps) if steps.count(step) > 1]
    assert all(20 < step < 25 for step in again)  # of the chunk that was under way, and of its segment


def die(_number):
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_call_that_kills_every_process_is_given_up():
    async def call():
        pool = Pool(kind_of(Settings(processes=1)))
        try:
            await pool.do(die, 0)
        finally:
            pool.close()

    assert ATTEMPTS > 1
    with pytest.raises(Busy, match="have died"):
        anyio.run(call)


def test_a_cancelled_call_is_not_done_again():
    async def call():
        pool = Pool(kind_of(Settings(processes=0)))
        with anyio.move_on_after(0.01) as scope:
            await pool.do(threading.Event().wait, 1)
        pool.close()
        return scope.cancelled_caught

    assert anyio.run(call)


class Counted(ThreadPoolExecutor):
    calls = 0

    def submit(self, *given):
        self.calls += 1
        return super().submit(*given)


def test_a_pool_that_is_warm_has_begun_as_many_processes_and_takes_calls_with_them():
    made = []

    def make():
        made.append(Counted(2))
        return made[-1]

    async def call():
        pool = Pool(Kind(make, lambda executor: executor.shutdown()))
        await pool.warm(2)
        assert (len(made), made[0].calls) == (1, 2)
        assert await pool.do(os.getpid) == os.getpid()
        pool.close()

    anyio.run(call)
    assert (len(made), made[0].calls) == (1, 3)


@each("error", [BrokenExecutor, BlockingIOError, MemoryError])
def test_a_pool_that_cannot_be_warmed_is_tried_again_by_the_first_call(error):
    made = []

    def make():
        made.append(ThreadPoolExecutor(1))
        if len(made) == 1:
            raise error
        return made[-1]

    async def call():
        pool = Pool(Kind(make, lambda executor: executor.shutdown()))
        await pool.warm(2)
        assert await pool.do(os.getpid) == os.getpid()
        pool.close()

    anyio.run(call)


def test_a_server_gets_its_pool_ready_while_nobody_waits(app, monkeypatch):
    warmed = threading.Event()

    async def warm(_runs):
        warmed.set()

    monkeypatch.setattr("app.web.runs.runs.Runs.warm", warm)
    with TestClient(app):
        assert warmed.wait(LONG)
