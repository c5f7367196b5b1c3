"""Where each cell of a window stands in a cube's drawing, which is the same size whatever is drawn in it."""

from typing import Any

from app.views.norms.stage.window import HIGH, TILE, WIDE, Window

CELL = 8.0  # units a side; a phone shows three cubes side by side with a pixel or more a unit
GAPS = {1: 0.8, 2: 1.8, 3: 3.0}  # units between channels (and examples) that are so many cells high (and wide)
WIDTH = CELL * WIDE + GAPS[TILE] * (WIDE // TILE - 1)
HEIGHT = CELL * HIGH + GAPS[TILE] * (HIGH // TILE - 1)


def drawing_of(window: Window) -> dict[str, Any]:
    """The size of a drawing and of a cell, and where columns and rows of cells begin: amid the drawing.

    `xs` has a number for each example and column, `ys` for each channel and row.
    """
    examples, channels, rows, columns = window.shown
    return {
        "width": WIDTH, "height": HEIGHT, "cell": CELL,
        "xs": _places(examples, columns, WIDTH), "ys": _places(channels, rows, HEIGHT),
    }  # fmt: skip


def _places(tiles: int, cells: int, room: float) -> list[float]:
    """The beginnings of so many tiles of cells in a row, in the middle of the room.

    >>> _places(2, 2, 35.8)
    [1.0, 9.0, 18.8, 26.8]
    """
    pitch = cells * CELL + GAPS[cells]
    first = (room - (tiles * pitch - GAPS[cells])) / 2
    return [round(first + tile * pitch + cell * CELL, 2) for tile in range(tiles) for cell in range(cells)]
