"""The table of all that is told of a norm: when, beyond which threshold, and when not."""

from bncore.doctor.findings.kinds.captured import OF_CAPTURE
from bncore.doctor.findings.kinds.kind import Kind
from bncore.doctor.findings.kinds.weights import OF_WEIGHTS

KINDS: dict[str, Kind] = {kind.id: kind for kind in (*OF_WEIGHTS, *OF_CAPTURE)}
"""By id, the likelier cause of what else is told first."""

__all__ = ["KINDS", "Kind"]
