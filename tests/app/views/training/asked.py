"""Small trainings, and their answers taken apart."""

import orjson

from app.views.training.compute import prepare
from app.views.training.query import TrainingQuery
from tests.app.conftest import USUAL

QUICK = {"source": "iris", "widths": "8,8", "batch_size": 20, "steps": 40}


def stream(client, after=None, **query):
    headers = {} if after is None else {"Last-Event-ID": str(after)}
    answer = client.get("/api/v1/training", params=QUICK | query, headers=headers)
    assert answer.status_code == 200, answer.text
    return [block for block in answer.content.split(b"\n\n")[:-1] if not block.startswith((b":", b"retry"))]


def document(client, **query):
    answer = client.get("/api/v1/training", params=QUICK | query, headers={"Accept": "application/json"})
    assert answer.status_code == 200, answer.text
    return answer.json()


def refused(client, **query):
    """The refusal of a query, as the stream, the plan and the files tell it."""
    told = [client.get(f"/api/v1/training{call}", params=QUICK | query) for call in ("", "/plan", "/records")]
    assert [answer.status_code for answer in told] == [422] * 3, told[0].text
    first, *others = [{**answer.json(), "request_id": ""} for answer in told]
    assert others == [first, first]
    return first["detail"], first["errors"][0]


def prepared(**query):
    """A query prepared without a server."""
    return prepare(TrainingQuery(**(QUICK | query)), None, USUAL)


def told(run, chunks=None):
    """The bodies of a run's records and its last state, taken in chunks of some lengths, or in one go."""
    state, records = None, []
    for steps in chunks or [run.steps]:
        taken = run.take(run.given, state, steps)
        state, records = taken.state, records + taken.records
    return [(record.step, record.body) for record in records], state


def data_of(event):
    return orjson.loads(event.partition(b"data: ")[2])
