"""A hand shares what was imported before it was forked, and gives back what a job has taken."""

import asyncio
import gc
from pathlib import Path

import pytest

from app.settings import Settings
from app.web.work import results
from app.web.work.crew import Processes
from app.web.work.hand import resident
from app.web.work.job import Bench, Job

MEBIBYTE = 2**20
ROLLUP = Path("/proc/self/smaps_rollup")
kept: list[bytes] = []

pytestmark = pytest.mark.skipif(not ROLLUP.exists(), reason="only Linux tells what a process has to itself")


def bench():
    return Bench(Settings(), None, {})


def own():
    """Bytes of this process that it shares with no other."""
    rows = (line.split() for line in ROLLUP.read_text().splitlines()[1:])
    return sum(1024 * int(row[1]) for row in rows if row[0].startswith("Private"))


def collecting(_bench, teller):
    teller.began(False)
    before = own()
    gc.collect()
    yield str(own() - before).encode()


def growing(_bench, teller, blocks):
    """Takes so many blocks of memory, frees all but the last, and says what is resident."""
    teller.began(False)
    yield str(resident()).encode()
    taken = [bytes(3000) for _ in range(blocks)]
    kept.append(taken[-1])


@pytest.fixture(scope="module")
def hand():
    made = Processes(1, bench)
    yield made
    made.close()


def done(hand, path, call, *given):
    path.touch()
    asyncio.run(hand.do(Job(call, given, path, squeezed=False, may_be_long=True), lambda _message: None))
    return int(results.opened(path).plain())


def test_a_full_collection_copies_nothing_of_what_was_imported(hand, tmp_path):
    assert done(hand, tmp_path / "r", collecting) < 2 * MEBIBYTE


def test_what_a_job_has_taken_is_given_back_though_something_above_it_stays(hand, tmp_path):
    before = done(hand, tmp_path / "r", growing, 20_000)
    assert done(hand, tmp_path / "r", growing, 1) - before < 20 * MEBIBYTE
