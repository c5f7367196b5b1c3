"""Norms whose statistics are another's, bit by bit."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np

from bncore.doctor.findings.finding import Finding
from bncore.doctor.findings.kinds import KINDS
from bncore.doctor.findings.weights.seen import Seen
from bncore.doctor.findings.weights.telling import told


def copied_statistics(norms: Sequence[Seen]) -> Iterator[Finding]:
    """Each norm after the first that has the same means and variances."""
    first: dict[tuple[bytes, bytes], Seen] = {}
    pairs = []
    for seen in norms:
        if seen.mean is None or seen.variance is None or seen.idle or not seen.sound.all():
            continue
        if seen.channels >= KINDS["copied_statistics"].threshold:
            key = seen.mean.tobytes(), seen.variance.tobytes()
            if key in first:
                pairs.append((first[key], seen))
            first.setdefault(key, seen)
    twice = _kept_twice(norms, pairs)
    for original, copy in pairs:
        yield _copied(original, copy, _top(original) != _top(copy) and (_top(original), _top(copy)) in twice)


def _copied(original: Seen, copy: Seen, of_a_model: bool) -> Finding:
    shared = of_a_model or (_same(original.gamma, copy.gamma) and _same(original.beta, copy.beta))
    follows = (
        "it is the same layer under two names, or one was copied into the other's place"
        if shared
        else "two layers never see the same batches, so one is a copy of the other's"
    )
    return told(
        copy, "copied_statistics", (), {"channels": copy.channels},
        f"its running mean and variance are those of {original.norm.name} to the last bit: {follows}.",
        "note" if shared else None,
    )  # fmt: skip


def _same(first: np.ndarray | None, second: np.ndarray | None) -> bool:
    if first is None or second is None:
        return first is second
    return np.array_equal(first, second)


def _top(seen: Seen) -> str:
    return seen.norm.name.partition(".")[0]


def _kept_twice(norms: Sequence[Seen], pairs: Sequence[tuple[Seen, Seen]]) -> set[tuple[str, str]]:
    """Pairs of first names of which every norm under the one has its like under the other."""
    size: dict[str, int] = defaultdict(int)
    for seen in norms:
        size[_top(seen)] += 1
    copies: dict[tuple[str, str], int] = defaultdict(int)
    for original, copy in pairs:
        copies[_top(original), _top(copy)] += 1
    return {tops for tops, count in copies.items() if count > 1 and count == size[tops[0]] == size[tops[1]]}
