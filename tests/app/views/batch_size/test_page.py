"""The page `/batch-size` without a browser: the result inside, what is wrong named, many draws left for later."""

import json
import re

import pytest

from tests.app.strict_json import parsed

PAGE = "/batch-size"
API = "/api/v1/batch-size"
FEW = "draws=50"


def embedded(html, name="answer"):
    return json.loads(re.search(rf'<script type="application/json" id="{name}">(.*?)</script>', html, re.S)[1])


@pytest.mark.parametrize(
    "query", [FEW, f"{FEW}&source=iris&size=16&example=2", f"{FEW}&source=heavy_tailed&features=2"]
)
def test_the_page_comes_with_the_answer_of_the_api_inside(client, query):
    answer = client.get(f"{PAGE}?{query}")
    assert answer.status_code == 200
    assert embedded(answer.text) == parsed(client.get(f"{API}?{query}").content)
    assert embedded(answer.text)["headline"].replace("'", "&#39;") in answer.text


def test_the_page_has_every_part_whatever_part_is_asked_for(client):
    answer = client.get(f"{PAGE}?{FEW}&part=noise")
    assert answer.status_code == 200
    assert len(embedded(answer.text)["parts"]) == 5


def test_many_draws_come_at_once_without_a_result(client):
    answer = client.get(f"{PAGE}?source=normal&features=16&draws=10000")
    assert answer.status_code == 200
    assert embedded(answer.text) is None
    assert "are being drawn" in answer.text


@pytest.mark.parametrize(("query", "field"), [
    (f"{FEW}&size=1", "size"), (f"{FEW}&feature=13", "feature"), (f"{FEW}&example=8", "example"),
    (f"{FEW}&colour=red", "colour"), ("draws=5", "draws"), ("source=inline&values=1,2", "values"),
])  # fmt: skip
def test_a_wrong_field_costs_only_itself(client, query, field):
    answer = client.get(f"{PAGE}?{query}")
    assert answer.status_code == 422
    assert embedded(answer.text, "state")["problem"]["errors"][0]["field"] == field
    assert embedded(answer.text)["figures"]


def test_an_upload_that_is_gone_shows_the_page_with_the_reason(client):
    answer = client.get(f"{PAGE}?source={'0' * 64}")
    assert answer.status_code == 410
    assert embedded(answer.text, "state")["problem"]["status"] == 410


def test_the_same_address_is_the_same_page_and_need_not_be_sent_again(client):
    first = client.get(f"{PAGE}?{FEW}")
    assert client.get(f"{PAGE}?{FEW}").content == first.content
    assert client.get(f"{PAGE}?{FEW}", headers={"If-None-Match": first.headers["etag"]}).status_code == 304


def test_the_page_names_what_it_breaks_and_says_what_the_lecture_says(client):
    html = client.get(f"{PAGE}?{FEW}").text
    for words in ("Contrastive learning", "Reinforcement learning", "Privacy", "Guarantees for one example",
                  "improvement on dropout",
                  "0.1245 for a Gaussian, 0.188 for a Laplace and 0.081 for a uniform"):  # fmt: skip
        assert words in html


def test_the_page_is_in_the_navigation_behind_the_network(client):
    links = re.findall(r'<a href="(/[a-z-]*)"', client.get("/docs").text)
    assert links[links.index("/network") + 1] == PAGE
