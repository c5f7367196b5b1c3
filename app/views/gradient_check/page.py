"""The gradient check's page: what its template needs, and the snippet of its own as a file."""

from typing import Any

from fastapi import APIRouter, Request, Response

from app.query.control import schema_of
from app.views.gradient_check.compute import CheckFields, titles
from app.views.gradient_check.query import ProbeQuery
from app.views.gradient_check.snippet import RUN, snippet
from app.web.pages.lenient import lenient
from app.web.view import Page, Place
from bncore.diagnosis import ORDER, TITLES
from bncore.diagnosis.given.convention import Convention

FILES = APIRouter()

CHOICES = {
    "code": "Run in my notebook", "paste": "Paste or drop", "probe": "A probe", "own": "My own batch",
    "cs231n": "CS231n's two functions", "function": "Any function", "variance": "the variance",
    "deviation": "the deviation", "batch": "Batch norm", "layer": "Layer norm", "group": "Group norm",
    "instance": "Instance norm", "rms": "RMS norm", "train": "training", "inference": "inference, or frozen",
    "biased": "K, as usual", "unbiased": "K − 1 (Bessel)",
    "2": "2: examples × features", "4": "4: images N × C × H × W",
}  # fmt: skip

TERMS = {
    "cs231n": "CS231n is Stanford's course on deep learning for vision; its assignment has a forward and a backward "
    "function with a cache between them.",
    "probe": "A small random batch on which no two mistakes look the same; its seed makes it again anywhere.",
}  # fmt: skip
"""A sentence for each choice that has a word of its own."""


def _context(query: CheckFields, result: Any, place: Place) -> dict[str, Any]:
    return {
        "schema": page_schema(), "examples": result["examples"] if result else titles(TITLES),
        "snippet": result["snippet"] if result else snippet(place.origin, query.form, query.probe),
        "door": query.door, "terms": TERMS, "without": WITHOUT,
        "kind": query.norm if query.norm != "batch" else query.mode,
    }  # fmt: skip


KINDS = {"rms": Convention("rms"), "inference": Convention(mode="inference")}
WITHOUT = {tensor: [kind for kind, convention in KINDS.items() if tensor not in convention.tensors] for tensor in ORDER}
"""The norm, or the mode of batch norm, in which a tensor of the backward pass is not there."""


def page_schema() -> dict[str, dict[str, Any]]:
    """The fields, with a title for each choice."""
    schema = schema_of(CheckFields)
    for field in schema.values():
        field["choices"] = [(name, CHOICES[name]) for name in field.get("choices", []) if name in CHOICES]
    return schema


@FILES.get("/gradient-check/{form}.py")
async def snippet_file(request: Request, form: str) -> Response:
    """The snippet that the page shows, as a file."""
    query, problem = lenient(ProbeQuery, request.query_params.multi_items())
    if form not in RUN or problem:
        said = problem["detail"] if problem else f"There is no such snippet; there are {', '.join(RUN)}."
        return Response(f"# {said}\n", 422 if problem else 404, media_type="text/plain")
    text = snippet(str(request.base_url).rstrip("/"), form, query)
    return Response(text, media_type="text/x-python; charset=utf-8")


PAGE = Page("/gradient-check", "gradient_check.html", _context, keeps_refused=True, further=FILES)
