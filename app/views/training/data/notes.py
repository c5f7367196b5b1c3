"""What is worth a word about the columns of an upload that is trained on."""

from collections.abc import Iterator, Sequence

import numpy as np

from app.batches.batch import Array

NAMES = ("id", "index", "row", "no", "nr", "number")
"""What a column of row numbers is called, in any case of letters."""
ROWS = 20
"""From how many rows on a column that goes up by one is taken to count them."""


def notes_of(x: Array, names: Sequence[str]) -> Iterator[str]:
    """A sentence for each feature of examples (N, D) that tells the row and nothing else.

    That is one that goes up by one from row to row, where there are enough of them that a measurement hardly does, or
    one that is called like that and never repeats.

    >>> x = np.array([[1.0, 7.0, 3.0], [2.0, 9.0, 3.0], [3.0, 8.0, 3.0]])
    >>> list(notes_of(x, ("n", "ID", "z")))
    ['ID is trained on as a feature, and has another value in each row: leave it out of the file if it is none.']
    >>> many = np.column_stack([np.arange(20.0), 0.5 * np.arange(20)])
    >>> [note.split()[0] for note in notes_of(many, ("n", "height"))]
    ['n']
    """
    if x.ndim != 2 or len(x) < 2:
        return
    for name, column in zip(names, x.T, strict=True):
        if len(column) >= ROWS and (np.diff(column) == 1).all():
            yield f"{name} is trained on as a feature, and counts the rows: leave it out of the file if it is none."
        elif name.lower() in NAMES and len(np.unique(column)) == len(column):
            yield (
                f"{name} is trained on as a feature, and has another value in each row: leave it out of the file if it "
                "is none."
            )
