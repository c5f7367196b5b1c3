"""A Dask cluster of two worker processes has the digits of one look at all, however the array is cut."""

import dask
import dask.array as da
import numpy as np
import pytest
from distributed import Client

import bncore
from bncore import stream
from tests.app.web.runs.dask import cluster_of_two
from tests.bncore.stream.streams import same_statistics

CHUNKS = [(4000, 4, 3), (700, 4, 3), (1300, 2, 2), ((3990, 3, 7), 4, 3)]


@pytest.fixture(scope="module")
def client():
    with cluster_of_two() as address, Client(address, set_as_default=True) as client:
        yield client


@pytest.fixture
def batch(rng):
    return rng.normal(1e4, 0.01, size=(2, 4000, 4, 3))


def test_statistics_over_all_shards_are_those_of_the_whole_whatever_the_chunks(client, batch):
    x, dy = batch
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
    assert set(client.run(worked).values()) == {True}


def worked(dask_worker):
    """Whether a worker has done a block."""
    return any("tally_of_block" in str(entry[0]) for entry in dask_worker.state.log)


@pytest.mark.usefixtures("client")
def test_output_and_gradient_are_computed_where_the_blocks_are(batch):
    x, dy = (part.astype(np.float32) for part in batch)
    whole = bncore.forward(x, gamma=[1, 2, 3, 4])
    gradients = bncore.backward(dy, whole)
    result = stream.batch_norm(da.from_array(x, (900, 2, 3)), [1, 2, 3, 4], dy=da.from_array(dy, 700))
    assert result.y.dtype == result.dx.dtype == np.float32
    assert len(result.y.chunks[0]) == 5
    y, dx = dask.compute(result.y, result.dx)
    assert np.allclose(y, whole.y, atol=1e-5)
    assert np.allclose(dx, gradients.dx, rtol=1e-5, atol=1e-6 * np.abs(gradients.dx).max())
    assert np.allclose(result.dgamma, gradients.dgamma, rtol=1e-9)


@pytest.mark.usefixtures("client")
def test_blocks_without_examples_change_nothing(batch):
    x, _ = batch
    result = stream.batch_norm(da.from_array(x, ((0, 3000, 0, 1000), 4, 3)))
    same_statistics(result.streamed, bncore.statistics(x))
    assert np.allclose(result.y.compute(), bncore.forward(x).y, atol=1e-6)


@pytest.mark.usefixtures("client")
def test_what_a_block_holds_is_refused_by_its_place_in_the_whole(batch):
    x, _ = batch
    x[3777, 2, 1] = np.nan
    with pytest.raises(bncore.NonFiniteInput, match=r"x\[3777, 2, 1\]"):
        stream.statistics(da.from_array(x, (500, 2, 3)))
    with pytest.raises(bncore.ShapeMismatch, match="dy is"):
        stream.statistics(da.from_array(x), dy=np.ones(3))
    unknown = da.from_array(x, 500)
    unknown = unknown[unknown[:, 0, 0] > 0]
    with pytest.raises(bncore.BadParameter, match="compute_chunk_sizes"):
        stream.statistics(unknown)
