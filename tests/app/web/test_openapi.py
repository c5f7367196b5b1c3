"""The OpenAPI description: complete, and its examples work when pasted."""

import pytest

from app.main import create_app
from tests.app.strict_json import parsed
from tests.each import each

VIEWS = [
    "/api/v1/playground", "/api/v1/catalog", "/api/v1/derivation", "/api/v1/jacobian", "/api/v1/network",
    "/api/v1/batch-size", "/api/v1/norms", "/api/v1/training/plan",
]  # fmt: skip
OURS = [*VIEWS, "/api/v1/playground/data", "/api/v1/training", "/api/v1/training/records"]


@pytest.fixture(scope="module")
def api(server):
    return server.get("/api/v1/openapi.json").json()


@each("path", OURS)
def test_each_operation_has_words_and_an_example_of_its_answer(api, path):
    operation = api["paths"][path]["get"]
    assert operation["summary"]
    assert operation["description"]
    for response in operation["responses"].values():
        assert response["description"].endswith(".")
    assert "example" in operation["responses"]["200"]["content"]["application/json"]
    for parameter in operation.get("parameters", []):
        assert parameter["description"].endswith("."), parameter["name"]
        assert parameter["schema"]["title"], parameter["name"]


@pytest.mark.parametrize("path", OURS)
def test_each_example_works_when_pasted(server, api, path):
    examples = api["paths"][path]["get"]["x-examples"]
    assert examples
    for example in examples:
        answer = server.get(f"{path}?{example.get('query', '')}")
        assert answer.status_code == 200, example


@each("path", VIEWS)
def test_an_example_of_an_answer_holds_no_name_that_answers_do_not_have(server, api, path):
    example = api["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["example"]
    check_names(example, parsed(server.get(path).content), path)


def check_names(example, answer, place):
    if isinstance(example, dict):
        for name, value in example.items():
            assert name in answer, f"{place}.{name}"
            check_names(value, answer[name], f"{place}.{name}")
    elif isinstance(example, list) and example and isinstance(example[0], dict):
        check_names(example[0], answer[0], f"{place}[0]")
    else:
        assert isinstance(answer, type(example)) or {type(answer), type(example)} == {int, float}, place


def test_the_example_tells_the_truth(server, api):
    example = api["paths"]["/api/v1/playground"]["get"]["responses"]["200"]["content"]["application/json"]["example"]
    answer = parsed(server.get("/api/v1/playground").content)
    assert answer["headline"].startswith(example["headline"])
    assert example["conventions"][0] in answer["conventions"]
    for name in ("mean", "var"):
        assert example["forward"][name][0] == pytest.approx(answer["forward"][name][0], rel=1e-2)
    for name in ("dgamma", "dbeta"):
        assert example["backward"][name][0] == pytest.approx(answer["backward"][name][0], rel=1e-2)


def test_operations_have_ids_of_their_own(api):
    ids = [operation["operationId"] for path in api["paths"].values() for operation in path.values()]
    assert len(set(ids)) == len(ids)


def test_importing_the_application_does_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    create_app()
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("path", ["/api/v1/network", "/api/v1/batch-size"])
def test_a_stream_is_described_with_every_event_that_it_has(api, path):
    examples = api["paths"][path]["get"]["responses"]["200"]["content"]["text/event-stream"]["examples"]
    assert {line.removeprefix("event: ") for example in examples.values() for line in example["value"].splitlines()
            if line.startswith("event: ")} == {"progress", "result", "problem"}  # fmt: skip
    assert "refused before the stream begins" in " ".join(api["paths"][path]["get"]["description"].split())
