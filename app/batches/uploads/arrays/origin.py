"""Where a batch comes from: a layer of a model that the doctor opened, whose file says so in an array of its own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

import numpy as np

from app.batches.batch import Array
from app.batches.uploads.arrays.archive import Archive

ORIGIN = "bnscope_layer"
"""The array, of one text: the fields of the doctor's query, and whether x is drawn."""

FIELDS = ("model", "other", "capture", "norm")
DRAWN = "drawn"
LONGEST = 8_000  # characters of the text
DRAWN_NOTE = (
    "No capture came with this layer, so x is no data of yours: it is drawn from the layer's own running mean and "
    "variance, and agrees with them by construction. What real inputs do, a capture of training steps tells."
)


@dataclass(frozen=True)
class Origin:
    """The doctor's query that shows the layer, and whether its x was drawn for want of a batch."""

    query: str
    drawn: bool

    @property
    def notes(self) -> tuple[str, ...]:
        """What there is to say of the batch."""
        return (DRAWN_NOTE,) * self.drawn


def origin_array(fields: Mapping[str, str], drawn: bool) -> Array:
    """The array ORIGIN of a layer's file."""
    return np.array(urlencode({**fields, **({DRAWN: "1"} if drawn else {})}))


def origin_in(archive: Archive, folder: Path, go_on: Callable[[], None]) -> Origin | None:
    """What a file says of its origin; None where it says nothing, or nothing that can be read.

    Anybody may write such an array: other fields than those of the doctor's query are left out.
    """
    header = archive.arrays.get(ORIGIN)
    if header is None or header.shape or header.dtype.kind != "U" or header.dtype.itemsize > 4 * LONGEST:
        return None
    path = folder / "origin.npy"
    archive.extract(ORIGIN, path, go_on)
    try:
        said = dict(parse_qsl(str(np.load(path, allow_pickle=False))))
        query = urlencode({name: said[name] for name in FIELDS if name in said})
    except ValueError:  # what is no text, or none that an address holds
        return None
    finally:
        path.unlink()
    return Origin(query, DRAWN in said) if "norm" in said else None
