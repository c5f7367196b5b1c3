"""Why a batch cannot tell some mistakes apart, or cannot show them at all: each reason is looked for in the data."""

from collections.abc import Callable, Iterator

import numpy as np

from bncore.arguments import Float64
from bncore.diagnosis.given.case import Case
from bncore.diagnosis.mistakes.triple import FEWEST
from bncore.diagnosis.verdict import CLOSE
from bncore.norms.table import NORMS

FLAT = 1e-6
"""Below this share of its terms a sum counts as 0."""

NEARLY = 1e-2
"""Below this share dx is almost nothing of what it is added up from."""
SMALLEST = 1e-150
"""An s whose square float64 can still divide by."""

Found = Callable[[Case], bool]


def _small(values: Float64, sizes: Float64) -> bool:
    return bool((np.abs(values) <= FLAT * sizes).all())


def _dy(case: Case) -> Float64:
    """dy; or gamma dy, where gammas differ inside of a sum."""
    return case.dy if case.gamma.ndim == 1 else case.h


def _mean_dy_x_hat(case: Case) -> Float64:
    return np.asarray((_dy(case) * case.x_hat).mean(0))


def _size(case: Case) -> Float64:
    return np.asarray(np.sqrt((_dy(case) ** 2).mean(0)))


def _without_line(case: Case) -> Float64:
    """What g has beside a constant and a multiple of x_hat, a unit."""
    power = (case.x_hat**2).mean(0)
    slope = np.divide(_mean_dy_x_hat(case), power, out=np.zeros_like(power), where=power > 0)
    return np.asarray(np.abs(_dy(case) - _dy(case).mean(0) - slope * case.x_hat).max(0))


def _constant_dy(case: Case) -> bool:
    return _small(np.ptp(_dy(case), axis=0), _size(case))


def _line_dy(case: Case) -> bool:
    return case.count > 2 and not _constant_dy(case) and _small(_without_line(case), _size(case))


def _left_by_epsilon(case: Case) -> bool:
    """Whether dx is so small beside its terms that epsilon may be all that it is."""
    return float(np.abs(case.truth["dx"]).max()) <= NEARLY * case.terms["dx"]


def _of_gamma(value: float) -> Found:
    return lambda case: bool((case.gamma == value).any())


def _same_running(case: Case) -> bool:
    return case.running is not None and bool(np.allclose(case.running[1], case.var, rtol=CLOSE, atol=0))


def _trained(holds: Found) -> Found:
    """What holds of statistics that move with x only."""
    return lambda case: not case.convention.frozen and holds(case)


def _centred(holds: Found) -> Found:
    return lambda case: "mean_path" in case.paths and holds(case)


REASONS: dict[str, tuple[Found, str]] = {
    "two_examples": (
        _centred(lambda case: case.count == 2 and bool((1 - (case.x_hat**2).mean(0) <= NEARLY).all())),
        "K = 2: x_hat is near +1 and -1 whatever x is, so dx is almost 0: it is what epsilon and rounding leave.",
    ),
    "few_examples": (
        _trained(lambda case: case.count < FEWEST),
        f"K = {{count}}: three factors fit any three {{example}}s, so no factors are read off; that takes K of at "
        f"least {FEWEST}.",
    ),
    "dy_constant": (
        _centred(_constant_dy),
        "{dy} is the same for every {example}, as under the loss sum(y): {norm}'s output always has the same sum, so "
        "dx is 0.",
    ),
    "dy_linear": (
        _centred(_line_dy),
        "{dy} is a line in x_hat, as under the loss sum(y ** 2): {norm}'s output always has the same sum of squares "
        "up to epsilon, so dx is only what epsilon leaves.",
    ),
    "mean_dy_zero": (
        _centred(lambda case: _small(_dy(case).mean(0), _size(case))),
        "The mean of {dy} is 0 in every {unit}: the path through the mean is 0 and no mistake in it can show.",
    ),
    "mean_dy_x_hat_zero": (
        _trained(lambda case: _small(_mean_dy_x_hat(case), _size(case))),
        "The mean of {dy} x_hat is 0 in every {unit}: the path through the variance is 0 and no mistake in it can "
        "show.",
    ),
    "dy_zero": (lambda case: not case.dy.any(), "dy is 0 everywhere, and so is every gradient."),
    "gamma_one": (_of_gamma(1.0), "Gamma is 1 in a {unit}: there a forgotten gamma, or one too many, cannot show."),
    "gamma_minus_one": (
        _of_gamma(-1.0),
        "Gamma is -1 in a {unit}: there a forgotten gamma, one too many and a wrong sign look the same.",
    ),
    "gamma_zero": (
        _of_gamma(0.0),
        "Gamma is 0 in a {unit}: there the true dx is 0, and only a mistake that does not multiply by gamma shows.",
    ),
    "beta_zero": (
        lambda case: case.convention.centred and not case.beta.any(),
        "Beta is 0: y is gamma x_hat, so y in the place of x_hat looks like one gamma too many.",
    ),
    "eps_tiny": (
        lambda case: bool((case.eps * _deps(case) <= CLOSE).all()) and not _left_by_epsilon(case),
        "Epsilon is tiny beside the variance: where it sits, and whether it was dropped, hardly shows.",
    ),
    "many_examples": (
        _trained(lambda case: 1 / (case.count - 1) <= CLOSE),
        "K = {count}: dividing by K - 1 instead of K hardly changes anything.",
    ),
    "mean_zero": (
        _centred(lambda case: _small(case.mean, case.sigma)),
        "The mean of x is 0 in every {unit}: x in the place of x - mean cannot show.",
    ),
    "scale_one": (
        lambda case: bool((np.abs(case.scale - 1) <= CLOSE).all()),
        "s is 1 in every {unit}: a missing 1/s, or another power of it, cannot show.",
    ),
    "constant_unit": (
        _trained(lambda case: bool((case.var == 0).any())),
        "A {unit} has variance 0: there the path through the variance is 0, and what divides by sigma counts as 0.",
    ),
    "running_same": (
        lambda case: not case.convention.frozen and _same_running(case),
        "The running variance equals the batch's: using it instead cannot show.",
    ),
}


def _named(case: Case) -> dict[str, str]:
    """What the words call things: of batch norm's rows, and of any other norm's."""
    batch = case.convention.norm == "batch"
    return {
        "count": str(case.count), "dy": "dy" if case.gamma.ndim == 1 else "gamma dy",
        "example": "example" if batch else "number", "unit": "unit" if batch else "statistic",
        "norm": NORMS[case.convention.norm].title.lower(),
    }  # fmt: skip


def _deps(case: Case) -> Float64:
    """How much s changes, relative to itself, by each unit of epsilon."""
    size = np.maximum(case.scale, SMALLEST)
    return 1 / size if case.eps_placement == "deviation" else 0.5 / size**2


def reasons(case: Case) -> Iterator[tuple[str, str]]:
    """The name and the words of each reason that holds for these data."""
    for name, (holds, words) in REASONS.items():
        if holds(case):
            said = words.format(**_named(case))
            yield name, said[0].upper() + said[1:] if said.startswith("gamma") else said
