"""The part of a block that the stage draws, so that each of its cells is a square that can be seen and hit."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

TILE = 3  # rows and columns of positions that are drawn of each channel, at most
WIDE = 12  # cells side by side in a cube, at most
HIGH = 18  # cells one above another, at most

Four = tuple[int, int, int, int]


@dataclass(frozen=True)
class Window:
    """Examples, channels, rows and columns of positions: `of` how many there are, `start` the first that is drawn,
    `shown` how many are.

    A block is leafed through by whole windows, the same for all cells of a window: it stays while one walks in it.
    """

    of: Four
    start: Four
    shown: Four

    @property
    def is_all(self) -> bool:
        """Whether every cell of the block is drawn."""
        return self.shown == self.of

    @property
    def positions(self) -> list[int]:
        """The numbers of the positions that are drawn, row by row."""
        columns = self.of[3]
        return [row * columns + column for row in self.indices(2) for column in self.indices(3)]

    def indices(self, axis: int) -> range:
        """What is drawn along an axis."""
        return range(self.start[axis], self.start[axis] + self.shown[axis])


def image_of(shape: Sequence[int]) -> tuple[int, int]:
    """Rows and columns of the positions of an array (N, C, …): the last axis runs along a row.

    >>> image_of((8, 6)), image_of((8, 6, 5)), image_of((8, 6, 2, 3, 4))
    ((1, 1), (1, 5), (6, 4))
    """
    return (prod(shape[2:-1]), shape[-1]) if len(shape) > 2 else (1, 1)


def place_of(cell: tuple[int, int, int], columns: int) -> Four:
    """Example, channel, row and column of a cell."""
    example, channel, position = cell
    return example, channel, position // columns, position % columns


def window_at(shape: Sequence[int], cell: tuple[int, int, int]) -> Window:
    """The window of a block of this shape in which a cell lies.

    >>> window_at((4, 6, 3, 3), (2, 3, 8)).is_all
    True
    >>> window_at((8, 8, 4, 4), (5, 7, 15))
    Window(of=(8, 8, 4, 4), start=(4, 6, 3, 3), shown=(4, 2, 1, 1))
    """
    rows, columns = image_of(shape)
    of = (shape[0], shape[1], rows, columns)
    high, wide = min(rows, TILE), min(columns, TILE)
    most = (WIDE // wide, HIGH // high, high, wide)
    starts = [at // size * size for at, size in zip(place_of(cell, columns), most, strict=True)]
    sizes = [min(size, total - start) for size, total, start in zip(most, of, starts, strict=True)]
    return Window(of, _four(starts), _four(sizes))


def _four(numbers: Sequence[int]) -> Four:
    examples, channels, rows, columns = numbers
    return examples, channels, rows, columns
