"""What mending a model changes, as plain data, and what has to be known of it, in sentences."""

from collections.abc import Sequence
from typing import Any

from app.figures.numbers import counted
from bncore.doctor import Repair
from bncore.doctor.repair import Mended

LISTED = 6  # pairs that a note lists
BY_NAMES = (
    "{} with the layer in front by names alone: {}. Folding is right only where nothing stands between the two, as a "
    "ReLU may without a name in the file: see that in the network's code."
)
UNMEASURED = "Without a capture of these norms no change of output is measured."


def changes_of(repair: Repair) -> dict[str, Any]:
    """What a repair changes, norm by norm, and the largest change of an output on the capture.

    `known_by` is what paired a norm with the layer it is folded into (`graph` or `names`), null where it is not folded.
    """
    largest = repair.largest
    return {
        "mended": [_row(each) for each in repair.mended],
        "left": dict(repair.left),
        "changed": sorted(repair.changed),
        "largest": largest and {"norm": largest.norm.name, "change": largest.change, "size": largest.size},
        "notes": [*_of_pairs(repair.mended), *_of_measuring(repair)],
    }


def _row(each: Mended) -> dict[str, Any]:
    front = each.into
    return {
        "norm": each.norm.name, "change": each.change, "size": each.size, "front": front and front.name,
        "known_by": front and front.known_by,
    }  # fmt: skip


def _of_pairs(mended: Sequence[Mended]) -> list[str]:
    pairs = [f"{each.into.name} and {each.norm.name}" for each in mended if each.into and each.into.known_by == "names"]
    if not pairs:
        return []
    more = f" and {len(pairs) - LISTED:,} more" if len(pairs) > LISTED else ""
    subject = f"{counted(len(pairs), 'norm is', 'norms are')} paired"
    return [BY_NAMES.format(subject, ", ".join(pairs[:LISTED]) + more)]


def _of_measuring(repair: Repair) -> list[str]:
    return [UNMEASURED] if repair.mended and repair.largest is None else []
