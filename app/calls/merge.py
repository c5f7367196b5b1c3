"""`POST /norms/merge`: moments of parts, such as the workers of a cluster have, as those of the whole batch."""

from typing import Any, Literal

import numpy as np
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from app.errors import InvalidQuery
from app.web.answers import to_json
from app.web.arrays import null_warnings, read
from app.web.posted import answered
from bncore.doctor import Moments, merged, moments
from bncore.errors import BatchNormError

router = APIRouter(tags=["norms"])

MOST = 2**53
"""Examples up to which float64 counts."""

EXAMPLE: dict[str, Any] = {
    "parts": [
        {"count": 8, "mean": [1.0, 0.0], "var": [2.0, 1.0]},
        {"count": 24, "mean": [3.0, 0.0], "var": [2.0, 1.0]},
    ],
    "variance": "biased",
}


class Part(BaseModel):
    """The moments of one worker's examples."""

    model_config = ConfigDict(strict=True, extra="forbid")

    count: int = Field(ge=1, le=MOST, description="How many examples (times positions) they are of.")
    mean: list[float] = Field(min_length=1, description="Mean of each channel.")
    var: list[float] = Field(
        min_length=1,
        description="Variance of each channel, 0 or larger; as many as `mean` has, which all parts have.",
        json_schema_extra={"items": {"type": "number", "minimum": 0}},
    )


class MergeBody(BaseModel):
    """Moments of parts."""

    model_config = ConfigDict(strict=True, extra="forbid", json_schema_extra={"example": EXAMPLE})

    parts: list[Part] = Field(min_length=1, description="The moments of each worker, or of each batch.")
    variance: Literal["biased", "unbiased"] = Field(
        "biased",
        description="Which variances the parts have: divided by count, or by count - 1, which one example has not.",
    )


class MergeAnswer(BaseModel):
    """The moments of all examples together. Numbers that are not finite are null, and `warnings` says where and why."""

    count: int = Field(description="All examples.")
    mean: list[float] = Field(description="Mean of each channel.")
    var: list[float] = Field(description="Biased variance of each channel: what SyncBN normalizes by.")
    unbiased_var: list[float | None] = Field(
        description="The variance divided by count - 1, which PyTorch keeps; null of one example."
    )
    between: list[float] = Field(
        description="The variance of the parts' means, a part of `var`; what an average of the parts' variances lacks."
    )
    warnings: list[str] = Field(description="Numbers that left as null.")


REQUEST_BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": MergeBody.model_json_schema(), "example": EXAMPLE}},
    }
}
EXAMPLES = [
    {
        "curl": [
            "-H 'content-type: application/json'",
            """-d '{"parts": [{"count": 8, "mean": [1], "var": [2]}, {"count": 24, "mean": [3], "var": [2]}]}'""",
        ]
    }
]


@router.post(
    "/norms/merge",
    summary="Moments of workers as those of the whole batch",
    responses={200: {"model": MergeAnswer}},
    openapi_extra=REQUEST_BODY | {"x-examples": EXAMPLES},
)
async def merge(request: Request) -> Response:
    """Mean and variance of all examples from those of parts, exactly, whatever their counts.

    SyncBN's forward pass, and what makes running statistics of batches exact: the variance between the parts is in it
    (Chan, Golub and LeVeque 1983, equations 2.1).
    """
    return await answered(request, _answer)


def _answer(body: bytes) -> bytes:
    """JSON to JSON; without the event loop, so that a thread can do it."""
    query = read(body, MergeBody)
    whole = merged([_part(number, part, query) for number, part in enumerate(query.parts)])
    arrays = {"mean": whole.mean, "var": whole.var, "between": whole.between, "unbiased_var": whole.unbiased}
    told = {name: array for name, array in arrays.items() if name != "unbiased_var" or whole.count > 1}
    return to_json({"count": whole.count, **arrays, "warnings": null_warnings(told)})


def _part(number: int, part: Part, query: MergeBody) -> Moments:
    """A part's moments, biased; raises InvalidQuery with the part's number for what cannot be."""
    field = f"parts.{number}"
    channels = len(query.parts[0].mean)
    if len(part.mean) != channels:
        said = f"Part {number} has {len(part.mean)} channels and part 0 has {channels}"
        raise InvalidQuery(f"{said}; give all parts as many.", field=field, allowed=f"{channels} means")
    if query.variance == "unbiased" and part.count < 2:
        said = f"Part {number} is one example, which has no unbiased variance"
        raise InvalidQuery(f"{said}; give biased variances.", field=field, allowed="a count of 2 or more")
    share = (part.count - 1) / part.count if query.variance == "unbiased" else 1.0
    try:
        return moments(part.count, part.mean, np.multiply(part.var, share))
    except BatchNormError as error:
        raise InvalidQuery(f"Part {number}: {error}", field=f"{field}.{error.parameter}") from error
