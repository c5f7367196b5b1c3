"""What a gradient check answers: the report, in the form in which it leaves, and what a page shows beside it."""

from collections.abc import Mapping
from typing import Any, Literal

from numpy.typing import NDArray
from pydantic import BaseModel, Field

from app.figures.numbers import counted, stated, typeset
from app.views.gradient_check.figures import Given, figures
from app.web.pages.formulas import math
from bncore.diagnosis import (
    MISTAKES,
    Case,
    Diagnosis,
    Printed,
    Report,
    agreement,
    as_code,
    factors_in_words,
    faults,
    headline,
    placed,
    text,
)
from bncore.diagnosis.mistakes.triple import NAMES

Tensors = Mapping[str, NDArray[Any] | Printed | None]

TEXT = f"""dx is wrong. {MISTAKES["statistics_constant"].title}.

dbeta   exact
dx      wrong   off by up to 0.938, 88.2 % of its largest number

dx: {MISTAKES["statistics_constant"].title}
  {MISTAKES["statistics_constant"].explanation}
  Look at: {as_code(MISTAKES["statistics_constant"].look_at)}

the whole gradient: as it should be
the path through the mean: missing
the path through the variance: missing"""
ANSWER_EXAMPLE: dict[str, Any] = {
    "correct": False,
    "headline": "dx is wrong. Mean and variance are treated as constants.",
    "first_wrong": "dx",
    "tensors": {
        "dbeta": {"verdict": "exact", "max_abs_error": 0.0, "max_rel_error": 0.0},
        "dx": {"verdict": "wrong", "max_abs_error": 0.9375, "max_rel_error": 0.882},
    },
    "diagnoses": [
        {
            "id": "statistics_constant",
            "tensor": "dx",
            "title": MISTAKES["statistics_constant"].title,
            "explanation": MISTAKES["statistics_constant"].explanation,
            "look_at": placed(MISTAKES["statistics_constant"].look_at, "variance"),
            "look_at_math": str(math(placed(MISTAKES["statistics_constant"].look_at, "variance"))),
            "residual": 0.0,
            "parts": ["statistics_constant"],
            "agreement": "Your dx is what this mistake gives, up to rounding.",
        }
    ],
    "faults": [
        {
            "id": "statistics_constant",
            "tensors": ["dx"],
            "sentence": "dx: mean and variance are treated as constants.",
            "lines": [as_code(MISTAKES["statistics_constant"].look_at)],
            "alternatives": 1,
        }
    ],
    "refused": {},
    "coefficients": {
        "per_unit": {"overall": [1.0, 1.0], "mean_path": [0.0, 0.0], "variance_path": [0.0, 0.0]},
        "pooled": {"overall": 1.0, "mean_path": 0.0, "variance_path": 0.0},
        "words": {"overall": "as it should be", "mean_path": "missing", "variance_path": "missing"},
        "residual_per_unit": 0.0,
        "residual_pooled": 0.0,
    },
    "reasons": [],
    "warnings": [],
    "text": TEXT,
}


class TensorAnswer(BaseModel):
    verdict: Literal["exact", "close", "wrong", "open"] = Field(
        description="Up to 1e-9, or what rounding and digits explain, exact; up to 1e-4 close; above wrong. Where "
        "rounding and digits explain more than 1e-4 it is close, with a warning; open where its errors look like the "
        "rounding of numeric differences, or of a computation in half precision, and no mistake explains them."
    )
    max_abs_error: float = Field(description="The largest difference from the correct tensor.")
    max_rel_error: float | None = Field(
        description="The same relative to the tensor's largest magnitude; null if that is 0."
    )


class DiagnosisAnswer(BaseModel):
    id: str = Field(
        description="The mistake's name, or two with a + between; `unnamed` if only its factors are known, `placed` if "
        "it is wrong in some places alone, `zeroed` if it is 0 there."
    )
    parts: list[str] = Field(description="The names of which `id` is made.")
    tensor: str = Field(description="The tensor that it explains; several for one tensor cannot be told apart here.")
    title: str = Field(description="The mistake in a few words.")
    explanation: str = Field(description="Two sentences for the student.")
    look_at: str = Field(description="The line of algebra to look at, as LaTeX.")
    look_at_math: str = Field(description="The same as MathML.")
    residual: float = Field(description="How far the given tensor is from what the mistake gives, relative.")
    agreement: str = Field(description="The same in a sentence.")


class FaultAnswer(BaseModel):
    id: str = Field(description="The diagnosis' name.")
    tensors: list[str] = Field(description="The tensors in which it shows.")
    sentence: str = Field(description="What is wrong, in one sentence, also where two mistakes were made at once.")
    lines: list[str] = Field(description="The lines of NumPy to look at, as they should be.")
    alternatives: int = Field(description="How many explain the same tensor, so that it may be any of them; 1: this.")


