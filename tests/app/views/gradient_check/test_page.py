"""The page `/gradient-check` and what it asks: the view, the probe's files, the snippet."""

import io
import re

import numpy as np
import pytest

from app.views.gradient_check.compute import CheckFields
from bncore.diagnosis import case_of, probe, ready_answers
from tests.app.embedded import embedded
from tests.app.strict_json import parsed
from tests.each import each

PAGE = "/gradient-check"
API = "/api/v1/gradient-check"


def viewed(client, **fields):
    answer = client.post(f"{API}/view", json=fields)
    return answer.status_code, parsed(answer.content)


def test_the_page_comes_with_its_first_result_inside(server):
    answer = server.get(PAGE)
    assert answer.status_code == 200
    assert "dx is wrong. The path through the variance is missing." in answer.text
    assert embedded(answer.text) == viewed(server)[1]
    assert "<b>1</b> Copy the snippet. <b>2</b> Run it where your functions are defined" in answer.text


OWN = {"batch": "own", "x": "1\n2\n4\n3", "dy": "1\n0\n2\n1", "gamma": "", "beta": ""}


@pytest.mark.parametrize(
    "query", [{"seed": "3", "axes": "4"}, {"batch": "own"}, OWN | {"dx": "1\n2\n3\n4", "dgamma": "1"}]
)
def test_page_and_view_say_the_same(server, query):
    html = server.get(PAGE, params=query)
    status, view = viewed(server, **query)
    assert html.status_code == status == 200
    assert embedded(html.text) == view


@each(("query", "field"), [
    ("dx=abc", "dx"), ("seed=-1", "seed"), ("mistake=no", "mistake"), ("batch=own&x=1,b", "x"),
    ("batch=own&dy=1", "dy"), ("axes=3", "axes"), ("colour=red", "colour"), ("seed=1&seed=2", "seed"),
    ("batch=own&feature_axis=5", "feature_axis"),
    ("batch=own&gamma=1 2 3", "gamma"), ("batch=own&running_mean=1 2", "running_var"), ("dgamma=1 2 nan 4", "dgamma"),
])  # fmt: skip
def test_a_wrong_address_shows_the_page_with_the_field_named(server, query, field):
    answer = server.get(f"{PAGE}?{query}")
    assert answer.status_code == 422
    assert embedded(answer.text, "state")["problem"]["errors"][0]["field"] == field


def test_the_view_of_every_example_names_it(server):
    """On one of two probes, by turns."""
    probes = [("2", "variance"), ("4", "deviation")]
    ready = {
        where: list(ready_answers(probe(5, axes=int(where[0]), eps_placement=where[1]).case())) for where in probes
    }
    assert min(map(len, ready.values())) > 40
    for number, name in enumerate(dict.fromkeys(name for names in ready.values() for name in names)):
        having = [where for where in probes if name in ready[where]]
        axes, placement = where = having[number % len(having)]
        status, view = viewed(server, seed=5, axes=axes, eps_placement=placement, mistake=name)
        assert status == 200
        told = {"zeroed_example": "zeroed", "zeroed_unit": "zeroed"}.get(name, name)
        silent = name in ("correct", "float32_differences")
        assert {row["id"] for row in view["diagnoses"]} == (set() if silent else {told})
        open_too = {"open"} if name == "float32_differences" else set()
        assert {row["verdict"] for row in view["tensors"].values()} <= {"exact", "wrong"} | open_too
        assert all(row["look_at_math"].startswith("<math") for row in view["diagnoses"])
        assert set(view["texts"]) == {"dx", "dgamma", "dbeta"}
        assert list(view["examples"]) == ready[where]


def test_the_same_address_is_the_same_page_and_need_not_be_sent_again(client):
    first = client.get(f"{PAGE}?seed=2")
    assert client.get(f"{PAGE}?seed=2").content == first.content
    assert client.get(f"{PAGE}?seed=2", headers={"If-None-Match": first.headers["etag"]}).status_code == 304
    elsewhere = client.get(f"{PAGE}?seed=2", headers={"Host": "lecture:8000"})
    assert elsewhere.headers["etag"] != first.headers["etag"]
    assert "http://lecture:8000/api/v1/gradient-check" in embedded(elsewhere.text)["snippet"]


@each("query", [
    {"dy": "[[1,1],[1,1],[1,1],[1,1]]"}, {"gamma": "0 0"}, {"dy": "0 0\n0 0\n0 0\n0 0", "dx": "0 0\n0 0\n0 0\n0 0"},
    {"x": "1\n2\n4\n3", "dy": "1\n2\n4\n3", "dx": "1\n2\n4\n3", "gamma": "", "beta": ""},
    {"x": "1 1\n1 1\n1 1\n1 1", "eps": "0"},
])  # fmt: skip
def test_a_batch_that_tells_no_factor_has_a_page(server, query):
    assert server.get(PAGE, params={"batch": "own", **query}).status_code == 200


def test_an_example_is_not_asked_for_where_tensors_are_given(server):
    status, view = viewed(server, dgamma="1 2 3 4", mistake="made up")
    assert status == 200
    assert view["checked"] == "Your gradient on the probe of seed 0"


def test_the_table_of_a_wide_batch_shows_its_first_units(server):
    x = np.random.default_rng(0).standard_normal((4, 300)).round(3)
    text = "\n".join(",".join(map(str, row)) for row in x)
    _, view = viewed(server, batch="own", x=text, dy=text, gamma="", beta="", mistake="own")
    assert view["table"]["units"] == 300
    assert {len(row) for name in ("x", "dy") for row in view["table"][name]} == {64}
    assert {len(values) for values in view["table"]["per_unit"].values()} == {64}


