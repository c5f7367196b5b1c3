"""Running statistics that were never, hardly or only partly updated."""

from collections.abc import Iterator

import numpy as np

from bncore.doctor.findings.finding import Finding, Severity
from bncore.doctor.findings.kinds import KINDS
from bncore.doctor.findings.weights.seen import DEFAULT_MOMENTUM, Seen
from bncore.doctor.findings.weights.telling import channels_where, of_channels, told
from bncore.findings.numbers import counted, stated, three

FEWEST = 4  # channels of which nobody believes that all happen to be 0
GRAVE = 10.0  # times the threshold, without a momentum in the file


def never_updated(seen: Seen) -> Iterator[Finding]:
    """Both, one or some channels of the buffers as frameworks start them."""
    if seen.mean is None or seen.variance is None or seen.folded:
        return
    batches = seen.norm.batches
    if seen.new:
        counter = "" if batches is None else f", and {_counter(batches)}"
        yield told(
            seen, "never_updated", (), {} if batches is None else {"batches": batches},
            f"the running mean is still 0 and the running variance still 1 in {_every(seen)}{counter}: in inference "
            "the layer normalizes nothing.",
        )  # fmt: skip
    elif seen.channels >= FEWEST and (np.all(seen.mean == 0) or np.all(seen.variance == 1)):
        name, value, other = ("mean", 0, "variance") if np.all(seen.mean == 0) else ("variance", 1, "mean")
        yield told(
            seen, "half_updated", (), {"value": value},
            f"the running {name} is still {value} in {_every(seen)} while the running {other} is not as it began: one "
            "of the two was not kept or not loaded.",
        )  # fmt: skip
    elif seen.untouched.any():
        channels = channels_where(seen.untouched, np.zeros(seen.channels))
        yield told(
            seen, "partly_updated", channels, {"count": len(channels)},
            f"mean and variance of {of_channels(seen, channels)} are still 0 and 1 while the others moved: they were "
            "added later, or loaded in part.",
        )  # fmt: skip


def folded(seen: Seen) -> Iterator[Finding]:
    """A norm that the repair left behind."""
    if seen.folded:
        yield told(
            seen, "folded", (), {},
            "it is folded into the layer in front: in inference it adds a shift and no more, and to be trained again "
            "it needs statistics of its own.",
        )  # fmt: skip


def _every(seen: Seen) -> str:
    return f"all {seen.channels:,} channels" if seen.channels > 1 else "its channel"


def _counter(batches: int) -> str:
    return "no batch was counted" if batches == 0 else f"yet {counted(batches, 'batch', 'batches')} were counted"


def too_few_batches(seen: Seen) -> Iterator[Finding]:
    """What is left of the start; of a file without a momentum at PyTorch's default."""
    batches, kind = seen.norm.batches, KINDS["too_few_batches"]
    if batches is None or seen.variance is None or seen.idle or not batches:
        return
    assumed = seen.norm.momentum is None
    momentum = DEFAULT_MOMENTUM if seen.norm.momentum is None else seen.norm.momentum
    left = (1.0 - momentum) ** batches
    if left <= kind.threshold or (seen.variance[seen.sound] < 0.999 * left).any():
        return
    severity: Severity = "note" if assumed and left <= GRAVE * kind.threshold else "warning"
    at = f"at {'the usual' if assumed else 'its'} momentum of {stated(momentum)}"
    yield told(
        seen, "too_few_batches", (), {"batches": batches, "momentum": momentum, "left": left},
        f"{counted(batches, 'batch', 'batches')} {at} leave {three(100 * left)} % of the 0 and 1 that the running "
        "statistics began with.", severity,
    )  # fmt: skip


def momentum_forgets(seen: Seen) -> Iterator[Finding]:
    """A momentum that weighs the new batch where its writer meant the old value."""
    momentum = seen.norm.momentum
    if momentum is None or seen.variance is None or momentum <= KINDS["momentum_forgets"].threshold:
        return
    yield told(
        seen, "momentum_forgets", (), {"momentum": momentum, "worth": (2.0 - momentum) / momentum},
        f"its momentum gives a new batch the weight {stated(momentum)}: the running statistics are worth "
        f"{three((2.0 - momentum) / momentum)} batches, so the weight {stated(round(1.0 - momentum, 6))} may be meant.",
    )  # fmt: skip
