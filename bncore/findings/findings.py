"""What an engineer wants to be told about a batch norm layer, measured on one batch."""

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

import numpy as np
from numpy.typing import NDArray

from bncore.activations import ACTIVATIONS
from bncore.distributions.summary import Floats, Summary
from bncore.epsilon import EPS_PLACEMENTS, reciprocal
from bncore.findings.held import LEVEL, hold_mean, hold_var, variance_allowed
from bncore.findings.sampling_law import TELLING, SamplingLaw, sampling_law
from bncore.findings.saturation import mostly_saturated
from bncore.playground.chain import NormLayer, Playground

NEAR_ZERO_GAMMA = 0.01
NOTABLE_GAP = 0.1
FEW = 16  # of fewer examples all may be alike by chance: half a ReLU's are 0, of 16 all once in 65,536 times


@dataclass(frozen=True)
class Finding:
    """One thing found: what it is, what follows from it, and the features it holds for with the measured value of each.

    The features stand worst first. `severity` is "warning" or "note"; `measure` says what the values are.
    """

    id: str
    severity: str
    title: str
    explanation: str
    measure: str
    features: tuple[int, ...]
    values: tuple[float, ...]


@np.errstate(over="ignore", invalid="ignore")
def findings(
    shown: Playground,
    running_mean: NDArray[np.floating] | None = None,
    running_var: NDArray[np.floating] | None = None,
    *,
    whole: bool = False,
) -> list[Finding]:
    """All findings on a playground's result, warnings first; each of the running statistics is held against the batch.

    `whole` says that the batch is all that there is to draw from, so that no other one strays from it.
    How a sound layer's statistics stray is `bncore.sampling_law`'s, what is beyond that is `bncore.held`'s.
    """
    x = shown.stages["x"].values
    law = sampling_law(x, shown.positions)
    resolution = max(_resolution(values) for values in (x, running_mean, running_var) if values is not None)
    mean, var = (None if values is None else values.astype(np.float64) for values in (running_mean, running_var))
    told = [*_of_the_layer(shown), *_of_running_statistics(shown, law, mean, var, resolution)]
    if shown.examples > 1:
        told.append(_noise_finding(law, shown.stages["x"].summary, whole))
    return sorted(told, key=lambda finding: finding.severity != "warning")


def _resolution(values: NDArray[np.floating]) -> float:
    return float(np.finfo(values.dtype).eps)


def _of_the_layer(shown: Playground) -> Iterator[Finding]:
    layer, x = shown.layer, shown.stages["x"].summary
    name, measured = ("variance", x.sd**2) if layer.eps_placement == "variance" else ("deviation", x.sd)
    constant = x.low == x.high
    few = f"{shown.examples} {'examples' if shown.examples > 1 else 'example'}"
    perhaps = f" With {few} this can be chance." if shown.examples < FEW else ""
    if shown.examples * shown.positions > 1:
        yield from _where(
            constant, x.mean, "constant", "warning", "Constant in this batch",
            "Every example has the same value: in training x̂ is 0 and y is β, and only ε stands below the gradient."
            + perhaps, "value", badness=np.zeros_like(x.mean),
        )  # fmt: skip
    elif layer.mode == "train":
        yield from _where(
            constant, x.mean, "single_example", "warning", "One example cannot be normalized",
            "The mean is the example itself: x̂ is 0 and y is β whatever x is, and no gradient reaches x. Use two or "
            "more examples, or inference.", "value", badness=np.zeros_like(x.mean),
        )  # fmt: skip
    yield from _where(
        (measured <= layer.eps) & ~constant, measured, "variance_below_eps", "warning",
        f"The {name} is at or below ε",
        f"Here ε, not the data, decides the scale of x̂: its deviation stays well below 1.{perhaps}", name,
        badness=-measured,
    )  # fmt: skip
    gamma = shown.forward.gamma
    given = not isinstance(layer.gamma, str)  # one that undoes the normalization is small where the deviation is
    yield from _where(
        (np.abs(gamma) <= NEAR_ZERO_GAMMA) & given, gamma, "gamma_near_zero", "warning", "γ is close to 0",
        "The feature is switched off behind batch norm, and the gradient that reaches x is scaled by γ.", "γ",
        badness=-np.abs(gamma),
    )  # fmt: skip
    known = "d_activation" in shown.stages  # a given dy lies below an activation that nobody named
    f = ACTIVATIONS[layer.activation].title
    yield from _where(
        mostly_saturated(shown), shown.saturation, "saturated", "warning",
        f"{f} is flat or dead almost everywhere" if known else f"If {f} follows, it is flat or dead almost everywhere",
        "Hardly any gradient passes f at these inputs, by more than chance; another β, or in a squashing f a smaller "
        "γ, would change it."
        + ("" if known else " The data do not say which f follows: choose it as the activation."),
        "share saturated",
    )  # fmt: skip


