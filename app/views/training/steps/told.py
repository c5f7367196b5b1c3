"""The records of a single step, made where runs are, from the state of each variant one step before."""

import asyncio

from fastapi import Request

from app.errors import InvalidQuery
from app.views.training.compute import Prepared
from app.views.training.runs.run import written
from app.web.runs.following import Row
from app.web.runs.respond import done_at_each
from app.web.runs.run import Record
from bncore.training import Spec, State, first_record, next_record, start


async def told_at(request: Request, step: int, prepared: Prepared) -> bytes:
    """The row of a step, of each variant that comes so far. Raises InvalidQuery for a step that no variant has."""
    longest = max(spec.steps for spec in prepared.specs.values())
    if step > longest:
        detail = f"at is {step}, and the longest run here has {longest} steps."
        raise InvalidQuery(detail, field="at", given=step, allowed=f"0 to {longest}")
    runs = await asyncio.to_thread(lambda: prepared.runs)
    there = {letter: run for letter, run in runs.items() if step <= run.steps}
    records = await done_at_each(request, there, max(0, step - 1), _record, step)
    return Row(step, {letter: record for letter, record in records.items() if record is not None}).body


def _record(spec: Spec, state: bytes, step: int) -> Record | None:
    """The record of a step, from the state one step before; None where the run has ended there."""
    if step == 0:
        return written(first_record(start(spec)))
    before = State.from_bytes(state, spec)
    return None if before.has_ended else written(next_record(before)[1])
