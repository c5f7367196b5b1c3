"""A parsed upload on disk: a folder of `.npy` files that any worker maps, and `parsed.json` beside them."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from app.batches.batch import Array
from app.errors import UnreadableBatch

RELEASE = 3
"""Part of every cache key: raise it when the meaning of these files changes."""

X = "x.npy"
BAD_ROWS = "bad_rows.npy"
LABELS = "labels.npy"
GIVEN = "given_{}.npy"


@dataclass(frozen=True)
class Missing:
    """The missing or infinite values of a batch: how many, and where the first one stands.

    arrays: the names of the arrays that hold them, where an upload has names.
    """

    count: int
    rows: int
    row: int
    place: str
    value: str
    arrays: tuple[str, ...] = ()

    def error(self) -> UnreadableBatch:
        rows = "1 row has" if self.rows == 1 else f"{self.rows:,} rows have"
        return UnreadableBatch(
            f"There is no number at {self.place}: it holds {self.value}; {rows} missing or infinite values. "
            "Fill them in, or read with missing=drop to leave such rows out.",
            field="missing",
            given="error",
            allowed="drop",
        )


@dataclass(frozen=True)
class Parsed:
    """What a reader found. The arrays stand in files; `x` is the upload itself where `in_place` is set.

    feature_names: the columns' names; None for an array, whose features have none.
    given: the names of the layer's arrays that came along (`gamma`, `dy` …).
    able_labels: the columns or arrays that could be read as class labels.
    """

    in_place: bool = False
    feature_names: tuple[str, ...] | None = None
    label_names: tuple[str, ...] = ()
    given: tuple[str, ...] = ()
    able_labels: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    missing: Missing | None = None

    def save(self, folder: Path) -> None:
        (folder / "parsed.json").write_bytes(orjson.dumps(asdict(self)))


def load(folder: Path) -> Parsed:
    """The description that `Parsed.save` wrote into `folder`."""
    fields: dict[str, Any] = orjson.loads((folder / "parsed.json").read_bytes())
    missing = fields.pop("missing")
    tuples: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in fields.items()
    }
    if missing:
        missing["arrays"] = tuple(missing["arrays"])
    return Parsed(**tuples, missing=Missing(**missing) if missing else None)


def mapped(path: Path) -> Array:
    """The array in `path`, mapped: only the pages that are used are read. Empty arrays cannot be mapped."""
    array: Array = np.load(path, mmap_mode="r", allow_pickle=False)
    return array