class Factors(BaseModel):
    overall: Any = Field(description="p, the factor of the whole gradient; null where the data do not tell.")
    mean_path: Any = Field(description="a, the factor of the path through the mean.")
    variance_path: Any = Field(description="c, the factor of the path through the variance.")


class Coefficients(BaseModel):
    """dx = p (gamma/s) [ g - a <g> - c c0 x_hat <g x_hat> ]."""

    per_unit: Factors
    pooled: Factors
    words: Factors
    residual_per_unit: float
    residual_pooled: float


class GradientCheckAnswer(BaseModel):
    """`correct` is true if nothing is wrong; what is close is named in `warnings`."""

    correct: bool | None = Field(
        description="Whether no tensor is wrong; false also if one could not be compared, null if none is wrong, but "
        "rounding leaves one open."
    )
    headline: str = Field(description="What was found, in at most twenty words.")
    tensors: dict[str, TensorAnswer] = Field(description="The verdict on each given tensor that can be compared.")
    refused: dict[str, str] = Field(description="Why the others cannot: their shape, or what they hold.")
    first_wrong: str | None = Field(description="The first wrong tensor in the order of a backward pass.")
    diagnoses: list[DiagnosisAnswer] = Field(description="What explains the wrong tensors, best first.")
    faults: list[FaultAnswer] = Field(description="The same, each mistake once with its line of code.")
    coefficients: Coefficients | None = Field(description="The factors of dx; null without it or with K below 4.")
    reasons: list[str] = Field(description="Names of what keeps these data from telling more.")
    warnings: list[str] = Field(description="What the data cannot show or tell apart, and why, in sentences.")
    text: str = Field(description="All of it as plain text, for a notebook.")


def answer_of(report: Report) -> dict[str, Any]:
    """The answer's fields; factors that the data do not tell are null."""
    verdicts = {
        name: {key: getattr(verdict, key) for key in TensorAnswer.model_fields}
        for name, verdict in report.tensors.items()
    }
    diagnoses = [_diagnosis(diagnosis, report.eps_placement) for diagnosis in report.diagnoses]
    plain = {name: getattr(report, name) for name in ("correct", "first_wrong", "reasons")}
    warnings = [typeset(warning) for warning in report.warnings]
    told = {"headline": headline(report), "text": text(report), "warnings": warnings}
    judged = {"tensors": verdicts, "refused": report.refused, "diagnoses": diagnoses}
    judged |= {"faults": [vars(fault) for fault in faults(report)]}
    return plain | told | judged | {"coefficients": _coefficients(report)}


def _diagnosis(diagnosis: Diagnosis, eps_placement: str) -> dict[str, Any]:
    line = placed(diagnosis.look_at, eps_placement)
    told = {"look_at": line, "look_at_math": str(math(line)), "agreement": typeset(agreement(diagnosis))}
    return vars(diagnosis) | told


def details_of(case: Case, report: Report, answers: Tensors) -> dict[str, Any]:
    """What the page shows beside the answer: the figures, and what the batch is."""
    return {"figures": figures(Given(case, report, answers.get("dx"))), "batch": batch_text(case)}


def batch_text(case: Case) -> str:
    """The batch and the convention in force, in one line."""
    shape = " × ".join(map(str, case.shape))
    if case.convention.norm != "batch":
        return _norm_text(case, shape)
    s = "√(σ² + ε)" if case.eps_placement == "variance" else "σ + ε"
    others = " · ".join(map(str, case.moved[:-1]))
    count = f"{case.count} examples" if len(case.shape) == 2 else f"{others} = {case.count} numbers"
    said = f"{shape}, K = {count} a unit, {counted(case.units, 'unit')}, s = {s} with ε = {stated(case.eps)}"
    return " · ".join(part for part in (said, case.convention.words) if part)


def _norm_text(case: Case, shape: str) -> str:
    s = ("√(σ² + ε)" if case.convention.centred else "√(⟨x²⟩ + ε)") if case.eps_placement == "variance" else "σ + ε"
    many = f"K = {case.count} numbers a statistic, {counted(case.units, 'statistic')}"
    return f"{case.convention.words} · {shape}, {many}, s = {s} with ε = {stated(case.eps)}"


def _coefficients(report: Report) -> dict[str, Any] | None:
    factors = report.coefficients
    if factors is None:
        return None
    pooled = [float(value) for value in factors.pooled]
    return {
        "per_unit": dict(zip(NAMES, factors.per_unit.tolist(), strict=True)),
        "pooled": dict(zip(NAMES, pooled, strict=True)),
        "words": factors_in_words(report),
        "residual_per_unit": factors.residual_per_unit,
        "residual_pooled": factors.residual_pooled,
    }
