"""What a network is trained on: data sets, points of the plane, and an upload with a label."""

import re

import numpy as np
import pytest
from starlette.testclient import TestClient

from app.kept import Kept
from app.main import create_app
from app.views.training.data import known
from app.views.training.data.examples import size_of
from app.views.training.query import TrainingQuery
from bncore.training import SHAPES
from tests.app.views.training.asked import QUICK, document, prepared
from tests.each import each


def test_digits_are_1200_images_to_train_on_and_597_held_out():
    data = prepared(source="digits").dealt.data
    assert (data.x.shape, data.held_x.shape, data.classes) == ((1200, 1, 8, 8), (597, 1, 8, 8), 10)
    assert abs(data.x.mean()) < 1e-9
    assert data.x.std() == pytest.approx(1)


@each(("source", "held"), [("iris", 50), ("wine", 59), ("breast_cancer", 189)])
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
    dealt = "40 training and 20 held-out examples, 4 features, 3 classes of kind"
    assert answer["batch"]["text"] == f"Upload {id[:8]}…: {dealt}"
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


@pytest.mark.parametrize(
    ("columns", "label"),
    [
        ("a,b,c,d,kind", "kind"),
        ("a,Class,c,d,kind", "Class"),
        ("target,b,c,d,kind", "target"),
        ("y,label,c,d,e", "label"),
    ],
)
def test_an_upload_is_trained_by_its_usual_or_its_last_column_where_nobody_names_the_label(client, columns, label):
    names = columns.split(",")
    x, labels = table()
    lines = [",".join("abc"[cls] if name == label else str(row[i % 4] if i < 4 else cls)
                      for i, name in enumerate(names)) for row, cls in zip(x, labels, strict=True)]  # fmt: skip
    id = client.post("/api/v1/batches", content="\n".join([columns, *lines]).encode()).json()["id"]
    plan = client.get("/api/v1/training/plan", params={"source": id}).json()
    assert plan["batch"]["label"] == label
    assert {label, names[-1]} <= set(plan["batch"]["labels"]) < set(names)
    assert (plan["classes"], plan["guess"]) == (["a", "b", "c"], pytest.approx(np.log(3)))
    assert plan == client.get("/api/v1/training/plan", params={"source": id, "label": label}).json() | {
        "query": plan["query"], "files": plan["files"]
    }  # fmt: skip


@each(
    ("lines", "label", "why", "others"),
    [
        (
            ["height,weight", "162,61", "175,70", "181,93"],
            "weight",
            "weight has another value in each",
            "one of height",
        ),
        (["height,sort", "1.62,a", "1.75,a", "1.81,a"], "sort", "sort has one value alone", "a column of classes"),
    ],
)
def test_a_column_that_holds_no_classes_is_refused_whether_it_is_named_or_not(client, lines, label, why, others):
    id = client.post("/api/v1/batches", content="\n".join(lines).encode()).json()["id"]
    for query, place in (({}, ("source", "a file with a column of classes")), ({"label": label}, ("label", others))):
        answer = client.get("/api/v1/training/plan", params={"source": id} | query)
        assert answer.status_code == 422
        (row,) = answer.json()["errors"]
        assert (row["field"], row["allowed"]) == place
        assert why in answer.json()["detail"]


def test_up_to_three_columns_with_another_value_in_each_row_are_passed_over_for_one_of_classes(client):
    def plan(weights):
        rows = [[f"{0.1 * n:.1f}", "ab"[n % 2], *map(str, range(n, n + weights))] for n in range(12)]
        table = [["height", "kind", *(f"weight {n}" for n in range(weights))], *rows]
        id = client.post("/api/v1/batches", content="\n".join(map(",".join, table)).encode()).json()["id"]
        return client.get("/api/v1/training/plan", params={"source": id}).json()

    told = plan(1)["batch"]
    assert told["label"] == "kind"
    assert told["text"].endswith("2 features, 2 classes of kind")
    assert told["warnings"][0] == "A batch is all 8 training examples: the usual 60 are more than there are."
    assert plan(3)["batch"]["label"] == "kind"
    assert plan(4)["errors"][0]["field"] == "source"


