"""The description says of every call how it refuses, and of a body what goes together; what is taken fits it."""

import json
import re

import pytest

from app.registry import VIEWS
from app.web.rules import given, missing, nested, per_feature, together, where
from tests.each import each

PROBLEM = "application/problem+json"


@pytest.fixture(scope="module")
def calls():
    """Every operation, by method and path."""
    from app.main import create_app

    paths = create_app().openapi()["paths"]
    return {f"{method.upper()} {path}": call for path, calls in paths.items() for method, call in calls.items()}


def test_every_refusal_of_every_call_is_a_problem(calls):
    for name, call in calls.items():
        bad = {status: told for status, told in call["responses"].items() if status >= "4"}
        assert {"401", "429", "500", "503"} <= set(bad), name
        for status, told in bad.items():
            assert list(told["content"]) == [PROBLEM], (name, status)
            assert told["description"].endswith("."), (name, status)
            assert ("Retry-After" in told.get("headers", {})) == (status in ("429", "503")), (name, status)


def test_what_takes_a_query_or_a_body_may_refuse_it(calls):
    for name, call in calls.items():
        takes = "parameters" in call or "requestBody" in call
        assert ("422" in call["responses"]) == takes, name
        assert ("413" in call["responses"]) == ("requestBody" in call), name


def test_a_problem_is_as_it_is_described(server):
    described = server.get("/api/v1/openapi.json").json()["components"]["schemas"]["Problem"]
    body = server.get("/api/v1/playground?eps=-1").json()
    assert set(described["properties"]) - set(body) == {"page_detail", "see"}  # which only some have
    assert set(body) < set(described["properties"])
    (row,) = body["errors"]
    assert set(row) == set(described["properties"]["errors"]["items"]["properties"])
    assert set(described["required"]) <= set(server.get("/api/v1/nowhere").json())


def test_every_media_type_of_a_probe_is_described(client, calls):
    described = set(calls["GET /api/v1/gradient-check/probe"]["responses"]["200"]["content"])
    probes = [client.get("/api/v1/gradient-check/probe", params={"format": form}) for form in ("json", "npz", "python")]
    sent = {probe.headers["content-type"].partition(";")[0] for probe in probes}
    assert described == sent


FORMS = [(view.name, name, schema["pattern"]) for view in VIEWS
         for name, schema in view.query.model_json_schema()["properties"].items() if "pattern" in schema]  # fmt: skip
TAKEN = {
    "source": ["wine", "normal", "inline", "0" * 64],
    "gamma": ["auto", "sigma", "1", "-1.5e-3", ".5, 2 ,3."],
    "beta": ["auto", "mean", "+1", "1,2"],
    "selected": ["", "0", "3,1,2"],
    "pair": ["", "0,1", "12,3"],
    "lanes": ["", "0", "12,0,10"],
    "sizes": ["", "2", "2,4,512"],
    "part": ["", "noise", "classes,estimates"],
    "joint": ["", "z1", "norm50", "sum2", "f12"],
    "cell": ["", "0,0", "3,2", "1,2,0"],
    "widths": ["1", "100,50,7", "100000"],
    "adam_betas": ["0.9,0.999", "0,.5", "1e-3,0"],
    "changes": ["", "0.01@300", "1e-2@300;5@600"],
    "model": ["sick", "sound", "0" * 64],
    "other": ["", "sound", "f" * 64],
    "capture": ["", "0" * 64],
    **{letter: ["", "norm:none", "widths:5,5,norm:batch,rate:1e-3", "changes:0.1@3;1@4"] for letter in "abcd"},
}
REFUSED = {
    "source": ["", "wines", "WINE", "0" * 63, "0" * 65, "wine\n"],
    "gamma": ["", "mean", "1;2", "1,,2", "1,", "nan", "x"],
    "beta": ["", "sigma", "1 2", "inf"],
    "selected": ["a", "1,", ",1", "-1", "1.0", "1 2"],
    "pair": ["1", "1,2,3", "a,b"],
    "lanes": ["a", "1,", "1,2,3,4"],
    "sizes": ["2,", "x", "2;4", "12345"],
    "part": ["none", "noise,", "noise classes"],
    "joint": ["z", "z0", "z123", "x1", "Z1"],
    "cell": ["1", "a,b", "1,2,3,4"],
    "widths": ["", "0", "1,", "a", "1;2", "1000000"],
    "adam_betas": ["", "0.9", "a,b", "0.1,0.2,0.3", "-1,0"],
    "changes": ["0.01", "0.01@", "@3", "1@2;", "1@2,1@3", "-1@2"],
    "model": ["", "Sick", "0" * 63, "g" * 64],
    "other": ["sounds", "0" * 65],
    "capture": ["sick", "0" * 10],
    **{letter: ["norm", "norm:", ":x", "norm:none,", "norm:a:b", "norm=none"] for letter in "abcd"},
}


