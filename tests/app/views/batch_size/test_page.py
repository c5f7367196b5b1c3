"""The page `/batch-size` without a browser: the result inside, what is wrong named, many draws left for later."""

import re

import pytest

from tests.app.embedded import embedded

PAGE = "/batch-size"
API = "/api/v1/batch-size"
FEW = "draws=50"


def test_the_page_has_every_part_whatever_part_is_asked_for(server):
    answer = server.get(f"{PAGE}?{FEW}&part=noise")
    assert answer.status_code == 200
    assert len(embedded(answer.text)["parts"]) == 5


def test_many_draws_come_at_once_without_a_result(server):
    answer = server.get(f"{PAGE}?source=normal&features=16&draws=10000")
    assert answer.status_code == 200
    assert embedded(answer.text) is None
    assert "are being drawn" in answer.text


@pytest.mark.parametrize(("query", "field"), [
    (f"{FEW}&size=1", "size"), (f"{FEW}&feature=13", "feature"), (f"{FEW}&example=8", "example"),
    ("draws=5", "draws"), ("source=inline&values=1,2", "values"),
])  # fmt: skip
def test_a_wrong_field_costs_only_itself(server, query, field):
    answer = server.get(f"{PAGE}?{query}")
    assert answer.status_code == 422
    assert embedded(answer.text, "state")["problem"]["errors"][0]["field"] == field
    assert embedded(answer.text)["figures"]


def test_the_page_names_what_it_breaks_and_says_what_the_lecture_says(server):
    html = server.get(f"{PAGE}?{FEW}").text
    for words in ("Contrastive learning", "Reinforcement learning", "Privacy", "Guarantees for one example",
                  "improvement on dropout",
                  "0.1245 for a Gaussian, 0.188 for a Laplace and 0.081 for a uniform"):  # fmt: skip
        assert words in html


def test_the_page_is_in_the_navigation_behind_the_network(server):
    links = re.findall(r'<a href="(/[a-z-]*)"', server.get("/docs").text)
    assert links[links.index("/network") + 1] == PAGE


def test_the_headline_is_of_the_tab_that_is_open(server):
    for tab, words in (("deal", "scatters by"), ("strip", "in training every other")):
        html = server.get(f"{PAGE}?{FEW}&move_by=2&tab={tab}").text
        assert re.search(rf'<p class="headline"[^>]*>[^<]*{words}', html)
