"""The playground in words: the batch, what was measured, the conventions in force. Every number is the result's own."""

from collections.abc import Sequence

from app.figures.numbers import counted, stated, three
from bncore.findings.findings import Finding
from bncore.findings.held import MOST_ERRORS
from bncore.playground.chain import Playground

ROWS = {
    "constant": "always {value}", "single_example": "{value}", "gamma_near_zero": "γ = {value}",
    "saturated": "{percent} saturated", "running_mean_off": "{value} standard errors",
    "running_var_off": "{value} standard errors", "mode_gap": "{value} |γ|",
    "statistics_noise": "standard error {value}",
}  # fmt: skip


MANY = 1e4
"""From so many wholes on, their percent are said in three digits."""


def measured(finding: Finding, value: float) -> str:
    """What was measured of one feature, in the frameworks' notation."""
    counted_up = finding.measure == "standard errors" and value >= MOST_ERRORS
    return ("over " if counted_up else "") + ROWS.get(finding.id, "{measure} {value}").format(
        measure=finding.measure, value=three(value), percent=percent(value)
    )


def percent(share: float) -> str:
    """A share in whole percent; 100 only where it is all. Of many wholes the size is said.

    >>> percent(0.999), percent(1.25), percent(1e9), percent(float("inf"))
    ('99 %', '125 %', '1e11 %', '∞ %')
    """
    if share >= MANY:
        return f"{three(100.0 * share)} %"
    return f"{round(100.0 * share) if share >= 1.0 else min(round(100.0 * share), 99)} %"


def conventions(
    result: Playground, running_variance: str, momentum: float | None, steps: int, *, own: str
) -> list[str]:
    """The conventions in force, a sentence each; `own` says how running statistics were made that are no batches'."""
    layer = result.layer
    where = {
        "variance": "ε is added to the variance, √(σ²+ε), as in Ioffe & Szegedy 2015 and the frameworks",
        "deviation": "ε is added to the deviation, σ+ε, as in the lecture",
    }
    weighed = "all batches weighed alike" if momentum is None else f"new batch weighed {stated(momentum)}"
    made = own or f"of {counted(steps, 'batch', 'batches')} ({running_variance} variance, {weighed})"
    by = {
        "train": f"normalized by this batch's mean and biased variance (divided by {_divisor(result)})",
        "inference": f"normalized by the running statistics {made}",
    }
    return [f"{where[layer.eps_placement]}; ε = {stated(layer.eps)}", by[layer.mode]]


def _divisor(result: Playground) -> str:
    """How many numbers a mean is over: examples, or examples times positions."""
    if result.positions == 1:
        return f"N = {result.examples:,}"
    numbers = result.examples * result.positions
    return f"{numbers:,}: N = {counted(result.examples, 'example')} × {counted(result.positions, 'position')}"


def batch_text(
    title: str, examples: int, total: int | None, features: int, positions: int, warnings: Sequence[str]
) -> str:
    """What the batch is: its source, how many examples of how many, how many features."""
    of = f" of {total:,}" if total is not None and total != examples else ""
    where = f" at {counted(positions, 'position')}" if positions > 1 else ""
    nouns = ("feature (a channel)", "features (channels)") if positions > 1 else ("feature", "features")
    noun = counted(features, *nouns)
    dropped = " (see the notes)" if warnings else ""
    drawn = f"{examples:,}{of} examples" if of else counted(examples, "example")
    return f"{title}: {drawn} × {noun}{where}{dropped}"
