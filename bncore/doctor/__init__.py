"""The norms of a whole model: what they hold, what is wrong with them, and how it is mended."""

from bncore.doctor.affine import Affine, affine
from bncore.doctor.capture import Capture, Watched, capture_of, is_capture
from bncore.doctor.difference import Difference, Moved, difference
from bncore.doctor.fold import folded
from bncore.doctor.merge import Merged, Moments, merged, moments
from bncore.doctor.model import Front, Model, Norm
from bncore.doctor.reestimate import estimated, reestimated
from bncore.doctor.repair import Mended, Repair
from bncore.doctor.stored import Stored

__all__ = [
    "Affine",
    "Capture",
    "Difference",
    "Front",
    "Mended",
    "Merged",
    "Model",
    "Moments",
    "Moved",
    "Norm",
    "Repair",
    "Stored",
    "Watched",
    "affine",
    "capture_of",
    "difference",
    "estimated",
    "folded",
    "is_capture",
    "merged",
    "moments",
    "reestimated",
]
