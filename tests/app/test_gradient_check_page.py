"""The page `/gradient-check` and what it asks: the view, the probe's files, the arrays of a file, the snippet."""

import io
import json
import re

import numpy as np
import pytest

from bncore.diagnosis import MISTAKES, probe, ready_answers
from tests.app.strict_json import parsed

PAGE = "/gradient-check"
API = "/api/v1/gradient-check"


def embedded(html, name="answer"):
    return json.loads(re.search(rf'<script type="application/json" id="{name}">(.*?)</script>', html, re.S)[1])


def viewed(client, **fields):
    answer = client.post(f"{API}/view", json=fields)
    return answer.status_code, parsed(answer.content)


def test_the_page_comes_with_its_first_result_inside(client):
    answer = client.get(PAGE)
    assert answer.status_code == 200
    assert "dx is wrong. The path through the variance is missing." in answer.text
    assert embedded(answer.text) == viewed(client)[1]


OWN = {"batch": "own", "x": "1\n2\n4\n3", "dy": "1\n0\n2\n1", "gamma": "", "beta": ""}


@pytest.mark.parametrize(
    "query", [{"seed": "3", "axes": "4"}, {"batch": "own"}, OWN | {"dx": "1\n2\n3\n4", "dgamma": "1"}]
)
def test_page_and_view_say_the_same(client, query):
    html = client.get(PAGE, params=query)
    status, view = viewed(client, **query)
    assert html.status_code == status
    assert embedded(html.text) == (view if status == 200 else None)


@pytest.mark.parametrize(("query", "field"), [
    ("dx=abc", "dx"), ("seed=-1", "seed"), ("mistake=no", "mistake"), ("batch=own&x=1,b", "x"),
    ("batch=own&dy=1", "dy"), ("axes=3", "axes"), ("colour=red", "colour"), ("seed=1&seed=2", "seed"),
    ("batch=own&feature_axis=5", "feature_axis"),
    ("batch=own&gamma=1 2 3", "gamma"), ("batch=own&running_mean=1 2", "running_var"), ("dgamma=1 2 nan 4", "dgamma"),
])  # fmt: skip
def test_a_wrong_address_shows_the_page_with_the_field_named(client, query, field):
    answer = client.get(f"{PAGE}?{query}")
    assert answer.status_code == 422
    assert embedded(answer.text, "state")["problem"]["errors"][0]["field"] == field


@pytest.mark.parametrize("placement", ["variance", "deviation"])
@pytest.mark.parametrize("axes", ["2", "4"])
def test_the_view_of_every_example_names_it(client, axes, placement):
    ready = ready_answers(probe(5, axes=int(axes), eps_placement=placement).case())
    for name in ready:
        status, view = viewed(client, seed=5, axes=axes, eps_placement=placement, mistake=name)
        assert status == 200
        assert {row["id"] for row in view["diagnoses"]} == ({name} if name in MISTAKES else set())
        assert {row["verdict"] for row in view["tensors"].values()} <= {"exact", "wrong"}
        assert all(row["look_at_math"].startswith("<math") for row in view["diagnoses"])
        assert set(view["texts"]) == {"dx", "dgamma", "dbeta"}
        assert list(view["examples"]) == list(ready)


def test_the_same_address_is_the_same_page_and_need_not_be_sent_again(client):
    first = client.get(f"{PAGE}?seed=2")
    assert client.get(f"{PAGE}?seed=2").content == first.content
    assert client.get(f"{PAGE}?seed=2", headers={"If-None-Match": first.headers["etag"]}).status_code == 304
    elsewhere = client.get(f"{PAGE}?seed=2", headers={"Host": "lecture:8000"})
    assert elsewhere.headers["etag"] != first.headers["etag"]
    assert "http://lecture:8000/api/v1/gradient-check" in embedded(elsewhere.text)["snippet"]


def test_an_example_is_not_asked_for_where_tensors_are_given(client):
    status, view = viewed(client, dgamma="1 2 3 4", mistake="made up")
    assert status == 200
    assert view["checked"] == "Your gradient on the probe of seed 0"


