"""The triple (p, a, c) that a given dx has, a unit and pooled over all, and what it says in words.

    dx = (p/s) [ h - a <h> - c c0 x_hat <h x_hat> ]          h = gamma g

Every dx of a unit that treats its examples alike is a combination of h, 1 and x_hat; 1 and x_hat are orthogonal, so a
least-squares fit takes h without its part along these two, and reads the others off what is left. Where the mean is not
subtracted there is no 1, and by constant statistics no x_hat either: their factors are not told.
"""

from dataclasses import dataclass

import numpy as np

from bncore.arguments import Float64
from bncore.diagnosis.given.case import Case
from bncore.diagnosis.verdict import CLOSE
from bncore.epsilon import reciprocal

FEWEST = 4
"""Examples that leave a residual when a triple does not fit: three numbers fit any three."""
SPREAD = 2.0
"""A fit leaves of errors up to e no more than about so many times e: it moves some of one number's onto another."""
NOTHING = 1e-6
"""Below this share of g, a part of it is too small to divide by."""
UNKNOWN = 1.0
"""A factor that may be off by this much is not told by the data: it could be right, missing or double."""
FACTORS = {
    "overall": "the whole gradient",
    "mean_path": "the path through the mean",
    "variance_path": "the path through the variance",
}
NAMES = tuple(FACTORS)


@dataclass(frozen=True, eq=False)
class Coefficients:
    """`per_unit` (3, n) and `pooled` (3,): overall p, mean path a, variance path c; NaN where the data do not tell.

    `residuals` is what the fits leave, relative to the largest |dx|; `tolerance` what they may leave. `slack` (3, n) is
    how far each factor may be from the true one for what dx itself may be off by.
    """

    per_unit: Float64
    pooled: Float64
    residual_per_unit: float
    residual_pooled: float
    tolerance: float
    slack: Float64

    @property
    def fits(self) -> bool:
        """Whether dx has these factors at all."""
        return self.residual_per_unit <= self.tolerance

    def off(self, least: float = 0.0) -> bool:
        """Whether a factor that the data tell is not 1, beyond its slack and beyond `least`."""
        known = np.isfinite(self.per_unit)
        return bool((np.abs(self.per_unit - 1) > np.maximum(self.slack, least))[known].any())


def fit(case: Case, dx: Float64, error: float = 0.0) -> Coefficients | None:
    """The triples of a dx (K, n) that may be off by `error`; None with fewer than 4 examples, when any dx fits."""
    if case.count < FEWEST:
        return None
    largest = float(np.abs(dx).max())
    error = min(error, largest)
    per_unit, slack, left = _per_unit(case, dx, error)
    pooled, pooled_left = _pooled(case, dx)
    share = 1 / largest if largest else 0.0
    tolerance = max(CLOSE, SPREAD * error * share)
    return Coefficients(per_unit, pooled, left * share, pooled_left * share, tolerance, np.maximum(slack, CLOSE))


def _per_unit(case: Case, dx: Float64, error: float) -> tuple[Float64, Float64, float]:
    """The factors (3, n), how far `error` moves each, and the largest residual.

    The weight of h is found by a projection on its own part, which an error e moves by up to e/rms(own); the others are
    what is left over <h> and c0 <h x_hat>, and divided by that weight.
    """
    h, x_hat, size = case.h, case.x_hat, np.sqrt((case.h**2).mean(0))
    unit = reciprocal((x_hat**2).mean(0)) * ("variance_path" in case.paths)
    own = h - case.through_mean - x_hat * (case.mean_h_x_hat * unit)
    power = (own**2).mean(0)
    known = np.sqrt(power) > NOTHING * size
    of_g = (dx * own).mean(0) * reciprocal(np.where(known, power, 0))
    rest = dx - of_g * h
    of_one, of_x_hat = rest.mean(0) * ("mean_path" in case.paths), (rest * x_hat).mean(0) * unit
    left = float(np.abs(rest - of_one - of_x_hat * x_hat).max())
    pull_g, mean_h = case.through_variance, case.through_mean
    known &= (case.inverse != 0) & (size > 0)
    overall = _ratio(of_g, case.inverse, known)
    direct = known & (np.abs(of_g) * size > NOTHING * np.abs(dx).max())
    mean_path = _ratio(-of_one, of_g * mean_h, direct & (np.abs(mean_h) > NOTHING * size))
    variance_path = _ratio(-of_x_hat, of_g * pull_g, direct & (np.abs(pull_g) > NOTHING * size))
    factors = np.stack([overall, mean_path, variance_path])
    off = error * reciprocal(np.sqrt(power))
    weights = np.stack([case.inverse, np.abs(of_g * mean_h), np.abs(of_g * pull_g)])
    direct_off = np.stack([off, error + off * np.abs(mean_h), error * np.sqrt(unit) + off * np.abs(pull_g)])
    slack = direct_off * reciprocal(weights)
    slack[1:] += np.abs(np.nan_to_num(factors[1:])) * off * reciprocal(np.abs(of_g))
    factors[slack >= UNKNOWN] = np.nan
    return factors, slack, left


