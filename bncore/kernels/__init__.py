"""Compiled passes of batch norm, where they were built for this machine; elsewhere `bncore` computes with NumPy.

They do what the NumPy reference does, number by number and in float64, but for the order of sums: results are the same
to the last place or two, and the same to the last bit whatever the threads. `make` builds them by scripts/kernels.py,
`pip install .` by setuptools; both read their sources and flags in pyproject.toml.
"""

from bncore.kernels.backend import Backend, backend, in_force, using
from bncore.kernels.passes import (
    Memory,
    backward,
    counters_of,
    forward,
    look,
    moments,
    normalize,
    numbers_of,
    serves,
    table_of,
)
from bncore.kernels.rows import RowRule, backward_rows, forward_rows, moments_rows

__all__ = [
    "Backend", "Memory", "RowRule", "backend", "backward", "backward_rows", "counters_of", "forward",
    "forward_rows", "in_force", "look", "moments", "moments_rows", "normalize", "numbers_of", "serves", "table_of",
    "using",
]  # fmt: skip
