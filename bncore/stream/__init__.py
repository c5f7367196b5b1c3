"""Batch norm of data that is larger than memory: two passes over chunks, bounded memory, runs that go on when killed.

`statistics` is the first pass; `batch_norm` both, with y and the gradient; `normalized` the second alone, as chunks.
"""

from bncore.stream.first import statistics
from bncore.stream.second import Normalized, batch_norm, normalized
from bncore.stream.sources.opening import READERS, opened
from bncore.stream.streamed import Streamed

__all__ = ["READERS", "Normalized", "Streamed", "batch_norm", "normalized", "opened", "statistics"]
