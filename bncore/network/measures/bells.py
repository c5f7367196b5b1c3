"""Each block's distribution on a ruler of its own: in deviations that the block had before anything was disturbed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from bncore.distributions.axis import Axis
from bncore.distributions.summary import Floats
from bncore.network.measures.counting import bins_for, counted, outside
from bncore.network.measures.distributions import Row, shapes_of
from bncore.network.measures.moments import Moments
from bncore.network.measures.survey import Surveyed

RULER = 10.0  # deviations to either side of 0: a factor of three fits, and what it moves is seen
COARSE = 1000  # numbers: more have no finer bins, as a bell is drawn small
FEW = 64  # numbers that are told one by one


@dataclass(frozen=True, eq=False)
class Bell:
    """A joint's numbers in units of `unit`: extremes, bins from `start` on in equal steps, the share beyond the ruler.

    `heights` are densities per unit of data as shares of the highest; none where all numbers are one value. `values`
    are the numbers themselves in order, where they are `FEW`.
    """

    low: float
    high: float
    start: float
    step: float
    heights: Floats
    beyond: float
    values: Floats | None = None


def bells(joints: Mapping[int, Surveyed], units: Mapping[int, float]) -> dict[int, Bell]:
    """The bell of each block whose numbers are finite and whose unit, a deviation before, is more than 0."""
    drawn = {block: joint for block, joint in joints.items() if joint.forward.finite and units.get(block, 0.0) > 0.0}
    if not drawn:
        return {}
    rows = [_row(block, joint, units[block]) for block, joint in drawn.items()]
    shapes = shapes_of(rows).heights
    return {row.block: _bell(row, joint, units[row.block], heights)
            for row, joint, heights in zip(rows, drawn.values(), shapes, strict=True)}  # fmt: skip


def _row(block: int, joint: Surveyed, unit: float) -> Row:
    bins = bins_for(_coarse(joint.forward))
    axis = Axis("linear", -RULER * unit, RULER * unit)
    values = joint.joint.y
    return Row(block, bins, counted(values, bins), joint.forward, outside(values, joint.forward, axis))


def _coarse(of: Moments) -> Moments:
    return replace(of, count=min(of.count, COARSE))


def _bell(row: Row, joint: Surveyed, unit: float, heights: Sequence[float]) -> Bell:
    """Without the wide bin below the bins of one width; that above them is empty but for a few numbers."""
    of, bins = row.moments, row.bins
    width, most = float(bins.width[0]), int(bins.most[0])
    kept = np.asarray(heights)[1 : most + 1] if width > 0.0 else np.array([])
    start = float(bins.start[0]) + width
    values = np.sort(joint.joint.y.reshape(-1).astype(np.float64)) / unit if of.count <= FEW else None
    return Bell(of.low / unit, of.high / unit, start / unit, width / unit, kept, row.outside / of.count, values)
