"""A parsed upload on disk: a folder of `.npy` files that any worker maps, and `parsed.json` beside them."""

import zlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from app.batches.batch import Array
from app.batches.uploads.bounds import wanted
from app.batches.uploads.sealed import Damaged, sealed, unsealed
from app.errors import UnreadableBatch

RELEASE = 5
"""Part of every cache key: raise it when the meaning of these files changes."""

PIECE = 1024**2
DESCRIPTION = "parsed.json"
X = "x.npy"
BAD_ROWS = "bad_rows.npy"
LABELS = "labels.npy"
GIVEN = "given_{}.npy"


@dataclass(frozen=True)
class Missing:
    """The missing or infinite values of a batch: how many, and where the first one stands.

    arrays: the names of the arrays that hold them, where an upload has names.
    positions: whether an example has several positions, so that one of them may be left out.
    """

    count: int
    rows: int
    row: int
    place: str
    value: str
    arrays: tuple[str, ...] = ()
    positions: bool = False

    def error(self) -> UnreadableBatch:
        rows = "1 row has" if self.rows == 1 else f"{self.rows:,} rows have"
        told = f"There is no number at {self.place}: it holds {self.value}; {rows} missing or infinite values."
        ways = {"drop": "leave such rows out"} | ({"mask": "only such positions"} if self.positions else {})
        detail, page = (
            f"{told} Fill them in, or {', or '.join(say + how.format(name) for name, say in ways.items())}."
            for how in (" (missing={})", "")
        )
        return UnreadableBatch(detail, page=page, field="missing", given="error", allowed=" or ".join(ways))

    def in_each(self) -> UnreadableBatch:
        """The error for dropping every example."""
        detail = f"Each example has a missing or infinite value, the first at {self.place}, so none is left"
        do = "Leave out only such positions"
        return UnreadableBatch(
            f"{detail}. {do} (missing=mask).", page=f"{detail}. {do}.", field="missing", given="drop", allowed="mask"
        )


@dataclass(frozen=True)
class Parsed:
    """What a reader found. The arrays stand in files; `x` is the upload itself where `in_place` is set.

    feature_names: the columns' names; None for an array, whose features have none.
    given: the names of the layer's arrays that came along (`gamma`, `dy` …), `called` what the file calls them.
    origin: the query by which the doctor shows the layer that the file was made of; empty for other files.
    masked: whether `x` is the table of the valid positions alone; the file's array had so many `axes`.
    said: what the file says its layer was set to (`eps`, `momentum` of the new batch, `batches`).
    able_labels: the columns or arrays that could be read as class labels.
    """

    in_place: bool = False
    feature_names: tuple[str, ...] | None = None
    label_names: tuple[str, ...] = ()
    given: tuple[str, ...] = ()
    called: Mapping[str, str] = field(default_factory=dict)
    said: Mapping[str, float] = field(default_factory=dict)
    origin: str = ""
    masked: bool = False
    axes: int | None = None
    able_labels: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    missing: Missing | None = None

    def save(self, folder: Path, go_on: Callable[[], None] = wanted) -> None:
        """Write the description, with the size and the sum of every file beside it."""
        files = {path.name: _summed(path, go_on) for path in sorted(folder.iterdir())}
        (folder / DESCRIPTION).write_bytes(sealed({"parsed": asdict(self), "files": files}))


def load(folder: Path, go_on: Callable[[], None] = wanted) -> Parsed:
    """The description that `Parsed.save` wrote into `folder`.

    Raises:
        Damaged: it, or a file beside it, is not what was written.
        FileNotFoundError: there is none.
    """
    kept = unsealed((folder / DESCRIPTION).read_bytes())
    for name, summed in kept["files"].items():
        if _summed(folder / name, go_on) != summed:
            raise Damaged
    return _parsed(kept["parsed"])


def _parsed(fields: dict[str, Any]) -> Parsed:
    missing = fields.pop("missing")
    tuples: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in fields.items()
    }
    if missing:
        missing["arrays"] = tuple(missing["arrays"])
    return Parsed(**tuples, missing=Missing(**missing) if missing else None)


def _summed(path: Path, go_on: Callable[[], None]) -> list[int]:
    """The bytes of a file and their sum."""
    size = summed = 0
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            go_on()
            size += len(piece)
            summed = zlib.crc32(piece, summed)
    return [size, summed]


def mapped(path: Path) -> Array:
    """The array in `path`, mapped: only the pages that are used are read. Empty arrays cannot be mapped."""
    array: Array = np.load(path, mmap_mode="r", allow_pickle=False)
    return array
