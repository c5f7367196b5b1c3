"""What a gradient check is asked: a batch or the seed of a probe, and any of the student's tensors."""

import re
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.errors import InvalidQuery
from app.query.control import QueryModel, control
from app.query.layer import Placement
from app.query.sent_layer import EPS_PLACEMENT
from app.web.rules import Schema, given, missing, nested, one_given, where
from bncore.diagnosis import CORRECT, MOST_NUDGED, ORDER, TITLES
from bncore.diagnosis.given.convention import CHECKED
from bncore.diagnosis.given.probe import LARGEST_SEED

BATCH = ("x", "gamma", "beta", "dy", "running_mean", "running_var")
CONVENTION = ("norm", "mode", "forward_variance")
SETTINGS = ("seed", "axes", "eps", "eps_placement", "feature_axis", *CONVENTION, "groups", "axis")
OF_A_BATCH = (*BATCH, "eps", "feature_axis", "groups", "axis")
"""What a probe brings along, so that it is not given beside a seed."""

EXAMPLE: dict[str, Any] = {
    "x": [[1.0, 9.0], [3.0, 11.0], [1.0, 11.0], [3.0, 9.0]],
    "gamma": [1.5, -2.0],
    "beta": [0.5, -0.5],
    "eps": 3.0,
    "eps_placement": "variance",
    "feature_axis": 1,
    "dy": [[1.0, 0.0], [0.0, 2.0], [2.0, 1.0], [-1.0, 0.0]],
    "dx": [[0.75, 0.0], [0.0, -2.0], [1.5, -1.0], [-0.75, 0.0]],
    "dbeta": [2.0, 3.0],
}


TEXT, NULL = {"type": "string"}, {"type": "null"}


def _tensor(words: str, axes: int = 1) -> Any:
    """A tensor with so many axes, or more: nested lists, text, or nothing."""
    return Field(None, description=words, json_schema_extra=nested(axes, TEXT, NULL))


def _of_units(words: str) -> Any:
    """A student's tensor of one value a feature; one number is that of all units, as a sum without an axis gives it."""
    return Field(None, description=words, json_schema_extra=nested(1, TEXT, {"type": "number"}, NULL))


def _rules() -> list[Schema]:
    """What goes together: a batch of one's own or the seed of a probe, and a tensor to check."""
    of_a_probe = {"properties": missing(*BATCH, "groups", "axis")["properties"] | {"eps": False, "feature_axis": False}}
    own = {**given("x", "dy"), "not": {"required": ["axes"]}, "allOf": _rules_of_norms()}
    of_positions = where("norm", ["instance"], "batch", {"properties": {"axes": {"const": 4}}})
    of_rms = where("norm", ["rms"], "batch", {"properties": {"forward_variance": {"const": "biased"}}})
    return [{"if": given("seed"), "then": of_a_probe, "else": own}, one_given(*ORDER), of_positions, of_rms]


def _rules_of_norms() -> list[Schema]:
    """What a batch of another norm brings along, and what inference needs."""
    others = [norm for norm in CHECKED if norm != "batch"]
    running, inference = ("running_mean", "running_var"), {"properties": {"mode": {"const": "inference"}}}
    of_batch = {"if": {**inference, "required": ["mode"]}, "then": given(*running)}
    biased = {
        "if": {**inference, "required": ["mode"]},
        "then": {"properties": {"forward_variance": {"const": "biased"}}},
    }
    return [
        where("norm", others, "batch", missing(*running)),
        where("norm", ["batch"], "batch", {"allOf": [of_batch, biased]}),
        where("norm", ["group"], "batch", given("groups")),
        where("norm", [norm for norm in CHECKED if norm != "group"], "batch", missing("groups")),
        where("norm", [norm for norm in CHECKED if norm not in ("layer", "rms")], "batch", missing("axis")),
        where("norm", ["rms"], "batch", missing("beta")),
    ]


class ProbeQuery(QueryModel):
    """Which probe."""

    seed: int = control(
        0, "The same seed gives the same probe, everywhere.", title="Seed", group="probe", kind="seed", step=1,
        ge=0, le=LARGEST_SEED,
    )  # fmt: skip
    axes: Literal["2", "4"] = control(
        "2", "2 gives a batch (examples, features), 4 one of images (N, C, H, W).", title="Axes", group="probe",
        kind="select",
    )  # fmt: skip
    eps_placement: Literal["variance", "deviation"] = control(
        "variance", "Where epsilon sits: `variance`, as in frameworks, or `deviation`, as in the lecture.",
        title="Place of ε", group="probe", kind="select",
    )  # fmt: skip
    norm: Literal[CHECKED] = control(  # type: ignore[valid-type]
        "batch", "The norm whose gradient it is; of another norm the probe has a shape of its own.", title="Norm",
        group="probe", kind="select",
    )  # fmt: skip
    mode: Literal["train", "inference"] = control(
        "train", "`train`: statistics of the batch, which move with x. `inference`: the running ones, constants (batch "
        "norm; the others do the same in both).", title="Mode", group="probe", kind="select",
    )  # fmt: skip
    forward_variance: Literal["biased", "unbiased"] = control(
        "biased", "What the forward pass means to normalize by: the variance divided by K, or by K - 1 (Bessel).",
        title="Variance of the forward pass", group="probe", kind="select",
    )  # fmt: skip

    @property
    def probe_axes(self) -> int:
        """Instance norm has no probe without positions."""
        return 4 if self.norm == "instance" else int(self.axes)

    @property
    def convention(self) -> dict[str, str]:
        """What `probe` takes of it."""
        return {name: getattr(self, name) for name in CONVENTION}


