"""What a path takes is said by its 405 and by OPTIONS, and is what it takes."""

import pytest

from app.web.operations.routes import _routes

ID = "0" * 64
PATHS = ["/", "/docs", "/healthz", "/api/v1/catalog", "/api/v1/batches", f"/api/v1/batches/{ID}", "/api/v1/norms",
         "/api/v1/gradient-check", "/api/v1/openapi.json", "/static/x/favicon.svg"]  # fmt: skip
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"]


@pytest.mark.parametrize("path", PATHS)
def test_allow_names_every_method_that_is_taken_and_no_other(client, path):
    answers = {method: client.request(method, path) for method in METHODS}
    taken = sorted(method for method, answer in answers.items() if answer.status_code != 405)
    for method, answer in answers.items():
        if answer.status_code == 405 or method == "OPTIONS":
            assert answer.headers["allow"] == ", ".join(taken), method
    assert answers["OPTIONS"].status_code == 204
    assert answers["BREW"].status_code == 405


def test_an_upload_can_be_looked_at_and_deleted_says_allow(client):
    assert client.put(f"/api/v1/batches/{ID}").headers["allow"] == "DELETE, GET, HEAD, OPTIONS"
    assert client.put("/api/v1/norms").headers["allow"] == "GET, HEAD, OPTIONS, POST"


def test_where_nothing_is_there_are_no_options(server):
    assert server.options("/api/v1/nowhere").status_code == 404


def test_every_route_has_a_template_of_its_own(app):
    routes = [(route.path, method) for route in _routes(app) for method in route.methods or ()]
    assert len(set(routes)) == len(routes)
