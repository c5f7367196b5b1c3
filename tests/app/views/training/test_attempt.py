"""`GET /training/attempt`: one update by two gradients, from whichever step."""

import pytest

from bncore.training import advance, attempts, start
from tests.app.views.training.asked import QUICK, prepared
from tests.each import each


def asked(client, **query):
    return client.get("/api/v1/training/attempt", params=QUICK | query)


@pytest.mark.usefixtures("short_segments")
@pytest.mark.parametrize("at", [0, 7, 16, 39])
def test_it_is_what_the_core_says_of_the_state_there(client, at):
    told = asked(client, at=at).json()
    spec = prepared().specs["b"]
    both = attempts(advance(start(spec), at)[0])
    assert (told["variant"], told["step"], told["rate"], told["loss"]) == ("b", at, 0.1, both[0].loss)
    for way, attempt in zip(("true", "constant"), both, strict=True):
        of = told["ways"][way]
        assert [of[name] for name in ("promised", "after", "gradient", "cosine")] == [
            attempt.promised, attempt.after, attempt.gradient, attempt.cosine,
        ]  # fmt: skip
        assert of["sums"] == [sums.tolist() for sums in attempt.sums]


@pytest.mark.usefixtures("short_segments")
def test_it_goes_on_from_what_the_run_has_left(client, taken):
    assert client.get("/api/v1/training/records", params=QUICK).status_code == 200
    taken.clear()
    assert asked(client, at=33).status_code == 200
    assert sum(taken) == 1  # from the segment that ends at 32


def test_a_variant_without_a_norm_over_the_batch_has_no_such_sums(client):
    told = asked(client, of="a").json()
    assert told["ways"]["true"]["sums"] == told["ways"]["constant"]["sums"] == [None, None]
    assert told["ways"]["true"]["after"] == told["ways"]["constant"]["after"]


@each(("query", "said"), [
    ({"of": "d"}, "Variant d is not trained; there are a, b."),
    ({"at": 40}, "at is 40, and a run of 40 steps has its last update behind step 39."),
    ({"of": "a", "a": "norm:none,activation:relu,rate:1e6", "at": 39}, "Variant a has diverged at step"),
])  # fmt: skip
def test_what_cannot_be_tried_is_refused_and_says_what_can(client, query, said):
    answer = asked(client, **query)
    assert answer.status_code == 422
    assert said in answer.json()["detail"]
