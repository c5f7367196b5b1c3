"""Batch size behind a linear layer."""

import numpy as np
import pytest

from tests.app.views.batch_size.asked import get, refused

LAYER = {"layer_width": 3, "weight_scale": 0.5, "layer_bias": 2}


@pytest.mark.parametrize("source", ["wine", "normal"])
def test_a_linear_layer_in_front_is_offered_as_in_the_playground(client, source):
    answer = get(client, source=source, features=4, seed=5, part="estimates", **LAYER)
    assert [feature["name"] for feature in answer["batch"]["features"]] == ["z0", "z1", "z2"]
    assert "behind a linear layer" in answer["batch"]["text"]
    assert "× 3 features" in answer["batch"]["text"]
    playground = client.get(
        "/api/v1/playground", params=LAYER | {"source": source, "features": 4, "seed": 5, "batch_size": 178}
    ).json()
    for feature, mean, var in zip(
        answer["estimates"]["features"], playground["forward"]["mean"], playground["forward"]["var"], strict=True
    ):
        slack = 0 if source == "wine" else 5 / np.sqrt(178)
        assert feature["population"]["mean"] == pytest.approx(mean, abs=1e-9 + slack * np.sqrt(var))
        assert feature["population"]["sd"] == pytest.approx(np.sqrt(var), rel=1e-9 + slack)


@pytest.mark.parametrize(("source", "features", "excess"), [("normal", 4, 0.0), ("laplace", 1, 3.0)])
def test_behind_a_layer_the_kurtosis_is_still_the_distributions(client, source, features, excess):
    answer = get(client, source=source, features=features, part="estimates", **LAYER)
    for feature in answer["estimates"]["features"]:
        assert feature["population"]["excess"] == pytest.approx(excess, abs=1e-9)


def test_behind_a_layer_what_does_not_exist_does_not_come_to_be(client):
    answer = get(client, source="heavy_tailed", degrees_of_freedom=3, features=4, part="estimates", **LAYER)
    assert "no kurtosis" in answer["estimates"]["text"]
    assert (
        "the same for every example"
        in get(client, part="estimates", **LAYER | {"weight_scale": 0})["estimates"]["headline"]
    )


def test_a_layer_that_is_wider_than_this_server_draws_is_refused_by_its_field(client, app, uploaded):
    app.state.settings = app.state.settings.model_copy(update={"batch_size_work": 100_000})
    assert refused(client, source="normal", features=2, layer_width=64)["field"] == "layer_width"
    assert refused(client, feature=3, **LAYER)["field"] == "feature"
    images = uploaded(x=np.random.default_rng(0).normal(size=(6, 3, 4, 4)))
    assert refused(client, source=images, layer_width=4)["field"] == "layer_width"
