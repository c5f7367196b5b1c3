"""What is said where a distribution has no mean, no deviation or no kurtosis, and what is seen instead."""

from app.figures.numbers import three

LACKS = {"mean": "no mean μ and no deviation σ", "deviation": "no deviation σ", "kurtosis": "no kurtosis ρ"}
INSTEAD = {
    "mean": "Theory has nothing to say: this distribution has no mean and no deviation that a batch could come close "
    "to. What is seen is what was drawn: the means of large batches stray as far as those of small ones, and the "
    "deviations grow with K.",
    "deviation": "Theory has nothing to say: this distribution has a mean but no deviation, so that σ/√K does not "
    "exist either. What is seen is what was drawn: the means come closer to μ with K, more slowly than 1/√K, and the "
    "deviations grow with K.",
    "kurtosis": "Theory has nothing to say of the deviation: this distribution has no kurtosis, that is, no ρ. What is "
    "seen is what was drawn.",
}
"""By the first moment that does not exist (`Moments.missing`)."""


def headline_without(median: float, size: int, name: str, missing: str) -> str:
    """What batches of a feature without a deviation find."""
    lacks = "neither mean nor deviation" if missing == "mean" else "no deviation"
    half = f"With K = {size:,} half of the batches find a deviation above {three(median)}"
    return f"{half}; {name}'s distribution has {lacks}."


def stand_in(missing: str, measured_by: int) -> str:
    """Whose statistics inference normalizes by where those of the population do not exist; "" where they do."""
    if missing not in ("mean", "deviation"):
        return ""
    return f"{measured_by:,} examples, since the distribution has {LACKS[missing]}"


def of_the_population(value: float) -> str:
    """A number of the population, for a sentence about its estimates."""
    return "the population has none" if value != value else f"the population's is {three(value)}"
