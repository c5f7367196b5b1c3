"""The doctor over REST: a file in, a report out, and the same report again by its id."""

import csv
import hashlib
import io
import json
from urllib.parse import urlencode

import numpy as np
import pytest

from app.batches.uploads.arrays.origin import ORIGIN
from tests.app.strict_json import parsed
from tests.app.views.doctor.files import capture, npz
from tests.each import each

API = "/api/v1/doctor"
SICK = ["layer2.bn1", "layer1.bn2", "layer2.bn2", "layer1.bn1", "layer3.bn1", "bn1"]


def told(answer):
    return parsed(answer.content)


def test_the_worked_example_tells_its_story_worst_first(server):
    answer = told(server.get(API))
    assert [row["norm"] for row in answer["rows"]] == SICK
    assert [row["severity"] for row in answer["rows"]] == ["error"] * 3 + ["warning", "note", "sound"]
    assert answer["layer"]["norm"] == "layer2.bn1"
    assert "begin with layer2.bn1" in answer["headline"]
    sound = told(server.get(f"{API}?model=sound"))
    assert sound["counts"] == {"error": 0, "warning": 0, "note": 0, "sound": 6}


def test_a_file_is_reported_on_as_a_body_and_in_a_form_and_again_by_its_id(client):
    content = npz()
    posted = client.post(API, content=content)
    assert posted.status_code == 201
    body = told(posted)
    assert body["id"] == hashlib.sha256(content).hexdigest()
    assert posted.headers["location"] == f"{API}?model={body['id']}"
    assert [row["norm"] for row in body["rows"]] == SICK
    again = client.get(posted.headers["location"])
    assert told(again) == {name: value for name, value in body.items() if name not in ("id", "delete_key")}
    assert client.get(posted.headers["location"], headers={"If-None-Match": again.headers["etag"]}).status_code == 304
    form = told(client.post(API, files={"file": ("net.npz", content)}))
    assert form["id"] == body["id"]
    assert form["delete_key"] != body["delete_key"]


def test_a_report_is_gone_with_its_model(client):
    posted = told(client.post(API, content=npz()))
    id, key = posted["id"], posted["delete_key"]
    assert client.get(f"{API}?model={id}").status_code == 200
    assert client.delete(f"{API}/models/{id}").status_code == 403
    assert client.delete(f"{API}/models/{id}", params={"delete_key": key}).status_code == 204
    gone = client.get(f"{API}?model={id}")
    assert gone.status_code == 410
    assert told(gone)["errors"][0]["field"] == "model"


@each(
    ("content", "status"),
    [(b"", 422), (b"\x89PNG\r\n\x1a\n" + bytes(64), 415), (npz()[:5000], 422), (b"PK\x03\x04" + bytes(64), 422)],
)
def test_what_is_no_model_is_refused_and_not_kept(client, content, status):
    refused = client.post(API, content=content)
    assert refused.status_code == status
    assert told(refused)["errors"][0]["field"] == "file"
    assert "mini-batch" not in told(refused)["title"]
    assert client.get(f"{API}?model={hashlib.sha256(content).hexdigest()}").status_code == 410


def test_a_file_beyond_the_limit_is_refused_before_it_is_kept(app, client):
    app.state.settings = app.state.settings.model_copy(update={"model_limit": 1000})
    assert client.post(API, content=npz()).status_code == 413


@each(
    ("query", "field"),
    [("model=ill", "model"), ("norm=bn9", "norm"), ("other=1", "other"), ("capture=sick", "capture"), ("x=1", "x")],
)
def test_a_wrong_field_is_named(server, query, field):
    refused = server.get(f"{API}?{query}")
    assert refused.status_code == 422
    assert told(refused)["errors"][0]["field"] == field


def test_the_file_is_the_model_of_a_post(client):
    assert client.post(f"{API}?model=sound", content=npz()).status_code == 422
    sound = told(client.post(API, content=npz("sound")))["id"]
    compared = told(client.post(f"{API}?other={sound}", content=npz()))["compared"]
    assert compared["text"].startswith("4 of 6 norms differ")
    assert told(client.get(f"{API}?model=sound&other=sound"))["compared"]["text"].startswith("No norm differs")


def test_every_norm_comes_with_the_scale_and_shift_that_it_folds_into(server):
    rows = {row["norm"]: row for row in told(server.get(f"{API}?model=sound"))["rows"]}
    folded = rows["bn1"]["folded"]
    assert len(folded["scale"]) == len(folded["shift"]) == rows["bn1"]["channels"] == 16
    opened = told(server.get(f"{API}?arrays=opened&norm=bn1"))
    assert [row["norm"] for row in opened["rows"] if "folded" in row] == ["bn1"]
    sick = told(server.get(f"{API}?norm=layer1.bn2"))
    assert [i for i, value in enumerate(sick["rows"][1]["folded"]["scale"]) if value is None] == [4, 9]
    strip = next(strip for strip in sick["layer"]["strips"] if strip["name"] == "scale")
    assert strip["note"] == "2 not finite"


@pytest.mark.parametrize("model", ["sick", "sound"])
def test_the_report_leaves_as_a_file_in_each_form(server, model):
    answer = told(server.get(f"{API}?model={model}&other=sound"))
    query = f"model={model}&other=sound"
    exported = {form: server.get(f"{API}/report?{query}&format={form}") for form in ("markdown", "csv", "json", "text")}
    for file in exported.values():
        assert "attachment" in file.headers["content-disposition"]
    assert json.loads(exported["json"].text)["findings"] == answer["findings"]
    rows = list(csv.DictReader(io.StringIO(exported["csv"].text)))
    assert [row["sentence"] for row in rows if row["finding"]] == [one["sentence"] for one in answer["findings"]]
    for form in ("markdown", "text"):
        assert answer["headline"] in exported[form].text
        assert answer["compared"]["text"] in exported[form].text
    assert 'rel="canonical"' in exported["csv"].headers["link"]


