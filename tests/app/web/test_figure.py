"""`GET /VIEW/figure`: each figure of each view as CSV."""

import csv
import io

import pytest

from app.registry import VIEWS
from tests.each import each

QUERIES = {
    "playground": {"source": "iris"}, "derivation": {}, "network": {"depth": 2, "width": 8},
    "batch-size": {"draws": 10}, "norms": {"norm": "group"}, "gradient-check": {},
}  # fmt: skip


def figures_of(client, name):
    """The figures of a view's answer to its query."""
    if name == "gradient-check":
        return client.post("/api/v1/gradient-check/view", json=QUERIES[name]).json()["figures"]
    return client.get(f"/api/v1/{name}", params=QUERIES[name]).json()["figures"]


def marks(trace):
    """How many marks a trace draws; a line breaks where a number is missing."""
    if "z" in trace:
        return sum(len(row) for row in trace["z"])
    pairs = list(zip(trace["x"], trace["y"], strict=True))
    return len(pairs) if trace["type"] != "scatter" else sum(None not in pair for pair in pairs)


@pytest.mark.parametrize("view", [view.name for view in VIEWS if view.has_figures])
def test_each_figure_of_a_view_leaves_as_csv(client, view):
    figures = figures_of(client, view)
    assert figures
    for name, figure in figures.items():
        answer = client.get(f"/api/v1/{view}/figure", params=QUERIES[view] | {"figure": name})
        assert answer.status_code == 200, (name, answer.text[:300])
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        assert answer.headers["content-disposition"] == f'attachment; filename="bnscope-{view}-{name}.csv"'
        head, *rows = csv.reader(io.StringIO(answer.text))
        assert head[0] == "series"
        assert all(len(row) == len(head) for row in rows), name
        assert len(rows) == sum(marks(trace) for trace in figure["data"]), name


def test_a_view_without_figures_has_no_call_for_them(server):
    without = [view.name for view in VIEWS if not view.has_figures]
    assert without
    paths = server.get("/api/v1/openapi.json").json()["paths"]
    assert [name for name in without if f"/api/v1/{name}/figure" in paths] == []


def test_the_numbers_are_those_of_the_answer(server):
    published = server.get("/api/v1/norms").json()["reference"]
    rows = list(csv.DictReader(io.StringIO(server.get("/api/v1/norms/figure?figure=published").text)))
    errors = [float(row["validation error in %"]) for row in rows if row["series"] == "Batch norm"]
    assert errors == published["errors"]["batch"]


@each(
    ("query", "allowed"),
    [({"figure": "other"}, "before, after_group, published"), ({}, "before, after_group, published"),
     ({"figure": 'a"b'}, "a figure's name"), ({"figure": "published", "parts": "stage"}, "")],
)  # fmt: skip
def test_a_figure_that_is_not_there_is_refused_with_those_that_are(server, query, allowed):
    answer = server.get("/api/v1/norms/figure", params=QUERIES["norms"] | query)
    assert answer.status_code == 422
    (row,) = answer.json()["errors"]
    assert row["field"] == "figure"
    assert row["allowed"].startswith(allowed)


def test_what_a_view_refuses_its_figures_refuse(server):
    answer = server.get("/api/v1/norms/figure?figure=published&groups=4")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "groups")


def test_a_file_is_kept_by_its_etag(client):
    first = client.get("/api/v1/norms/figure?figure=published")
    again = client.get("/api/v1/norms/figure?figure=published", headers={"if-none-match": first.headers["etag"]})
    assert again.status_code == 304
    assert client.get("/api/v1/norms/figure?figure=before").headers["etag"] != first.headers["etag"]