@each(("view", "name", "form"), FORMS)
def test_the_form_of_a_text_is_what_its_field_takes(view, name, form):
    """The form says less than the validator, which also counts; it never forbids what that takes."""
    query = next(one.query for one in VIEWS if one.name == view)
    taken = [text for text in TAKEN[name] if _takes(query, name, text)]
    assert query.model_fields[name].default in ("", None) or re.search(form, query.model_fields[name].default)
    assert len(taken) >= 2
    assert [text for text in taken if not re.search(form, text)] == []
    for text in REFUSED[name]:
        assert not _takes(query, name, text), text
        assert text.endswith("\n") or not re.search(form, text), text


def _takes(query, name, text):
    try:
        query.model_validate({name: text})
    except ValueError:
        return False
    return True


def test_every_text_that_a_validator_looks_at_has_a_form():
    known = {name for _, name, _ in FORMS}
    assert known == set(TAKEN) == set(REFUSED)


def holds(schema, value):
    """Whether a value fits a schema, as far as the rules of bodies go."""
    if schema is False:
        return False
    kinds = {"array": list, "object": dict, "string": str, "boolean": bool, "null": type(None)}
    named = schema.get("type", [])
    for kind in [named] if isinstance(named, str) else named:
        number = kind in ("number", "integer") and isinstance(value, (int, float)) and not isinstance(value, bool)
        if number or (kind in kinds and isinstance(value, kinds[kind])):
            break
    else:
        if named:
            return False
    parts = [all(holds(part, value) for part in schema.get("allOf", []))]
    parts.append(any(holds(part, value) for part in schema["anyOf"]) if "anyOf" in schema else True)
    parts.append(not holds(schema["not"], value) if "not" in schema else True)
    parts.append(value in schema["enum"] if "enum" in schema else True)
    if "if" in schema:
        branch = schema.get("then", {}) if holds(schema["if"], value) else schema.get("else", {})
        parts.append(holds(branch, value))
    if isinstance(value, list):
        parts.append(len(value) >= schema.get("minItems", 0))
        parts.extend(holds(schema.get("items", {}), item) for item in value)
    if isinstance(value, (int, float)) and "minimum" in schema:
        parts.append(value >= schema["minimum"])
    if isinstance(value, dict):
        parts.append(set(schema.get("required", [])) <= set(value))
        parts.extend(
            holds(schema["properties"][name], value[name]) for name in value if name in schema.get("properties", {})
        )
    return all(parts)


def schema_of(calls, path):
    return calls[f"POST /api/v1/{path}"]["requestBody"]["content"]["application/json"]["schema"]


