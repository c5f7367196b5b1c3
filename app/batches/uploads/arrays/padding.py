"""The padding of a batch taken out: by the mask that comes with it, by its missing values, or by both."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from app.batches.batch import Array
from app.batches.uploads import masked
from app.batches.uploads.axes import feature_axis
from app.batches.uploads.bounds import Bounds
from app.batches.uploads.formats.table import listed
from app.batches.uploads.masked import NONE, Mask
from app.batches.uploads.parsed import GIVEN, LABELS, X, mapped
from app.batches.uploads.reading import Reading
from app.errors import UnreadableBatch, shortened
from app.models.names import named


@dataclass(frozen=True)
class Padded:
    """A batch that may be padded: its arrays, and the mask that came along, if one did."""

    x: Array
    dy: Array | None
    mask: Array | None
    name: str = ""


def mask_named(reading: Reading, found_by_name: str | None, names: list[str]) -> str | None:
    """The name of the array that is the mask. Raises UnreadableBatch where it is not there."""
    if reading.mask in ("", NONE):
        return found_by_name if not reading.mask else None
    if reading.mask not in names:
        detail = f"There is no array {reading.mask[:80]!r} to be the mask. There are: {listed(names)}."
        raise UnreadableBatch(detail, field="mask", given=reading.mask, allowed=listed(names))
    return reading.mask


def taken_out(batch: Padded, reading: Reading, folder: Path, bounds: Bounds) -> tuple[bool, tuple[str, ...]]:
    """As `without_padding`; a mask that nobody asked for and that is none for whole positions is told, and not used."""
    try:
        return without_padding(batch, reading, folder, bounds)
    except UnreadableBatch as error:
        if reading.mask or error.field != "mask":
            raise
        why = error.page.partition(". ")[0]
        is_masked, told = without_padding(replace(batch, mask=None), reading, folder, bounds)
        return is_masked, (f"{why}, so it is not used.", *told)


def without_padding(batch: Padded, reading: Reading, folder: Path, bounds: Bounds) -> tuple[bool, tuple[str, ...]]:
    """Leave the valid positions alone in `folder`, unless each is; whether that is so, and what is said.

    Raises:
        UnreadableBatch: the mask does not fit, or nothing is valid.
        InvalidQuery: there is no such feature axis.
    """
    if batch.mask is None and (reading.missing != "mask" or batch.x.ndim < 3 or batch.x.dtype.kind != "f"):
        return False, ()
    axis = feature_axis(reading.feature_axis, batch.x.shape)
    valid, by = _valid(batch, axis, reading, bounds.go_on)
    if not valid.any():
        raise UnreadableBatch(
            "No position is left: each is padding or has a missing value.", field="missing", given="mask"
        )
    if valid.all():
        return False, (masked.note(valid, by),) if batch.mask is not None else ()
    _keep(batch, valid, axis, folder, bounds)
    return True, (masked.note(valid, by),)


def _valid(batch: Padded, axis: int, reading: Reading, go_on: Callable[[], None]) -> tuple[Mask, str]:
    """The valid positions, and what says so."""
    by: list[str] = []
    valid = np.ones([n for at, n in enumerate(batch.x.shape) if at != axis], bool)
    if batch.mask is not None:
        known = named(batch.name)
        inverted = known is not None and known.role == "padding"
        valid &= masked.valid_by(batch.mask, batch.name, batch.x.shape, axis, inverted=inverted, go_on=go_on)
        by.append(str(shortened(batch.name)))
    if reading.missing == "mask":
        arrays = [one for one in (batch.x, batch.dy) if one is not None and one.dtype.kind == "f"]
        valid &= masked.valid_where(axis, *arrays, go_on=go_on) if arrays else True
        by.append("what is not missing")
    return valid, " and ".join(by)


def _keep(batch: Padded, valid: Mask, axis: int, folder: Path, bounds: Bounds) -> None:
    for name, array in ((X, batch.x), (GIVEN.format("dy"), batch.dy)):
        if array is not None:
            rest = folder / f"valid_{name}"
            masked.keep(array, valid, axis, rest, bounds.bytes, bounds.go_on)
            rest.replace(folder / name)
    if (folder / LABELS).exists():
        labels = mapped(folder / LABELS)
        np.save(folder / LABELS, np.repeat(labels, valid.reshape(len(valid), -1).sum(axis=1)))