def test_nothing_given_is_no_mistake(client):
    status, view = viewed(client, mistake="own")
    assert status == 200
    assert view["tensors"] == {}
    assert "Nothing to check yet" in view["headline"]


def test_the_third_route_is_there_when_asked_for_and_small_enough(client):
    assert "numeric" not in viewed(client)[1]
    assert [row["tensor"] for row in viewed(client, numeric=True)[1]["numeric"]] == ["dx", "dgamma", "dbeta"]
    rows = np.random.default_rng(0).normal(size=(150, 2)).tolist()
    status, view = viewed(client, batch="own", x=str(rows), dy=str(rows[::-1]), numeric=True)
    assert status == 200
    assert "numeric" not in view
    assert "300 numbers" in view["numeric_note"]


def test_a_batch_printed_in_eight_digits_raises_no_false_alarm(client):
    found = probe(6)
    texts = {name: str(getattr(found, name)) for name in ("x", "dy", "gamma", "beta")}
    answers = {name: repr(found.case().truth[name].tolist()) for name in ("dx", "dgamma", "dbeta")}
    status, view = viewed(client, batch="own", eps=1.0, **texts, **answers)
    assert status == 200
    assert view["headline"] == "Correct: dbeta, dgamma and dx are exact."


def test_a_probe_leaves_as_npz_and_as_python(client):
    found = probe(4)
    packed = client.get(f"{API}/probe?seed=4&format=npz")
    assert packed.headers["content-disposition"] == 'attachment; filename="bnscope-probe.npz"'
    with np.load(io.BytesIO(packed.content)) as arrays:
        assert {name: arrays[name].tolist() for name in arrays} == {
            name: np.asarray(value).tolist() for name, value in vars(found).items()
        }
    code: dict[str, object] = {}
    exec(client.get(f"{API}/probe?seed=4&format=python").text, code)
    np.testing.assert_array_equal(code["x"], found.x)
    assert code["eps"] == found.eps


def npz(**arrays):
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


def npy(array):
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


def test_a_files_arrays_come_back_as_text_that_means_the_same(client):
    dx = np.random.default_rng(0).normal(size=(3, 4, 2, 5))
    answer = client.post(f"{API}/arrays", content=npz(dx=dx, dgamma=np.float32([1 / 3, 2]), other=np.ones(2)))
    assert answer.status_code == 200
    assert set(answer.json()) == {"dx", "dgamma"}
    np.testing.assert_array_equal(json.loads(answer.json()["dx"]), dx)
    assert answer.json()["dgamma"] == "[0.33333334, 2.        ]"
    single = client.post(f"{API}/arrays?name=dbeta", content=npy(np.arange(3.0)))
    assert json.loads(single.json()["dbeta"].replace(".", ".0")) == [0, 1, 2]


@pytest.mark.parametrize("content", [
    b"", b"hello", b"PK\x03\x04no", b"\x93NUMPY", npz(weights=np.ones(2)), npz(dx=np.array(["a"])),
    npy(np.ones(2, complex)), npy(np.ones((2, 2)))[:-3], npz(dx=np.zeros(0)),
])  # fmt: skip
def test_a_file_that_holds_no_tensor_is_refused_at_its_field(client, content):
    answer = client.post(f"{API}/arrays", content=content)
    assert answer.status_code in (200, 422)
    if answer.status_code == 422:
        assert answer.json()["errors"][0]["field"] == "file"


@pytest.mark.parametrize("query", ["seed=-1", "axes=3", "form=cs231n", "eps_placement=no", "seed=x"])
def test_a_snippet_that_there_is_not_is_refused(client, query):
    assert client.get(f"{PAGE}/cs231n.py?{query}").status_code == 422


def test_the_page_is_in_the_navigation(client):
    assert '<a href="/gradient-check">Gradient check</a>' in client.get("/docs").text


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'{"seed": {}}', b'{"dx": 5}', b'{"x": null, "batch": "own"}', b"nonsense"]
)
def test_a_view_of_nonsense_is_refused(client, body):
    answer = client.post(f"{API}/view", content=body)
    assert answer.status_code == 422
    assert answer.json()["errors"]
