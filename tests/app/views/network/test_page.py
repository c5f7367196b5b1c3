"""The page `/network` without a browser: the result inside, what is wrong named, large networks left for later."""

import re

import numpy as np
import pytest

from tests.app.embedded import embedded
from tests.app.strict_json import parsed

PAGE = "/network"
API = "/api/v1/network"
SMALL = "depth=2&width=4&batch_size=16"
LARGE = "depth=20&width=512&batch_size=256"
BOTH = {"Accept": "text/event-stream, application/json"}


def test_a_large_network_comes_at_once_without_a_result(server):
    answer = server.get(f"{PAGE}?{LARGE}")
    assert answer.status_code == 200
    assert embedded(answer.text) is None
    assert "it is being computed" in answer.text


@pytest.mark.parametrize(("query", "kind"), [(SMALL, "application/json"), (LARGE, "text/event-stream; charset=utf-8")])
def test_who_takes_both_gets_a_stream_of_a_large_network_only(client, query, kind):
    with client.stream("GET", f"{API}?{query}", headers=BOTH) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"] == kind


def test_who_takes_both_gets_a_refusal_before_any_stream(server):
    answer = server.get(f"{API}?architecture=convolutional&depth=9", headers=BOTH)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "depth"


@pytest.mark.parametrize(("query", "field"), [
    (f"{SMALL}&weight_scale=-1", "weight_scale"), (f"{SMALL}&joint=z3", "joint"), (f"{SMALL}&shown=sum", "shown"),
    ("architecture=convolutional&depth=9", "depth"), ("source=wine&architecture=convolutional&depth=2", "source"),
    (f"{SMALL}&disturb_layer=3", "disturb_layer"),
    ("source=digits&width=512&depth=50&batch_size=all", "batch_size"),
])  # fmt: skip
def test_a_wrong_field_costs_only_itself(server, query, field):
    answer = server.get(f"{PAGE}?{query}")
    assert answer.status_code == 422
    assert embedded(answer.text, "state")["problem"]["errors"][0]["field"] == field
    shown = embedded(answer.text)
    if query.startswith(SMALL):
        assert shown["network"]["text"] == "2 blocks of width 4"


def test_uploaded_images_go_through_a_convolutional_network(client, uploaded):
    source = uploaded(x=np.random.default_rng(0).normal(size=(12, 2, 5, 5)))
    answer = client.get(f"{PAGE}?source={source}&architecture=convolutional&depth=2&width=4")
    assert answer.status_code == 200
    assert embedded(answer.text)["batch"]["shape"] == [12, 2, 5, 5]


def test_every_claim_is_a_card_with_a_link_that_the_page_takes(server):
    html = server.get(f"{PAGE}?{SMALL}").text
    presets = parsed(server.get(f"{API}?{SMALL}").content)["presets"]
    for preset in presets:
        link = preset["query"].replace("&", "&amp;")
        assert html.count(f'href="?{link}"') == 1
        assert f'data-claim="{preset["id"]}"' in html
    opened = server.get(f"{PAGE}?{presets[0]['query']}")
    assert opened.status_code == 200
    assert embedded(opened.text)["preset"]["holds"]


def test_the_page_is_in_the_navigation_behind_the_derivation(server):
    links = re.findall(r'<a href="(/[a-z-]*)"', server.get("/docs").text)
    assert links[links.index("/derivation") + 1] == "/network"


@pytest.mark.parametrize("residual", ["on", "off"])
@pytest.mark.parametrize("norm", ["batch", "none"])
def test_the_page_is_told_which_kinds_of_joints_a_network_is_without(server, norm, residual):
    given = {"norm": norm, "residual": residual}
    absent_for = embedded(server.get(f"{PAGE}?{SMALL}").text, "state")["schema"]["shown"]["absent_for"]
    absent = {kind for kind, at in absent_for.items() if given[at["field"]] == at["value"]}
    answer = server.get(f"{API}?{SMALL}", params=given).json()
    assert set(answer["network"]["joint_kinds"]) == {"z", "norm", "f", "sum"} - absent