@each(
    ("held", "told"),
    [
        (1, r"11 of 12 classes \((\w, ){5}…\) is held out: how well they are learned is not seen\."),
        (22, r"1[01] of 12 classes \((\w, ){5}…\) is trained on: they cannot be learned\."),
    ],
)
def test_classes_that_are_missing_on_a_side_are_told(client, held, told):
    """Of twelve, each of which two examples have."""
    rows = [f"{0.1 * n:.1f},{'abcdefghijkl'[n % 12]}" for n in range(24)]
    id = client.post("/api/v1/batches", content="\n".join(["height,kind", *rows]).encode()).json()["id"]
    warnings = client.get("/api/v1/training/plan", params={"source": id, "held": held}).json()["batch"]["warnings"]
    assert [note for note in warnings if re.fullmatch(f"No example of {told}", note)]
    assert client.get("/api/v1/training/plan").json()["batch"]["warnings"] == []


def test_a_label_that_is_no_column_is_refused_with_the_columns_that_can_be_one(client, uploaded):
    x, labels = table()
    id = uploaded(x=x, kind=labels)
    status, row = asked(client, source=id, label="sort")
    assert (status, row["field"]) == (422, "label")
    assert "kind" in row["allowed"]
    assert asked(client, source="0" * 64)[0] == 410
    assert asked(client, source=id)[0] == asked(client, source=id, label="kind")[0] == 200
    status, row = asked(client, source=uploaded(x=x))
    assert (status, row["field"], row["allowed"]) == (422, "source", "a file with a column of classes")


def test_a_large_array_is_refused_with_what_works_and_why(client):
    status, row = asked(client, source="large:x.npy")
    assert (status, row["field"]) == (422, "source")
    assert "a class for each example, which large arrays have not: upload some of their examples" in row["allowed"]
    assert client.get("/training?source=large:x.npy").status_code == 422


@pytest.mark.parametrize(("rows", "size"), [(30, 20), (89, 60), (90, 60), (300, 60)])
def test_a_batch_is_all_of_what_is_there_where_that_is_less_than_the_usual(client, uploaded, rows, size):
    x, labels = table(rows)
    id = uploaded(x=x, y=labels)
    plan = client.get("/api/v1/training/plan", params={"source": id, "a": "norm:none,batch_size:10"}).json()
    assert plan["batch_size"] == 10
    assert plan["variants"]["b"]["fields"]["batch_size"] == size
    said = "A batch is all 20 training examples: the usual 60 are more than there are."
    assert (said in plan["batch"]["warnings"]) == (rows == 30)
    assert ("batch_size=20" in plan["python"]) == (rows == 30)
    if rows == 30:
        assert asked(client, source=id, batch_size=21)[1]["field"] == "batch_size"


def test_too_few_examples_are_refused_for_their_classes_before_any_is_held_out(client, uploaded):
    for rows in (1, 2):
        id = uploaded(x=table(rows)[0], y=table(rows)[1])
        refused = client.get("/api/v1/training/plan", params={"source": id}).json()
        assert refused["status"] == 422
        assert "y has" in refused["detail"]
        assert "held out" not in refused["detail"]


def test_a_column_that_only_names_the_rows_is_told_of(client):
    x, labels = table()
    rows = [
        f"{n + 1},{7 * n},{(n * 37) % 61},{row[0]},{label}"
        for n, (row, label) in enumerate(zip(x, labels, strict=True))
    ]
    id = client.post("/api/v1/batches", content="\n".join(["counted,evenly,id,height,kind", *rows]).encode()).json()[
        "id"
    ]
    warnings = client.get("/api/v1/training/plan", params={"source": id}).json()["batch"]["warnings"]
    told = [warning.split(" is trained on")[0] for warning in warnings if "is trained on" in warning]
    assert told == ["counted", "id"]


def test_three_heights_of_1_2_3_count_no_rows(client):
    content = b"height,kind\n1,a\n2,b\n3,a\n4,b\n5,a\n6,b\n"
    id = client.post("/api/v1/batches", content=content).json()["id"]
    warnings = client.get("/api/v1/training/plan", params={"source": id}).json()["batch"]["warnings"]
    assert not [warning for warning in warnings if "counts the rows" in warning]


def test_what_is_dealt_is_kept_up_to_so_many_bytes_not_so_many_times(monkeypatch):
    few = Kept(3 * 40_000, size_of)
    monkeypatch.setattr("app.views.training.data.examples._kept", few)
    small = [known(TrainingQuery(source="moons", examples=60, seed=seed)) for seed in range(20)]
    assert all(known(TrainingQuery(source="moons", examples=60, seed=seed)) is small[seed] for seed in range(20))
    large = known(TrainingQuery(source="moons", examples=2000))
    assert size_of(large) >= 2 * 2000 * 2 * 8
    for seed in range(5):
        known(TrainingQuery(source="moons", examples=2000, seed=seed))
    assert 0 < few.bytes <= 3 * 40_000
    assert known(TrainingQuery(source="moons", examples=2000)) is not large


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
