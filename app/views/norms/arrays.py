"""`POST /norms`: arrays in JSON through any of the norms, and back."""

from typing import Any, Literal

import numpy as np
from fastapi import APIRouter, Request, Response
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from app.query.layer import Placement
from app.query.sent_layer import EPS, EPS_PLACEMENT, MOMENTUM, RUNNING_VARIANCE, TRACKED
from app.web.answers import to_json
from app.web.arrays import NESTED, NESTED_OR_NULL, NULL, null_warnings, numbers, read
from app.web.posted import answered
from app.web.rules import Schema, given, missing, nested, per_feature, together, where
from bncore import norms
from bncore.norms import NORMS, NormGradients, Remark
from bncore.norms.table import SETTINGS

router = APIRouter(tags=["norms"])

NUMBERS_LISTED = 12  # statistics that a warning names

EXAMPLE: dict[str, Any] = {
    "x": [[1.0, 3.0, 10.0, 30.0], [2.0, 2.5, 7.0, -7.0]],
    "norm": "group",
    "gamma": [1.0, 1.0, 2.0, 2.0],
    "beta": [0.0, 0.0, 0.5, 0.5],
    "eps": 1e-5,
    "eps_placement": "variance",
    "groups": 2,
    "mode": "train",
    "momentum": 0.1,
    "running_variance": "unbiased",
    "running_average": "variance",
    "dy": [[1.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 1.0]],
    "dtype": "float64",
}


RUNNING = ("running_mean", "running_var")
DEFAULT = "batch"
AT_LEAST_ONE: Schema = {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "null"}]}


X_OF_CHANNELS: Schema = {"properties": {"x": NESTED}}


def _rules() -> list[Schema]:
    """Which norm takes what beside the array, from the table of norms."""
    examples = where("norm", [norm for norm, row in NORMS.items() if row.per_channel], DEFAULT, X_OF_CHANNELS)
    no_channels = where(
        "norm", [norm for norm, row in NORMS.items() if not row.per_channel], DEFAULT, missing("feature_axis")
    )
    rules = [together(*RUNNING), examples, no_channels]
    for name, setting in SETTINGS.items():
        rules.append(
            where("norm", [norm for norm, row in NORMS.items() if name not in row.settings], DEFAULT, missing(name))
        )
        if setting.default is None:
            needs = where("norm", [norm for norm, row in NORMS.items() if name in row.settings], DEFAULT, given(name))
            rules.append(needs if setting.inference else where("mode", ["train"], "train", needs))
    keep = [norm for norm, row in NORMS.items() if row.running]
    rules.append(where("norm", [norm for norm in NORMS if norm not in keep], DEFAULT, missing(*RUNNING)))
    rules.append(where("norm", [norm for norm, row in NORMS.items() if row.corrected], DEFAULT, given(*RUNNING)))
    rules.append(where("norm", keep, DEFAULT, where("mode", ["inference"], "train", given(*RUNNING))))
    rules.append(
        where("norm", [norm for norm, row in NORMS.items() if "beta" not in row.learned], DEFAULT, missing("beta"))
    )
    return rules


