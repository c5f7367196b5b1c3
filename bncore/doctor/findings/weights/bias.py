"""A bias that the mean takes out again."""

from collections.abc import Iterator

from bncore.doctor.findings.finding import Finding
from bncore.doctor.findings.weights.seen import Seen
from bncore.doctor.findings.weights.telling import told
from bncore.findings.numbers import three


def bias_in_front(seen: Seen) -> Iterator[Finding]:
    """Of norms that subtract each channel's own mean, right behind the layer.

    Names do not tell what stands between the two. A ReLU, behind which a bias does matter, leaves no mean below 0: so
    one that is shows that there is none.
    """
    front = seen.norm.front
    if (
        seen.front is None
        or seen.front.bias is None
        or front is None
        or seen.norm.kind not in ("batch", "instance")
        or seen.folded
    ):
        return
    by_names = front.known_by == "names"
    if by_names and (seen.mean is None or (seen.mean >= 0).all()):
        return
    where = "right in front, the" if by_names else "the"
    size = f"up to {three(seen.front.bias)}" if seen.front.bias else "all 0"
    yield told(
        seen, "bias_in_front", (), {"bias": seen.front.bias},
        f"{where} bias of {front.name}, {size}, does nothing: the mean takes it out again, "
        "and β does its work.",
    )  # fmt: skip
