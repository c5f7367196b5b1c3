"""Which cells of a block of 4 × 6 × 3 × 3 share a statistic in each norm, written down by hand."""

from itertools import product

BLOCK = list(product(range(4), range(6), range(9)))
"""Example, channel and position of each cell."""
SHARE = {
    "batch": lambda a, b: a[1] == b[1],
    "inference": lambda _a, _b: False,
    "ghost": lambda a, b: a[1] == b[1] and a[0] // 2 == b[0] // 2,
    "renorm": lambda a, b: a[1] == b[1],
    "group": lambda a, b: a[0] == b[0] and a[1] // 2 == b[1] // 2,
    "instance": lambda a, b: a[:2] == b[:2],
    "layer": lambda a, b: a[0] == b[0],
    "token": lambda a, b: a[0] == b[0] and a[2] == b[2],
    "rms": lambda a, b: a[0] == b[0],
}  # fmt: skip
