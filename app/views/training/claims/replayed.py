"""Which claims the runs of a query replay, and what of what was measured a page of them does not draw."""

from functools import cache
from typing import Any
from urllib.parse import parse_qsl

from app.views.training.claims.told import claims
from app.views.training.query import TrainingQuery

SIDES = (("query", "measured", ""), ("failing_query", "measured_there", "where it fails"))
"""Of a claim as it is told: its runs, what came of them, and what is said of that side."""

UNDRAWN = {
    "folding": "Logits are not drawn here: they are compared apart from these runs.",
    "bias": "Biases are not drawn here; the second tab has what would go into them.",
    "outside": "Biases are not drawn here; the second tab has what goes into them.",
    "largest_rate": "One rate of those that were tried is drawn here.",
    "inference": "Inference with exact statistics is not drawn here.",
    "regularization": "The losses of training examples in inference are not drawn here; one seed of six is.",
    "batch_sizes": "One batch size of five, and one seed of three, is drawn here.",
    "collapse": "Ranks and angles between examples are not drawn here: they are measured apart from these runs.",
    "orthogonal": "A hundred blocks of a thousand that are measured are drawn here.",
    "dynamic_tanh": "One seed of three is drawn here.",
}
"""Of a claim by its name: what of its measurement is not seen in the curves."""


def replayed(query: TrainingQuery) -> list[dict[str, Any]]:
    """Each claim whose runs these are, and of which side; other data, another seed or rate are other runs."""
    return list(_by_runs().get(_key(query), []))


@cache
def _by_runs() -> dict[str, list[dict[str, Any]]]:
    told: dict[str, list[dict[str, Any]]] = {}
    for claim in claims():
        for runs, measured, side in SIDES:
            query = TrainingQuery.model_validate(dict(parse_qsl(claim[runs], keep_blank_values=True)))
            told.setdefault(_key(query), []).append({
                "number": claim["number"], "name": claim["name"], "title": claim["title"], "side": side,
                "measured": claim[measured], "undrawn": UNDRAWN.get(claim["name"], ""),
            })  # fmt: skip
    return told


def _key(query: TrainingQuery) -> str:
    return repr(sorted(query.stated().items()))
