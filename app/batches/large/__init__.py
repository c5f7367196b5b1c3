"""Large arrays that the server's owner lists: their statistics over everything, and a sample to draw from."""

from app.batches.large.files import LARGE, LargeFiles
from app.batches.large.source import LargeSource

__all__ = ["LARGE", "LargeFiles", "LargeSource"]
