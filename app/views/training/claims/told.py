"""The claims as a page and the catalogue tell them."""

from functools import cache
from typing import Any

from app.figures.numbers import percent
from app.views.training.claims.links import query_of
from app.views.training.claims.record import measured
from bncore.training.claims import CLAIMS, Claim, Measured

PARTS = ("title", "statement", "source", "paper", "ours", "tolerance", "when_it_fails")


@cache
def claims() -> list[dict[str, Any]]:
    """Each with what is claimed, where, how it is replayed, what came, and when it fails."""
    return [told(name, measured()[name]) for name in CLAIMS]


def told(name: str, both: Measured) -> dict[str, Any]:
    """A claim with what was measured; `replayed` says that the page can have it measured anew."""
    claim = CLAIMS[name]
    return {part: getattr(claim, part) for part in PARTS} | {
        "name": name,
        "number": claim.number,
        "measured": both.holds.text,
        "measured_there": both.fails.text,
        "query": query_of(claim.runs, claim.data),
        "failing_query": query_of(claim.failing, claim.data),
        "opened": OPENED.get(name, ""),
        "as_said": bool(both.holds.as_said and both.fails.as_said),
        "replayed": claim.trials is not None,
        "table": _laid_out(claim, both),
    }


def _laid_out(claim: Claim, both: Measured) -> dict[str, Any] | None:
    """The numbers of the side that holds in rows, in percent; None where a sentence tells them all."""
    if claim.table is None:
        return None
    shares = both.holds.numbers
    rows = {title: [percent(shares[name]) for name in names] for title, names in claim.table.rows.items()}
    return {"corner": claim.table.corner, "columns": list(claim.table.columns), "rows": rows}


OPENED = {
    "growing_rate": "open=updates",
    "bias": "tab=attempt&step=296",
    "stability": "open=unit",
    "pace": "open=accuracy",
    "outside": "tab=attempt&step=296",
    "noisy": "open=accuracy",
    "company": "open=accuracy",
    "inference": "open=accuracy,scales",
    "large_batches": "open=accuracy",
    "decay": "open=updates",
    "gammas": "open=accuracy",
}
"""What of the page shows what was measured, in the words of its address, by the claim's name."""
