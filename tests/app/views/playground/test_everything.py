"""The playground of a large array: a mini-batch of its sample, beside the statistics over everything."""

import numpy as np
import pytest
from starlette.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from tests.app.strict_json import parsed
from tests.app.views.playground.asked import URL

STREAMED = {"Accept": "text/event-stream"}
X = np.random.default_rng(6).normal([0, 10, 5], [1, 4, 0], size=(400_000, 3)).astype(np.float32)


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """A client of a server that lists one large array."""
    folder = tmp_path_factory.mktemp("large")
    (folder / "arrays").mkdir()
    np.save(folder / "arrays" / "x.npy", X)
    np.savez_compressed(folder / "arrays" / "packed.npz", x=X[:5000])
    settings = Settings(uploads_dir=folder / "uploads", cache_dir=folder / "cache", datasets=str(folder / "arrays"))
    return TestClient(create_app(settings))


def events(client, **query):
    """The events of a stream: their names and data."""
    blocks = client.get(URL, params=query, headers=STREAMED).content.split(b"\n\n")
    parts = [block.split(b"\ndata: ", 1) for block in blocks if block.startswith(b"event")]
    return [(name.removeprefix(b"event: ").decode(), parsed(data)) for name, data in parts]


def test_the_statistics_are_taken_with_progress_and_are_there_at_once_the_second_time(large):
    first = events(large, source="large:x.npy")
    told = [data for name, data in first if name == "progress" and data["text"].startswith("statistics over")]
    assert [data["of"] for data in told] == [400_000] * len(told)
    assert told[-1]["text"] == "statistics over 400,000 of 400,000 examples"
    name, answer = first[-1]
    assert name == "result"
    everything, wide = answer["everything"], X.astype(np.float64)
    assert everything["examples"] == 400_000
    assert np.allclose(everything["mean"], wide.mean(axis=0), rtol=1e-6)
    assert np.allclose(everything["sd"], wide.std(axis=0), rtol=1e-6)
    assert np.allclose(everything["median"], np.median(wide, axis=0), atol=0.05)
    assert (everything["min"], everything["max"]) == (wide.min(axis=0).tolist(), wide.max(axis=0).tolist())
    assert answer["batch"]["examples"] == 4096
    assert "Over all 400,000 examples means are from" in answer["captions"]["everything"]
    again = events(large, source="large:x.npy", seed=1, batch_size=32)
    assert not any("statistics over" in data.get("text", "") for _, data in again)
    assert again[-1][1]["everything"] == everything


def test_of_a_packed_file_both_passes_are_told(large):
    told = [data["text"] for _, data in events(large, source="large:packed.npz") if "text" in data]
    first = told.index("the first of two passes: statistics over 5,000 of 5,000 examples")
    assert told[first + 1].startswith("the second of two passes: a sample to draw from, out of ")
    assert not any("passes" in data.get("text", "") for _, data in events(large, source="large:packed.npz", seed=1))


def test_inference_normalizes_by_the_statistics_of_all(large):
    answer = parsed(large.get(URL, params={"source": "large:x.npy", "mode": "inference", "batch_size": 64}).content)
    assert np.allclose(answer["forward"]["mean"], X.mean(axis=0, dtype=np.float64))
    assert answer["conventions"][1] == "normalized by the running statistics over all 400,000 examples of x.npy"


def test_the_picture_is_of_every_number(large):
    answer = parsed(large.get(URL, params={"source": "large:x.npy", "batch_size": 8}).content)
    shapes, _, means = answer["figures"]["everything"]["data"]
    assert means["text"] == ["x0", "x1", "x2"]
    assert answer["figures"]["everything"]["layout"]["title"]["text"] == "x: all 400,000 examples"
    on_row = [x for x, y in zip(shapes["x"], shapes["y"], strict=True) if y is not None and 2 < y <= 3]
    assert min(on_row) < -2.5
    assert max(on_row) > 2.5
    chosen = parsed(large.get(URL, params={"source": "large:x.npy", "selected": "1"}).content)
    assert chosen["figures"]["everything"]["data"][2]["text"] == ["x1"]
    assert chosen["figures"]["everything"]["layout"]["meta"]["note"].startswith(
        "1 of 3 features; those that are ticked"
    )
    assert large.get(f"{URL}/figure", params={"source": "large:x.npy", "figure": "everything"}).status_code == 200


def test_behind_a_layer_nothing_is_said_of_everything(large):
    answer = parsed(large.get(URL, params={"source": "large:x.npy", "layer_width": 2}).content)
    assert "everything" not in answer
    assert "everything" not in answer["figures"]


def test_the_catalogue_and_the_menus_have_it_and_every_view_takes_it(large):
    listed = {"source": "large:x.npy", "title": "x.npy", "bytes": X.nbytes + 128}
    assert listed in large.get("/api/v1/catalog").json()["large"]
    small = {"network": {"depth": 2, "width": 4, "batch_size": 16}, "batch-size": {"parts": "stage"}}
    for view in ("network", "batch-size", "norms", "derivation"):
        asked = {"source": "large:x.npy", **small.get(view, {})}
        assert large.get(f"/api/v1/{view}", params=asked).status_code == 200, view
    assert '<option value="large:x.npy"' in large.get("/").text


def test_one_that_is_not_listed_is_refused_at_the_source(large):
    answer = large.get(URL, params={"source": "large:y.npy"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["allowed"] == "large:packed.npz, large:x.npy"
    assert large.get("/?source=large:y.npy").status_code == 422