class NormsBody(BaseModel):
    """An array and how to normalize it."""

    model_config = ConfigDict(
        strict=True, extra="forbid", json_schema_extra={"example": EXAMPLE, "allOf": list[Any](_rules())}
    )

    x: Any = Field(
        description="The array: nested lists of numbers, (N, C), (N, C, L), (N, C, H, W) or of more axes; for layer "
        "and RMS norm one axis will do.",
        json_schema_extra=nested(1),
    )
    norm: Literal[tuple(NORMS)] = Field(  # type: ignore[valid-type]
        "batch", description="The norm; `GET /catalog` says which cells of x share a statistic, and what is learned."
    )
    gamma: Any = Field(
        None, description="Scale, one value a channel; for layer and RMS norm x.shape[axis:]. null is 1.",
        json_schema_extra=nested(1, NULL),
    )  # fmt: skip
    beta: Any = Field(
        None, description="Shift in the shape of gamma; null is 0. RMS norm has none.",
        json_schema_extra=nested(1, NULL),
    )  # fmt: skip
    eps: float = EPS
    eps_placement: Placement = EPS_PLACEMENT
    groups: int | None = Field(
        None,
        json_schema_extra=AT_LEAST_ONE,
        description="Group norm's groups, a divisor of C; needed there, refused elsewhere.",
    )
    ghost_size: int | None = Field(
        None,
        json_schema_extra=AT_LEAST_ONE,
        description="Examples a ghost batch, up to N, the last one takes what is left; needed by ghost batch "
        "norm in training, refused by other "
        "norms. Inference has no ghost batches: there it has no effect.",
    )
    axis: int | None = Field(
        None,
        description="First axis that layer and RMS norm take, as in ONNX, from 0; null is 1, all but the examples. Of "
        "an x of one axis it is 0.",
    )
    feature_axis: int | None = Field(
        None,
        description="The axis of the channels, -1 where they are last; null is 1. Examples are on the first of the "
        "other axes. Layer and RMS norm take all axes from `axis` on, whichever holds the channels: it "
        "is refused there.",
    )
    r_max: float | None = Field(
        None, ge=1, allow_inf_nan=False,
        description="Largest r of batch renormalization; null is 3. Inference has no r and d.",
    )  # fmt: skip
    d_max: float | None = Field(
        None, ge=0, allow_inf_nan=False,
        description="Largest |d| of batch renormalization; null is 5. Inference has no r and d.",
    )  # fmt: skip
    mode: Literal["train", "inference"] = Field(
        "train",
        description="`train` normalizes by the statistics of x. `inference` normalizes by the running ones for batch "
        "norm, ghost batch norm and batch renormalization, which then do the same, and dx treats them as constants; "
        "layer, instance, group and RMS norm keep none and compute the same in both modes.",
    )
    running_mean: list[float] | None = Field(
        None,
        description="Running mean, one value a channel: for batch, ghost batch norm and batch renormalization; needed "
        "by the last, and by all three in inference.",
        json_schema_extra=per_feature(),
    )
    running_var: list[float] | None = Field(
        None, description="Running variance, one value a channel, 0 or larger.", json_schema_extra=per_feature(lowest=0)
    )
    momentum: float | None = MOMENTUM
    num_batches_tracked: int = TRACKED
    running_variance: Literal["unbiased", "biased"] = RUNNING_VARIANCE
    running_average: Literal["variance", "deviation"] = Field(
        "variance",
        description="What the momentum averages: `variance`, as batch norm and the frameworks do; `deviation` averages "
        "the denominator s, and running_var becomes the variance that has it. Batch renormalization (Ioffe 2017) and "
        "ghost batch norm (Hoffer et al. 2017) as published are `deviation` with running_variance `biased`.",
    )
    dy: Any = Field(
        None, description="dL/dy in the shape of x; with it the answer holds dx, dgamma and dbeta.",
        json_schema_extra=NESTED_OR_NULL,
    )  # fmt: skip
    dtype: Literal["float16", "float32", "float64"] = Field(
        "float64", description="What x is rounded to first; y, x_hat and dx come back in it. Computing is in float64."
    )


