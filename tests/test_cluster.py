"""What a Dask cluster of this machine does is what one process does: all of it on one cluster, as processes cost.

Its scheduler and its workers are processes of their own; two of the three workers are killed on the way.
"""

import os

import anyio
import dask
import dask.array as da
import numpy as np
import pytest
from distributed import Client

import bncore
from app.errors import Busy
from app.settings import Settings
from app.web.runs.executors import kind_of
from app.web.runs.pool import Pool
from bncore import stream
from tests.app.views.training.conftest import short_segments  # noqa: F401
from tests.app.views.training.test_killed import survives
from tests.app.views.training.test_replay import by, here  # noqa: F401
from tests.app.web.runs.conftest import follow, results, threads  # noqa: F401
from tests.app.web.runs.test_pool import killed
from tests.app.web.runs.walk import Walk, run_of, told
from tests.bncore.stream.streams import same_statistics
from tests.dask_cluster import cluster

CHUNKS = [(4000, 4, 3), (700, 4, 3), (1300, 2, 2), ((3990, 3, 7), 4, 3)]
WORKED = lambda dask_worker: any("tally_of_block" in str(entry[0]) for entry in dask_worker.state.log)  # noqa: E731
"""Whether a worker has done a block: without a name, so that the worker need not import this file for it."""


@pytest.mark.usefixtures("short_segments")
def test_a_cluster_does_to_the_bit_what_one_process_does_also_when_workers_are_killed(follow, here, tmp_path):  # noqa: F811
    with cluster(workers=3) as address:
        with Client(address, set_as_default=True) as client:
            statistics_over_all_shards_are_those_of_the_whole_whatever_the_chunks(client)
            output_and_gradient_are_computed_where_the_blocks_are()
            blocks_without_examples_change_nothing()
            what_a_block_holds_is_refused_by_its_place_in_the_whole()
        kind = kind_of(of_a_cluster := Settings(scheduler=address))
        it_computes_what_this_process_computes_though_a_worker_is_killed(follow, kind, tmp_path / "walk")
        it_sees_the_runs_of_a_claim_to_the_bit(of_a_cluster, here, tmp_path)
        survives(follow, kind, tmp_path / "trap")


def batch():
    return np.random.default_rng(7).normal(1e4, 0.01, size=(2, 4000, 4, 3))


def statistics_over_all_shards_are_those_of_the_whole_whatever_the_chunks(client):
    x, dy = batch()
    whole, counted = bncore.statistics(x), stream.statistics(x)
    said = []
    for chunks in CHUNKS:
        seen = stream.statistics(
            da.from_array(x, chunks), dy=da.from_array(dy, (1000, 4, 3)), say=lambda done, *_: said.append(done)
        )
        same_statistics(seen, whole)
        assert np.array_equal(seen.sketch.counts, counted.sketch.counts)
        assert np.array_equal(seen.quantiles([0, 0.3, 1]), counted.quantiles([0, 0.3, 1]))
        assert np.allclose(seen.sums.total, dy.sum(axis=(0, 2)), rtol=1e-12)
    assert said == [0, 4000] * len(CHUNKS)
    assert seen.examples == 4000
    assert set(client.run(WORKED).values()) == {True}


def output_and_gradient_are_computed_where_the_blocks_are():
    x, dy = (part.astype(np.float32) for part in batch())
    whole = bncore.forward(x, gamma=[1, 2, 3, 4])
    gradients = bncore.backward(dy, whole)
    result = stream.batch_norm(da.from_array(x, (900, 2, 3)), [1, 2, 3, 4], dy=da.from_array(dy, 700))
    assert result.y.dtype == result.dx.dtype == np.float32
    assert len(result.y.chunks[0]) == 5
    y, dx = dask.compute(result.y, result.dx)
    assert np.allclose(y, whole.y, atol=1e-5)
    assert np.allclose(dx, gradients.dx, rtol=1e-5, atol=1e-6 * np.abs(gradients.dx).max())
    assert np.allclose(result.dgamma, gradients.dgamma, rtol=1e-9)


def blocks_without_examples_change_nothing():
    x, _ = batch()
    result = stream.batch_norm(da.from_array(x, ((0, 3000, 0, 1000), 4, 3)))
    same_statistics(result.streamed, bncore.statistics(x))
    assert np.allclose(result.y.compute(), bncore.forward(x).y, atol=1e-6)


def what_a_block_holds_is_refused_by_its_place_in_the_whole():
    x, _ = batch()
    x[3777, 2, 1] = np.nan
    with pytest.raises(bncore.NonFiniteInput, match=r"x\[3777, 2, 1\]"):
        stream.statistics(da.from_array(x, (500, 2, 3)))
    with pytest.raises(bncore.ShapeMismatch, match="dy is"):
        stream.statistics(da.from_array(x), dy=np.ones(3))
    unknown = da.from_array(x, 500)
    unknown = unknown[unknown[:, 0, 0] > 0]
    with pytest.raises(bncore.BadParameter, match="compute_chunk_sizes"):
        stream.statistics(unknown)


def it_computes_what_this_process_computes_though_a_worker_is_killed(follow, kind, trap):  # noqa: F811
    assert follow(run_of(Walk(0.4), name="whole"), kind=kind) == told(0.4)
    numbers = killed(trap)
    assert follow(run_of(Walk(0.3, str(trap), 25)), kind=kind) == told(0.3)
    assert numbers
    assert numbers[0] != os.getpid()


def it_sees_the_runs_of_a_claim_to_the_bit(settings, here, folder):  # noqa: F811
    seen, said = by(settings, folder)
    assert seen == here
    assert said[-1] == (len(here), len(here))


def test_a_scheduler_that_is_not_there_is_a_refusal(monkeypatch):
    monkeypatch.setattr("app.web.runs.cluster.PATIENCE", 0.2)

    async def call():
        await Pool(kind_of(Settings(scheduler="tcp://127.0.0.1:9"))).do(os.getpid)

    with pytest.raises(Busy, match="cannot be reached"):
        anyio.run(call)
