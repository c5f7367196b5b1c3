"""The page of the REST API tells everything that OpenAPI does."""

import html

from app.web.pages.reference import allowed, calls_of


def test_every_call_parameter_and_body_field_stands_on_the_page(client):
    page, api = html.unescape(client.get("/docs").text), client.get("/api/v1/openapi.json").json()
    for path, operations in api["paths"].items():
        for operation in operations.values():
            assert operation["summary"] in page
            for parameter in operation.get("parameters", []):
                assert f"<code>{parameter['name']}</code>" in page, (path, parameter["name"])
    body = api["paths"]["/api/v1/batchnorm"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert len(body["properties"]) > 10
    assert all(f"<code>{name}</code>" in page for name in body["properties"])


def test_examples_are_curl_lines_with_this_servers_address(client):
    calls = calls_of(client.get("/api/v1/openapi.json").json(), "http://here")
    examples = {call["path"]: call["examples"] for call in calls if call["method"] == "POST"}
    assert examples["/api/v1/batches"][0] == "curl -s 'http://here/api/v1/batches' \\\n  -F file=@people.csv"
    assert "content-type: application/json" in examples["/api/v1/batchnorm"][0]


def test_ranges_are_told_in_words():
    assert allowed({"anyOf": [{"type": "integer", "minimum": 1}, {"enum": ["auto"]}]}) == "integer, at least 1 or auto"
