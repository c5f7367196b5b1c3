"""Every claim holds where it is said to hold, and fails where it is said to fail."""

from dataclasses import replace
from math import isfinite

import pytest

from bncore.training import Spec
from bncore.training.claims import CLAIMS
from bncore.training.claims.claim import Runs, end
from bncore.training.claims.depth import orthogonal
from tests.bncore.training.specs import digits, few_digits
from tests.each import each

DATA = {"digits": digits, "few_digits": few_digits}


ONE_SEED = {"regularization": 0, "batch_sizes": 0, "dynamic_tanh": 0}
"""Whose many runs say the same with each of their seeds: this one is enough here, `make claims` takes all."""


ALL = 10**6
STEPS = {
    "regularization": (800, 800),
    "growing_rate": (100, 100),
    "scale_invariance": (100, 100),
    "stability": (250, 250),
    "noisy": (250, 250),
    "company": (400, 400),
    "decay": (ALL, 500),
    "gammas": (600, 600),
    "dynamic_tanh": (200, 200),
    "largest_rate": (100, 100),
}
"""Updates after which a claim already holds, and fails, by its own tolerance: `make claims` takes all of them."""


def measured(name):
    data = DATA[CLAIMS[name].data]()
    return with_seed(ONE_SEED[name], name, data) if name in ONE_SEED else CLAIMS[name].measure(data)


def with_seed(seed, name, data):
    trials, most = CLAIMS[name].trials, STEPS.get(name, (ALL,))[0]
    specs = {of: replace(spec, steps=min(spec.steps, most)) for of, spec in trials.specs(data).items()}
    seen = {of.rpartition(" ")[0]: trials.look(end(spec)[0]) for of, spec in specs.items() if spec.seed == seed}
    return trials.told({of: seen[of.rpartition(" ")[0]] for of in specs})


@pytest.fixture
def soon(monkeypatch):
    """Runs take as few steps as `STEPS` says, and what has a thousand blocks has fewer."""
    whole = Runs.spec
    most = {id(runs): each for name, both in STEPS.items() for runs, each in zip(sides(name), both, strict=True)}

    def spec(runs, data, letter, **other):
        made = whole(runs, data, letter, **other)
        return replace(made, steps=min(made.steps, most.get(id(runs), ALL)))

    monkeypatch.setattr(Runs, "spec", spec)
    monkeypatch.setattr(orthogonal, "DEEP", 600)


def sides(name):
    return CLAIMS[name].runs, CLAIMS[name].failing


@pytest.mark.usefixtures("soon")
@pytest.mark.parametrize("name", CLAIMS)
def test_it_holds_within_its_tolerance_fails_where_it_is_said_to_and_tells_both(name):
    claim, told = CLAIMS[name], measured(name)
    for side in (told.holds, told.fails):
        assert side.as_said, side.text
        assert side.numbers
    assert all(map(isfinite, told.holds.numbers.values()))
    sentences = [claim.statement, claim.paper, claim.ours, claim.tolerance, claim.when_it_fails]
    sentences += [told.holds.text, told.fails.text]
    assert all(text[-1] == "." for text in sentences)
    assert len(set(sentences)) == len(sentences)
    assert any(str(year) in claim.source for year in range(2014, 2026))


@each("name", CLAIMS)
def test_its_runs_are_specs_that_a_page_can_open(name):
    for runs in sides(name):
        assert list(runs.variants) == list("abcd"[: len(runs.variants)])
        specs = [runs.spec(digits(), letter) for letter in runs.variants]
        assert all(isinstance(spec, Spec) for spec in specs)
        assert len({spec.fingerprint for spec in specs}) == len(specs)


def test_they_are_in_the_order_of_their_numbers():
    numbers = [claim.number for claim in CLAIMS.values()]
    assert numbers == sorted(set(numbers))
