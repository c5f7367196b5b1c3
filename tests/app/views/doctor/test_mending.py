"""The mended model: a file of the same format whose norms do less, or know the statistics of their capture."""

import io
import json

import numpy as np

from tests.app.models.graphs import convolved
from tests.app.views.doctor.files import capture, npz
from tests.each import each

API = "/api/v1/doctor"


def sent(client, content: bytes) -> str:
    answer = client.post(API, content=content)
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def loaded(content: bytes) -> dict[str, np.ndarray]:
    with np.load(io.BytesIO(content)) as arrays:
        return dict(arrays)


def test_a_folded_model_leaves_in_its_own_format_with_norms_that_do_nothing_more(client):
    id = sent(client, npz("sound"))
    file = client.get(f"{API}/repaired", params={"model": id})
    assert file.headers["content-disposition"].endswith('"bnscope-folded.npz"')
    before, after = loaded(npz("sound")), loaded(file.content)
    assert before.keys() == after.keys()
    told = client.get(f"{API}/repaired", params={"model": id, "told": "only"}).json()
    changed = {name for name in before if not np.array_equal(before[name], after[name])}
    assert changed <= set(told["changed"])
    assert [each["norm"] for each in told["mended"]] == [
        "bn1",
        *(f"layer{i}.bn{j}" for i, j in ((1, 1), (1, 2), (2, 1), (2, 2), (3, 1))),
    ]
    assert {(each["known_by"], each["change"]) for each in told["mended"]} == {("names", None)}
    assert told["mended"][0]["front"] == "conv1"
    by_names, unmeasured = told["notes"]
    assert by_names.startswith("6 norms are paired with the layer in front by names alone: conv1 and bn1, ")
    assert "right only where nothing stands between" in by_names
    assert unmeasured == "Without a capture of these norms no change of output is measured."
    x = np.random.default_rng(0).normal(size=(4, 27))

    def y(t):
        return (x @ t["conv1.weight"].reshape(16, 27).T - t["bn1.running_mean"]) / np.sqrt(
            t["bn1.running_var"] + 1e-5
        ) * t["bn1.weight"] + t["bn1.bias"]

    np.testing.assert_allclose(y(after), y(before), atol=1e-6)
    assert np.all(after["bn1.weight"] == 1)


def test_what_a_graph_pairs_is_known_by_it(client):
    id = sent(client, convolved().SerializeToString())
    told = client.get(f"{API}/repaired", params={"model": id, "told": "only"}).json()
    assert [(each["front"], each["known_by"]) for each in told["mended"]] == [("/conv1/Conv", "graph")]
    assert told["notes"] == ["Without a capture of these norms no change of output is measured."]


def test_what_cannot_be_folded_is_left_and_told(server):
    told = server.get(f"{API}/repaired?model=sick&told=only").json()
    assert set(told["left"]) == {"layer2.bn1", "layer1.bn2"}
    assert "channel 5" in told["left"]["layer2.bn1"]
    after = loaded(server.get(f"{API}/repaired?model=sick").content)
    assert np.isnan(after["layer2.bn1.running_var"][5])


def test_statistics_are_estimated_again_from_a_capture(client):
    id, watched = sent(client, npz("sick")), sent(client, capture())
    query = {"model": id, "capture": watched, "how": "reestimate"}
    told = client.get(f"{API}/repaired", params=query | {"told": "only"}).json()
    assert [each["norm"] for each in told["mended"]] == ["layer2.bn2"]
    assert told["largest"]["norm"] == "layer2.bn2"
    assert told["largest"]["change"] > 0
    assert (told["mended"][0]["known_by"], told["notes"]) == (None, [])
    after = loaded(client.get(f"{API}/repaired", params=query).content)
    assert not np.any(after["layer2.bn2.running_var"] == 1)


@each(
    ("query", "field"),
    [({"how": "reestimate"}, "capture"), ({"how": "mend"}, "how"), ({"capture": "0" * 64}, "capture")],
)
def test_what_is_missing_is_named(server, query, field):
    refused = server.get(f"{API}/repaired", params=query)
    assert refused.status_code in (410, 422)
    assert json.loads(refused.text)["errors"][0]["field"] == field


def test_a_capture_alone_is_reported_on_and_is_no_model_to_mend(client):
    answer = client.post(API, content=capture()).json()
    assert [row["norm"] for row in answer["rows"]] == ["layer2.bn2"]
    assert answer["model"]["format"] == "capture of training steps"
    refused = client.get(f"{API}/repaired", params={"model": answer["id"]})
    assert refused.json()["errors"][0]["field"] == "model"
    assert client.get(API, params={"other": answer["id"]}).status_code == 422
