"""Where a tensor is wrong, if it is right elsewhere: an example, a unit or a few numbers, which may be 0."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bncore.arguments import Float64
from bncore.diagnosis.given.case import Case
from bncore.diagnosis.given.lying import LIKE_X, PARAMETERS

MOST_LISTED = 3
FEW = 0.5
"""What is wrong in more than this share of the examples, or units, is no matter of its place; zeros may be more."""
FEW_NUMBERS = 0.25
FEWEST_RIGHT = 2

Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Places:
    """`where` in words, "example 3", or "" for everywhere; `zero` if all that is wrong is 0; `kept` marks the rest."""

    where: str
    zero: bool
    kept: Mask


def zeroed(values: Float64, truth: Float64, allowed: Float64 | float) -> Mask:
    """The numbers that are exactly 0 and should not be."""
    return np.asarray((values == 0) & (np.abs(truth) > allowed))


def places(case: Case, name: str, wrong: Mask, *, zero: bool) -> Places | None:
    """Where the `wrong` numbers stand, None if they are too many or in no order."""
    if (~wrong).sum() < FEWEST_RIGHT:
        return None
    if name not in LIKE_X:
        few = wrong.sum() <= FEW * wrong.size or zero
        units = np.flatnonzero(wrong)
        return Places(_listed(_noun(case, name), units), zero, ~wrong) if few else None
    lying, wrong = wrong, case.table(wrong)
    units, rows = np.flatnonzero(wrong.any(0)), np.flatnonzero(wrong.any(1))
    most = 1.0 if zero else FEW
    if wrong.sum() <= MOST_LISTED or (len(units) > 1 and len(rows) > 1 and not _whole(wrong, rows, units)):
        few = wrong.sum() <= (FEW_NUMBERS * wrong.size if wrong.sum() > 1 else wrong.size) or zero
        return Places(_numbers(case, wrong), zero, ~lying) if few else None
    if len(units) < case.channels and len(units) <= most * case.channels and wrong[:, units].mean() > FEW:
        return Places(_listed("unit", units), zero, ~lying)
    if len(rows) < len(wrong) and len(rows) <= most * len(wrong):
        return Places(_rows(case, rows), zero, ~lying)
    return None


def _noun(case: Case, name: str) -> str:
    """What one number of a tensor that is not like x belongs to."""
    if name in PARAMETERS:
        return "unit" if case.seen.per_channel else "number"
    return "unit" if case.convention.norm == "batch" else "statistic"


def _whole(wrong: Mask, rows: NDArray[np.intp], units: NDArray[np.intp]) -> bool:
    """Whether the wrong numbers fill their examples, or their units."""
    return bool(wrong[rows].all() or wrong[:, units].all())


def _rows(case: Case, rows: NDArray[np.intp]) -> str:
    """Examples; of images whole ones, or else positions."""
    positions = case.positions
    images = np.unique(rows // positions)
    if len(rows) == len(images) * positions:
        return _listed("example", images)
    return _listed("position", [_row(case, row) for row in rows])


def row_name(case: Case, row: int) -> str:
    """What a row of x is called: an example, or of images a position (n, h, w)."""
    return f"{'example' if len(case.moved) == 2 else 'position'} {_row(case, row)}"


def _row(case: Case, row: int) -> str:
    """An example's number; of images its position (n, h, w)."""
    others = case.moved[:-1]
    return str(row) if len(others) == 1 else str(tuple(map(int, np.unravel_index(row, others))))


def _numbers(case: Case, wrong: Mask) -> str:
    at = np.argwhere(wrong)
    if len(at) > MOST_LISTED:
        return f"{len(at)} numbers"
    return " and ".join(f"{row_name(case, row)} of unit {unit}" for row, unit in at)


def _listed(noun: str, listed: NDArray[np.intp] | list[str]) -> str:
    """ "unit 3", "examples 1 and 4", "7 examples".

    >>> _listed("unit", [3]), _listed("example", [1, 4]), _listed("example", range(7))
    ('unit 3', 'examples 1 and 4', '7 examples')
    """
    words = [str(one) for one in listed]
    if len(words) == 1:
        return f"{noun} {words[0]}"
    if len(words) > MOST_LISTED:
        return f"{len(words)} {noun}s"
    return f"{noun}s {', '.join(words[:-1])} and {words[-1]}"
