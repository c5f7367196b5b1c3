"""The page `/norms` without a browser: the result inside, what is wrong named."""

import json
import re

import numpy as np
import pytest

from bncore.norms import NORMS
from bncore.norms.reference import WU_HE_2018
from tests.app.strict_json import parsed

PAGE = "/norms"
API = "/api/v1/norms"


def embedded(html, name="answer"):
    return json.loads(re.search(rf'<script type="application/json" id="{name}">(.*?)</script>', html, re.S)[1])


@pytest.mark.parametrize("query", ["", "situation=huge_channel&norm=group", "source=wine&rows=example"])
def test_the_page_comes_with_the_answer_of_the_api_inside(client, query):
    answer = client.get(f"{PAGE}?{query}")
    assert answer.status_code == 200
    assert embedded(answer.text) == parsed(client.get(f"{API}?{query}").content)
    assert embedded(answer.text)["headline"].replace("'", "&#39;") in answer.text


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("eps=-1", "eps"), ("groups=3", "groups"), ("ghost_size=3", "ghost_size"), ("cell=9,0,0", "cell"),
        ("cell=a", "cell"), ("source=normal&situation=class_sorted", "situation"), ("colour=red", "colour"),
        ("seed=1&seed=2", "seed"),
    ],
)  # fmt: skip
def test_a_wrong_field_costs_only_itself(client, query, field):
    norm = "ghost" if field == "ghost_size" else "group"
    answer = client.get(f"{PAGE}?{query}&norm={norm}")
    assert answer.status_code == 422
    assert embedded(answer.text, "state")["problem"]["errors"][0]["field"] == field
    shown = [norm["name"] for norm in embedded(answer.text)["norms"]]
    assert shown == (list(NORMS) if field == "seed" else [norm])


def test_an_upload_that_is_gone_shows_the_page_with_the_reason(client):
    answer = client.get(f"{PAGE}?source={'0' * 64}")
    assert answer.status_code == 410
    assert embedded(answer.text, "state")["problem"]["status"] == 410


def test_notes_on_the_data_are_in_the_page_so_that_nothing_moves_when_it_starts(client, uploaded):
    note = "Batch renormalization is not defined here"
    x = np.random.default_rng(0).normal(size=(6, 4)) * [1, 1, 0, 1]
    html = client.get(f"{PAGE}?source={uploaded(x=x)}&eps=0").text
    assert re.search(rf'<ul class="warnings" id="warnings"[^>]*"><li>{note}', html)
    assert re.search(r'<ul class="warnings" id="warnings"[^>]* hidden></ul>', client.get(PAGE).text)


def test_a_large_block_comes_at_once_without_a_result(client):
    answer = client.get(f"{PAGE}?batch_size=1024&channels=64&groups=8")
    assert answer.status_code == 200
    assert embedded(answer.text) is None
    assert "it is being computed" in answer.text


def test_an_upload_of_four_axes(client, uploaded):
    source = uploaded(x=np.random.default_rng(0).normal(size=(12, 2, 5, 5)))
    answer = client.get(f"{PAGE}?source={source}&norm=layer")
    assert embedded(answer.text)["batch"]["shape"] == [8, 2, 5, 5]


def test_the_same_address_is_the_same_page_and_need_not_be_sent_again(client):
    first = client.get(f"{PAGE}?norm=rms")
    assert client.get(f"{PAGE}?norm=rms").content == first.content
    assert client.get(f"{PAGE}?norm=rms", headers={"If-None-Match": first.headers["etag"]}).status_code == 304
    assert client.get(f"{API}?norm=rms").headers["etag"] != first.headers["etag"]


def test_the_published_table_stands_on_the_page_with_its_source(client):
    html = client.get(f"{PAGE}?norm=batch").text
    assert WU_HE_2018.source.replace("&", "&amp;") in html
    for errors in WU_HE_2018.errors.values():
        assert "".join(f"<td>{error}</td>" for error in errors) in html


def test_the_page_is_in_the_navigation_behind_the_batches(client):
    links = re.findall(r'<a href="(/[a-z-]*)"', client.get("/docs").text)
    assert links[links.index("/batch-size") + 1] == "/norms"
