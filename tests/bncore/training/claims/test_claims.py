"""Every claim holds where it is said to hold, and fails where it is said to fail."""

from math import isfinite

import pytest

from bncore.training import Spec
from bncore.training.claims import CLAIMS
from bncore.training.claims.claim import run
from tests.bncore.training.specs import digits, few_digits

DATA = {"digits": digits, "few_digits": few_digits}


ONE_SEED = {"regularization": 0, "batch_sizes": 0, "dynamic_tanh": 0}
"""Whose many runs say the same with each of their seeds: this one is enough here, `make claims` takes all."""


def measured(name):
    data = DATA[CLAIMS[name].data]()
    return with_seed(ONE_SEED[name], CLAIMS[name].trials, data) if name in ONE_SEED else CLAIMS[name].measure(data)


def with_seed(seed, trials, data):
    specs = trials.specs(data)
    seen = {name.rpartition(" ")[0]: trials.look(run(spec)[0]) for name, spec in specs.items() if spec.seed == seed}
    return trials.told({name: seen[name.rpartition(" ")[0]] for name in specs})


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


@pytest.mark.parametrize("name", CLAIMS)
def test_its_runs_are_specs_that_a_page_can_open(name):
    for runs in (CLAIMS[name].runs, CLAIMS[name].failing):
        assert list(runs.variants) == list("abcd"[: len(runs.variants)])
        specs = [runs.spec(digits(), letter) for letter in runs.variants]
        assert all(isinstance(spec, Spec) for spec in specs)
        assert len({spec.fingerprint for spec in specs}) == len(specs)


def test_they_are_in_the_order_of_their_numbers():
    numbers = [claim.number for claim in CLAIMS.values()]
    assert numbers == sorted(set(numbers))
