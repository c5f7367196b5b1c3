"""The norms of a whole model: what they hold, what is wrong with them, and how it is mended."""

from bncore.doctor.capture import Capture, Watched, capture_of, is_capture
from bncore.doctor.merge import Merged, Moments, merged, moments
from bncore.doctor.model import Front, Model, Norm
from bncore.doctor.stored import Stored

__all__ = [
    "Capture",
    "Front",
    "Merged",
    "Model",
    "Moments",
    "Norm",
    "Stored",
    "Watched",
    "capture_of",
    "is_capture",
    "merged",
    "moments",
]
