"""`POST /api/v1/gradient-check` and its probe: the contract."""

import io
import json
import zipfile

import numpy as np
import pytest

from app.settings import Settings
from app.views.gradient_check import body as gradient_check_body
from app.views.gradient_check.view import light_fields
from bncore.diagnosis import ORDER, case_of, probe
from tests.app.strict_json import parsed
from tests.each import each

URL = "/api/v1/gradient-check"


def fields(sent, **answers):
    """A probe's own arrays as a body."""
    return {name: np.asarray(value).tolist() for name, value in {**there(sent), **answers}.items()}


def there(sent):
    return {name: value for name, value in vars(sent).items() if value is not None}


def posted(server, body):
    answer = server.post(URL, content=json.dumps(body))  # NaN too, as Python writes it
    return answer.status_code, parsed(answer.content)


def npz(**arrays):
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


def test_the_documented_example_answers_as_documented(server):
    operation = server.get("/api/v1/openapi.json").json()["paths"][URL]["post"]
    status, answer = posted(server, operation["requestBody"]["content"]["application/json"]["example"])
    assert status == 200
    example = operation["responses"]["200"]["content"]["application/json"]["example"]
    assert set(answer) == set(example)
    assert_close(answer, example, "answer")


def assert_close(given, shown, place):
    if isinstance(shown, dict):
        assert set(given) == set(shown), place
        for name in shown:
            assert_close(given[name], shown[name], f"{place}.{name}")
    elif isinstance(shown, list):
        assert len(given) == len(shown), place
        for index, value in enumerate(shown):
            assert_close(given[index], value, f"{place}[{index}]")
    elif isinstance(shown, float):
        assert given == pytest.approx(shown, rel=1e-3, abs=1e-12), place
    else:
        assert given == shown, place


def test_every_field_is_documented_with_words(server):
    content = server.get("/api/v1/openapi.json").json()["paths"][URL]["post"]["requestBody"]["content"]
    properties = content["application/json"]["schema"]["properties"]
    assert set(properties) >= {"seed", "x", "dy", *ORDER}
    assert all(field["description"].endswith(".") for field in properties.values())


@each("axes", [2, 4])
@each("placement", ["variance", "deviation"])
def test_a_probe_is_fetched_computed_on_and_sent_back_by_its_seed(server, axes, placement):
    query = f"?seed=11&axes={axes}&eps_placement={placement}"
    batch = parsed(server.get(URL + "/probe" + query).content)
    assert {"seed", "axes", "x", "gamma", "beta", "eps", "eps_placement", "feature_axis", "dy"} <= set(batch)
    sent = {name: value for name, value in batch.items() if name not in ("seed", "axes")}
    case = case_of(**sent)
    dx = case.as_given(case.inverse * case.h)
    answers = {"dx": dx.tolist(), "dbeta": case.truth["dbeta"].tolist()}
    status, by_seed = posted(server, {"seed": 11, "axes": axes, "eps_placement": placement, **answers})
    assert (status, by_seed) == posted(server, {**sent, **answers})
    pooled = by_seed["coefficients"]["pooled"]
    assert [row["id"] for row in by_seed["diagnoses"]] == ["statistics_constant"]
    assert by_seed["tensors"]["dbeta"]["verdict"] == "exact"
    assert (pooled["overall"], pooled["mean_path"]) == (pytest.approx(1), pytest.approx(0, abs=1e-9))
    assert len(by_seed["coefficients"]["per_unit"]["variance_path"]) == 4
    assert (by_seed["first_wrong"], by_seed["correct"]) == ("dx", False)


def test_the_same_probe_has_the_same_bytes(server):
    assert server.get(URL + "/probe?seed=4").content == server.get(URL + "/probe?seed=4").content
    assert server.get(URL + "/probe").content != server.get(URL + "/probe?seed=4").content


def test_an_npz_file_says_the_same_as_json(server):
    sent = probe(2)
    dx = sent.case().truth["dx"] * 7
    body = fields(sent, dx=dx)
    packed = server.post(URL, content=npz(**{**there(sent), "dx": dx}))
    assert packed.status_code == 200
    assert (200, parsed(packed.content)) == posted(server, body)
    assert [row["id"] for row in parsed(packed.content)["diagnoses"]] == ["scaled_by_batch_size"]
    seeded = server.post(URL, content=npz(seed=2, dx=dx.astype("float32")))
    assert parsed(seeded.content)["diagnoses"][0]["id"] == "scaled_by_batch_size"


def test_correct_tensors_in_float32_are_exact(server):
    truth = probe(0).case().truth
    status, answer = posted(server, {"seed": 0, **{n: v.astype("float32").tolist() for n, v in truth.items()}})
    assert status == 200
    assert answer["correct"]
    assert {row["verdict"] for row in answer["tensors"].values()} == {"exact"}
    assert answer["diagnoses"] == answer["warnings"] == []
    assert list(answer["tensors"]) == list(ORDER)


