"""Variants: each field is a control, a wrong one is refused by name, and what is too much for the server as well."""

from dataclasses import fields

import pytest
from starlette.testclient import TestClient

from app.main import create_app
from app.query.control import schema_of
from app.views.training.query import TrainingQuery
from app.views.training.variants.fields import SpecFields
from app.views.training.variants.titles import titles_of
from bncore.training import NORMS, OPTIMIZERS, ORDERS, SCHEDULES, Spec
from tests.app.views.training.asked import QUICK, prepared, refused
from tests.each import each


def test_every_field_of_a_spec_is_a_control_of_the_same_default():
    of_a_spec = [field.name for field in fields(Spec) if field.name != "data"]
    assert sorted(SpecFields.model_fields) == sorted(of_a_spec)
    usual = SpecFields().of_spec()
    assert usual == {field.name: field.default for field in fields(Spec) if field.name != "data"}
    for name, field in schema_of(TrainingQuery).items():
        assert field["title"], name
        assert field["help"].endswith("."), name
        assert field["control"]["group"], name


def test_a_variant_has_what_it_says_for_itself_and_shares_the_rest():
    specs = prepared(rate=0.5, a="", b="widths:5,6,7,norm:layer,bias:on,adam_betas:0.5,0.6", c="rate:2").specs
    assert [specs[letter].rate for letter in "abc"] == [0.5, 0.5, 2]
    b = specs["b"]
    assert (b.widths, b.norm, b.bias, b.adam_betas, b.batch_size) == ((5, 6, 7), "layer", True, (0.5, 0.6), 20)
    assert specs["a"].data is b.data


def test_all_that_a_table_has_can_be_trained(client):
    for field, table in (("optimizer", OPTIMIZERS), ("schedule", SCHEDULES), ("order", ORDERS)):
        for name in table:
            assert prepared(b=f"norm:batch,{field}:{name}").specs["b"].norm == "batch"
    for name, norm in NORMS.items():
        query = {"source": "digits", "architecture": norm.architectures[0]}
        assert prepared(b=f"norm:{name},ghost_size:5", a="norm:none", **query).specs["b"].norm == name
    catalogue = client.get("/api/v1/catalog").json()
    assert [row["name"] for row in catalogue["optimizers"]] == list(OPTIMIZERS)
    assert [row["name"] for row in catalogue["training_norms"]] == list(NORMS)
    assert catalogue["training"]["rate"]["default"] == 0.1


@each(
    ("own", "given", "allowed"),
    [("norm:bacth", "norm:bacth", "'none' or 'batch'"), ("rate:-1", "rate:-1", "a number from 0 to"),
     ("nrom:batch", "nrom", "architecture, widths"), ("source:wine", "source", "architecture, widths"),
     ("rate", "rate", "nothing, or fields"), ("norm:batch,", "norm:batch,", "nothing, or fields"),
     ("rate:1,rate:2", "rate:1,rate:2", "each field once"), ("steps:2.5", "steps:2.5", "a whole number"),
     ("widths:0", "widths:0", "a width for each block"), ("norm:group,groups:3", "groups:3", "a divisor of 8"),
     ("norm:instance", "norm:instance", "architecture must be"), ("batch_size:101", "batch_size:101", "at most 100"),
     ("changes:1@41", "changes:1@41", "a whole number from"), ("unit:8", "unit:8", "0 to 7"),
     ("norm:none,trained:norms", "trained:norms", "choose a norm")],
)  # fmt: skip
def test_a_wrong_field_of_a_variant_is_refused_by_its_name_and_its_value(client, own, given, allowed):
    detail, row = refused(client, b=own)
    assert row["field"] == "b"
    assert row["given"] == given
    assert row["allowed"].startswith(allowed)
    assert " b" in detail or detail.startswith("b")


@each(
    ("query", "field", "allowed"),
    [({"batch_size": 101}, "batch_size", "at most 100"), ({"held": 150}, "held", "1 to 149"),
     ({"architecture": "convolutional"}, "source", "a convolution takes"),
     ({"source": "normal"}, "source", "one of wine"),
     ({"changes": "1@5;2@5"}, "changes", "a whole number from 6"), ({"noise": "-1"}, "noise", "a number from 0"),
     ({"b": "", "norm": "group", "groups": 3, "a": ""}, "groups", "a divisor of 8")],
)  # fmt: skip
def test_a_wrong_field_that_all_share_is_refused_as_itself(client, query, field, allowed):
    _, row = refused(client, **query)
    assert (row["field"], row["given"]) == (field, query.get(field, "iris"))
    assert row["allowed"].startswith(allowed)


@pytest.mark.parametrize(
    ("limit", "query", "field", "allowed"),
    [({"training_steps": 39}, {}, "steps", "up to 39"), ({"training_width": 7}, {}, "widths", "up to 7"),
     ({"training_depth": 1}, {}, "widths", "up to 1"),
     ({"training_steps": 39}, {"a": "steps:9", "b": "steps:9"}, "", ""),
     ({"training_width": 8}, {"b": "widths:8,9"}, "b", "up to 8"),
     ({"training_work": 1e8}, {}, "steps", "up to 11 steps"),
     ({"training_numbers": 599}, {"source": "moons"}, "examples", "up to 299")],
)  # fmt: skip
def test_what_is_more_than_the_server_takes_is_refused_with_what_it_takes(settings, limit, query, field, allowed):
    client = TestClient(create_app(settings.model_copy(update=limit)))
    if not field:
        assert client.get("/api/v1/training/plan", params=QUICK | query).status_code == 200
        return
    _, row = refused(client, **query)
    assert row["field"] == field
    assert row["allowed"].startswith(allowed)


@pytest.mark.parametrize(("setting", "status"), [("run_streams_of_one", 429), ("run_streams", 503)])
def test_one_stream_too_many_is_told_when_to_come_again(settings, setting, status):
    client = TestClient(create_app(settings.model_copy(update={setting: 1})))
    with client.app.state.runs.places.taken("testclient"):
        for call in ("training", "training/records"):
            answer = client.get(f"/api/v1/{call}", params=QUICK)
            assert answer.status_code == status
            assert int(answer.headers["retry-after"]) > 0
    assert client.get("/api/v1/training", params=QUICK).status_code == 200


def test_variants_of_one_name_are_told_apart_by_their_letters():
    titles = titles_of(prepared(a="norm:batch", b="norm:batch", c="norm:none,rate:1").variants)
    assert titles == {"a": "Batch norm (a)", "b": "Batch norm (b)", "c": "Without norm"}


def test_a_variant_has_a_name_within_a_sentence_too(client):
    plan = client.get("/api/v1/training/plan", params={"c": "norm:layer"}).json()
    called = [variant["called"] for variant in plan["variants"].values()]
    assert called == ["the net without norm", "batch norm", "layer norm"]
    assert plan["headline"].startswith("Without norm beside batch norm beside layer norm, ")