def _of_running_statistics(
    shown: Playground, law: SamplingLaw, mean: Floats | None, var: Floats | None, resolution: float
) -> Iterator[Finding]:
    off = np.zeros(len(law.mean), dtype=bool)
    if mean is not None:
        held = hold_mean(law, mean, var, resolution)
        off |= held.off
        yield from _where(
            held.off, held.errors, "running_mean_off", "warning", "The running mean is not this batch's",
            f"Other data, too few updates, or weights that moved since. {_rule(law)} {_error_words(law, var is None)}",
            "standard errors",
        )  # fmt: skip
    if var is not None:
        held = hold_var(law, var, resolution)
        off |= held.off
        yield from _where(
            held.off, held.errors, "running_var_off", "warning", "The running variance is not this batch's",
            f"Other data, too few updates, or weights that moved since. {_rule(law)} Errors are those of a sample "
            "variance: χ²'s, wider for heavy tails.", "standard errors",
        )  # fmt: skip
    if mean is not None and var is not None:
        yield from _of_the_gap(shown, law, mean, var, off)


def _rule(law: SamplingLaw) -> str:
    return (
        f"Chance at N = {law.examples:,} does not explain it: that tells at most 1 in {round(1 / LEVEL)} healthy "
        f"layers of bell-shaped data so, and of others at most {100 * LEVEL:g} % of the healthy features."
    )


def _error_words(law: SamplingLaw, own: bool) -> str:
    times = f"{variance_allowed(law, own).max():.3g}"
    by = "this batch's biased variance" if own else "the running variance, which may be biased and has its own noise"
    alike = ", or less, as far as an image's positions are unlike" if law.positions > 1 and law.examples > 1 else ""
    return f"One standard error is σ/√N{alike}, with σ² {times} times {by}."


def _of_the_gap(
    shown: Playground, law: SamplingLaw, mean: Floats, var: Floats, off: NDArray[np.bool_]
) -> Iterator[Finding]:
    gap = mode_gap(shown.layer, law, mean, var)
    yield from _where(
        (gap > NOTABLE_GAP) & off, gap, "mode_gap", "warning", "Training and inference give different outputs",
        "The root mean square of y(train) − y(inference) over this batch, in units of |γ|: above "
        f"{NOTABLE_GAP:g}, where a running statistic is farther off than chance explains at N = {law.examples:,}.",
        "|γ|",
    )  # fmt: skip


def mode_gap(layer: NormLayer, law: SamplingLaw, running_mean: Floats, running_var: Floats) -> Floats:
    """Root mean square over the batch of x_hat(train) - x_hat(inference), per feature (D,).

    With z = (x - mean)/sigma the difference is z (sigma/s - sigma/s') - (mean - running_mean)/s', where <z> = 0 and
    <z^2> = 1.
    """
    scale = EPS_PLACEMENTS[layer.eps_placement].scale
    train, inference = (reciprocal(scale(var, layer.eps)) for var in (law.var, running_var))
    gap: Floats = np.hypot(np.sqrt(law.var) * (train - inference), (law.mean - running_mean) * inference)
    return gap


def _noise_finding(law: SamplingLaw, x: Summary, whole: bool) -> Finding:
    varies = x.low < x.high
    shift = np.where(varies, np.sqrt(law.mean_share), 0.0)
    worst = np.argsort(-shift, kind="stable")
    moved, scaled = (median(values[varies].tolist() or [0.0]) for values in (shift, law.deviation_error()))
    about = "about" if law.positions == 1 else "up to about"
    few = " The latter is that of a bell: so few do not show their tails." if law.examples < TELLING else ""
    strays = (
        "This batch is all there is to draw from. Of others, drawn anew from where it comes from, the mean would stray"
        if whole
        else "From batch to batch the mean strays"
    )
    return Finding(
        "statistics_noise", "note", f"How noisy the statistics are at N = {law.examples:,}",
        f"{strays} by {about} {moved:#.3g} deviations, which shifts x̂, and the deviation "
        f"by {about} {100 * scaled:#.3g} %, which scales it (one standard error, the median feature).{few}",
        "shift of x̂", tuple(worst.tolist()), tuple(shift[worst].tolist()),
    )  # fmt: skip


def _where(
    mask: NDArray[np.bool_],
    values: Floats,
    id: str,
    severity: str,
    title: str,
    explanation: str,
    measure: str,
    *,
    badness: Floats | None = None,
) -> Iterator[Finding]:
    """The finding on the features at which `mask` holds, if there are any.

    Worst first: the features of the largest `badness`, which is `values` unless it is given.
    """
    at = np.flatnonzero(mask)
    if at.size:
        at = at[np.argsort(-(values if badness is None else badness)[at], kind="stable")]
        yield Finding(id, severity, title, explanation, measure, tuple(at.tolist()), tuple(values[at].tolist()))
