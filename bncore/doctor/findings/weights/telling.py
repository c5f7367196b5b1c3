"""A finding of a norm from a mask of its channels."""

from collections.abc import Iterator, Mapping

import numpy as np

from bncore.doctor.findings.finding import Finding, Severity, finding, named
from bncore.doctor.findings.weights.seen import Floats, Mask, Seen

SYMBOLS = {"gamma": "γ", "beta": "β", "mean": "the running mean", "variance": "the running variance"}


def channels_where(mask: Mask, badness: Floats) -> tuple[int, ...]:
    """The channels at which a mask (C,) holds, those of the largest `badness` (C,) first.

    >>> channels_where(np.array([True, False, True]), np.array([1.0, 9.0, 2.0]))
    (2, 0)
    """
    at = np.flatnonzero(mask)
    return tuple(at[np.argsort(-badness[at], kind="stable")].tolist())


def told(
    seen: Seen, id: str, channels: tuple[int, ...], values: Mapping[str, float], sentence: str,
    severity: Severity | None = None,
) -> Finding:  # fmt: skip
    """A finding on the norm, as grave as its kind unless it is said otherwise."""
    return finding(seen.norm.name, id, channels, values, sentence, severity)


def of_channels(seen: Seen, channels: tuple[int, ...]) -> str:
    """The channels in words, and of how many."""
    return named(channels, seen.channels)


def arrays(seen: Seen) -> Iterator[tuple[str, Floats]]:
    """Each array that the norm has, by its name in sentences."""
    for name, symbol in SYMBOLS.items():
        values = getattr(seen, name)
        if values is not None:
            yield symbol, values
