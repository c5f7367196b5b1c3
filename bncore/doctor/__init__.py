"""The norms of a whole model: what they hold, what is wrong with them, and how it is mended."""

from bncore.doctor.model import Front, Model, Norm

__all__ = ["Front", "Model", "Norm"]
