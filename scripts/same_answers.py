"""Ask two servers the same questions and name every answer that differs: for a change that should change nothing.

    python scripts/same_answers.py http://127.0.0.1:8001 http://127.0.0.1:8002

Compared are status, media type, caching headers and bytes of every view, stream, export, page and refusal; ETags and
the addresses of assets hold the release, so they are left out. Exits with 1 where something differs.
"""

import io
import itertools
import json
import re
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlencode

import numpy as np

API = "/api/v1"
RELEASE = re.compile(
    rb'[?&]v=[0-9a-f]+|/static/[0-9a-f]{6,}/|"release":"[^"]*"|"delete_key":"[^"]*"|"id":"[0-9a-f]{32}"'
    rb'|"request_id":"[^"]*"|/js/[a-z_/]+\.js'
)
ID = re.compile(rb'"id":"([0-9a-f]{64})"')
HEADERS = ("content-type", "cache-control", "vary", "content-disposition", "allow", "location")


@dataclass(frozen=True)
class Question:
    """A request: its path with the query, what it accepts, and its body if it has one."""

    path: str
    accept: str = "application/json"
    body: bytes | None = None
    kind: str = "application/json"
    method: str = ""
    extra: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """What of an answer is compared."""

    status: int
    headers: dict[str, str]
    body: bytes


def ask(server: str, question: Question) -> Answer:
    """The server's answer, whatever its status."""
    headers = {"accept": question.accept, "host": "bnscope.test"} | question.extra
    if question.body is not None:
        headers["content-type"] = question.kind
    request = urllib.request.Request(
        server + question.path, data=question.body, headers=headers, method=question.method or None
    )
    try:
        with urllib.request.urlopen(request, timeout=300) as response:
            return _read(response.status, response)
    except urllib.error.HTTPError as error:
        return _read(error.code, error)


def _read(status: int, response: object) -> Answer:
    headers = {name: value for name in HEADERS if (value := response.headers.get(name))}  # type: ignore[attr-defined]
    return Answer(status, headers, RELEASE.sub(b"", response.read()))  # type: ignore[attr-defined]


VIEWS = ("playground", "derivation", "jacobian", "network", "batch-size", "norms")
PAGES = ("/", "/derivation", "/network", "/batch-size", "/norms", "/gradient-check", "/docs", "/nothing")
SOURCES = ("wine", "iris", "breast_cancer", "digits", "normal", "lognormal", "heavy_tailed", "inline")
STATES: list[dict[str, object]] = [
    {},
    {"seed": 5},
    {"batch_size": 2},
    {"batch_size": 1},
    {"batch_size": 7, "eps": 0.5},
    {"eps_placement": "deviation", "eps": 0.1},
    {"notation": "lecture"},
    {"source": "inline", "values": "1,10;2,30;4,20;5,5"},
    {"source": "inline", "values": "1,1;1,2;1,4"},
    {"source": "nothing"},
    {"eps": -1},
    {"sauce": "wine"},
    {"batch_size": "many"},
    {"source": "0" * 64},
]
OWN: dict[str, list[dict[str, object]]] = {
    "playground": [
        {"mode": "inference"},
        {"mode": "inference", "running_steps": 0},
        {"activation": "tanh", "gamma": "2", "beta": "-1"},
        {"gamma": "sigma", "beta": "mean"},
        {"upstream": "cross_entropy"},
        {"upstream": "one_example", "upstream_example": 3},
        {"upstream": "one_example", "upstream_example": 100000},
        {"axis": "linear"},
        {"selected": "0,2", "pair": "0,1"},
        {"gamma": "1,2,3"},
        {"layer_width": 8, "weight_scale": 3},
        {"source": "normal", "batch_size": 4096, "features": 30},
        {"source": "normal", "batch_size": 20000, "features": 60},
    ],
    "derivation": [
        {"step": "dx"}, {"naive": "on"}, {"cell": "2,1"}, {"source": "iris", "batch_size": 6, "selected": "0,2"},
        {"move_by": 2}, {"values": "1,2"}, {"dy": "1,0;0,1"}, {"cell": "20,1"},
    ],
    "jacobian": [{"feature": 1}, {"feature": 50}, {"source": "wine", "batch_size": 5}],
    "network": [
        {"depth": 4, "width": 16}, {"preset": "vanishing", "depth": 10, "activation": "sigmoid"}, {"norm": "none"},
        {"disturb_layer": 2, "disturb_factor": 3}, {"architecture": "convolutional", "depth": 3, "width": 8},
        {"residual": "on", "depth": 5}, {"disturb_layer": 99}, {"depth": 50, "width": 512, "batch_size": 100000},
    ],
    "batch-size": [
        {"part": "dependence", "draws": 100}, {"part": "noise", "draws": 100}, {"part": "estimates", "draws": 100},
        {"part": "running"}, {"part": "classes"}, {"size": 2, "draws": 100}, {"draws": 0}, {"momentum": 0, "draws": 50},
    ],
    "norms": [
        {"situation": "one_example"}, {"situation": "class_sorted"}, {"situation": "huge_channel"},
        {"norm": "group", "groups": 2}, {"groups": 3}, {"rows": "example"}, {"cell": "1,1,0"}, {"cell": "90,1,0"},
    ],
}  # fmt: skip
DATA = [
    {"source": source, "stage": stage, "format": form}
    for source, stage, form in itertools.product(
        ("iris", "inline"), ("x", "x_hat", "dx", "statistics", "nothing"), ("json", "csv", "npy", "xlsx")
    )
]