def test_a_layer_opens_in_the_playground_with_its_arrays(client):
    layer = told(client.get(f"{API}?model=sick&norm=layer1.bn1"))["layer"]
    assert "ε is not in the file, 1e−5 is taken" in layer["facts"]
    moved = client.get(layer["playground"], follow_redirects=False)
    assert moved.status_code == 303
    view = told(client.get("/api/v1/playground" + moved.headers["location"].removeprefix("/")))
    assert view["query"]["mode"] == "inference"
    assert set(view["batch"]["given"]) == {"gamma", "beta", "running_mean", "running_var"}
    assert [i for i, gamma in enumerate(view["forward"]["gamma"]) if gamma == 0] == [2, 7, 11]
    assert [note for note in view["batch"]["warnings"] if "drawn from the layer's own running mean" in note]
    assert not [note for note in view["batch"]["warnings"] if ORIGIN in note]
    back = view["batch"]["origin"]
    assert back == {"norm": "layer1.bn1", "href": "/doctor?model=sick&norm=layer1.bn1"}
    assert told(client.get("/api/v1" + back["href"]))["layer"]["playground"] == layer["playground"]
    assert client.get(layer["playground"], follow_redirects=False).headers["location"] == moved.headers["location"]


def test_a_capture_tells_more_of_a_model_and_brings_its_batch_to_the_playground(client):
    contents = npz("sound"), capture("bn1", 16, rows=8)
    model, watched = (told(client.post(API, content=content))["id"] for content in contents)
    query = {"model": model, "capture": watched, "norm": "bn1"}
    row = next(row for row in told(client.get(API, params=query))["rows"] if row["norm"] == "bn1")
    assert row["severity"] == "note"
    assert not next(row for row in told(client.get(API, params={"model": model}))["rows"] if row["norm"] == "bn1")[
        "findings"
    ]
    layer = told(client.get(API, params=query))["layer"]
    moved = client.get(layer["playground"], follow_redirects=False)
    view = told(client.get("/api/v1/playground" + moved.headers["location"].removeprefix("/")))
    assert view["batch"]["shape"] == [8, 16]
    assert "dy" in view["batch"]["given"]
    assert view["batch"]["warnings"] == []
    assert view["batch"]["origin"]["href"] == f"/doctor?{urlencode(query)}"


@pytest.mark.parametrize("norm", ["layer2.bn1", "layer1.bn2"])
def test_a_layer_that_the_playground_does_not_take_says_why(server, norm):
    layer = told(server.get(f"{API}?norm={norm}"))["layer"]
    assert layer["playground"] == ""
    assert layer["kept_back"].startswith("The playground takes")
    refused = server.get(f"/doctor/layer?norm={norm}", follow_redirects=False)
    assert refused.status_code == 422
    assert told(refused)["detail"] == layer["kept_back"]


def test_a_hundred_norms_are_all_told_and_any_is_opened(client):
    own = {f"block{i}.bn.{part}": np.full(4, 1.0 + i) for i in range(100) for part in ("weight", "bias")}
    own |= {f"block{i}.bn.running_mean": np.full(4, 0.1 * i) for i in range(100)}
    own |= {f"block{i}.bn.running_var": np.linspace(1.0, 2.0 + i, 4) for i in range(100)}
    answer = told(client.post(API, params={"norm": "block77.bn"}, content=npz("sound", **own)))
    assert len(answer["rows"]) == 106
    assert all("folded" in row for row in answer["rows"])
    assert answer["layer"]["norm"] == "block77.bn"


def test_what_holds_of_most_channels_singles_none_out(client):
    tensors = {"bn1.weight": np.r_[np.full(4, 1e9), np.full(12, 1.0)].astype("f4")}
    layer = told(client.post(API, params={"norm": "bn1"}, content=npz("sound", **tensors)))["layer"]
    assert max(len(finding["channels"]) for finding in layer["findings"]) == 12
    assert layer["flagged"] == [0, 1, 2, 3]


def test_of_many_channels_the_first_are_drawn_and_the_opened_norm_alone_comes_with_arrays(client):
    shapes = {"a": 190_000, "b": 20_000}
    own = {f"{name}.{part}": np.ones(size, "f4") for name, size in shapes.items() for part in ("weight", "running_var")}
    own |= {
        f"{name}.{part}": np.zeros(size, "f4") for name, size in shapes.items() for part in ("bias", "running_mean")
    }
    own["b.running_var"][15_000] = np.nan
    answer = told(client.post(API, params={"norm": "b"}, content=npz("sound", **own)))
    assert [row["norm"] for row in answer["rows"] if "folded" in row] == ["b"]
    assert any("210,176 channels" in note for note in answer["model"]["notes"])
    assert {len(strip["values"]) for strip in answer["layer"]["strips"]} == {4096}
    deviation = next(strip for strip in answer["layer"]["strips"] if strip["name"] == "deviation")
    assert deviation["note"] == "1 not finite, the first 4,096 of 20,000 drawn"
    assert answer["layer"]["flagged"] == []
    assert (
        answer["layer"]["kept_back"] == "The playground opens layers of up to 4,096 channels, and this one has 20,000."
    )
