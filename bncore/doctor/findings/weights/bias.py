"""A bias that the mean takes out again."""

from collections.abc import Iterator

from bncore.doctor.findings.finding import Finding
from bncore.doctor.findings.weights.seen import Seen
from bncore.doctor.findings.weights.telling import told
from bncore.findings.numbers import three


def bias_in_front(seen: Seen) -> Iterator[Finding]:
    """Of norms that subtract each channel's own mean."""
    front = seen.norm.front
    if seen.front is None or seen.front.bias is None or front is None or seen.norm.kind not in ("batch", "instance"):
        return
    yield told(
        seen, "bias_in_front", (), {"bias": seen.front.bias},
        f"the bias of {front.name}, up to {three(seen.front.bias)}, does nothing: the mean takes it out again, and β "
        "does its work.",
    )  # fmt: skip
