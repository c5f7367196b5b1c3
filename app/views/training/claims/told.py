"""The claims as a page and the catalogue tell them."""

from functools import cache
from typing import Any

from app.views.training.claims.links import query_of
from app.views.training.claims.record import measured
from bncore.training.claims import CLAIMS, Claim


@cache
def claims() -> list[dict[str, Any]]:
    """Each with what is claimed, where, how it is replayed, what came, and when it fails."""
    return [_told(name, claim) for name, claim in CLAIMS.items()]


def _told(name: str, claim: Claim) -> dict[str, Any]:
    both = measured()[name]
    return {
        "name": name,
        "number": claim.number,
        "title": claim.title,
        "statement": claim.statement,
        "source": claim.source,
        "paper": claim.paper,
        "ours": claim.ours,
        "tolerance": claim.tolerance,
        "measured": both.holds.text,
        "when_it_fails": claim.when_it_fails,
        "measured_there": both.fails.text,
        "query": query_of(claim.runs, claim.data),
        "failing_query": query_of(claim.failing, claim.data),
    }
