"""A claim of many runs, done side by side: by processes, by a Dask cluster, and as a stream of how far it is."""

from dataclasses import replace

import anyio
import orjson
import pytest

from app.settings import Settings
from app.views.training.claims.record import measured
from app.views.training.claims.replay import seen_of
from app.web.runs.executors import kind_of
from app.web.runs.pool import Pool
from app.web.runs.segments import Segments
from app.web.work.results import Results
from bncore.training.claims import CLAIMS
from bncore.training.claims.batches.sizes import NORMS, SIZES, error, specs_of, told
from bncore.training.claims.claim import run
from bncore.training.claims.trials import Trials
from tests.bncore.training.specs import digits

SMALL = {"sizes": (2, 32), "seeds": (0,), "widths": (20, 20), "steps": 60}
STREAMED = {"Accept": "text/event-stream"}


@pytest.fixture(scope="module")
def here():
    """What this process sees of the small runs, one after the other."""
    return {name: error(run(spec)[0]) for name, spec in specs_of(digits(), **SMALL).items()}


def by(settings, folder):
    """What a pool sees of them, and how far it has said to be."""
    said = []

    async def say(done, of):
        said.append((done, of))

    async def do():
        pool = Pool(kind_of(settings))
        try:
            return await seen_of(Segments(pool, Results(folder, 10**8)), pool, error, specs_of(digits(), **SMALL), say)
        finally:
            pool.close()

    return anyio.run(do), said


def test_processes_see_what_this_one_sees_and_say_how_far_they_are(here, tmp_path):
    seen, said = by(Settings(processes=2), tmp_path)
    assert seen == here
    assert list(seen) == list(here)
    assert said == [(done, len(here)) for done in range(1, len(here) + 1)]
    assert len(set(here.values())) > len(NORMS)


@pytest.fixture
def few_runs(monkeypatch):
    """The claim by one run for each of its means, of two steps."""
    of_one = {f"{norm} {size} {seed}": f"{norm} {size} 0" for norm in NORMS for size in SIZES for seed in range(3)}
    trials = Trials(
        lambda data: specs_of(data, seeds=(0,), widths=(4,), groups=2, steps=2),
        error,
        lambda seen: told({name: seen[one] for name, one in of_one.items()}),
    )
    monkeypatch.setitem(CLAIMS, "batch_sizes", replace(CLAIMS["batch_sizes"], trials=trials))


@pytest.mark.usefixtures("few_runs")
def test_a_replay_is_a_stream_of_how_many_runs_have_ended_and_then_what_came(client):
    address = "/api/v1/training/claim?name=batch_sizes&replay=on"
    blocks = client.get(address, headers=STREAMED).content.split(b"\n\n")[:-1]
    told_so = [block.removeprefix(b"event: ").split(b"\ndata: ") for block in blocks if block.startswith(b"event")]
    assert [name for name, _ in told_so] == [b"progress"] * 15 + [b"result"]
    assert [orjson.loads(data)["done"] for _, data in told_so[:-1]] == list(range(1, 16))
    came = orjson.loads(told_so[-1][1])
    assert came == client.get(address, headers={"Accept": "application/json"}).json()
    assert came["as_said"] is False
    cells = [cell for row in came["table"]["rows"].values() for cell in row]
    assert len(cells) == 15
    assert came["measured"] != measured()["batch_sizes"].holds.text


def test_without_a_replay_it_is_the_record(client):
    for name in ("batch_sizes", "pace"):
        came = client.get(f"/api/v1/training/claim?name={name}").json()
        assert came["measured"] == measured()[name].holds.text
        assert came["as_said"] is True


def test_what_is_no_claim_of_many_runs_is_not_replayed(client):
    answer = client.get("/api/v1/training/claim?name=pace&replay=on")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "replay"