def _pooled(case: Case, dx: Float64) -> tuple[Float64, float]:
    """One triple for all units together, (3,), and its largest residual."""
    through_variance = (-case.inverse * case.through_variance) * case.x_hat
    through_mean = np.broadcast_to(-case.inverse * case.through_mean, dx.shape)
    design = np.stack([case.inverse * case.h, through_mean, through_variance], axis=-1).reshape(-1, 3)
    size = np.sqrt((design**2).mean(0))
    known = (size > NOTHING * size[0]) & np.isfinite(size)  # a path may leave float64 where x hardly varies
    columns = design[:, known]
    if not known.any():
        return np.full(3, np.nan), float(np.abs(dx).max())
    pooled, _, rank, _ = np.linalg.lstsq(columns / size[known], dx.ravel(), rcond=NOTHING)
    factors = np.full(3, np.nan)
    factors[known] = pooled / size[known]
    left = float(np.abs(dx.ravel() - columns @ factors[known]).max())
    if rank < known.sum():
        return np.full(3, np.nan), left
    factors[1:] = _ratio(factors[1:], np.full(2, factors[0]), np.isfinite(factors[1:]))
    return factors, left


def _ratio(above: Float64, below: Float64, known: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> Float64:
    """above / below where it is known and can be divided; NaN elsewhere."""
    able = known & (np.abs(below) > 0)
    return np.asarray(np.divide(above, below, out=np.full(below.shape, np.nan), where=able))


def in_words(coefficients: Coefficients, *, tried: bool = False) -> str:
    """Two sentences: which of the three factors is off, pooled if one triple fits all units, else by its range.

    `tried`: no two named mistakes have these factors, either.
    """
    pooled = coefficients.residual_pooled <= coefficients.tolerance
    values = coefficients.pooled[:, np.newaxis] if pooled else coefficients.per_unit
    slack = coefficients.slack.max(1)
    if missing(values[0], slack[0]):
        return "Your gradient holds nothing of dy itself: the direct path, gamma/s times dy, is missing. Start with it."
    subjects = [title.replace("the", "your", 1) for title in FACTORS.values()]
    said = [_said(*row) for row in zip(subjects, values, slack.tolist(), strict=True)]
    off = [words for words in said if words]
    if not off:
        return "No factor is off, and yet dx is not right. Look at the units one by one."
    sentence = "; ".join(off)
    none = "No mistake with a name, nor two at once," if tried else "No single mistake with a name"
    return f"{sentence[0].upper()}{sentence[1:]}. {none} gives these factors: follow the path backwards."


def missing(values: Float64, slack: float) -> bool:
    """Whether a factor is 0 in every unit that tells it."""
    known = values[np.isfinite(values)]
    return bool(known.size) and float(np.abs(known).max()) <= slack


def right(values: Float64, slack: float) -> bool:
    """Whether a factor is 1 in every unit that tells it."""
    known = values[np.isfinite(values)]
    return not known.size or float(np.abs(known - 1).max()) <= slack


def times(values: Float64, slack: float) -> str:
    """A factor that is neither: its number, or its range over the units."""
    known = values[np.isfinite(values)]
    low, high = float(known.min()), float(known.max())
    same = high - low <= max(slack, CLOSE * max(abs(low), abs(high)))
    if same:
        return f"{number(low)} times"
    ends = next(ends for digits in range(3, 17) if len(set(ends := _ends(low, high, digits))) > 1)
    return f"between {ends[0]} and {ends[1]} times"


def _ends(low: float, high: float, digits: int) -> tuple[str, str]:
    return number(low, digits), number(high, digits)


def _said(subject: str, values: Float64, slack: float) -> str:
    """What is wrong with one factor; nothing where it is 1 in every unit that tells it."""
    if right(values, slack):
        return ""
    if missing(values, slack):
        return f"{subject} is 0"
    words = times(values, slack)
    return f"{subject} is {words} what it should be" + (", depending on the unit" if " and " in words else "")


def number(value: float, digits: int = 3) -> str:
    """Three digits, at least one behind the point; more where three would say 1.

    >>> number(2.0), number(-0.33333), number(1.00025), number(-1.000000000000001)
    ('2.0', '-0.333', '1.0003', '-1.0')
    """
    text = f"{value:.{digits}g}"
    if value != 1 and text == "1":
        text = next((more for places in range(5, 18) if (more := f"{value:.{places}g}") != text), text)
    return text if any(mark in text for mark in ".e") else f"{text}.0"
