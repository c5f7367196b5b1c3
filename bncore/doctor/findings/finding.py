"""One thing that is told of a norm, in a sentence."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from bncore.doctor.findings.kinds import KINDS
from bncore.findings.numbers import counted

Severity = Literal["error", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")
NAMED = 3  # channels that a sentence names before it counts the rest


@dataclass(frozen=True)
class Finding:
    """What is told of the norm `norm`, "" for the whole model.

    `id` is a key of `KINDS`; `channels` are those that it holds for, worst first, none where it is about the layer as
    a whole; `values` are the numbers of the sentence by name. The sentence is plain text: command line, API and page
    tell it as it stands.
    """

    norm: str
    id: str
    severity: Severity
    channels: tuple[int, ...]
    values: Mapping[str, float] = field(hash=False)
    sentence: str


def finding(
    norm: str, id: str, channels: tuple[int, ...], values: Mapping[str, float], sentence: str,
    severity: Severity | None = None,
) -> Finding:  # fmt: skip
    """A finding as grave as its kind unless it is said otherwise; the sentence gets its capital."""
    numbers = {name: float(value) for name, value in values.items()}
    return Finding(norm, id, severity or KINDS[id].severity, channels, numbers, begun(sentence))


def begun(sentence: str) -> str:
    """The sentence with a capital, unless it begins with a symbol.

    >>> begun("the mean is 0."), begun("γ is 0.")
    ('The mean is 0.', 'γ is 0.')
    """
    return sentence[:1].upper() + sentence[1:] if sentence[:1].isascii() else sentence


def worst_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Errors, then warnings, then notes; among these the likelier cause first, in the order of `KINDS`.

    >>> worst_first([]) == ()
    True
    """
    order = {id: place for place, id in enumerate(KINDS)}
    return tuple(sorted(findings, key=lambda one: (SEVERITIES.index(one.severity), order[one.id])))


def named(channels: tuple[int, ...], total: int) -> str:
    """The channels of a finding in words.

    >>> named((4,), 64), named((2, 0), 64), named((5, 1, 2, 9, 8), 64), named((1, 0), 2)
    ('channel 4', 'channels 2 and 0', 'channels 5, 1, 2 and 2 more', 'all 2 channels')
    """
    if len(channels) == total > 1:
        return f"all {total:,} channels"
    first = [str(channel) for channel in channels[:NAMED]]
    if len(channels) > NAMED:
        return f"channels {', '.join(first)} and {len(channels) - NAMED:,} more"
    return f"channel {first[0]}" if len(first) == 1 else f"channels {', '.join(first[:-1])} and {first[-1]}"


def share(channels: tuple[int, ...], total: int) -> str:
    """How many of a norm's channels.

    >>> share((4,), 64), share((0, 1), 2)
    ('1 of 64 channels', 'all 2 channels')
    """
    if len(channels) == total > 1:
        return f"all {counted(total, 'channel')}"
    return f"{len(channels):,} of {counted(total, 'channel')}"
