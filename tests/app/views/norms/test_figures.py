"""The norms view's figures, held against Plotly's own schema and the numbers that they show."""

import numpy as np
import orjson

from app.views.norms.answer import answer_of
from app.views.norms.block import blocks_of
from app.views.norms.compute import lineup_of
from app.views.norms.query import NormsQuery
from app.web.answers import to_json
from tests.app.conftest import USUAL
from tests.app.figures.complete import check_complete
from tests.each import each

SETTINGS = [
    {}, {"rows": "example"}, {"situation": "huge_channel"}, {"situation": "one_example"}, {"source": "wine"},
    {"situation": "class_sorted", "norm": "renorm"}, {"source": "wine", "situation": "one_example"},
    {"batch_size": "2", "channels": "1"},
]  # fmt: skip


def viewed(**query):
    asked = NormsQuery.model_validate(query)
    return lineup_of(asked, blocks_of(asked, None, USUAL))


def answered(**query):
    return orjson.loads(to_json(answer_of(viewed(**query))))


@each("query", SETTINGS)
def test_every_figure_is_plotlys_and_complete(query):
    check_complete(answered(**query)["figures"])


@each("query", SETTINGS[:5])
def test_before_and_after_share_one_axis(query):
    figures = answered(**query)["figures"]
    axes = [figure["layout"]["xaxis"] for name, figure in figures.items() if name != "published"]
    for axis in axes:
        assert axis["range"] == axes[0]["range"]
        assert axis["ticktext"] == axes[0]["ticktext"]
    symlog = "asinh" in axes[0]["title"]["text"]
    assert symlog == (query.get("situation") == "huge_channel" or query.get("source") == "wine")


def test_the_means_and_deviations_are_the_answers():
    answer = answered()
    for row in answer["norms"]:
        dots = next(t for t in answer["figures"][f"after_{row['name']}"]["data"] if t["name"] == "mean")
        np.testing.assert_allclose(dots["x"], row["after"]["mean"], atol=5e-3)
        np.testing.assert_allclose([numbers[1] for numbers in dots["customdata"]], row["after"]["sd"])


def test_names_that_look_like_html_are_drawn_as_they_are(client):
    content = b'"<a href=""https://evil.example"">x</a>",b\n1,2\n3,4\n5,9\n'
    uploaded = client.post("/api/v1/batches", content=content).json()["id"]
    answer = client.get("/api/v1/norms", params={"source": uploaded}).json()
    assert answer["batch"]["channel_names"][0].startswith("<a href")
    for figure in answer["figures"].values():
        del figure["layout"]["meta"]
        assert "<a href" not in orjson.dumps(figure).decode()


def test_the_published_lines_are_told_apart_by_more_than_colour():
    batch, group = answered(norm="batch")["figures"]["published"]["data"]
    assert batch["y"] == [23.6, 23.7, 24.8, 27.3, 34.7]
    assert batch["line"]["dash"] != group["line"]["dash"]
    assert batch["marker"]["symbol"] != group["marker"]["symbol"]
