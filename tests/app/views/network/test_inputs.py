"""`GET /network`: what enters the network, rows or images, and its labels."""

import numpy as np
import pytest

from tests.app.views.network.asking import SMALL, URL, at, get


def test_the_labels_are_the_datas_or_said_to_be_seeded(server):
    wine, normal = (get(server, **SMALL, source=source) for source in ("wine", "normal"))
    assert (wine["batch"]["classes"], wine["batch"]["seeded_labels"]) == (3, False)
    assert (normal["batch"]["classes"], normal["batch"]["seeded_labels"]) == (10, True)
    assert any("drawn by the seed" in text for text in normal["conventions"])
    assert not any("drawn by the seed" in text for text in wine["conventions"])


def test_inputs_are_standardized_unless_asked_not_to(server):
    columns = [get(server, **SMALL, source="wine", standardize=s)["columns"]["without"] for s in ("on", "off")]
    on, off = (at(column, "z1")["sd"] for column in columns)
    assert off > 50 * on


def test_a_convolutional_network_alone_has_a_size_and_a_source_that_fit_it(client):
    answer = get(client, architecture="convolutional")
    assert answer["network"]["text"] == "4 blocks of width 16"
    assert answer["batch"]["title"] == "Digits"
    assert answer["query"] == {"architecture": "convolutional"}
    spelt = client.get(URL, params={"architecture": "convolutional", "depth": 4, "width": 16})
    assert spelt.headers["etag"] == client.get(URL, params={"architecture": "convolutional"}).headers["etag"]


def test_the_description_says_that_the_default_size_depends_on_the_architecture(server):
    parameters = server.get("/api/v1/openapi.json").json()["paths"][URL]["get"]["parameters"]
    told = {row["name"]: row["description"] for row in parameters}
    assert "4 of a convolutional network" in told["depth"]
    assert "16 of a convolutional network" in told["width"]


def test_a_convolutional_network_on_the_digits_has_channels(server):
    answer = get(server, architecture="convolutional", depth=2, width=6, batch_size=16, shown="norm")
    assert answer["batch"]["shape"] == [16, 1, 8, 8]
    shapes = [module["shape"] for module in answer["network"]["modules"]]
    assert shapes[:3] == [[16, 6, 8, 8]] * 3
    assert [module["kind"] for module in answer["network"]["modules"][-2:]] == ["pooling", "readout"]
    assert at(answer["columns"]["with"], "norm2")["sd"] == pytest.approx(1, abs=1e-3)
    assert any("per channel" in text for text in answer["conventions"])


@pytest.mark.parametrize(("axis", "shape"), [(1, [9, 3, 6, 5]), (3, [9, 5, 3, 6])])
def test_a_convolutional_network_on_an_uploaded_array_of_images(client, uploaded, axis, shape):
    x = np.random.default_rng(0).standard_normal((9, 3, 6, 5)).astype(np.float32)
    source = uploaded(x=x, y=np.arange(9) % 3)
    query = {"architecture": "convolutional", "depth": 2, "width": 4, "source": source, "feature_axis": axis}
    answer = get(client, **query)
    assert answer["batch"]["shape"] == shape
    assert answer["network"]["modules"][0]["shape"] == [9, 4, *shape[2:]]
    flat = get(client, **SMALL, source=source)
    assert flat["batch"]["shape"] == [9, 90]
