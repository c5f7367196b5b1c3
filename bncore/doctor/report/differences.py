"""What moved of a norm between two checkpoints, in a sentence."""

import math
from collections.abc import Sequence

from bncore.doctor.difference import Difference, Moved
from bncore.findings.numbers import three

SUBJECTS = {"mean": "the running mean", "variance": "the running variance", "gamma": "γ", "beta": "β"}
AMOUNTS = {"mean": "by {} deviations", "variance": "{}-fold", "gamma": "by {}", "beta": "by {}"}
STATES = {
    "same": "Nothing of it changed.",
    "added": "The other model does not have it.",
    "removed": "Only the other model has it.",
}


def changes(difference: Difference) -> str:
    """The sentence of one norm.

    >>> changes(Difference("bn1", "changed", {"mean": Moved(3, 0.0, 1.0, 2.0)}, {"eps": (1e-5, 1e-3)}))
    'Most moved: the running mean of channel 3 by 2.00 deviations. Changed: eps from 1e-05 to 0.001.'
    >>> changes(Difference("bn1", "same", {}, {}))
    'Nothing of it changed.'
    """
    if difference.state in STATES:
        return STATES[difference.state]
    moved = ", ".join(_moved(name, moved) for name, moved in difference.arrays.items())
    other = ", ".join(f"{name} from {_said(old)} to {_said(new)}" for name, (old, new) in difference.settings.items())
    told = [f"Most moved: {moved}."] if moved else []
    return " ".join([*told, *([f"Changed: {other}."] if other else [])])


def compared(differences: Sequence[Difference], other: str) -> str:
    """What the comparison concludes."""
    moved = sum(difference.state != "same" for difference in differences)
    if not moved:
        return f"No norm differs from “{other}”."
    return f"{moved:,} of {len(differences):,} norms differ from “{other}”."


def _moved(name: str, moved: Moved) -> str:
    infinite = f"from {three(moved.before)} to {three(moved.after)}"
    by = AMOUNTS[name].format(three(moved.by)) if math.isfinite(moved.by) else infinite
    return f"{SUBJECTS[name]} of channel {moved.channel} {by}"


def _said(value: object) -> str:
    return "unknown" if value is None else str(value)
