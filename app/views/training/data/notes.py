"""What is worth a word about the columns of an upload that is trained on, and about the classes of any source."""

from collections.abc import Iterator, Sequence

import numpy as np

from app.batches.batch import Array
from bncore.training import Data

NAMES = ("id", "index", "row", "no", "nr", "number")
"""What a column of row numbers is called, in any case of letters."""
ROWS = 20
"""From how many rows on a column that goes up by one is taken to count them."""

SHOWN = 5
"""So many classes are named in a sentence."""


def class_notes(data: Data) -> Iterator[str]:
    """A sentence where classes are missing among the examples that are trained on, or among those held out.

    >>> x, labels = np.zeros((2, 1)), np.array([0, 1])
    >>> for note in class_notes(Data(x, labels, x, labels * 0, ("a", "b", "c"))):
    ...     print(note)
    No example of 1 of 3 classes (c) is trained on: it cannot be learned.
    No example of 2 of 3 classes (b, c) is held out: how well they are learned is not seen.
    """
    missing, unseen = _missing(data.labels, data), _missing(data.held_labels, data)
    if missing:
        they = "it" if len(missing) == 1 else "they"
        yield f"No example of {_counted(missing, data)} is trained on: {they} cannot be learned."
    if unseen:
        are = "it is" if len(unseen) == 1 else "they are"
        yield f"No example of {_counted(unseen, data)} is held out: how well {are} learned is not seen."


def _missing(labels: Array, data: Data) -> list[str]:
    """The names of the classes without an example."""
    counts = np.bincount(labels, minlength=data.classes)
    return [name for name, count in zip(data.label_names, counts, strict=True) if not count]


def _counted(names: Sequence[str], data: Data) -> str:
    """Some of the classes, such as "2 of 3 classes (b, c)"."""
    shown = ", ".join(names[:SHOWN]) + (", …" if len(names) > SHOWN else "")
    return f"{len(names)} of {data.classes} classes ({shown})"


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
