"""What is told of the claims: a record of each, and links that open exactly the runs that were measured."""

import re
from dataclasses import fields
from urllib.parse import parse_qsl

import numpy as np
import pytest

from app.settings import Settings
from app.views.training.claims.links import data_of, query_of
from app.views.training.claims.record import code_of, codes, measured
from app.views.training.claims.told import claims
from app.views.training.compute import prepare
from app.views.training.query import TrainingQuery
from bncore.training import Spec
from bncore.training.claims import CLAIMS
from tests.each import each

QUICK = ["outside", "folding"]


def specs_of(query):
    return prepare(TrainingQuery(**dict(parse_qsl(query, keep_blank_values=True))), None, Settings()).specs


@each("name", CLAIMS)
@each("side", ["runs", "failing"])
def test_a_link_opens_the_runs_that_were_measured(name, side):
    claim = CLAIMS[name]
    runs, data = getattr(claim, side), data_of(claim.data)
    specs = specs_of(query_of(runs, claim.data))
    assert list(specs) == list(runs.variants)
    for letter, spec in specs.items():
        measured_one = runs.spec(data, letter)
        for field in fields(Spec):
            if field.name != "data":
                assert getattr(spec, field.name) == getattr(measured_one, field.name), field.name
        assert np.array_equal(spec.data.x, data.x)
        assert np.array_equal(spec.data.held_labels, data.held_labels)


def test_there_is_a_record_of_each_claim_and_of_no_other():
    assert list(measured()) == list(CLAIMS)
    assert all(of.holds.as_said and of.fails.as_said for of in measured().values())


@each("name", CLAIMS)
def test_the_record_is_of_the_words_and_numbers_that_are_in_the_code(name):
    assert codes()[name] == code_of(CLAIMS[name]), f'make claims ARGS="{name}"'


@pytest.mark.parametrize("name", QUICK)
def test_the_record_is_what_comes_again(name):
    again = CLAIMS[name].measure(data_of(CLAIMS[name].data))
    for kept, now in zip((measured()[name].holds, measured()[name].fails), (again.holds, again.fails), strict=True):
        assert kept.numbers.keys() == now.numbers.keys()
        assert list(kept.numbers.values()) == pytest.approx(list(now.numbers.values()), rel=1e-6, abs=1e-9)


def test_the_catalogue_and_the_page_tell_all_of_them(client):
    listed = client.get("/api/v1/catalog").json()["training_claims"]
    assert [claim["name"] for claim in listed] == list(CLAIMS)
    page = client.get("/training").text
    for claim in claims():
        assert f'id="claim-{claim["name"]}"' in page
    assert page.count("Open these runs") == len(CLAIMS)
    assert "<q>" not in page  # what a claim says is told in words of our own, after its source
    assert page.count('<span class="muted">After ') == len(CLAIMS)


AS_PRINTED = re.compile(r"\de[+-]?\d{2}|\de-|\d%|\^|(?<![\w.)])-\d")


@each("name", CLAIMS)
def test_a_claim_writes_its_numbers_as_the_pages_do(name):
    claim = next(claim for claim in claims() if claim["name"] == name)
    table = claim["table"] or {"columns": [], "rows": {}}
    assert all(len(row) == len(table["columns"]) for row in table["rows"].values())
    cells = [cell for row in table["rows"].values() for cell in row]
    texts = [text for part, text in claim.items() if isinstance(text, str) and "query" not in part and part != "opened"]
    for text in [*texts, *cells]:
        assert not AS_PRINTED.search(text), text
