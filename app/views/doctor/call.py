"""The doctor's call, as the REST API's reference tells of it."""

from app.web.view import Call

TOLD = "The running variance of channel 5 is not a number: nothing finite comes out, whatever comes in."
EXAMPLES = [
    {"query": ""},
    {"query": "model=sick&norm=layer2.bn1&arrays=opened"},
    {"query": "model=sound"},
]
REFUSED = "An unknown name, a layer that the model has not, a file that cannot be read; `errors` says what is allowed."
ANSWER = {
    "headline": "3 of 6 norm layers have an error, 1 more a warning: begin with layer2.bn1.",
    "model": {"called": "Upload 4672965c…", "format": "safetensors", "norms": 6, "tensors": 36, "notes": []},
    "counts": {"error": 3, "warning": 1, "note": 1, "sound": 1},
    "rows": [
        {
            "norm": "layer2.bn1", "kind": "batch norm", "channels": 64, "severity": "error",
            "sentence": TOLD,
            "further": 0, "eps": 1e-05,
            "findings": [
                {
                    "norm": "layer2.bn1", "id": "not_finite", "severity": "error", "channels": [5],
                    "values": {"channel": 5.0},
                    "sentence": TOLD,
                }
            ],
            "ranges": {"variance": {"low": 0.17, "high": 2.1, "text": "0.170 to 2.10, 1 not finite"}},
            "folded": {"scale": [1.1, None], "shift": [-0.2, None]},
        }
    ],
    "layer": {"norm": "layer2.bn1", "facts": "batch norm, 32 channels, ε 1e−5", "strips": []},
    "query": {"model": "sick"},
}  # fmt: skip

CALL = Call(
    name="doctor",
    tag="doctor",
    summary="The norms of a model, worst first",
    help="What is wrong with each norm of a model, as far as its file tells. `POST /doctor` takes a file; this call "
    "answers the report again by its id. The same query gives the same bytes.",
    told="A row a norm, worst first: severity, the sentence of its worst finding, all of its findings, the range of "
    "each of its arrays, and the scale and the shift that it is folded into at inference. `layer` is the opened one, "
    "channel by channel. A number that is not finite is null.",
    answer=ANSWER,
    refused=REFUSED,
    examples=EXAMPLES,
)
