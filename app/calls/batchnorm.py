"""The bare operation: arrays in JSON through batch norm, and back."""

from typing import Any, Literal

import numpy as np
from fastapi import APIRouter, Request, Response
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from app.query.layer import Placement
from app.query.sent_layer import EPS, EPS_PLACEMENT, MOMENTUM, RUNNING_VARIANCE, TRACKED
from app.web.answers import to_json
from app.web.arrays import NESTED, NESTED_OR_NULL, null_warnings, numbers, read
from app.web.posted import answered
from app.web.rules import Schema, given, per_feature, together, where
from bncore import Forward, Gradients, backward, forward

router = APIRouter(tags=["batchnorm"])

EXAMPLE: dict[str, Any] = {
    "x": [[1.0, 10.0], [2.0, 10.0], [6.0, 40.0]],
    "gamma": [1.0, 2.0],
    "beta": [0.0, 0.5],
    "eps": 1e-5,
    "eps_placement": "variance",
    "feature_axis": 1,
    "mode": "train",
    "running_mean": [0.0, 0.0],
    "running_var": [1.0, 1.0],
    "momentum": 0.1,
    "num_batches_tracked": 0,
    "running_variance": "unbiased",
    "dy": [[1.0, 0.0], [0.0, 0.0], [0.0, 1.0]],
    "dtype": "float64",
}


RUNNING = ("running_mean", "running_var")
DESCRIBED: Schema = {
    "example": EXAMPLE,
    "allOf": [together(*RUNNING), where("mode", ["inference"], "train", given(*RUNNING))],
}


class BatchNormQuery(BaseModel):
    """A batch and how to normalize it."""

    model_config = ConfigDict(strict=True, extra="forbid", json_schema_extra=DESCRIBED)

    x: Any = Field(
        description="The batch: nested lists of numbers with two or more axes, every row equally long.",
        json_schema_extra=NESTED,
    )
    gamma: list[float] | None = Field(
        None, description="Scale, one value a feature; null is 1.", json_schema_extra=per_feature()
    )
    beta: list[float] | None = Field(
        None, description="Shift, one value a feature; null is 0.", json_schema_extra=per_feature()
    )
    eps: float = EPS
    eps_placement: Placement = EPS_PLACEMENT
    feature_axis: int = Field(1, description="The axis of the features; statistics are taken over all others.")
    mode: Literal["train", "inference"] = Field(
        "train", description="`train` normalizes by the batch's own statistics, `inference` by the running ones."
    )
    running_mean: list[float] | None = Field(
        None, description="Running mean, one value a feature.", json_schema_extra=per_feature()
    )
    running_var: list[float] | None = Field(
        None, description="Running variance, one value a feature, 0 or larger.", json_schema_extra=per_feature(lowest=0)
    )
    momentum: float | None = MOMENTUM
    num_batches_tracked: int = TRACKED
    running_variance: Literal["unbiased", "biased"] = RUNNING_VARIANCE
    dy: Any = Field(
        None,
        description="dL/dy in the shape of x; with it the answer holds dx, dgamma and dbeta.",
        json_schema_extra=NESTED_OR_NULL,
    )
    dtype: Literal["float16", "float32", "float64"] = Field(
        "float64", description="What x is rounded to first; y, x_hat and dx come back in it. Computing is in float64."
    )


class BatchNormAnswer(BaseModel):
    """Numbers that are not finite are null, and `warnings` says where and why."""

    y: list[Any] = Field(description="gamma x_hat + beta, in the shape of x.")
    x_hat: list[Any] = Field(description="(x - mean) / s, in the shape of x.")
    mean: list[float] = Field(description="What x was centred by, one value a feature.")
    var: list[float] = Field(description="Biased variance, one value a feature.")
    running_mean: list[float] | None = Field(None, description="Updated; only if the running statistics were given.")
    running_var: list[float] | None = Field(None, description="Updated; only if the running statistics were given.")
    num_batches_tracked: int | None = Field(
        None, description="Batches that the running statistics have seen now; only if momentum is null or it was given."
    )
    dx: list[Any] | None = Field(None, description="dL/dx, in the shape of x; only if dy was given.")
    dgamma: list[float] | None = Field(None, description="dL/dgamma, one value a feature; only if dy was given.")
    dbeta: list[float] | None = Field(None, description="dL/dbeta, one value a feature; only if dy was given.")
    warnings: list[str] = Field(description="Special cases, and numbers that left as null.")


REQUEST_BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": BatchNormQuery.model_json_schema(), "example": EXAMPLE}},
    }
}


EXAMPLES = [
    {
        "curl": [
            "-H 'content-type: application/json'",
            """-d '{"x": [[1, 10], [2, 30], [4, 20]], "gamma": [1, 2], "dy": [[1, 0], [0, 1], [0, 0]]}'""",
        ]
    }
]


@router.post(
    "/batchnorm",
    summary="Batch norm of arrays, forward and backward",
    responses={200: {"model": BatchNormAnswer}},
    openapi_extra=REQUEST_BODY | {"x-examples": EXAMPLES},
)
async def batchnorm(request: Request) -> Response:
    """Normalize `x`; with `dy` also return the exact gradients."""
    return await answered(request, _answer)


def _answer(body: bytes) -> bytes:
    """JSON to JSON; without the event loop, so that a thread can do it."""
    query = read(body, BatchNormQuery)
    with np.errstate(over="ignore", invalid="ignore"):  # reported in the answer instead
        result = _forward(query)
        gradients = None if query.dy is None else backward(numbers(query.dy, "dy"), result)
    arrays = _arrays(result, gradients)
    return to_json({**arrays, **_tracked(query, result), "warnings": _warnings(result, arrays)})


def _tracked(query: BatchNormQuery, result: Forward) -> dict[str, int]:
    asked = query.momentum is None or "num_batches_tracked" in query.model_fields_set
    if not asked or result.running_mean is None:
        return {}
    return {"num_batches_tracked": query.num_batches_tracked + (query.mode == "train")}


def _forward(query: BatchNormQuery) -> Forward:
    options = query.model_dump(exclude={"x", "dy"})
    return forward(numbers(query.x, "x"), **options)


def _arrays(result: Forward, gradients: Gradients | None) -> dict[str, NDArray[Any]]:
    """The answer's arrays by name; those that were not asked for are left out."""
    arrays = {name: getattr(result, name) for name in ("y", "x_hat", "mean", "var", "running_mean", "running_var")}
    if gradients is not None:
        arrays |= {name: getattr(gradients, name) for name in ("dx", "dgamma", "dbeta")}
    return {name: array for name, array in arrays.items() if array is not None}


def _warnings(result: Forward, arrays: dict[str, NDArray[Any]]) -> list[str]:
    flagged = [
        f"Feature{'s' if len(flag.features) > 1 else ''} {', '.join(map(str, flag.features))}: {flag.text}"
        for flag in result.flags
    ]
    return flagged + null_warnings(arrays)
