"""What the pages of a mini-batch do alike: the result inside, what is wrong named, nothing sent twice; no browser."""

import pytest

from app.query.source import BatchFields
from app.registry import VIEWS
from tests.app.embedded import embedded
from tests.app.strict_json import parsed

SMALL = {"network": "depth=2&width=4&batch_size=16", "batch-size": "draws=50"}
FURTHER = {
    "network": ["residual=on&disturb_layer=1&shown=sum", "norm=none"],
    "batch-size": ["source=iris&size=16&example=2", "source=heavy_tailed&features=2"],
    "norms": ["situation=huge_channel&norm=group", "source=wine&rows=example"],
}
SHOWN = [view for view in VIEWS if view.page and issubclass(view.query, BatchFields)]
STATES = [
    pytest.param(view, "&".join(filter(None, [SMALL.get(view.name), further])), id=f"{view.name} {further}".strip())
    for view in SHOWN
    for further in ["", *FURTHER.get(view.name, [])]
]


@pytest.fixture(params=SHOWN, ids=lambda view: view.name)
def view(request):
    return request.param


def of(view, query=""):
    """The page of a query that is quickly computed."""
    return f"{view.page.path}?{'&'.join(filter(None, [SMALL.get(view.name), query]))}"


def api(view):
    return f"/api/v1/{view.name}"


@pytest.mark.parametrize(("view", "query"), STATES)
def test_the_page_comes_with_the_answer_of_the_api_inside(server, view, query):
    page = server.get(f"{view.page.path}?{query}")
    assert page.status_code == 200
    assert embedded(page.text) == parsed(server.get(f"{api(view)}?{query}").content)
    assert embedded(page.text)["headline"].replace("'", "&#39;") in page.text


@pytest.mark.parametrize(("wrong", "field"), [("eps=-1", "eps"), ("colour=red", "colour"), ("seed=1&seed=2", "seed")])
def test_a_wrong_field_costs_only_itself(server, view, wrong, field):
    page = server.get(of(view, wrong))
    assert page.status_code == 422
    assert embedded(page.text, "state")["problem"]["errors"][0]["field"] == field
    assert embedded(page.text)["figures"]


def test_an_upload_that_is_gone_shows_the_page_with_the_reason(server, view):
    page = server.get(f"{view.page.path}?source={'0' * 64}")
    assert page.status_code == 410
    assert embedded(page.text, "state")["problem"]["status"] == 410


def test_the_same_address_is_the_same_page_and_need_not_be_sent_again(client, view):
    first = client.get(of(view))
    assert client.get(of(view)).content == first.content
    assert client.get(of(view), headers={"If-None-Match": first.headers["etag"]}).status_code == 304
    assert client.get(of(view).replace(view.page.path, api(view), 1)).headers["etag"] != first.headers["etag"]
