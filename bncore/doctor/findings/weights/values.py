"""Values that cannot be: not finite, a negative variance, a variance that ε outweighs."""

from collections.abc import Iterator

import numpy as np

from bncore.doctor.findings.finding import Finding
from bncore.doctor.findings.kinds import KINDS
from bncore.doctor.findings.weights.seen import Mask, Seen
from bncore.doctor.findings.weights.telling import SYMBOLS, arrays, channels_where, of_channels, told
from bncore.findings.numbers import stated, three

RAW = 0.01  # of ε: raw inputs of a variance beyond it keep a tenth of x̂'s deviation


def not_finite(seen: Seen) -> Iterator[Finding]:
    """NaN and infinities, an array at a time; variances of ∞ apart that do nothing but set x̂ to 0."""
    still, sources = _still(seen), list(arrays(seen))
    if seen.front is not None and seen.norm.front is not None:
        sources.append((f"the weight of {seen.norm.front.name} in front", seen.front.largest))
    for symbol, values in sources:
        broken = ~np.isfinite(values) & ~(still & (values is seen.variance))
        if not broken.any():
            continue
        channels = channels_where(broken, np.where(np.isnan(values), 1.0, 0.0))
        value = float(values[channels[0]])
        yield told(
            seen, "not_finite", channels, {"value": value, "count": len(channels)},
            f"{symbol} of {of_channels(seen, channels)} is {three(value)}: nothing finite comes out, whatever "
            "comes in.",
        )  # fmt: skip
    if still.any():
        yield _without_input(seen, channels_where(still, np.zeros(seen.channels)))


def _still(seen: Seen) -> Mask:
    """The channels (C,) of which x̂ is 0, and so is γ x̂: a variance of ∞ beside a finite mean, γ and weight in front."""
    others = [seen.mean, seen.gamma, None if seen.front is None else seen.front.largest]
    still = np.zeros(seen.channels, bool) if seen.variance is None else np.isposinf(seen.variance)
    for values in others:
        still = still if values is None else still & np.isfinite(values)
    return still


def _without_input(seen: Seen, channels: tuple[int, ...]) -> Finding:
    output = "0" if seen.beta is None else "β"
    return told(
        seen, "not_finite", channels, {"value": np.inf, "count": len(channels)},
        f"the running variance of {of_channels(seen, channels)} is {three(np.inf)}: x̂ is 0 there, so the output is "
        f"{output}, whatever comes in.",
    )  # fmt: skip


def variance_negative(seen: Seen) -> Iterator[Finding]:
    """Variances below 0."""
    if seen.variance is None or not (seen.variance < 0).any():
        return
    channels = channels_where(seen.variance < 0, -seen.variance)
    worst = float(seen.variance[channels[0]])
    nan = bool((seen.variance + seen.eps < 0).any())
    follows = "its root is NaN in inference" if nan else f"only ε = {stated(seen.eps)} keeps its root from NaN"
    yield told(
        seen, "variance_negative", channels, {"variance": worst, "eps": seen.eps},
        f"the running variance of {of_channels(seen, channels)} is below 0, down to {three(worst)}, which no variance "
        f"is: {follows}.",
    )  # fmt: skip


def variance_small(seen: Seen) -> Iterator[Finding]:
    """Variances of 0 without an ε, and variances that ε outweighs."""
    if seen.variance is None or seen.idle:
        return
    nothing = seen.sound & (seen.variance + seen.eps == 0)
    if nothing.any():
        channels = channels_where(nothing, np.zeros(seen.channels))
        yield told(
            seen, "divides_by_zero", channels, {"eps": seen.eps},
            f"variance and ε of {of_channels(seen, channels)} are both 0: inference divides by 0.",
        )  # fmt: skip
    small = seen.sound & ~nothing & (seen.variance <= KINDS["variance_below_eps"].threshold * seen.eps)
    for mask, in_use in ((small & ~seen.dead, True), (small & seen.dead, False)):
        if mask.any():
            yield _below_eps(seen, channels_where(mask, -seen.variance), in_use)


def _below_eps(seen: Seen, channels: tuple[int, ...], in_use: bool) -> Finding:
    assert seen.variance is not None
    smallest = float(seen.variance[channels[0]])
    raw = in_use and seen.first and seen.norm.front is None and smallest > RAW * seen.eps
    if raw:
        kept = three(float(np.sqrt(smallest / (smallest + seen.eps))))
        follows = f"where these are raw inputs, their unit is large, and ε leaves x̂ a deviation of {kept}"
    elif in_use:
        follows = f"the data hardly varied there, and inference magnifies what does up to {three(seen.eps**-0.5)}-fold"
    else:
        follows = "as γ is 0 there, too, training has put them out of use, and they can be pruned"
    return told(
        seen, "variance_below_eps", channels, {"variance": smallest, "eps": seen.eps, "count": len(channels)},
        f"the running variance of {of_channels(seen, channels)} is at or below ε = {stated(seen.eps)}, down to "
        f"{three(smallest)}: {follows}.", None if in_use and not raw else "note",
    )  # fmt: skip


def lengths_differ(seen: Seen) -> Iterator[Finding]:
    """Arrays of one norm that do not fit each other, or of which one is not there."""
    lengths = {symbol: len(values) for symbol, values in arrays(seen)}
    lengths |= {SYMBOLS[role]: length for role, length in seen.norm.odd.items()}
    if len(set(lengths.values())) > 1:
        in_order = ((symbol, lengths[symbol]) for symbol in SYMBOLS.values() if symbol in lengths)
        listed = ", ".join(f"{symbol} {f'{length:,}' if length else 'none'}" for symbol, length in in_order)
        yield told(seen, "lengths_differ", (), {}, f"its arrays do not have one value a channel each: {listed}.")