BATCH = {"x": [[1, 2], [3, 5]]}
RUNNING = {"running_mean": [0, 0], "running_var": [1, 1]}
BODIES = {
    "batchnorm": [
        {}, {"x": []}, {"x": [1, 2]}, {"x": [[]]}, {"x": 1}, {"x": [[1, [2]]]}, {"x": [[[1], [2]], [[3], [4]]]}, BATCH,
        BATCH | {"gamma": []}, BATCH | {"gamma": [1, 2]}, BATCH | {"gamma": None}, BATCH | {"running_mean": [0, 0]},
        BATCH | {"running_var": [1, 1]}, BATCH | RUNNING, BATCH | RUNNING | {"running_var": [-1, 1]},
        BATCH | {"mode": "inference"}, BATCH | {"mode": "inference"} | RUNNING, BATCH | {"mode": "train"},
        BATCH | {"mode": "inference", "running_mean": None, "running_var": None}, BATCH | {"dy": None},
    ],
    "norms": [
        {}, BATCH, *[BATCH | {"norm": norm} for norm in ("layer", "instance", "group", "rms", "renorm", "ghost")],
        BATCH | {"norm": "group", "groups": 2}, BATCH | {"groups": 2}, BATCH | {"norm": "layer", "groups": None},
        BATCH | {"norm": "group", "groups": 0}, BATCH | {"norm": "ghost", "ghost_size": 2},
        BATCH | {"norm": "ghost", "mode": "inference"}, BATCH | {"norm": "ghost", "mode": "inference"} | RUNNING,
        BATCH | {"norm": "layer", "mode": "inference"}, BATCH | {"norm": "layer"} | RUNNING, BATCH | RUNNING,
        BATCH | {"norm": "renorm"} | RUNNING, BATCH | {"norm": "renorm", "r_max": 2} | RUNNING, BATCH | {"r_max": 2},
        BATCH | {"norm": "rms", "beta": [1, 2]}, BATCH | {"norm": "rms", "gamma": [1, 2]}, BATCH | {"axis": 1},
        BATCH | {"norm": "layer", "axis": 1}, BATCH | {"norm": "batch", "mode": "inference"},
    ],
    "gradient-check": [
        {}, {"seed": 1}, {"seed": 1, "dbeta": [1, 2, 3, 4]}, {"seed": 1, "dbeta": "1 2 3 4"}, {"seed": None},
        {"seed": 1, "dbeta": [1, 2, 3, 4], "x": None}, {"seed": 1, "dbeta": [1, 2, 3, 4], "eps": 1},
        {"seed": 1, "dbeta": [1, 2, 3, 4], "feature_axis": 1}, {"seed": 1, "dbeta": [1, 2, 3, 4], "x": [[1]]},
        {"seed": 1, "axes": 4, "dbeta": [1, 2, 3, 4]}, BATCH | {"dy": [[1, 2], [3, 4]]},
        BATCH | {"dy": [[1, 2], [3, 4]], "dbeta": [4, 6]}, BATCH | {"dbeta": [4, 6]},
        BATCH | {"dy": [[1, 2], [3, 4]], "dbeta": [4, 6], "axes": 2}, BATCH | {"dy": "1 2\n3 4", "dbeta": [4, 6]},
    ],
}  # fmt: skip
CASES = [(path, body) for path, bodies in BODIES.items() for body in bodies]


@each(("path", "body"), CASES)
def test_a_body_is_taken_just_where_it_fits_the_description(server, calls, path, body):
    answer = server.post(f"/api/v1/{path}", content=json.dumps(body))
    assert (answer.status_code == 200) == holds(schema_of(calls, path), body), answer.text[:300]


def test_the_examples_fit():
    from app.calls import batchnorm, merge, tables
    from app.views.gradient_check import query
    from app.views.norms import arrays

    for model in (
        batchnorm.BatchNormQuery,
        tables.TableBody,
        merge.MergeBody,
        query.GradientCheckQuery,
        arrays.NormsBody,
    ):
        schema = model.model_json_schema()
        assert holds(schema, schema["example"]), model


def test_rules_hold_what_they_say():
    assert holds(nested(2), [[1.5], [True]])
    assert not holds(nested(2), [1])
    assert holds(nested(1, {"type": "null"}), None)
    assert not holds(per_feature(lowest=0), [-1])
    pair = together("a", "b")
    assert [holds(pair, body) for body in ({}, {"a": 1, "b": 1}, {"a": 1}, {"b": 1, "a": None})] == [
        True,
        True,
        False,
        False,
    ]
    rule = where("kind", ["x"], "x", given("a"))
    assert [holds(rule, body) for body in ({}, {"kind": "y"}, {"kind": "x", "a": 1})] == [False, True, True]
    assert not holds(where("kind", ["y"], "x", missing("a")), {"kind": "y", "a": 1})
