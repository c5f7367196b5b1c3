"""The variants as runs: each spec taken further step by step, in segments that runs of equal beginnings share."""

from hashlib import sha256

from app.release import arithmetic
from app.views.training.runs.cost import segment_of
from app.web.answers import to_json
from app.web.runs.run import Record, Run, Taken, segments_of
from bncore.training import Record as StepRecord
from bncore.training import Spec, State, advance, first_record, start


def take(spec: Spec, state: bytes | None, steps: int) -> Taken:
    """So many steps on from a state; of None, the beginning, step 0 has a record."""
    if state is None:
        here = start(spec)
        before = [written(first_record(here))]
    else:
        here, before = State.from_bytes(state, spec), []
    here, records = advance(here, steps)
    return Taken(here.to_bytes(), [*before, *map(written, records)], here.has_ended)


def written(record: StepRecord) -> Record:
    """A record as JSON on one line."""
    return Record(record.step, to_json(record.plain()))


def run_of(spec: Spec) -> Run:
    """The run of a spec."""
    segment = segment_of(spec)
    ends = (min(spec.steps, (number + 1) * segment) for number in range(segments_of(spec.steps, segment)))
    return Run(take, spec, spec.steps, segment, tuple(name_of(spec, end) for end in ends))


def name_of(spec: Spec, end: int) -> str:
    """The name of the segment that ends there: equal where its records and its state are, and it begins at one step."""
    told = to_json([arithmetic(), spec.records_until(end), segment_of(spec)])
    return f"training-{sha256(told).hexdigest()[:40]}"
