"""Class labels out of a column: codes 0 … C-1 and the classes' names."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from app.batches.batch import Array
from app.batches.uploads.missing import row_blocks
from app.errors import UnreadableBatch, shortened

CLASSES = 1000
"""More classes than this are no classes but a measurement or a name."""


NAME = 1000
"""Characters of a name; a longer one is a text, and would stand in every answer."""


def encode(values: Array, name: str, go_on: Callable[[], None]) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """The codes of `values` and the names of the classes, in sorted order; a piece of the values at a time.

    Raises:
        UnreadableBatch: there are more than `CLASSES` different values.
    """
    classes = values[:0]
    for _, block in row_blocks(values, go_on):
        classes = np.unique(np.concatenate([classes, np.unique(block)]))
        if len(classes) > CLASSES:
            raise too_many(name, len(classes))
    names = tuple(class_name(value) for value in classes.tolist())
    check_names(names)
    codes = [np.searchsorted(classes, block) for _, block in row_blocks(values, go_on)]
    return np.concatenate(codes).astype(np.int64), names


def check_names(names: Sequence[str]) -> None:
    """Refuse names of columns or classes that are texts rather than names."""
    longest = max(map(len, names), default=0)
    if longest > NAME:
        raise UnreadableBatch(
            f"A column or a class has a name of {longest:,} characters; names have at most {NAME:,}. Shorten it.",
            field="file",
            given=longest,
            allowed=f"names of at most {NAME:,} characters",
        )


def class_name(value: Any) -> str:
    """A class's name; 3.0 is class "3"."""
    if isinstance(value, bytes):
        return decoded(value)
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def decoded(text: bytes) -> str:
    """Text in UTF-8, or else in Latin-1."""
    try:
        return text.decode()
    except UnicodeDecodeError:
        return text.decode("latin-1")


class Codes:
    """The labels of a table that comes in blocks, as pyarrow encodes them; a missing one has the code 0."""

    def __init__(self, name: str | None) -> None:
        self._name = name or ""
        self._positions: dict[str, int] = {}
        self._blocks: list[NDArray[np.int64]] = []

    def add(self, labels: pa.DictionaryArray) -> None:
        """Take the labels of the next block.

        Raises:
            UnreadableBatch: there are more than `CLASSES` different values by now.
        """
        if len(labels.dictionary) > CLASSES:
            raise too_many(self._name, len(labels.dictionary))
        names = [_trimmed(class_name(value)) for value in labels.dictionary.to_pylist()]
        check_names(names)
        positions = [self._positions.setdefault(name, len(self._positions)) for name in names]
        if len(self._positions) > CLASSES:
            raise too_many(self._name, len(self._positions))
        codes = labels.indices.fill_null(0).to_numpy(zero_copy_only=False)
        self._blocks.append(np.array(positions or [0], np.int64)[codes])

    def names(self) -> tuple[str, ...]:
        """The classes in sorted order: numbers by size, text by the alphabet."""
        return tuple(sorted(self._positions, key=_order))

    def codes(self) -> NDArray[np.int64]:
        """The code of each row."""
        ranks = {name: rank for rank, name in enumerate(self.names())}
        return np.array([ranks[name] for name in self._positions] or [0], np.int64)[np.concatenate(self._blocks)]


def _trimmed(name: str) -> str:
    """A class's name as read from text: " 3.0 " is class "3"."""
    try:
        return class_name(float(name))
    except ValueError:
        return name.strip()


def _order(name: str) -> tuple[int, float, str]:
    try:
        return 0, float(name), ""
    except ValueError:
        return 1, 0.0, name


def too_many(name: str, different: int) -> UnreadableBatch:
    """The error for a label that is a measurement or a name rather than a class."""
    why = (
        f"has {different:,} or more different values; class labels have at most {CLASSES:,}. "
        "Choose a column that names the class of each row."
    )
    return UnreadableBatch(
        f"label={name} {why}",
        page=f"The label {name!r} {why}",
        field="label",
        given=name,
        allowed=f"a column with at most {CLASSES:,} different values",
    )


def unknown_label(name: str, names: Sequence[str]) -> UnreadableBatch:
    """The error for a label that is not there."""
    shown = ", ".join(str(shortened(name)) for name in names[:30]) + (" …" if len(names) > 30 else "")
    return UnreadableBatch(
        f"There is no column {name!r} to take labels from. There are: {shown or 'none'}.",
        field="label",
        given=name,
        allowed=shown,
    )
