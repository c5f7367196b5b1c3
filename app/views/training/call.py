"""The calls of the training view, as the REST API's reference tells of them."""

from typing import Any

from app.views.training.attempts.query import AttemptQuery
from app.views.training.claims.query import ClaimQuery
from app.views.training.export.query import RecordsQuery
from app.views.training.query import TrainingQuery
from app.views.training.steps.query import StepQuery
from app.web.answers import JSON, NOT_MODIFIED
from app.web.events import MEDIA_TYPE
from app.web.pages.link import DESCRIBED
from app.web.reading import parameters_of
from app.web.routes import refusals
from app.web.stream import stream_examples

REFUSED = (
    "An unknown name, a value out of range, a variant with a wrong field, or a run that is too large; `errors` says "
    "what is allowed."
)
EXAMPLES = [
    {"query": "steps=20", "curl": ["-N"]},
    {"query": "steps=20&a=norm:none,rate:1&b=norm:batch,rate:1", "curl": ["-H 'Accept: application/json'"]},
    {"query": "source=moons&widths=16,16&steps=50&changes=0.5@10;0.01@30", "curl": ["-N"]},
]
RECORD: dict[str, Any] = {
    "rate": 0.1, "loss": 2.3, "accuracy": 0.1, "gradient": 0.5, "unit": [-1.0, 0.1, 1.1],
    "held": {"loss": 2.3, "accuracy": 0.11},
    "blocks": [{
        "inputs": {"from": -3.0, "to": 3.0, "counts": [1, 5, 3]},
        "gradients": {"from": -0.01, "to": 0.01, "counts": [1, 5, 3]},
        "mean": 0.0, "sd": 1.0, "gradient": 0.1, "weight": 8.0, "effective_rate": 0.0016, "update": None,
    }],
}  # fmt: skip
OF_THE_PLAN: dict[str, Any] = {
    "batch": {"text": "Digits: 1,200 training and 597 held-out examples, images of 1 × 8 × 8, 10 classes",
              "title": "Digits"},
    "total": 20,
    "variants": {"a": {"title": "Without norm", "called": "the net without norm", "norm": "none",
                       "stated": {"norm": "none"}, "rate": 0.1},
                 "b": {"title": "Batch norm", "called": "batch norm", "norm": "batch"}},
    "blocks": ["block 1", "block 2", "block 3", "read-out"],
    "classes": ["0", "1"],
    "guess": 0.693,
    "unit": "unit 0 of block 3",
}  # fmt: skip
HELP = """Up to four variants of a small network in training, side by side, as a stream of their steps.

The answer is a stream of server-sent events: a `plan` of what is trained, a `step` for each recorded step, whose `id`
is the step, then `end`. With `Accept: application/json` it is the plan as one document, with all `steps`, once the runs
have ended. A client that lost the connection sends `Last-Event-ID` and gets what is behind that step. A run is a pure
function of its query: what two queries have in common is computed once. What only the computation meets is a `problem`
event."""
STREAM = """event: plan
data: {"batch":{…},"variants":{…},…}

id: 0
event: step
data: {"step":0,"variants":{"a":{"rate":0.1,"loss":2.33,…},"b":{…}}}

id: end
event: end
data: {}

"""
FAILED = """event: problem
data: {"type":"about:blank","title":"The server is busy","status":503,"detail":"…"}

"""
STEPS: dict[str, Any] = {
    "summary": "Networks in training, step by step",
    "description": HELP,
    "responses": {
        200: {
            "description": "The plan and the steps. A record tells of the network behind so many updates: rate, loss, "
            "accuracy, gradient, the observed unit's percentiles, each block's distributions; sometimes what is held "
            "out. Null is what is not finite; a variant that diverged ends with a record that says so.",
            "content": {
                MEDIA_TYPE: {"schema": {"type": "string"}, "examples": {
                    "answered": {"summary": "The plan, the steps, the end", "value": STREAM},
                    "failed": {"summary": "What only the computation meets", "value": FAILED},
                }},
                JSON: {"example": OF_THE_PLAN | {"steps": [{"step": 0, "variants": {"a": RECORD}}]}},
            },
        }
    }
    | NOT_MODIFIED
    | {204: {"description": "The client comes back behind the `end`: there is nothing more."}}
    | refusals(REFUSED),
    "openapi_extra": {"parameters": parameters_of(TrainingQuery), "x-examples": EXAMPLES},
}  # fmt: skip
PLAN: dict[str, Any] = {
    "summary": "What would be trained, without training it",
    "responses": {
        200: {
            "description": "The data, the variants with all their fields, the blocks, the points of the plane where "
            "the data are some, the files of the records, and the Python that makes them again.",
            "content": {JSON: {"example": OF_THE_PLAN}},
        }
    }
    | NOT_MODIFIED
    | refusals(REFUSED),
    "openapi_extra": {
        "parameters": parameters_of(TrainingQuery),
        "x-examples": [{"query": ""}, {"query": "source=spirals&widths=32,32&a=norm:none&b=norm:batch&c=norm:layer"}],
    },
}  # fmt: skip
RECORDS: dict[str, Any] = {
    "summary": "All records of a training, as JSON, CSV or NPZ",
    "responses": {
        200: {
            "headers": DESCRIBED,
            "description": "The file, as an attachment. CSV has the single numbers of each record, NPZ also the "
            "histograms, JSON all of it.",
            "content": {
                JSON: {"example": {"variants": {"a": [{"step": 0} | RECORD]}}},
                "text/csv": {"example": "variant,step,rate,loss\na,0,0.1,2.33\n"},
                "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
            },
        }
    }
    | NOT_MODIFIED
    | refusals(REFUSED),
    "openapi_extra": {
        "parameters": parameters_of(RecordsQuery),
        "x-examples": [
            {"query": "source=iris&steps=50&format=csv"},
            {"query": "source=iris&steps=50&format=npz", "curl": ["-o training.npz"]},
        ],
    },
}  # fmt: skip
ATTEMPT: dict[str, Any] = {
    "summary": "One update, by the true gradient and with the statistics as constants",
    "responses": {
        200: {
            "description": "The loss of the batch; then, for each of the two, the loss that the gradient promises to "
            "first order, the loss of the same batch after the update, the size of the gradient, the cosine of its "
            "angle with the true one, and for each block in front of whose norm a bias could stand, its gradient: the "
            "sum over the batch of dL/dx, which is 0 by the true gradient. Null where a block has no norm over the "
            "batch.",
            "content": {JSON: {"example": {
                "variant": "b", "step": 20, "rate": 0.1, "loss": 1.27,
                "ways": {
                    "true": {"promised": 1.15, "after": 1.18, "gradient": 1.1, "cosine": 1.0, "sums": [[0.0], [0.0]]},
                    "constant": {"promised": 0.94, "after": 1.12, "gradient": 1.8, "cosine": 0.8,
                                 "sums": [[0.02], [-0.01]]},
                },
            }}},
        }
    }
    | NOT_MODIFIED
    | refusals(REFUSED),
    "openapi_extra": {
        "parameters": parameters_of(AttemptQuery),
        "x-examples": [{"query": "source=iris&widths=8,8&batch_size=20&steps=40&at=20"}],
    },
}  # fmt: skip
STEP: dict[str, Any] = {
    "summary": "The records of a single step, also of one between two of the stream's",
    "responses": {
        200: {
            "description": "As a `step` event has it: the record of each variant that comes so far. `held` stands "
            "in it where every fourth record of that part of the run has it.",
            "content": {JSON: {"example": {"step": 65, "variants": {"a": RECORD}}}},
        }
    }
    | NOT_MODIFIED
    | refusals(REFUSED),
    "openapi_extra": {
        "parameters": parameters_of(StepQuery),
        "x-examples": [{"query": "source=iris&widths=8,8&batch_size=20&steps=80&at=65"}],
    },
}  # fmt: skip
CLAIM: dict[str, Any] = {
    "summary": "A claim of the literature, as it is recorded, or replayed now",
    "description": "What is claimed and where, how it is replayed, what came, and when it fails. With `replay=on` and "
    "`Accept: text/event-stream` the runs are done side by side, and the answer is a stream of `progress` events, "
    "whose data say how many have ended of how many, then one `result`. What the runs bring is kept: whoever asks "
    "again waits for what is missing alone.",
    "responses": {
        200: {
            "description": "The claim; `as_said` says whether both sides came within the tolerance.",
            "content": {
                JSON: {"example": {
                    "name": "batch_sizes", "number": 11, "measured": "In batches of 2 the error is …", "as_said": True,
                    "table": {"corner": "Examples in a batch", "columns": ["2"], "rows": {"Batch norm": ["49.9 %"]}},
                }},
                MEDIA_TYPE: {"schema": {"type": "string"}, "examples": stream_examples(
                    '{"done":3,"of":45,"text":"3 of 45 runs have ended."}'
                )},
            },
        }
    }
    | NOT_MODIFIED
    | refusals(REFUSED),
    "openapi_extra": {
        "parameters": parameters_of(ClaimQuery),
        "x-examples": [
            {"query": "name=pace"}, {"query": "name=batch_sizes", "curl": ["-H 'Accept: text/event-stream' -N"]},
        ],
    },
}  # fmt: skip
