"""A large array in words: what is known over all of its examples."""

from app.figures.numbers import span
from bncore.stream import Streamed

ROWS = "A row is a feature: the histogram of all its values, a dot at the mean, a line of one deviation to either side."


def caption_of_all(seen: Streamed) -> str:
    """Means and deviations over everything, what they are for, and how they are drawn."""
    means = span(seen.mean.tolist(), float(max(abs(seen.low).max(), abs(seen.high).max())))
    told = f"Over all {seen.examples:,} examples means are {means} and deviations {span(seen.sigma.tolist())}"
    return f"{told}; inference normalizes by them. {ROWS} All else on this page is of the mini-batch."


def made_of_all(name: str, seen: Streamed) -> str:
    """How the running statistics were made."""
    return f"over all {seen.examples:,} examples of {name}"