@each(
    ("query", "door"),
    [
        ({}, "code"), ({"batch": "own"}, "code"), ({"dx": "1 2"}, "paste"), ({"mistake": "layer_norm"}, "paste"),
        ({"dx": "1 2", "way": "code"}, "code"), ({"way": "paste"}, "paste"), ({"mistake": "own"}, "paste"),
    ],
)  # fmt: skip
def test_the_page_opens_on_the_notebook_unless_gradients_are_given(query, door):
    assert CheckFields(**query).door == door


def test_a_small_batch_of_ones_own_stands_in_the_snippet_and_a_large_one_does_not(server):
    _, view = viewed(
        server, batch="own", x="[[1, 2], [3, 5], [4, 4]]", dy="[[1, 0], [0, 1], [1, 1]]", gamma="", beta=""
    )
    assert '"x": [[1.0, 2.0], [3.0, 5.0], [4.0, 4.0]]' in view["snippet"]
    assert "/probe" not in view["snippet"]
    assert view["snippet_note"] == ""
    rows = np.random.default_rng(0).normal(size=(40, 2)).tolist()
    _, view = viewed(server, batch="own", x=str(rows), dy=str(rows[::-1]), gamma="", beta="")
    assert "/probe?seed=0" in view["snippet"]
    assert "too large" in view["snippet_note"]
    assert viewed(server)[1]["snippet_note"] == ""


def test_nothing_given_is_no_mistake(server):
    status, view = viewed(server, mistake="own")
    assert status == 200
    assert view["tensors"] == {}
    assert "Nothing to check yet" in view["headline"]


def test_the_third_route_is_there_when_asked_for_and_small_enough(server):
    assert "numeric" not in viewed(server)[1]
    assert [row["tensor"] for row in viewed(server, numeric=True)[1]["numeric"]] == ["dx", "dgamma", "dbeta"]
    rows = np.random.default_rng(0).normal(size=(150, 2)).tolist()
    status, view = viewed(server, batch="own", x=str(rows), dy=str(rows[::-1]), numeric=True)
    assert status == 200
    assert "numeric" not in view
    assert "300 numbers" in view["numeric_note"]


def test_a_batch_printed_in_eight_digits_raises_no_false_alarm(server):
    sent = probe(6)
    texts = {name: str(getattr(sent, name)) for name in ("x", "dy", "gamma", "beta")}
    answers = {name: repr(sent.case().truth[name].tolist()) for name in ("dx", "dgamma", "dbeta")}
    status, view = viewed(server, batch="own", eps=1.0, **texts, **answers)
    assert status == 200
    assert view["headline"] == "Correct: dbeta, dgamma and dx are exact."


def test_a_batch_printed_in_three_digits_is_said_to_be_and_raises_no_false_alarm(server):
    x, dy = np.random.default_rng(3).normal(size=(2, 8, 3))
    texts = {name: np.array2string(values, precision=3) for name, values in {"x": 0.3 * x, "dy": dy}.items()}
    dx = str(case_of(0.3 * x, dy=dy, eps=0.5).truth["dx"].tolist())
    status, view = viewed(server, batch="own", gamma="", beta="", dx=dx, **texts)
    assert status == 200
    assert view["correct"]
    assert view["diagnoses"] == []
    assert "these show no more" in view["headline"]
    assert any("was printed in steps of 0.001" in warning for warning in view["warnings"])


def test_a_probe_leaves_as_npz_and_as_python(client):
    sent = probe(4)
    packed = client.get(f"{API}/probe?seed=4&format=npz")
    assert packed.headers["content-disposition"] == 'attachment; filename="bnscope-probe.npz"'
    with np.load(io.BytesIO(packed.content)) as arrays:
        assert {name: arrays[name].tolist() for name in arrays} == {
            name: np.asarray(value).tolist() for name, value in vars(sent).items() if value is not None
        }
    code: dict[str, object] = {}
    exec(client.get(f"{API}/probe?seed=4&format=python").text, code)
    np.testing.assert_array_equal(code["x"], sent.x)
    assert code["eps"] == sent.eps


def test_tensors_that_a_norm_does_not_have_have_no_field(server):
    for query, gone in (("", ""), ("norm=rms", "dbeta dmean"), ("mode=inference", "dvar dsigma dmean")):
        html = server.get(f"{PAGE}?{query}").text
        hidden = re.findall(r'data-tensor="(\w+)" data-without="[^"]+" hidden', html)
        assert hidden == gone.split(), query
    assert 'data-tensor="dbeta" data-without="rms">' in server.get(f"{PAGE}?norm=rms&dbeta=[1,2]").text


@each("query", ["seed=-1", "axes=3", "form=cs231n", "eps_placement=no", "seed=x"])
def test_a_snippet_that_there_is_not_is_refused(server, query):
    assert server.get(f"{PAGE}/cs231n.py?{query}").status_code == 422


def test_the_page_is_in_the_navigation(server):
    assert '<a href="/gradient-check">Gradient check</a>' in server.get("/docs").text


@each("body", [b"", b"[]", b'{"seed": {}}', b'{"dx": 5}', b'{"x": null, "batch": "own"}', b"nonsense"])
def test_a_view_of_nonsense_is_refused(server, body):
    answer = server.post(f"{API}/view", content=body)
    assert answer.status_code == 422
    assert answer.json()["errors"]