def test_factors_that_the_data_do_not_tell_are_null(server):
    sent = probe(0)
    body = fields(sent) | {"dy": (sent.dy - sent.dy.mean(0)).tolist(), "dx": sent.dy.tolist()}
    status, answer = posted(server, body)
    assert status == 200
    assert answer["coefficients"]["pooled"]["mean_path"] is None
    assert answer["coefficients"]["per_unit"]["mean_path"] == [None] * 4
    assert "mean_dy_zero" in answer["reasons"]


X = probe(1).x.tolist()
BATCH = {"x": X, "dy": X}


@each(
    ("body", "field", "words"),
    [
        ({}, "x", "seed of a probe"),
        ({"x": X}, "dy", "dy is missing"),
        ({"seed": 1}, "dx", "give one or more of"),
        ({"seed": -1, "dx": X}, "seed", "greater than or equal to 0"),
        ({"seed": True, "dx": X}, "seed", "integer"),
        ({"seed": 1, "axes": 3, "dx": X}, "axes", "2 or 4"),
        ({"seed": 1, "x": X, "dx": X}, "x", "Leave one of them out"),
        ({"seed": 1, "eps": 1.0, "dx": X}, "eps", "eps is given with a seed"),
        ({"seed": 1, "feature_axis": 1, "dx": X}, "feature_axis", "feature_axis is given with a seed"),
        ({**BATCH, "axes": 2, "dx": X}, "axes", "axes is given without a seed"),
        ({"seed": 1, "dx": [[True] * 4] * 7}, "dx", "not a number"),
        ({"seed": 1, "dx": [[1.0, 2.0]]}, "dx", "give (7, 4), the shape of x"),
        ({"seed": 1, "axes": 4, "dx": X}, "dx", "give (3, 4, 2, 5), the shape of x"),
        ({"seed": 1, "dgamma": [1.0] * 7}, "dgamma", "A sum over the wrong axis"),
        ({"seed": 1, "dx": "dx"}, "dx", "“dx” in dx is not a number"),
        ({"seed": 1, "dx": "[[1 2] [3]]"}, "dx", "ragged"),
        ({"seed": 1, "dx": "[[1. 2.]\n ...\n [3. 4.]]"}, "dx", "shortened by dots"),
        ({"seed": 1, "dx": [[float("nan")] * 4] * 7}, "dx", "dx[0, 0] is nan"),
        ({"seed": 1, "dgamma": [1.0, 2.0, float("inf"), 3.0]}, "dgamma", "dgamma[2] is inf"),
        ({"seed": 1, "dgamma": "1 2 nan 3"}, "dgamma", "dgamma[2] is nan"),
        ({"seed": 1, "dx": X, "numeric": "yes"}, "numeric", "valid boolean"),
        (
            {"x": np.ones((129, 2)).tolist(), "dy": np.ones((129, 2)).tolist(), "dbeta": [1, 1], "numeric": True},
            "numeric",
            "258",
        ),
        ({"seed": 1, "dx": [["a"]]}, "dx", "not a number"),
        ({"seed": 1, "dx": [[None]]}, "dx", "not a number"),
        ({"seed": 1, "dx": {"a": 1}}, "dx", "not a number"),
        ({"seed": 1, "dx": [[1.0], [1.0, 2.0]]}, "dx", "ragged"),
        ({**BATCH, "dz": X}, "dz", "nothing of this name"),
        ({**BATCH, "dy": np.transpose(X).tolist(), "dx": X}, "dy", "(4, 7), x has (7, 4)"),
        ({**BATCH, "dy": np.transpose(X).tolist(), "dx": X}, "dy", "It looks transposed"),
        ({**BATCH, "gamma": [1.0] * 7, "dx": X}, "gamma", "shape (4,)"),
        ({**BATCH, "gamma": [1.0] * 7, "dx": X}, "gamma", "if x is transposed, give feature_axis=0"),
        ({**BATCH, "beta": [1.0] * 7, "dx": X}, "beta", "if x is transposed, give feature_axis=0"),
        ({**BATCH, "gamma": ["a"] * 4, "dx": X}, "gamma", "not a number"),
        ({**BATCH, "running_mean": [0.0] * 4, "dx": X}, "running_var", "is missing; give it with running_mean"),
        ({**BATCH, "eps": -1.0, "dx": X}, "eps", "greater than or equal to 0"),
        ({**BATCH, "feature_axis": 2, "dx": X}, "feature_axis", "from -2 to 1"),
        ({"x": X[:1], "dy": X[:1], "dx": X[:1]}, "x", "at least two"),
        ({"x": 1.0, "dy": 1.0, "dx": 1.0}, "x", "two or more axes"),
        ([1], "body", "no object"),
        ({f"a{i}": 1 for i in range(99)}, "a0", "nothing of this name"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_what_was_expected(server, body, field, words):
    status, answer = posted(server, body)
    assert status == 422
    assert answer["errors"][0]["field"] == field
    assert words in answer["detail"]


@each("body", [b"", b"hello", b"null", b'"x"', b"[" * 5000, b"PK\x03\x04no", b"\x93NUMPY"])
def test_a_body_that_is_neither_json_nor_npz_is_refused(server, body):
    answer = server.post(URL, content=body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "body"


@each(
    ("arrays", "field"),
    [
        ({"seed": 1, "dx": np.array([[object()]], dtype=object)}, "body"),
        ({"seed": 1, "dx": np.full((7, 4), np.nan)}, "dx"),
        ({"seed": 1, "dx": np.ones((7, 4), complex)}, "dx"),
        ({"seed": 1.5, "dx": np.ones((7, 4))}, "seed"),
        ({"seed": np.arange(2), "dx": np.ones((7, 4))}, "seed"),
        ({"seed": 1, "dx": np.ones((7, 4), np.longdouble)}, "dx"),
        ({"seed": 1, "else": np.ones(3)}, "else"),
        ({"x": np.ones((4, 2)), "dy": np.full((4, 2), np.inf), "dx": np.ones((4, 2))}, "dy"),
    ],
)
def test_what_an_npz_file_may_not_hold_is_refused(server, arrays, field):
    answer = server.post(URL, content=npz(**arrays))
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field


def test_an_npz_file_that_promises_more_than_it_holds_is_refused_before_anything_is_reserved(server):
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "<f8", "fortran_order": False, "shape": (10**9, 10**6)})
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("dx.npy", header.getvalue())
    answer = server.post(URL, content=archive.getvalue())
    assert answer.status_code == 422
    assert "promises" in answer.json()["detail"]


def test_a_refusal_stays_short(server):
    answer = server.post(URL, content=json.dumps({"a" * 50_000 + str(i): i for i in range(99)}))
    assert answer.status_code == 422
    assert len(answer.content) < 20_000


def test_a_damaged_npz_file_is_refused(server):
    body = bytearray(npz(seed=1, dx=np.ones((7, 4))))
    body[70] ^= 255
    assert server.post(URL, content=bytes(body)).status_code == 422


def test_what_is_too_large_is_refused(server):
    assert server.post(URL, content=b" " * (gradient_check_body.LARGEST_BODY + 1)).status_code == 413
    big = np.zeros((gradient_check_body.LARGEST_ARRAYS // 8 + 1, 1))
    packed = io.BytesIO()
    np.savez_compressed(packed, x=big)
    answer = server.post(URL, content=packed.getvalue())
    assert answer.status_code == 413
    assert "64 MiB" in answer.json()["detail"]
    x = np.zeros((gradient_check_body.MOST_NUMBERS // 2 + 1, 2), "float32")
    answer = server.post(URL, content=npz(x=x, dy=x, dx=x))
    assert answer.status_code == 413
    assert "131,072" in answer.json()["detail"]


@each("query", ["seed=-1", "seed=a", "axes=3", "eps_placement=no", "shape=2", "seed=1&seed=2"])
def test_a_probe_that_there_is_not_is_refused(server, query):
    answer = server.get(f"{URL}/probe?{query}")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == query.partition("=")[0]


def test_extreme_numbers_leave_as_valid_json(server):
    for size, other in [(1e150, 1e300), (1e-160, 1e-300), (0.0, 1e300), (1.0, 1e308)]:
        x, dy = np.array([[1.0, 2.0], [2.0, 0.0], [4.0, 1.0], [3.0, 3.0]]) * size, np.eye(4, 2) * other
        status, answer = posted(server, {"x": x.tolist(), "dy": dy.tolist(), "dx": dy.tolist(), "eps": 0.0})
        assert status in (200, 422), answer


@each(("body", "light"), [
    (b'{"seed": 1}', True), (b'{"seed": 1, "numeric": true}', False), (b'{"seed": 1, "num\\u0065ric": true}', False),
    (b'{"seed": 1, "numeric": false}', True), (npz(seed=1), False), (b'{"seed": 1}' + b" " * 1000, False),
])  # fmt: skip
def test_only_small_work_is_done_without_a_thread(body, light):
    assert (light_fields(body, 500) is not None) == light


def test_the_whole_probe_sent_back_with_its_seed_is_refused_in_plain_words(server):
    whole = server.get(URL + "/probe?seed=3").json()
    status, answer = posted(server, whole | {"dx": whole["dy"]})
    assert status == 422
    assert answer["detail"].startswith("x is given with a seed: is the batch the probe of the seed")
    status, answer = posted(
        server, {name: whole[name] for name in ("seed", "axes", "eps_placement")} | {"dx": whole["dy"]}
    )
    assert status == 200


def test_work_in_a_thread_answers_the_same(client, app):
    body = fields(probe(3), dx=probe(3).dy)
    inline = posted(client, body)
    app.state.settings = Settings(inline_work=0)
    assert posted(client, body) == inline


def test_an_array_that_promises_more_numbers_than_it_holds_is_refused(server):
    header = io.BytesIO()
    promised = {"descr": "<f8", "fortran_order": False, "shape": (10**11,)}
    np.lib.format.write_array_header_1_0(header, promised)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("dx.npy", header.getvalue())
    refused = server.post(URL, content=file.getvalue())
    assert refused.status_code == 422
    assert "promises shape (100000000000,)" in refused.json()["detail"]
