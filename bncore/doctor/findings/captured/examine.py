"""All that a capture tells of its norms, worst first."""

from collections.abc import Callable, Iterator

import numpy as np

from bncore.doctor.capture import Capture, Watched
from bncore.doctor.findings.captured.averages import folding_rounds, variance_between
from bncore.doctor.findings.captured.channels import constant_input, input_not_finite, no_gradient
from bncore.doctor.findings.captured.modes import frozen, mode_gap
from bncore.doctor.findings.captured.noise import noisy_statistics
from bncore.doctor.findings.captured.precision import low_precision
from bncore.doctor.findings.captured.steps import Steps, steps_of
from bncore.doctor.findings.captured.tails import heavy_tails
from bncore.doctor.findings.finding import Finding, finding, worst_first
from bncore.doctor.findings.kinds import KINDS
from bncore.doctor.findings.weights.examine import examine
from bncore.doctor.model import Array, Model, Norm
from bncore.errors import VarianceOverflow

RULES: tuple[Callable[[Steps], Iterator[Finding]], ...] = (
    frozen, constant_input, heavy_tails, low_precision, variance_between, folding_rounds, noisy_statistics,
)  # fmt: skip
"""What is asked of each batch norm beside the gap; `kinds/captured.py` says when and why."""


def examine_capture(model: Model | None, capture: Capture) -> tuple[Finding, ...]:
    """What is wrong with each norm that was watched.

    With a model it is what the capture alone tells, to stand beside `examine(model)`; without one the arrays that the
    capture has of its norms are examined, too. Numbers that are not finite are told, never raised.
    """
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        of_arrays = examine(_as_model(capture)) if model is None else tuple(_other_weights(model, capture))
        return worst_first((*of_arrays, *_of(capture)))


def _of(capture: Capture) -> Iterator[Finding]:
    level = KINDS["statistics_off"].threshold / max(len(capture.norms), 1)
    for watched in capture.norms:
        yield from input_not_finite(watched)
        yield from no_gradient(watched)
        yield from _of_steps(watched, level)


def _of_steps(watched: Watched, level: float) -> Iterator[Finding]:
    steps = steps_of(watched)
    if steps is None or not steps.sound.any():
        return
    try:
        _ = steps.exact
    except VarianceOverflow:
        yield finding(
            steps.name, "input_not_finite", (), {},
            "the variance of what comes in is beyond float64 over all steps together, and no more is told of it.",
        )  # fmt: skip
        return
    yield from mode_gap(steps, level)
    for rule in RULES:
        yield from rule(steps)


def _as_model(capture: Capture) -> Model:
    """The captured norms as a model without any other tensor."""
    return Model("capture", tuple(watched.norm for watched in capture.norms), {}, _nothing)


def _nothing(name: str) -> Array:
    raise KeyError(name)


def _other_weights(model: Model, capture: Capture) -> Iterator[Finding]:
    """Whether the capture is of this model, by the γ and β of the norms that both have."""
    by_name = {norm.name: norm for norm in model.norms}
    both = [(watched.norm, by_name[watched.norm.name]) for watched in capture.norms if watched.norm.name in by_name]
    other = sum(not _same(captured, norm) for captured, norm in both)
    if 2 * other > len(both):
        yield finding(
            "", "other_weights", (), {"norms": other, "of": len(both)},
            f"γ or β of {other:,} of the {len(both):,} norms that both have are not the capture's: it was taken at "
            "other weights.",
        )  # fmt: skip


def _same(captured: Norm, norm: Norm) -> bool:
    pairs = ((captured.gamma, norm.gamma), (captured.beta, norm.beta))
    return all(a is None or b is None or np.array_equal(a, b, equal_nan=True) for a, b in pairs)
