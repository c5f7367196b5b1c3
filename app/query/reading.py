"""The fields of a query that say how an upload is read, for each query that may name one."""

from dataclasses import fields
from typing import Any, Literal

from app.batches.uploads.reading import Reading
from app.query.control import control

Header = Literal["auto", "yes", "no"]
Missing = Literal["error", "drop", "mask"]

ARRAY = control(
    None, "Which array of a file of several to read; left out, `x` or the only one. Of a large Parquet file, columns, "
    "with commas between.",
    title="Array", group="upload", kind="text", shown_for="upload large", max_length=200,
)  # fmt: skip
HEADER = control(
    "auto", "Whether the first line of a CSV names the columns.",
    title="Header line", group="upload", kind="select", shown_for="upload",
)  # fmt: skip
MISSING = control(
    "error", "What to do with missing or infinite values: refuse them, `drop` the rows that have them, or `mask` the "
    "positions that have them, of examples with several.",
    title="Missing values", group="upload", kind="select", shown_for="upload",
)  # fmt: skip
FEATURE_AXIS = control(
    1, "The axis of an uploaded array that counts the features (channels).",
    title="Feature axis", group="upload", kind="number", step=1, shown_for="upload large", ge=-8, le=8,
)  # fmt: skip
DROP = control(
    "", "Columns of a table, or arrays of a file of several, to leave out by name, commas between.",
    title="Leave out", group="upload", kind="text", shown_for="upload", max_length=2_000,
)  # fmt: skip
MASK = control(
    "", "Array of 0 and 1 that says which positions are valid, the rest being padding; left out, one that is called "
    "so; `none` takes none.",
    title="Mask", group="upload", kind="text", shown_for="upload", max_length=200,
)  # fmt: skip
LABEL = control(
    None, "Column of a table, or array of an NPZ, that holds the classes.",
    title="Label", group="upload", kind="text", shown_for="upload", max_length=200,
)  # fmt: skip


def reading_of(query: Any) -> Reading:
    """How an upload is read, from the fields of a query that has them all."""
    return Reading(**{field.name: getattr(query, field.name) for field in fields(Reading)})
