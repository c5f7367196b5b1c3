"""An attempt, computed where runs are: the state at its step, and both updates from there."""

from typing import Any

from fastapi import Request

from app.errors import InvalidQuery
from app.views.training.attempts.query import AttemptQuery
from app.views.training.compute import Prepared
from app.views.training.runs.run import run_of
from app.web.answers import to_json
from app.web.runs.respond import done_at
from bncore.errors import BadParameter
from bncore.training import Attempt, Spec, State, attempts
from bncore.training.schedules import rate_at

WAYS = ("true", "constant")


async def tried(request: Request, query: AttemptQuery, prepared: Prepared) -> bytes:
    """The answer. Raises InvalidQuery for a variant that is not there, and for a step that its run does not have."""
    spec = _spec(query, prepared)
    run = run_of(spec)
    return await done_at(request, run, query.at, _answer, query.of, query.at)


def _spec(query: AttemptQuery, prepared: Prepared) -> Spec:
    spec = prepared.specs.get(query.of)
    if spec is None:
        there = ", ".join(prepared.specs)
        detail = f"Variant {query.of} is not trained; there are {there}."
        raise InvalidQuery(detail, field="of", given=query.of, allowed=there)
    if query.at >= spec.steps:
        detail = f"at is {query.at}, and a run of {spec.steps} steps has its last update behind step {spec.steps - 1}."
        raise InvalidQuery(detail, field="at", given=query.at, allowed=f"0 to {spec.steps - 1}")
    return spec


def _answer(spec: Spec, state: bytes, variant: str, step: int) -> bytes:
    try:
        both = attempts(State.from_bytes(state, spec))
    except BadParameter:
        ended = State.from_bytes(state, spec).step
        detail = f"Variant {variant} has diverged at step {ended}, so nothing is tried behind it."
        raise InvalidQuery(detail, field="at", given=step, allowed=f"0 to {max(0, ended - 1)}") from None
    ways = {way: _told(attempt) for way, attempt in zip(WAYS, both, strict=True)}
    return to_json({"variant": variant, "step": step, "rate": rate_at(spec, step), "loss": both[0].loss, "ways": ways})


def _told(attempt: Attempt) -> dict[str, Any]:
    return {
        "promised": attempt.promised,
        "after": attempt.after,
        "gradient": attempt.gradient,
        "cosine": attempt.cosine,
        "sums": attempt.sums,
    }
