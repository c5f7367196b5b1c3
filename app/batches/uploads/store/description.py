"""What is found out about an upload when it comes: what it is, and in which way it can be read."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from app.batches.uploads.arrays.archive import Arrays, arrays_of
from app.batches.uploads.arrays.choice import candidates, main_array
from app.batches.uploads.bounds import Bounds
from app.batches.uploads.parsed import Missing
from app.batches.uploads.reading import Reading
from app.batches.uploads.source import UploadSource
from app.batches.uploads.store.receive import Received
from app.errors import UserError

Open = Callable[[Path, Reading], UploadSource]

WAYS = (
    ("", "", Reading()),
    ("missing=drop", "", Reading(missing="drop")),  # the page has a button for it
    ("missing=mask", "", Reading(missing="mask")),
    ("feature_axis=-1", "Set the feature axis to -1.", Reading(feature_axis=-1)),
    (
        "feature_axis=-1 and missing=drop", "Set the feature axis to -1, and leave such rows out.",
        Reading(feature_axis=-1, missing="drop"),
    ),
    (
        "feature_axis=-1 and missing=mask", "Set the feature axis to -1, and leave such positions out.",
        Reading(feature_axis=-1, missing="mask"),
    ),
)  # fmt: skip
"""How an upload may be read: the parameters, what a page says of them, and the reading."""


MENDED = ("missing", "feature_axis", "array", "mask")
"""Fields of errors that another of these ways may mend: with any other, the file is not read again and again."""

TRIED = 8
"""Arrays of an NPZ that are tried where the view must choose one."""


def describe(received: Received, upload: Path, bounds: Bounds, open_upload: Open) -> dict[str, Any]:
    """The description of an upload that can be read in some way; a warning names the way if it is not the default.

    Raises:
        UserError: it can be read in no way; the error is the default reading's.
    """
    arrays = arrays_of(received.kind, upload, bounds)
    start = {"id": received.id, "kind": received.kind, "bytes": received.bytes, "arrays": _listed(arrays)}
    if arrays and main_array(arrays) is None:
        return start | _undecided(upload, arrays, open_upload)
    source, needed = _first_readable(upload, open_upload)
    told = {
        "shape": list(source.x.shape),
        "dtype": source.dtype.name,
        "columns": list(source.feature_names),
        "labels": list(source.able_labels),
        "missing": _missing(source.missing),
        "settings": dict(source.said),
    }
    return start | told | _noted(needed, source.warnings)


def _noted(needed: list[tuple[str, str]], others: Sequence[str] = ()) -> dict[str, list[str]]:
    """The warnings, and the same in the words of a page; those that are `needed` differ."""
    return {
        "warnings": [*(warning for warning, _ in needed), *others],
        "page_warnings": [*(page for _, page in needed), *others],
    }


def _first_readable(upload: Path, open_upload: Open) -> tuple[UploadSource, list[tuple[str, str]]]:
    first: UserError | None = None
    for way, on_page, reading in WAYS:
        try:
            source = open_upload(upload, reading)
        except UserError as error:
            first = first or error
            if error.field not in MENDED:
                break
        else:
            return source, [_way_out(first, way, on_page)] if first else []
    assert first is not None
    raise first


def _way_out(first: UserError, way: str, on_page: str) -> tuple[str, str]:
    """What is wrong with the default reading, which a page's words tell without parameters, and the way to read it."""
    return f"{first.page} (Read it with {way}.)", f"{first.page} {on_page}".strip()


def _undecided(upload: Path, arrays: Arrays, open_upload: Open) -> dict[str, Any]:
    """The description of an NPZ of which the view must choose the array; at least one of them can be read."""
    try:
        open_upload(upload, Reading())
    except UserError as error:
        undecided = error
    if undecided.field == "file":  # a model, which no choice of an array makes a batch
        raise undecided
    able = list(_readable(upload, candidates(arrays)[:TRIED], open_upload))
    if not able:
        raise undecided
    needed = (
        f"{undecided.detail} (Read it with array={' or array='.join(able)}.)",
        f"{undecided.page} It can be read as {' or '.join(able)}.",
    )
    return {"shape": None, "dtype": None, "columns": [], "labels": [], "missing": None, "settings": {}} | _noted(
        [needed]
    )


def _readable(upload: Path, names: list[str], open_upload: Open) -> Iterator[str]:
    for name in names:
        try:
            open_upload(upload, Reading(array=name, missing="drop"))
        except UserError:
            continue
        yield name


def _listed(arrays: Arrays) -> list[dict[str, Any]]:
    return [{"name": name, "shape": list(header.shape), "dtype": header.word} for name, header in arrays.items()]


def _missing(missing: Missing | None) -> dict[str, Any] | None:
    if missing is None:
        return None
    return {"count": missing.count, "rows": missing.rows, "first": missing.place, "value": missing.value}
