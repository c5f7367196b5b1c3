"""A view is a line in the registry: its call, its page, its place in navigation, catalogue and description follow."""

import re
from dataclasses import dataclass

import pytest
from starlette.testclient import TestClient

from app.main import create_app
from app.query.control import QueryModel, control
from app.registry import VIEWS
from app.web.view import Call, Page, View


class Tiny(QueryModel):
    """A number to be doubled."""

    number: int = control(2, "What is doubled.", title="Number", group="data", ge=0, le=9)


@dataclass(frozen=True)
class Ready:
    query: Tiny
    work: int = 0


TINY = View(
    name="tiny", title="Tiny", query=Tiny, prepare=lambda _, query: Ready(query),
    compute=lambda ready, _: 2 * ready.query.number, answer=lambda doubled: {"doubled": doubled}, catalogued="tiny",
    call=Call(
        "tiny", "tiny", "Twice a number", "Doubles.", "The double.", {"doubled": 4}, "No number.", [{"query": ""}],
    ),
    page=Page("/tiny", "not_found.html", lambda *_: {}),
)  # fmt: skip


def served(settings):
    return TestClient(create_app(settings, (*VIEWS, TINY)))


def test_a_view_in_the_list_has_a_call_and_a_page(settings):
    client = served(settings)
    assert client.get("/api/v1/tiny?number=4").json() == {"doubled": 8}
    assert client.get("/api/v1/tiny?number=10").json()["errors"][0]["field"] == "number"
    assert client.get("/api/v1/tiny").headers["etag"] != client.get("/api/v1/tiny?number=3").headers["etag"]
    assert client.get("/tiny").status_code == 200
    assert client.get("/tiny?number=10").status_code == 422


def test_a_view_in_the_list_is_named_wherever_views_are_named(settings):
    client = served(settings)
    assert 'href="/tiny"' in client.get("/").text
    assert client.get("/api/v1/catalog").json()["tiny"]["number"]["default"] == 2
    assert client.get("/api/v1/openapi.json").json()["paths"]["/api/v1/tiny"]["get"]["summary"] == "Twice a number"


def test_a_view_that_is_not_in_the_list_is_nowhere(settings):
    without = TestClient(create_app(settings, VIEWS[:1]))
    assert without.get("/").status_code == 200
    assert without.get("/network").status_code == without.get("/api/v1/network").status_code == 404
    assert 'href="/network"' not in without.get("/").text
    assert "network" not in without.get("/api/v1/catalog").json()


@pytest.mark.parametrize("view", [view for view in VIEWS if view.page], ids=lambda view: view.name)
def test_a_page_is_headed_by_what_the_navigation_calls_it(settings, view):
    page = TestClient(create_app(settings)).get(view.page.path).text
    (link,) = re.findall(r"<a [^>]*aria-current=\"page\"[^>]*>([^<]*)</a>", page)
    (heading,) = re.findall(r"<h1[^>]*>([^<:]*)", page)
    assert link.strip() == heading.strip() == view.title


def test_the_page_of_batch_size_is_called_so(settings):
    page = TestClient(create_app(settings)).get("/batch-size").text
    assert "<title>bnscope: batch size</title>" in page
    assert "batch's size" not in page
