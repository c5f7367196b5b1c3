"""A batch that is asked for larger than its source: every view says that it took all of it."""

import numpy as np

from tests.each import each

ASKED = {
    "playground": 1024, "derivation": 8, "network": 1024, "norms": 1024, "batch-size": 1024,
}  # fmt: skip
SMALL = {"network": {"depth": 2, "width": 4}, "batch-size": {"draws": 10, "part": "estimates"}}
TABLE = "1,2;3,5;4,4;7,1"


def warnings_of(client, view, **query):
    answer = client.get(f"/api/v1/{view}", params=SMALL.get(view, {}) | query)
    assert answer.status_code == 200, answer.text
    return [text for text in answer.json()["batch"]["warnings"] if "asked for" in text]


@each("view", ASKED)
def test_more_examples_than_a_typed_table_has_are_told(server, view):
    asked = ASKED[view]
    said = f"{asked:,} examples are asked for, and the source has 4: all of them are taken."
    assert warnings_of(server, view, source="inline", values=TABLE, batch_size=asked) == [said]


@each("view", ASKED)
@each("size", [4, 3, "auto"])
def test_a_size_that_the_source_has_needs_no_note(server, view, size):
    assert warnings_of(server, view, source="inline", values=TABLE, batch_size=size) == []


def test_an_upload_without_its_bad_rows_counts_what_is_left(client, uploaded):
    x = np.arange(12.0).reshape(6, 2)
    x[1, 0] = np.nan
    query = {"source": uploaded(x=x), "missing": "drop"}
    assert warnings_of(client, "playground", **query, batch_size=5) == []
    assert "the source has 5:" in warnings_of(client, "playground", **query, batch_size=6)[0]


def test_the_derivation_says_how_many_examples_it_took_and_of_how_many(server):
    batch = server.get("/api/v1/derivation", params={"source": "wine"}).json()["batch"]
    assert (batch["examples"], batch["total"]) == (8, 178)
