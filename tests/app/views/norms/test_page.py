"""The page `/norms` without a browser: the result inside, what is wrong named."""

import re

import numpy as np

from bncore.norms.reference import WU_HE_2018
from tests.app.embedded import embedded
from tests.each import each

PAGE = "/norms"
API = "/api/v1/norms"


@each(
    ("query", "field"),
    [
        ("groups=4", "groups"), ("ghost_size=5", "ghost_size"), ("cell=9,0,0", "cell"),
        ("cell=a", "cell"), ("source=normal&situation=class_sorted", "situation"),
    ],
)  # fmt: skip
def test_a_wrong_field_costs_only_itself(server, query, field):
    norm = "ghost" if field == "ghost_size" else "group"
    answer = server.get(f"{PAGE}?{query}&norm={norm}")
    assert answer.status_code == 422
    assert embedded(answer.text, "state")["problem"]["errors"][0]["field"] == field
    shown = [norm["name"] for norm in embedded(answer.text)["norms"]]
    assert shown == [norm]


def test_notes_on_the_data_are_in_the_page_so_that_nothing_moves_when_it_starts(client, uploaded):
    note = "Batch renormalization is not defined here"
    x = np.random.default_rng(0).normal(size=(6, 4)) * [1, 1, 0, 1]
    html = client.get(f"{PAGE}?source={uploaded(x=x)}&eps=0").text
    assert re.search(rf'<ul class="warnings" id="warnings"[^>]*"><li>{note}', html)
    assert re.search(r'<ul class="warnings" id="warnings"[^>]* hidden></ul>', client.get(PAGE).text)


def test_a_large_block_comes_at_once_without_a_result(server):
    answer = server.get(f"{PAGE}?batch_size=1024&channels=64&groups=8")
    assert answer.status_code == 200
    assert embedded(answer.text) is None
    assert "it is being computed" in answer.text


def test_an_upload_of_four_axes(client, uploaded):
    source = uploaded(x=np.random.default_rng(0).normal(size=(12, 2, 5, 5)))
    answer = client.get(f"{PAGE}?source={source}&norm=layer")
    assert embedded(answer.text)["batch"]["shape"] == [8, 2, 5, 5]


def test_the_published_table_stands_on_the_page_with_its_source(server):
    html = server.get(f"{PAGE}?norm=batch").text
    assert WU_HE_2018.source.replace("&", "&amp;") in html
    for errors in WU_HE_2018.errors.values():
        assert "".join(f"<td>{error}</td>" for error in errors) in html


def test_the_page_is_in_the_navigation_behind_the_batches(server):
    links = re.findall(r'<a href="(/[a-z-]*)"', server.get("/docs").text)
    assert links[links.index("/batch-size") + 1] == "/norms"
