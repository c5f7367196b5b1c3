"""The playground's query: what is allowed, and refusals that say so to a person."""

import pytest
from hypothesis import event, example, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from app.query.control import QueryModel, control
from app.views.derivation.query import DerivationQuery
from app.views.gradient_check.query import ExampleQuery
from app.views.network.query import NetworkQuery
from app.views.playground.query import PlaygroundQuery
from app.web.reading import parameters_of
from tests.app.embedded import embedded
from tests.app.strict_json import parsed
from tests.each import each, turns

URL = "/api/v1/playground"
PAIR_WORDS = "two different feature numbers from 0 with a comma between, or nothing for the first two"
PER_FEATURE = "a number, or one for each feature with commas between, each from -1,000,000 to 1,000,000; or 'auto' or "


def rows(client, query):
    answer = client.get(f"{URL}?{query}")
    assert answer.status_code == 422, answer.text[:300]
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.json()["errors"]


@each(
    ("query", "field", "given", "allowed"),
    [
        ("batch_size=0", "batch_size", "0", "a whole number from 1 to 10,000,000, or 'auto' or 'all'"),
        ("batch_size=few", "batch_size", "few", "a whole number from 1 to 10,000,000, or 'auto' or 'all'"),
        ("seed=-1", "seed", "-1", "a whole number from 0 to 4,294,967,295"),
        ("seed=1.5", "seed", "1.5", "a whole number from 0 to 4,294,967,295"),
        ("eps=nan", "eps", "nan", "a number from 0 to 1,000,000"),
        ("eps=-inf", "eps", "-inf", "a number from 0 to 1,000,000"),
        ("eps=", "eps", "", "a number from 0 to 1,000,000"),
        ("momentum=2", "momentum", "2", "a number from 0 to 1, or 'cumulative'"),
        ("mode=test", "mode", "test", "'train' or 'inference'"),
        ("normal_deviation=0", "normal_deviation", "0", "a number from 0.001 to 100"),
        ("gamma=", "gamma", "", PER_FEATURE + "'sigma'"),
        ("gamma=nan", "gamma", "nan", PER_FEATURE + "'sigma'"),
        ("gamma=1_0", "gamma", "1_0", PER_FEATURE + "'sigma'"),
        ("beta=1e7", "beta", "1e7", PER_FEATURE + "'mean'"),
        ("gamma=1,2", "gamma", "1,2", "one value, or 13 with commas between"),
        ("selected=13", "selected", "13", "numbers from 0 to 12"),
        ("pair=0,13", "pair", "0,13", "numbers from 0 to 12"),
        ("pair=3", "pair", "3", PAIR_WORDS),
        ("eps=1&eps=2", "eps", "2 values", "one value"),
        ("eps=1e-310", "eps", 1e-310, "give 0 or at least 2.23e-308"),
        ("upstream=one_example&upstream_example=178", "upstream_example", 178, "0 to 177"),
        (
            "batch_size=1&mode=inference", "running_variance", "unbiased",
            "give two or more, or running_variance='biased'",
        ),
        ("source=inline&values=1e200,1;-1e200,2", "values", "1e200,1;-1e200,2", "divide x by a constant first"),
    ],
)  # fmt: skip
def test_a_refusal_names_field_given_and_allowed(server, query, field, given, allowed):
    assert rows(server, query) == [{"field": field, "given": given, "allowed": allowed}]


@each("query", ["selected=1,1", "selected=²", "selected=-1", "selected=1;2", "pair=5,5", "pair=1,2,3"])
def test_feature_numbers_that_are_none_are_refused(server, query):
    assert "feature numbers from 0" in rows(server, query)[0]["allowed"]


def test_an_unknown_name_is_told_what_there_is(server):
    (row,) = rows(server, "batchsize=1")
    assert (row["field"], row["given"]) == ("batchsize", "1")
    assert row["allowed"].startswith("nothing of this name (did you mean batch_size?); there are source, ")
    page = server.get("/", params={"batchsize": "1"})
    said = "batchsize: there is nothing of this name (did you mean batch_size?)."
    assert embedded(page.text, "state")["problem"]["page_detail"] == said


def test_every_wrong_field_has_its_row(server):
    assert [row["field"] for row in rows(server, "eps=-1&seed=x&foo=1")] == ["seed", "eps", "foo"]


def test_cross_entropy_without_classes_says_what_to_do(server):
    (row,) = rows(server, "source=normal&upstream=cross_entropy")
    assert row["field"] == "upstream"


@each("name", [*PlaygroundQuery.model_fields] * 3)
@turns("value", ["9" * 20_000, "9" * 20, "x" * 20_001, "\x00", "💥", "1e999", "-0", "%ff"])
def test_no_value_of_any_field_brings_the_server_down(server, name, value):
    answer = server.get(URL, params={"source": "iris"} | {name: value})
    assert answer.status_code in ({200, 422, 410} if name != "source" else {422})
    assert len(answer.text) < 200_000
    parsed(answer.content)


