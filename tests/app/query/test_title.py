"""A source is called the same on every page and in every answer."""

import numpy as np
import pytest

from app.query.source import BatchFields
from app.registry import VIEWS
from tests.each import each

BATCHES = {view.name: view for view in VIEWS if issubclass(view.query, BatchFields)}
LAYERED = [name for name, view in BATCHES.items() if "layer_width" in view.query.model_fields]
SMALL = {"network": {"depth": 2, "width": 4}, "batch-size": {"draws": 50}}
VALUES = "1,10;2,30;4,20;5,40"


def batch(client, name, **query):
    answer = client.get(f"/api/v1/{name}", params=SMALL.get(name, {}) | query)
    assert answer.status_code == 200, answer.text
    return answer.json()["batch"]


def test_there_are_views_with_and_without_a_layer():
    assert {"playground", "derivation", "batch-size"} <= set(LAYERED) < set(BATCHES)


@pytest.mark.parametrize("name", BATCHES)
def test_every_view_calls_a_source_the_same(client, uploaded, name):
    upload = uploaded(x=np.arange(12.0).reshape(6, 2) ** 2)
    titles = {"wine": "Wine", "inline": "Typed table", upload: f"Upload {upload[:8]}…"}
    for source, title in titles.items():
        told = batch(client, name, source=source, values=VALUES)
        assert told["text"].startswith(f"{title}: ")
        assert told.get("title", title) == title


@each("name", LAYERED)
def test_every_view_with_a_layer_in_front_says_so(server, name):
    told = batch(server, name, source="inline", values=VALUES, layer_width=3)
    assert told["title"] == "Typed table, behind a linear layer"
    assert told["text"].startswith(told["title"] + ": ")


@pytest.mark.parametrize("name", BATCHES)
def test_the_menu_calls_a_source_as_the_answer_does(client, uploaded, name):
    upload = uploaded(x=np.arange(12.0).reshape(6, 2) ** 2)
    page = client.get(BATCHES[name].page.path, params=SMALL.get(name, {}) | {"source": upload}).text
    assert ">Typed table</option>" in page
    assert f">Upload {upload[:8]}…</option>" in page
