"""Which claims of many runs are as they are said, of results that are made up: each half of a claim has its verdict."""

import pytest

from bncore.training.claims import CLAIMS
from bncore.training.claims.batches import sizes
from bncore.training.claims.dynamic_tanh import KINDS as TANHS
from bncore.training.claims.regularization import KINDS, SEEDS
from tests.each import each

GAPS = {"plain": 0.22, "batch": 0.18, "weight_noise": 0.18, "together": 0.14}


def told(name, seen):
    both = CLAIMS[name].trials.told(seen)
    return both.holds.as_said, both.fails.as_said


def errors(**other):
    """Of the batch sizes: 5 % wrong, with batch norm in pairs half, but for those that are given by norm and size."""
    means = {f"{norm}_{size}": 0.05 for norm in sizes.NORMS for size in sizes.SIZES} | {"batch_2": 0.5} | other
    return {f"{name.replace('_', ' ')} {seed}": (mean,) for name, mean in means.items() for seed in sizes.SEEDS}


@each(("other", "as_said"), [
    ({}, (True, True)),
    ({"group_32": 0.06}, (True, True)),
    ({"group_2": 0.09}, (False, True)),
    ({"group_2": 0.01}, (False, True)),
    ({"batch_2": 0.08}, (False, True)),
    ({"batch_32": 0.09}, (True, False)),
])  # fmt: skip
def test_batch_norm_suffers_in_small_batches_and_group_norm_stays(other, as_said):
    assert told("batch_sizes", errors(**other)) == as_said


def gaps(apart=0.0, right=0.90, **other):
    """Of what regularizes: every second seed's gap with batch norm is wider and narrower by `apart`."""
    means = {kind: GAPS.get(kind, 0.2) for kind in KINDS} | other
    seen = {f"{kind} {seed}": (mean, 0.94) for kind, mean in means.items() for seed in SEEDS}
    seen |= {f"batch {seed}": (means["batch"] + (apart if seed % 2 else -apart), 0.94) for seed in SEEDS}
    return seen | {f"noises {seed}": (0.14, right) for seed in SEEDS}


@each(("seen", "as_said"), [
    (gaps(), (True, True)),
    (gaps(apart=0.01), (True, True)),
    (gaps(apart=0.1), (False, True)),
    (gaps(together=0.181), (False, True)),
    (gaps(weight_noise=0.23), (False, True)),
    (gaps(right=0.94), (True, False)),
    (gaps(dropout=0.1, early_batch=0.1), (True, True)),
])  # fmt: skip
def test_gaps_are_narrower_beyond_their_scatter_over_the_seeds(seen, as_said):
    assert told("regularization", seen) == as_said


def test_a_gap_that_grows_is_told_with_a_minus_sign():
    both = CLAIMS["regularization"].trials.told(gaps(together=0.281, dropout=-0.1))
    assert "The least clear difference of one to the next is −0.101," in both.holds.text
    assert "the gap is −0.455 times" in both.fails.text


@each(("other", "as_said"), [
    ({}, (True, True)),
    ({"tanh": 0.90}, (False, True)),
    ({"scaled_tanh": 0.80}, (True, False)),
    ({"large_tanh": 0.10}, (True, True)),
])  # fmt: skip
def test_dynamic_tanh_loses_from_large_weights_whatever_it_does_at_a_large_rate(other, as_said):
    means = dict.fromkeys(TANHS, 0.95) | {"scaled_tanh": 0.3} | other
    assert (
        told("dynamic_tanh", {f"{kind} {seed}": (mean,) for kind, mean in means.items() for seed in range(3)})
        == as_said
    )


@pytest.mark.parametrize(
    ("large", "said"), [(0.94, "it loses there does not reproduce."), (0.5, "it loses there does reproduce.")]
)
def test_what_dynamic_tanh_does_at_a_large_rate_is_said_as_it_is(large, said):
    means = dict.fromkeys(TANHS, 0.95) | {"large_tanh": large}
    seen = {f"{kind} {seed}": (mean,) for kind, mean in means.items() for seed in range(3)}
    assert CLAIMS["dynamic_tanh"].trials.told(seen).fails.text.endswith(said)
