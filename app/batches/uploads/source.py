"""An opened upload: batches are drawn out of the mapped file, and only the rows drawn are read."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.batches.batch import Array, Batch
from app.batches.uploads.axes import axis_notes, feature_axis
from app.batches.uploads.gaps import not_finite
from app.batches.uploads.layer import check_given
from app.batches.uploads.missing import NO_ROWS
from app.batches.uploads.parsed import BAD_ROWS, GIVEN, LABELS, Missing, Parsed, X, mapped
from app.batches.uploads.reading import Reading
from app.errors import UnreadableBatch


@dataclass(frozen=True, eq=False)
class UploadSource:
    """The rows of an upload, read in one way. Implements `app.batches.batch.Source`."""

    x: Array
    feature_axis: int
    feature_names: tuple[str, ...]
    bad_rows: NDArray[np.int64]
    labels: NDArray[np.int64] | None
    label_names: tuple[str, ...]
    given: dict[str, Array]
    said: Mapping[str, float]
    able_labels: tuple[str, ...]
    missing: Missing | None
    warnings: tuple[str, ...]
    origin: str = ""

    @property
    def examples(self) -> int:
        """How many examples there are to draw from."""
        return len(self.x) - len(self.bad_rows)

    @property
    def dtype(self) -> np.dtype[Any]:
        """The dtype of the batches."""
        return floating(self.x[:0]).dtype

    def draw(self, size: int | None, rng: np.random.Generator) -> Batch:
        """`size` examples drawn without replacement, in the order in which they stand in the file.

        The order means nothing to batch norm, and keeping it reads the file forwards. None, or as many as there
        are or more, gives all of them; if none is dropped, `x` is the mapped file itself, read-only.
        """
        if size is None or size >= self.examples:
            return self._batch(self._kept(np.arange(self.examples)) if len(self.bad_rows) else slice(None))
        drawn = rng.choice(self.examples, size, replace=False, shuffle=False)
        return self._batch(self._kept(np.sort(drawn)))

    def _kept(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """The rows in the file, from those counted without the bad ones."""
        return rows + np.searchsorted(self.bad_rows - np.arange(len(self.bad_rows)), rows, side="right")

    def _batch(self, rows: NDArray[np.int64] | slice) -> Batch:
        given = {name: np.asarray(value[rows] if name == "dy" else value) for name, value in self.given.items()}
        return Batch(
            x=floating(np.asarray(self.x[rows])),
            feature_names=self.feature_names,
            feature_axis=self.feature_axis,
            rows=range(len(self.x)) if isinstance(rows, slice) else rows,
            labels=None if self.labels is None else np.asarray(self.labels[rows]),
            label_names=self.label_names,
            given=given,
            said=self.said,
            origin=self.origin,
            warnings=(*self.warnings, *self._dropped()),
        )

    def _dropped(self) -> list[str]:
        """The warning that rows are left out of every batch."""
        rows, all_rows = len(self.bad_rows), len(self.x)
        return [f"{rows:,} of {all_rows:,} rows dropped because of missing or infinite values."] * (rows > 0)


def open_source(parsed: Parsed, upload: Path, folder: Path, reading: Reading) -> UploadSource:
    """The source that a reader left in `folder`.

    Raises:
        UnreadableBatch: it has missing values and the reading does not drop them, or its layer does not fit.
        InvalidQuery: there is no such feature axis.
    """
    x = mapped(upload if parsed.in_place else folder / X)
    given = {name: mapped(folder / GIVEN.format(name)) for name in parsed.given}
    if parsed.missing and reading.missing == "error":
        raise _missing_error(parsed.missing, x, given, reading)
    axis = 1 if parsed.masked else feature_axis(reading.feature_axis, x.shape)
    check_given(given, x.shape, axis, parsed.called)
    return UploadSource(
        x=x,
        feature_axis=axis,
        feature_names=parsed.feature_names or counted(x.shape[axis], parsed.axes or x.ndim),
        bad_rows=_bad_rows(parsed, folder, len(x)),
        labels=mapped(folder / LABELS) if parsed.label_names else None,
        label_names=parsed.label_names,
        given={name: floating(value) for name, value in given.items()},
        said=parsed.said,
        origin=parsed.origin,
        able_labels=parsed.able_labels,
        missing=parsed.missing,
        warnings=(*parsed.warnings, *(axis_notes(axis, x.shape) if given.keys() <= {"dy"} else [])),
    )


def _bad_rows(parsed: Parsed, folder: Path, examples: int) -> NDArray[np.int64]:
    """The rows that are dropped. Raises UnreadableBatch where that is each of them, and positions may be left out."""
    if not parsed.missing:
        return NO_ROWS
    rows: NDArray[np.int64] = np.load(folder / BAD_ROWS)
    if len(rows) == examples:
        raise parsed.missing.in_each()
    return rows


def _missing_error(missing: Missing, x: Array, given: Mapping[str, Array], reading: Reading) -> UnreadableBatch:
    """The first place of what is missing in a batch; where the layer's `dy` has gaps, what is missing in both."""
    if "dy" not in missing.arrays or "dy" not in given:
        return missing.error()
    name = missing.arrays[0] if missing.arrays[0] != "dy" else "x"
    return not_finite(name, {name: x, "dy": given["dy"]}, reading.feature_axis)


def counted(features: int, axes: int) -> tuple[str, ...]:
    return tuple(f"x{i}" if axes == 2 else f"channel {i}" for i in range(features))


def floating(x: Array) -> Array:
    """Floats as they are (in this machine's byte order); integers and truth values as float64."""
    return x.astype(x.dtype.newbyteorder("=") if x.dtype.kind == "f" else np.float64, copy=False)