@each("name", PlaygroundQuery.model_fields)
def test_every_field_is_refused_something_in_words_of_its_own(name):
    with pytest.raises(ValidationError) as refusal:
        PlaygroundQuery.model_validate({name: object()})
    (row,) = refusal.value.errors()
    allowed = str(row["ctx"]["error"])
    assert "Input should" not in allowed
    assert len(allowed) > 3


@each("value", ["nan", "inf", "-inf", "1e999"])
def test_a_float_without_a_range_is_finite_all_the_same(value):
    class Query(QueryModel):
        number: float = control(0.0, "Any number.", title="Number", group="view")

    with pytest.raises(ValidationError, match="a number"):
        Query.model_validate({"number": value})


def test_a_query_is_stated_as_short_as_it_can_be():
    assert PlaygroundQuery.model_validate({"eps": "1e-5", "source": "wine", "seed": "3"}).stated() == {"seed": 3}


def test_every_field_is_described_as_a_parameter():
    described = {parameter["name"]: parameter for parameter in parameters_of(PlaygroundQuery)}
    assert list(described) == list(PlaygroundQuery.model_fields)
    for parameter in described.values():
        assert parameter["in"] == "query"
        assert parameter["description"].endswith(".")
        assert "control" not in parameter["schema"]


ANYTHING = (
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12)  # which is what UTF-8 can say, known without trying
    | st.sampled_from(["", "auto", "0", "1,2,3", "sigma", "mean", "nan", "inf", "-1", "1e400"])
    | st.floats(allow_nan=True).map(repr)
    | st.integers(-3, 12).map(str)
)
SOURCES = ["wine", "iris", "normal", "dead_feature", "class_sorted", "inline", "heavy_tailed"]
TABLES = ["1,2;3,4", "5", "1;1;1", "1e150,1;2,3", "1e-300;2e-300", "1,2,3", "7;7;8", "0,1e9;0,2e9;0,3e9"]
FITTING = {
    "source": st.sampled_from([*SOURCES, "a" * 64]),
    "values": st.sampled_from(TABLES),
    "batch_size": st.integers(1, 40).map(str) | st.sampled_from(["auto", "all"]),
    "features": st.integers(1, 70).map(str),
    "layer_width": st.integers(1, 20).map(str),
    "running_steps": st.integers(0, 4).map(str),
    "gamma": st.sampled_from(["0", "-2.5", "1e6", "sigma", "1,2", "1e-300"]),
    "beta": st.sampled_from(["0", "-2.5", "-1e6", "mean", "1,2"]),
    "eps": st.sampled_from(["0", "1e-300", "1e-5", "1", "1e6"]),
    "selected": st.sampled_from(["", "0", "1,0", "3,2,5"]),
    "pair": st.sampled_from(["", "0,1", "1,0"]),
}


def fitting(parameter):
    """Values that the parameter's schema allows."""
    schema = parameter["schema"]
    if parameter["name"] in FITTING:
        return FITTING[parameter["name"]]
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if "maximum" in schema:
        numbers = st.integers if schema["type"] == "integer" else st.floats
        return numbers(schema["minimum"], schema["maximum"]).map(str)
    return ANYTHING


@st.composite
def queries(draw):
    """A few fields, most of them with a value that is allowed."""
    parameters = draw(
        st.lists(st.sampled_from(parameters_of(PlaygroundQuery)), max_size=7, unique_by=lambda p: p["name"])
    )
    wild = draw(st.integers(0, 5)) == 0
    values = {parameter["name"]: draw(ANYTHING if wild else fitting(parameter)) for parameter in parameters}
    return {"source": draw(st.sampled_from(SOURCES))} | values


@settings(max_examples=100)
@given(queries(), st.sampled_from(["", "", "/data", "/data?format=csv"]))
@example({"source": "inline", "values": "5;5;5", "eps": "0"}, "")
@example({"source": "dead_feature", "eps": "0", "activation": "identity", "upstream": "ones"}, "")
@example({"source": "inline", "values": "1;1", "mode": "inference", "momentum": "1", "eps": "0"}, "")
@example({"source": "iris", "gamma": "1000000", "beta": "-1000000", "upstream": "sum_of_squares"}, "")
def test_no_query_brings_the_server_down_and_every_answer_is_json(server, query, path):
    path, _, more = path.partition("?")
    answer = server.get(URL + path, params=query | dict([more.split("=")] if more else []))
    event(str(answer.status_code))
    assert answer.status_code in (200, 410, 422), answer.text
    if answer.headers["content-type"].endswith("json"):
        parsed(answer.content)


@each("model", [PlaygroundQuery, DerivationQuery, NetworkQuery, ExampleQuery])
def test_every_number_has_both_limits_and_fits_in_json(model):
    for name, schema in model.model_json_schema()["properties"].items():
        kinds = [schema, *schema.get("anyOf", [])]
        for kind in (kind for kind in kinds if kind.get("type") in ("integer", "number")):
            assert {"minimum", "exclusiveMinimum"} & kind.keys(), name
            assert kind.get("maximum", kind.get("exclusiveMaximum", 2**64)) < 2**53, name
