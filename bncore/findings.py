"""What an engineer wants to be told about a batch norm layer, measured on one batch."""

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

import numpy as np
from numpy.typing import NDArray

from bncore.activations import ACTIVATIONS
from bncore.epsilon import EPS_PLACEMENTS, reciprocal
from bncore.lift import LEAST
from bncore.playground import Layer, Playground
from bncore.summary import Floats, row_blocks

NEAR_ZERO_GAMMA = 0.01
MOSTLY_SATURATED = 0.9
STANDARD_ERRORS = 3.0
NOTABLE_GAP = 0.1
BEYOND_NOISE = 3.0  # times the gap that the batch's own sampling explains


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


@dataclass(frozen=True)
class Noise:
    """Standard errors of one batch's mean and variance, and these two themselves, per feature (D,).

    Examples are independent, an example's positions need not be: with m_j an example's mean of (x - mean) and v_j of
    (x - mean)^2, the squared errors are the unbiased variances of m_j and of v_j over N. For (N, D) data they estimate
    sigma^2/N and var^2 (rho + 2)/N, rho the excess kurtosis (Luo et al. 2019).
    """

    mean: Floats
    var: Floats
    batch_mean: Floats
    batch_var: Floats

    @property
    def shift(self) -> Floats:
        """Noise of x_hat's location, in deviations; 0 for a constant feature, and where float64 holds no squares."""
        return _over(self.mean, np.sqrt(self.batch_var), self.batch_var)

    @property
    def scale(self) -> Floats:
        """Relative noise of x_hat's scale; 0 for a constant feature, and where float64 does not hold the squares."""
        return _over(self.var, 2.0 * self.batch_var, self.batch_var)

    @property
    def gap(self) -> Floats:
        """How far x_hat by this batch's statistics and x_hat by the true ones are apart for no other reason (RMS)."""
        apart: Floats = np.hypot(self.shift, self.scale)
        return apart


def _over(error: Floats, size: Floats, var: Floats) -> Floats:
    """error / size, and 0 where float64 does not hold the squares that `var` and the error are made of."""
    held = (var >= LEAST) & np.isfinite(size) & np.isfinite(error)
    return np.divide(error, size, out=np.zeros_like(error), where=held)


def statistics_noise(rows: NDArray[np.floating], positions: int) -> Noise:
    """The noise of mean and variance of features × numbers (D, N·positions), of two or more examples."""
    parts = [_noise(rows[block].astype(np.float64, copy=False), positions) for block in row_blocks(*rows.shape)]
    return Noise(*(np.concatenate(part) for part in zip(*parts, strict=True)))


def _noise(values: Floats, positions: int) -> tuple[Floats, Floats, Floats, Floats]:
    mean = values.mean(axis=1)
    centred = values - mean[:, None]
    mean_error = _error(centred, positions)
    np.square(centred, out=centred)
    return mean_error, _error(centred, positions), mean, centred.mean(axis=1)


def _error(values: Floats, positions: int) -> Floats:
    """The standard error of the mean of (D, N·positions)."""
    per_example = values if positions == 1 else values.reshape(len(values), -1, positions).mean(axis=2)
    error: Floats = per_example.std(axis=1, ddof=1) / np.sqrt(per_example.shape[1])
    return error


@np.errstate(over="ignore")
def findings(shown: Playground, running_mean: Floats | None = None, running_var: Floats | None = None) -> list[Finding]:
    """All findings on a playground's result, warnings first; each of the running statistics is held against the batch.

    A single example says nothing about noise, so it is held against nothing.
    """
    found = [*_of_the_layer(shown)]
    if shown.examples > 1:
        noise = statistics_noise(shown.stages["x"].values, shown.positions)
        found += _of_running_statistics(shown, noise, running_mean, running_var)
        found.append(_noise_finding(noise, shown.examples))
    return sorted(found, key=lambda finding: finding.severity != "warning")