class ProbeFileQuery(ProbeQuery):
    """A probe, and how it is written."""

    format: Literal["json", "npz", "python"] = control(
        "json", "JSON, an NPZ file of its arrays, or lines of Python that make them.", title="Format", group="probe",
        kind="select",
    )  # fmt: skip


class ExampleQuery(ProbeQuery):
    """Which probe, and which mistake to make on it."""

    mistake: str = control(
        "variance_path_missing", "The `id` of a diagnosis.", title="Mistake", group="example", kind="text",
        form="|".join(re.escape(name) for name in TITLES if name != CORRECT), max_length=60,
    )  # fmt: skip


class GradientCheckQuery(BaseModel):
    """A batch, or the seed of a probe, and any of the student's tensors."""

    model_config = ConfigDict(
        strict=True, extra="forbid", json_schema_extra={"example": EXAMPLE, "allOf": list[Any](_rules())}
    )

    seed: int | None = Field(
        None, ge=0, le=LARGEST_SEED, description="Check against the probe of this seed; then leave the batch out."
    )
    axes: Literal[2, 4] = Field(
        2, description="The probe's number of axes; only with `seed`. That of instance norm has 4, also if left out."
    )
    norm: Literal[CHECKED] = Field(  # type: ignore[valid-type]
        "batch", description="The norm whose gradient it is, of the probe or of your batch."
    )
    mode: Literal["train", "inference"] = Field(
        "train",
        description="`train`: the statistics are those of x. `inference`: batch norm by running_mean and running_var, "
        "which are constants, as in a frozen layer; the other norms do the same in both modes.",
    )
    forward_variance: Literal["biased", "unbiased"] = Field(
        "biased",
        description="What the forward pass means to normalize by: the variance divided by K, or by K - 1 (Bessel).",
    )
    groups: int | None = Field(
        None, ge=1, description="Group norm's groups, a divisor of the channels; needed there beside a batch."
    )
    axis: int | None = Field(None, description="First axis that layer and RMS norm take of your batch; null is 1.")
    x: Any = _tensor(
        "The batch: two or more axes, as nested lists, or as text as NumPy prints it, CSV or a spreadsheet.", 2
    )
    gamma: Any = _tensor("Scale, one value a feature; null is 1.")
    beta: Any = _tensor("Shift, one value a feature; null is 0.")
    eps: float = Field(1e-5, ge=0, allow_inf_nan=False, description="Epsilon of the forward pass.")
    eps_placement: Placement = EPS_PLACEMENT
    feature_axis: int = Field(1, description="The axis of the features; statistics are taken over all others.")
    dy: Any = _tensor("dL/dy, in the shape of x.", 2)
    running_mean: Any = _tensor("Running mean, one value a feature, to recognize that it was used.")
    running_var: Any = _tensor("Running variance, one value a feature, to recognize that it was used.")
    dx: Any = _tensor("The student's dL/dx, in the shape of x.", 2)
    dgamma: Any = _of_units("The student's dL/dgamma, one value a feature.")
    dbeta: Any = _of_units("The student's dL/dbeta, one value a feature.")
    dx_hat: Any = _tensor("The student's dL/dx_hat, in the shape of x.", 2)
    dvar: Any = _of_units("The student's dL/dvar, one value a feature.")
    dsigma: Any = _of_units("The student's dL/ds, s the denominator, one value a feature.")
    dmean: Any = _of_units("The student's dL/dmean, one value a feature.")
    details: bool = Field(False, description="Add figures, and what the batch is, in words.")
    numeric: bool = Field(
        False, description=f"Add gradients by central differences; for an x of at most {MOST_NUDGED} numbers."
    )


def only_the_seed(query: GradientCheckQuery) -> None:
    """Raises InvalidQuery for what would be ignored: parts of a batch beside a seed, the probe's axes without one."""
    given = [name for name in query.model_fields_set if getattr(query, name) is not None]
    extra = next((name for name in OF_A_BATCH if name in given), None)
    if query.seed is not None and extra:
        detail = (
            f"{extra} is given with a seed: is the batch the probe of the seed, with its own {extra}, or is it "
            "yours? Leave one of them out."
        )
        raise InvalidQuery(detail, field=extra, allowed="nothing, if seed is given")
    if query.seed is not None and query.norm == "instance" and "axes" in given and query.axes != 4:
        detail = "axes is 2, and instance norm takes its statistics over positions, which that probe does not have."
        raise InvalidQuery(detail, field="axes", allowed="4")
    if query.seed is None and "axes" in given:
        detail = "axes is given without a seed: it says which probe; a batch of your own has the axes that x has."
        raise InvalidQuery(detail, field="axes", allowed="nothing, if seed is not given")


def arrays_of(norm: str) -> tuple[str, ...]:
    """The arrays of a batch that a norm takes."""
    others = () if norm == "batch" else ("running_mean", "running_var", *(("beta",) if norm == "rms" else ()))
    return tuple(name for name in BATCH if name not in others)


def settings_of(norm: str) -> tuple[str, ...]:
    """The settings that a norm has for itself."""
    return {"group": ("groups",), "layer": ("axis",), "rms": ("axis",)}.get(norm, ())
