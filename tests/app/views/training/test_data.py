"""What a network is trained on: data sets, points of the plane, and an upload with a label."""

import numpy as np
import pytest
from starlette.testclient import TestClient

from app.main import create_app
from bncore.training import SHAPES
from tests.app.views.training.asked import QUICK, document, prepared


def test_digits_are_1200_images_to_train_on_and_597_held_out():
    data = prepared(source="digits").dealt.data
    assert (data.x.shape, data.held_x.shape, data.classes) == ((1200, 1, 8, 8), (597, 1, 8, 8), 10)
    assert abs(data.x.mean()) < 1e-9
    assert data.x.std() == pytest.approx(1)


@pytest.mark.parametrize(("source", "held"), [("iris", 50), ("wine", 59), ("breast_cancer", 189)])
def test_a_third_of_any_other_source_is_held_out(source, held):
    data = prepared(source=source).dealt.data
    assert len(data.held_labels) == held
    assert np.allclose(data.x.mean(axis=0), 0, atol=1e-9)


@pytest.mark.parametrize("source", SHAPES)
def test_points_of_the_plane_are_drawn_by_the_seed(source):
    def points(**query):
        return prepared(source=source, examples=90, **query).dealt.data

    data = points()
    assert (data.x.shape, data.held_x.shape, data.classes) == ((60, 2), (30, 2), SHAPES[source].classes)
    assert data.digest == points(rate=2).digest
    assert len({points(**other).digest for other in ({}, {"seed": 1}, {"noise": 0.2}, {"held": 20})}) == 4


def test_another_seed_of_a_variant_alone_leaves_the_data():
    specs = prepared(b="norm:batch,seed:5").specs
    assert specs["a"].data.digest == specs["b"].data.digest
    assert specs["a"].seed != specs["b"].seed


def table(rows=60):
    rng = np.random.default_rng(0)
    labels = np.arange(rows) % 3
    return rng.standard_normal((rows, 4)) + labels[:, None], labels


def test_an_upload_is_trained_on_by_its_label(client):
    x, labels = table()
    rows = "\n".join(",".join(map(str, [*row, "abc"[label]])) for row, label in zip(x, labels, strict=True))
    csv = f"height,width,depth,weight,kind\n{rows}\n"
    id = client.post("/api/v1/batches", content=csv.encode()).json()["id"]
    answer = document(client, source=id, label="kind", batch_size=10)
    assert answer["batch"]["text"] == f"Upload {id[:8]}…: 40 training and 20 held-out examples, 4 features, 3 classes"
    assert answer["classes"] == ["a", "b", "c"]
    assert answer["steps"][-1]["step"] == 40
    assert client.get(f"/training?source={id}&label=kind&batch_size=10&widths=8").status_code == 200


def test_an_upload_of_images_is_trained_on_by_convolutions(client, uploaded):
    rng = np.random.default_rng(0)
    id = uploaded(x=rng.standard_normal((30, 5, 6, 2)), y=np.arange(30) % 2)
    query = {"source": id, "label": "y", "feature_axis": -1, "architecture": "convolutional", "widths": "4"}
    answer = document(client, **query, batch_size=10, steps=3)
    assert "images of 2 × 5 × 6" in answer["batch"]["text"]


def asked(client, **query):
    answer = client.get("/api/v1/training", params=QUICK | query)
    return answer.status_code, (answer.json()["errors"][0] if answer.status_code == 422 else None)


def test_an_upload_without_a_label_is_refused_with_the_columns_that_can_be_one(client, uploaded):
    x, labels = table()
    id = uploaded(x=x, kind=labels)
    status, row = asked(client, source=id)
    assert (status, row["field"], row["allowed"]) == (422, "label", "kind")
    status, row = asked(client, source=id, label="sort")
    assert (status, row["field"]) == (422, "label")
    assert asked(client, source="0" * 64)[0] == 410
    assert asked(client, source=id, label="kind")[0] == 200


def test_what_was_made_of_an_upload_goes_with_it(client):
    x, labels = table()
    rows = "\n".join(",".join(map(str, [*row, label])) for row, label in zip(x, labels, strict=True))
    told = client.post("/api/v1/batches", content=f"a,b,c,d,kind\n{rows}\n".encode()).json()
    query = QUICK | {"source": told["id"], "label": "kind", "steps": 2}
    asked = [f"/api/v1/training{call}" for call in ("", "/plan", "/records", "/attempt")] + [
        "/training",
        "/training/end",
    ]
    assert [client.get(path, params=query).status_code for path in asked] == [200] * 6
    deleted = client.delete(f"/api/v1/batches/{told['id']}", params={"delete_key": told["delete_key"]})
    assert deleted.status_code == 204
    assert [client.get(path, params=query).status_code for path in asked] == [410] * 6


def test_an_upload_that_is_too_large_to_train_on_is_refused(settings, uploaded):
    x, labels = table()
    id = uploaded(x=x, kind=labels)
    client = TestClient(create_app(settings.model_copy(update={"training_numbers": 239})))
    status, row = asked(client, source=id, label="kind")
    assert (status, row["field"], row["allowed"]) == (422, "source", "up to 59 examples of 4 numbers each")