def _of_the_layer(shown: Playground) -> Iterator[Finding]:
    layer, x = shown.layer, shown.stages["x"].summary
    name, measured = ("variance", x.sd**2) if layer.eps_placement == "variance" else ("deviation", x.sd)
    constant = x.low == x.high
    if shown.examples * shown.positions > 1:
        yield from _where(
            constant, x.mean, "constant", "warning", "Constant in this batch",
            "Every example has the same value: in training x̂ is 0 and y is β, and only ε stands below the gradient.",
            "value", badness=np.zeros_like(x.mean),
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
        "Here ε, not the data, decides the scale of x̂: its deviation stays well below 1.", name, badness=-measured,
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
        shown.saturation >= MOSTLY_SATURATED, shown.saturation, "saturated", "warning",
        f"{f} is flat or dead almost everywhere" if known else f"If {f} follows, it is flat or dead almost everywhere",
        "Hardly any gradient passes f at these inputs; another β, or in a squashing f a smaller γ, would change it."
        + ("" if known else " The data do not say which f follows: choose it as the activation."),
        "share saturated",
    )  # fmt: skip


def _of_running_statistics(
    shown: Playground, noise: Noise, mean: Floats | None, var: Floats | None
) -> Iterator[Finding]:
    if mean is not None:
        off = np.abs(mean - noise.batch_mean) * reciprocal(noise.mean)
        yield from _where(
            off > STANDARD_ERRORS, off, "running_mean_off", "warning", "The running mean is not this batch's",
            f"They differ by more than {STANDARD_ERRORS:g} standard errors of this batch's mean: other data, too few "
            "updates, or weights that moved since.", "standard errors",
        )  # fmt: skip
    if var is not None:
        off = np.abs(var - noise.batch_var) * reciprocal(noise.var)
        yield from _where(
            off > STANDARD_ERRORS, off, "running_var_off", "warning", "The running variance is not this batch's",
            f"They differ by more than {STANDARD_ERRORS:g} standard errors of this batch's variance.",
            "standard errors",
        )  # fmt: skip
    if mean is not None and var is not None:
        yield from _of_the_gap(shown, noise, mean, var)


def _of_the_gap(shown: Playground, noise: Noise, mean: Floats, var: Floats) -> Iterator[Finding]:
    gap = mode_gap(shown.layer, noise, mean, var)
    notable = (gap > NOTABLE_GAP) & (gap > BEYOND_NOISE * noise.gap)
    explained = float(noise.gap[notable].max(initial=0.0))
    yield from _where(
        notable, gap, "mode_gap", "warning", "Training and inference give different outputs",
        "The root mean square of y(train) − y(inference) over this batch, in units of |γ|: above "
        f"{NOTABLE_GAP:g}, and more than {BEYOND_NOISE:g} times what chance explains at N = {shown.examples:,} (here "
        f"up to {explained:.2g}).", "|γ|",
    )  # fmt: skip


def mode_gap(layer: Layer, noise: Noise, running_mean: Floats, running_var: Floats) -> Floats:
    """Root mean square over the batch of x_hat(train) - x_hat(inference), per feature (D,).

    With z = (x - mean)/sigma the difference is z (sigma/s - sigma/s') - (mean - running_mean)/s', where <z> = 0 and
    <z^2> = 1.
    """
    scale = EPS_PLACEMENTS[layer.eps_placement].scale
    train, inference = (reciprocal(scale(var, layer.eps)) for var in (noise.batch_var, running_var))
    gap: Floats = np.hypot(
        np.sqrt(noise.batch_var) * (train - inference), (noise.batch_mean - running_mean) * inference
    )
    return gap


def _noise_finding(noise: Noise, examples: int) -> Finding:
    worst = np.argsort(-noise.shift, kind="stable")
    shift, scale = median(noise.shift.tolist()), median(noise.scale.tolist())
    return Finding(
        "statistics_noise", "note", f"How noisy the statistics are at N = {examples}",
        f"At this batch size the mean is uncertain by about {shift:.2g} deviations, which shifts x̂, and the deviation "
        f"by about {100 * scale:.2g} %, which scales it (one standard error, the median feature).",
        "shift of x̂", tuple(worst.tolist()), tuple(noise.shift[worst].tolist()),
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