def questions(uploads: list[str]) -> Iterator[Question]:
    """Every view in many states, as JSON, as a stream and as a page; exports, catalogues, bodies, refusals."""
    for view in VIEWS:
        states = STATES + OWN[view] + [{"source": source, "batch_size": 6} for source in SOURCES]
        states += [{"source": upload} for upload in uploads]
        for state in states:
            query = f"?{urlencode(state)}"
            yield Question(f"{API}/{view}{query}")
            if view in ("network", "batch-size") and state in OWN[view][:4] + STATES[:1] + STATES[9:]:
                yield Question(f"{API}/{view}{query}", "text/event-stream")
                yield Question(f"{API}/{view}{query}", "application/json, text/event-stream")
    for page in PAGES:
        own = OWN.get(page.strip("/") or "playground", [])
        for state in STATES + own + [{"source": upload} for upload in uploads]:
            yield Question(f"{page}?{urlencode(state)}", "text/html")
    yield from (Question(f"{API}/playground/data?{urlencode(state)}") for state in DATA)
    for path in ("catalog", "openapi.json", "nothing", *(f"batches/{upload}" for upload in uploads)):
        yield Question(f"{API}/{path}")
    yield from _bodies()
    yield Question("/gradient-check/cs231n.py", "text/plain")
    yield Question("/gradient-check/nothing.py", "text/plain")
    yield Question(f"{API}/playground", method="DELETE")


def _bodies() -> Iterator[Question]:
    x = [[1, 10], [2, 30], [4, 20]]
    batchnorm = [{"x": x}, {"x": x, "dy": x, "gamma": [1, 2]}, {"x": [[1]]}, {"y": x}, {"x": x, "eps": "no"}]
    norms = [{"x": [[1, 3, 10, 30]], "norm": "group", "groups": 2}, {"x": x, "norm": "nothing"}]
    checks = [{"seed": 7, "dx": "1 2"}, {"x": x, "dy": x, "dx": x}, {"seed": 1}, {}, {"seed": -1}]
    for path, bodies in {"batchnorm": batchnorm, "norms": norms, "gradient-check": checks}.items():
        yield from (Question(f"{API}/{path}", body=json.dumps(body).encode()) for body in bodies)
    yield from (Question(f"{API}/gradient-check/view", body=json.dumps(body).encode()) for body in ({"seed": 1}, {}))
    for path in ("probe?seed=1", "probe?format=python", "example?mistake=mean_path_missing", "examples?axes=4"):
        yield Question(f"{API}/gradient-check/{path}")
    yield Question(f"{API}/batchnorm", body=b"{")
    yield Question(f"{API}/batches", body=b"\x00\x01\x02", kind="application/octet-stream")


def files() -> list[bytes]:
    """A layer with its running statistics, images with labels, and a table."""
    rng = np.random.default_rng(0)
    layer, images = io.BytesIO(), io.BytesIO()
    np.savez(
        layer, x=rng.normal(3, 2, (32, 5)), gamma=np.ones(5), beta=np.zeros(5), running_mean=np.full(5, 3.0),
        running_var=np.full(5, 4.0), dy=rng.normal(size=(32, 5)),
    )  # fmt: skip
    np.savez(images, x=rng.normal(size=(6, 3, 4, 4)))
    return [layer.getvalue(), images.getvalue(), b"height,weight\n1.62,61\n1.75,70\n1.81,93\n1.58,50\n"]


def main(one: str, other: str) -> int:
    """Compare; how many answers differ."""
    uploads: list[str] = []
    for content in files():
        posted = Question(f"{API}/batches", body=content, kind="application/octet-stream")
        ids = {ID.search(ask(server, posted).body)[1].decode() for server in (one, other)}  # type: ignore[index]
        uploads.append(ids.pop())
    differing = asked = 0
    for question in questions(uploads):
        first, second = ask(one, question), ask(other, question)
        asked += 1
        if first != second:
            differing += 1
            print(f"{question.path}  [{question.accept}]  {_difference(first, second)}")
    print(f"{asked} asked, {differing} differ")
    return differing


def _difference(one: Answer, other: Answer) -> str:
    if one.status != other.status or one.headers != other.headers:
        return f"{one.status} {one.headers} / {other.status} {other.headers}"
    at = next((i for i, pair in enumerate(zip(one.body, other.body, strict=False)) if pair[0] != pair[1]), 0)
    here, there = one.body[at : at + 60], other.body[at : at + 60]
    return f"{len(one.body)} / {len(other.body)} bytes, from byte {at}: {here!r} / {there!r}"


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]) > 0)
