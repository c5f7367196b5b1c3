"""Each answer has an id, the client's where it is sane; a problem tells it, too."""

import json
import logging
import uuid

from app.web.operations import logs
from app.web.serving.refusals import LARGE_HEADER
from tests.each import each

PROBLEMS = ["/api/v1/nowhere", "/api/v1/playground?eps=-1", f"/api/v1/batches/{'0' * 64}", "/readyz"]


def test_every_answer_has_an_id_of_its_own(client):
    given = [client.get("/healthz").headers["x-request-id"] for _ in range(3)]
    assert len({uuid.UUID(one) for one in given}) == 3


def test_a_clients_id_is_kept(client):
    answer = client.get("/healthz", headers={"X-Request-Id": "lecture-7.b_2"})
    assert answer.headers["x-request-id"] == "lecture-7.b_2"


@each("given", ["", "a b", "a" * 65, 'a"b', "a\tb", "é"])
def test_an_id_that_could_break_a_line_is_replaced(client, given):
    answer = client.get("/healthz", headers={"X-Request-Id": given.encode()})
    assert uuid.UUID(answer.headers["x-request-id"])


@each("path", PROBLEMS)
def test_a_problem_tells_the_id_of_its_request(client, path):
    answer = client.get(path, headers={"X-Request-Id": "mine"})
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["request_id"] == answer.headers["x-request-id"] == "mine"


def test_what_is_refused_before_it_is_read_has_an_id_too_and_a_line(caplog):
    with caplog.at_level(logging.INFO, logs.ACCESS):
        head, _, body = LARGE_HEADER.written([]).partition(b"\r\n\r\n")
    told = json.loads(body)["request_id"]
    assert uuid.UUID(told)
    assert f"x-request-id: {told}" in head.decode().split("\r\n")
    (record,) = caplog.records
    assert json.loads(logs.Json().format(record))["request_id"] == told
