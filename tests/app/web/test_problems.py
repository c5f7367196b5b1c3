"""Every failure has one shape, and says what was given and what is allowed."""

import pytest
from fastapi import FastAPI
from pydantic import BaseModel
from starlette.testclient import TestClient

from app import errors
from app.web import problems
from app.web.headers import HEADERS, SecurityHeaders
from bncore.errors import BadParameter
from tests.each import each

SHAPE = {"type", "title", "status", "detail"}


def subclasses(kind):
    return {kind, *(deeper for child in kind.__subclasses__() for deeper in subclasses(child))}


class Body(BaseModel):
    number: int | None


@pytest.fixture
def failing():
    """A client of an application that fails on demand."""
    app = FastAPI()
    problems.install(app)
    app.add_middleware(SecurityHeaders)

    @app.get("/fail/{name}")
    async def fail(name: str):
        if name == "BadParameter":
            raise BadParameter("eps is -1; give a number from 0 to 1.", parameter="eps")
        if name == "Bug":
            raise ZeroDivisionError("a secret")
        raise getattr(errors, name)("What was wrong.", field="source", given="é" * 200, allowed="something else")

    @app.post("/body")
    async def body(given: Body):
        return given

    return TestClient(app, raise_server_exceptions=False)


def check(answer, status):
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    assert set(body) - {"errors", "request_id"} == SHAPE
    assert body["status"] == status
    assert body["title"]
    assert body["detail"].endswith(".")
    return body


@pytest.mark.parametrize("kind", sorted(subclasses(errors.UserError) - {errors.UserError}, key=lambda k: k.__name__))
def test_each_of_our_errors_has_a_status_and_the_one_shape(failing, kind):
    body = check(failing.get(f"/fail/{kind.__name__}"), errors.STATUSES[kind])
    assert body["title"] == kind.title
    (row,) = body["errors"]
    assert (row["field"], row["allowed"]) == ("source", "something else")
    assert len(row["given"]) == errors.SHORTENED


def test_the_numerics_refusals_name_their_parameter_and_advice(failing):
    body = check(failing.get("/fail/BadParameter"), 422)
    assert body["errors"] == [{"field": "eps", "given": "-1", "allowed": "give a number from 0 to 1"}]


def test_a_mistake_of_ours_is_a_500_that_gives_nothing_away_and_keeps_the_headers(failing):
    answer = failing.get("/fail/Bug")
    check(answer, 500)
    assert "secret" not in answer.text
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS


def test_a_body_that_is_wrong_names_its_field(failing):
    body = check(failing.post("/body", json={"number": "x"}), 422)
    assert body["errors"][0]["field"] == "number"
    (row,) = check(failing.post("/body", content="{", headers={"content-type": "application/json"}), 422)["errors"]
    assert row["field"] == "body"  # and not the place in its text


@each("given", [10**400, "\ud800", {"a": "x" * 500}, None, 1.5, True, -(2**70)])
def test_whatever_was_given_can_be_repeated_as_json(given):
    answer = problems.respond(errors.problem_of(errors.InvalidQuery("No.", field="a", given=given, allowed="b")))
    assert len(answer.body) < 600


def test_an_address_that_is_not_there_and_a_method_that_is_not_taken(client):
    check(client.get("/api/v1/nowhere"), 404)
    answer = client.post("/api/v1/playground")
    check(answer, 405)
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS"


@each(("body", "field", "given", "allowed"), [
    ('{"x": [[1, 2], [3, 4]], "gamma": [1, 2, 3]}', "gamma", "shape (3,)", "give one value a feature, shape (2,)"),
    ('{}', "x", "{}", "a value, which is required"),
    ("[]", "body", "[]", "a JSON object"),
    ('{"x": [[1, 2]], "epss": 1}', "epss", 1, "nothing of this name (did you mean eps?); there are x, gamma, "),
    ('{"x": [[1, 2]], "zzzz": 1}', "zzzz", 1, "nothing of this name; there are x, gamma, beta, eps, "),
])  # fmt: skip
def test_a_refusal_of_arrays_says_what_was_given_and_what_is_allowed(server, body, field, given, allowed):
    answer = server.post("/api/v1/batchnorm", content=body)
    check(answer, 422)
    row = answer.json()["errors"][0]
    assert (row["field"], row["given"]) == (field, given)
    assert row["allowed"].startswith(allowed)


@each(("call", "body", "said"), [
    ("batchnorm", '{"x": [[1], [2]], "momentum": 2}', "momentum is 2; give a number less than or equal to 1."),
    ("batchnorm", '{"x": [[1], [2]], "momentum": null, "eps": true}', "eps is true; give a number."),
    ("batchnorm", '{"x": [[1], [2]], "gamma": "a", "feature_axis": 1.5}',
     "gamma is 'a'; give a list. feature_axis is 1.5; give an integer."),
    ("batchnorm", "[]", "The body is []; give a JSON object."),
    ("batchnorm", "{}", "x is missing; give a value, which is required."),
    ("batchnorm", '{"x": [[1], [2]], "gamma": [1, "a", "b"]}', "gamma.1 is 'a'; give a number."),
    ("batchnorm", '{"x": [[1], [1e999]]}', "A number of the body, at line 1, column 14, is larger than float64 holds."),
    ("norms/merge", '{"parts": [{"count": 3, "mean": [1], "var": [1]}, {"count": 0, "mean": [1], "var": ["b"]}]}',
     "parts.1.count is 0; give a number greater than or equal to 1. parts.1.var.0 is 'b'; give a number."),
    ("norms/merge", '{"parts": [3]}', "parts.0 is 3; give a JSON object."),
    ("norms/merge", '{"parts": [{"count": 3, "mean": [1], "var": [1], "foo": 2}]}',
     "parts.0.foo: there is nothing of this name."),
])  # fmt: skip
def test_a_refusal_is_a_sentence_that_says_where_the_mistake_stands(server, call, body, said):
    assert check(server.post(f"/api/v1/{call}", content=body), 422)["detail"] == said


def test_a_refusal_of_a_query_joins_all_that_a_field_may_be(server):
    detail = check(server.get("/api/v1/playground", params={"batch_size": 0}), 422)["detail"]
    assert detail == "batch_size is '0'; give a whole number from 1 to 10,000,000, or 'auto' or 'all'."


@pytest.mark.parametrize(("body", "said"), [('{"x": [[NaN]]}', True), ('{"x": [[1,', False)])
def test_only_a_body_with_nan_is_told_of_nan(server, body, said):
    detail = server.post("/api/v1/batchnorm", content=body).json()["detail"]
    assert "not JSON" in detail
    assert ("NaN" in detail) == said


@pytest.mark.parametrize("method", ["get", "delete"])
def test_a_wrong_id_is_named_as_the_id(client, method):
    answer = getattr(client, method)("/api/v1/batches/abc?delete_key=1")
    assert answer.status_code == 422
    (row,) = answer.json()["errors"]
    assert row == {"field": "id", "given": "abc", "allowed": "text of the form ^[0-9a-f]{64}$"}


def test_of_many_unknown_names_one_lists_the_known_ones(server):
    detail = server.get("/api/v1/playground?" + "&".join(f"zz{i}=1" for i in range(50))).json()["detail"]
    assert detail.count("batch_size") == 1
