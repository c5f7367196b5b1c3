"""Which cells share a statistic, told axis by axis.

Every arrangement of the table of norms is a product: whether two cells share is decided by their examples, by their
channels and by their positions, each for itself. So three short rows of numbers tell what `Arrangement.owners` tells
of every cell.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import NDArray

from bncore.norms.arrangement import Arrangement

Numbers = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Sharing:
    """A number for each example (N,), channel (C,) and position (S,): cells share where all three are the same.

    `count` cells share each statistic, K; of a smaller last ghost batch `last`, which else is 0.
    """

    examples: Numbers
    channels: Numbers
    positions: Numbers
    count: int
    last: int = 0

    @property
    def axes(self) -> tuple[Numbers, Numbers, Numbers]:
        """All three, in the order of the array's axes."""
        return self.examples, self.channels, self.positions


def sharing(arrangement: Arrangement) -> Sharing:
    """The sharing of an arrangement of (N, C, ...), whose axes behind the second are positions.

    >>> of_groups = sharing(Arrangement((2, 4, 3), (2, 2, 6), (2,)))
    >>> of_groups.examples, of_groups.channels, of_groups.positions, of_groups.count
    (array([0, 1]), array([0, 0, 1, 1]), array([0, 0, 0]), 6)
    """
    owners = arrangement.owners().reshape(*arrangement.shape[:2], -1)
    return Sharing(_numbered(owners[:, 0, 0]), _numbered(owners[0, :, 0]), _numbered(owners[0, 0]), arrangement.count)


def sharing_of_ghosts(shape: Sequence[int], size: int) -> Sharing:
    """The sharing of ghost batches of `size` examples, the last of which takes what is left, of (N, C, ...).

    >>> sharing_of_ghosts((5, 2, 3), 2)
    Sharing(examples=array([0, 0, 1, 1, 2]), channels=array([0, 1]), positions=array([0, 0, 0]), count=6, last=3)
    """
    examples, channels, *image = shape
    positions = prod(image)
    ghosts, alone = np.arange(examples) // size, np.zeros(positions, np.intp)
    return Sharing(ghosts, np.arange(channels), alone, size * positions, examples % size * positions)


def _numbered(owners: Numbers) -> Numbers:
    """The same from 0 on without gaps."""
    return np.unique(owners, return_inverse=True)[1].ravel()