class NormsArraysAnswer(BaseModel):
    """Numbers that are not finite are null, and `warnings` says where and why."""

    norm: str = Field(description="The norm.")
    y: list[Any] = Field(description="gamma x_hat + beta, in the shape of x.")
    x_hat: list[Any] = Field(description="The normalized array, in the shape of x.")
    mean: list[Any] | None = Field(
        None, description="What x was centred by, in the statistics' shape; not of RMS norm."
    )
    var: list[Any] = Field(
        description="Biased variance in the statistics' shape; of RMS norm the mean square, of running statistics the "
        "running variance."
    )
    count: int = Field(
        description="Cells that share a statistic; of a smaller last ghost batch fewer than the others'."
    )
    r: list[float] | None = Field(None, description="Batch renormalization's r in training, one value a channel.")
    d: list[float] | None = Field(None, description="Batch renormalization's d in training, one value a channel.")
    running_mean: list[float] | None = Field(
        None, description="Updated, in inference as given; only if the running statistics were given."
    )
    running_var: list[float] | None = Field(
        None, description="Updated, in inference as given; only if the running statistics were given."
    )
    num_batches_tracked: int | None = Field(
        None, description="Batches that the running statistics have seen now; only if momentum is null or it was given."
    )
    dx: list[Any] | None = Field(None, description="dL/dx, in the shape of x; only if dy was given.")
    dgamma: list[Any] | None = Field(None, description="dL/dgamma, in the shape of gamma; only if dy was given.")
    dbeta: list[Any] | None = Field(None, description="dL/dbeta, in the shape of beta; only if dy was given.")
    warnings: list[str] = Field(description="Special cases, and numbers that left as null.")


REQUEST_BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": NormsBody.model_json_schema(), "example": EXAMPLE}},
    }
}
EXAMPLES = [
    {
        "curl": [
            "-H 'content-type: application/json'",
            """-d '{"x": [[1, 3, 10, 30]], "norm": "group", "groups": 2, "dy": [[1, 0, 0, 0]]}'""",
        ]
    }
]


@router.post(
    "/norms",
    summary="Layer, instance, group, RMS and other norms of arrays, forward and backward",
    responses={200: {"model": NormsArraysAnswer}},
    openapi_extra=REQUEST_BODY | {"x-examples": EXAMPLES},
)
async def norms_of_arrays(request: Request) -> Response:
    """Normalize `x` by a norm of the table; with `dy` also return the exact gradients."""
    return await answered(request, _answer)


def _answer(body: bytes) -> bytes:
    """JSON to JSON; without the event loop, so that a thread can do it."""
    query = read(body, NormsBody)
    given: dict[str, Any] = {
        name: numbers(values, name) for name in ("gamma", "beta") if (values := getattr(query, name)) is not None
    }
    options = query.model_dump(exclude={"x", "dy", "gamma", "beta"})
    with np.errstate(over="ignore", invalid="ignore"):  # reported in the answer instead
        result = norms.forward(numbers(query.x, "x"), **given, **options)
        gradients = None if query.dy is None else norms.backward(numbers(query.dy, "dy"), result)
    arrays = _arrays(result, gradients)
    remarked = [_remarked(remark) for remark in result.remarks]
    answer = {
        "norm": result.norm,
        **arrays,
        "count": result.count,
        **_tracked(query, result),
        "warnings": remarked + null_warnings(arrays),
    }
    return to_json(answer)


def _tracked(query: NormsBody, result: norms.Normed) -> dict[str, int]:
    asked = query.momentum is None or "num_batches_tracked" in query.model_fields_set
    return {"num_batches_tracked": result.num_batches_tracked} if asked and result.running_mean is not None else {}


def _arrays(result: norms.Normed, gradients: NormGradients | None) -> dict[str, NDArray[Any]]:
    """The answer's arrays by name; those that there are not are left out."""
    names = ("y", "x_hat", "mean", "var", "r", "d", "running_mean", "running_var")
    arrays = {name: getattr(result, name) for name in names}
    if gradients is not None:
        arrays |= {name: getattr(gradients, name) for name in ("dx", "dgamma", "dbeta")}
    return {name: array for name, array in arrays.items() if array is not None}


def _remarked(remark: Remark) -> str:
    if len(remark.statistics) == 1:
        return f"Statistic {remark.statistics[0]} (counted from 0): {remark.text}"
    listed = ", ".join(map(str, remark.statistics[:NUMBERS_LISTED]))
    more = ", …" if len(remark.statistics) > NUMBERS_LISTED else ""
    return f"Statistics {listed}{more}: {remark.text}"
