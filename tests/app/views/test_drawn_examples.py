"""An example that is drawn is named by its number in the source, too, wherever a page numbers those of its draw."""

import numpy as np
import pytest

from app.batches.datasets import load
from tests.app.strict_json import parsed
from tests.each import each

PLAIN = "v\n" + "\n".join(map(str, range(40)))


def asked(client, path, **query):
    answer = client.get(f"/api/v1/{path}", params=query)
    assert answer.status_code == 200, answer.text
    return parsed(answer.content)


@pytest.fixture
def source(client):
    """An upload of one column, whose value in each example is the example's number."""
    return client.post("/api/v1/batches", content=PLAIN).json()["id"]


@each("size", ["all", 20])
def test_the_batch_size_page_says_which_example_of_the_source_is_moved(client, source, size):
    query = {"source": source, "feature": 0, "batch_size": size, "example": 2, "size": 8, "draws": 100}
    answer = asked(client, "batch-size", **query)
    numbers = answer["dependence"]["rows"]
    assert numbers == [int(v) for v in answer["dependence"]["x"]["before"]]
    said = f"Example 2 of the draw is {numbers[2]} of the source, from 0."
    assert said in answer["dependence"]["text"]
    assert said in answer["stage"]["strip"]["text"]
    assert [f"Example {j} ({n} of the source)" for j, n in enumerate(numbers)] == answer["stage"]["strip"]["names"]


def test_an_example_that_is_not_moved_is_said_too(client, source):
    answer = asked(client, "batch-size", source=source, move_by=0, draws=100)
    assert f"Example 0 of the draw is {answer['dependence']['rows'][0]} of the source" in answer["dependence"]["text"]


def test_the_derivation_says_which_examples_it_took(client, source):
    batch = asked(client, "derivation", source=source)["batch"]
    assert batch["rows"] == [int(row[0]) for row in batch["values"]]
    listed = ", ".join(map(str, batch["rows"]))
    assert batch["text"].endswith(f": 8 examples × 1 feature, in order {listed} of the source, from 0")


def test_rows_that_are_dropped_are_counted(client):
    text = "v,w\n" + "".join(f"{v},{'' if v % 3 == 0 else 1}\n" for v in range(40))
    source = client.post("/api/v1/batches", content=text).json()["id"]
    query = {"source": source, "missing": "drop", "selected": "0"}
    batch = asked(client, "derivation", **query)["batch"]
    assert batch["rows"] == [int(row[0]) for row in batch["values"]]
    assert not any(row % 3 == 0 for row in batch["rows"])


@each("path", ["derivation", "batch-size"])
def test_behind_a_layer_examples_keep_their_numbers(client, source, path):
    key, query = ("batch", {}) if path == "derivation" else ("dependence", {"draws": 100})
    plain, layered = (asked(client, path, source=source, layer_width=w, **query)[key]["rows"] for w in (0, 2))
    assert plain == layered


def test_a_data_set_is_numbered_in_its_own_order(client):
    batch = asked(client, "derivation", source="wine")["batch"]
    assert np.array_equal(np.array(batch["values"]), load("wine").x[batch["rows"], :6])


def test_a_typed_table_in_its_own_order_has_no_such_note(client):
    batch = asked(client, "derivation")["batch"]
    assert batch["rows"] == [0, 1, 2, 3]
    assert "of the source" not in batch["text"]


def test_a_generator_has_no_numbers(client):
    assert asked(client, "derivation", source="normal")["batch"]["rows"] is None
    answer = asked(client, "batch-size", source="normal", draws=100)
    assert answer["dependence"]["rows"] is None
    assert "of the source" not in answer["dependence"]["text"]


def test_a_position_of_an_image_is_no_example_of_the_source(client, uploaded):
    source = uploaded(x=np.random.default_rng(0).normal(size=(6, 2, 3, 3)))
    assert asked(client, "derivation", source=source)["batch"]["rows"] is None
