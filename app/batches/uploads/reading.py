"""How an upload is to be read: it stands in a view's query, never in the upload."""

from dataclasses import dataclass
from typing import Literal, get_args

from app.errors import InvalidQuery

Header = Literal["auto", "yes", "no"]
Missing = Literal["error", "drop", "mask"]


@dataclass(frozen=True)
class Reading:
    """The options of a reading; the defaults suit most files.

    array: which array of an NPZ is the batch; None takes `x`, or else the only one that can be.
    header: whether the first line of a CSV holds names; `auto` looks.
    missing: what to do with missing or infinite values: `error`, `drop` the examples that hold them, or `mask` the
        positions that hold them.
    mask: which array says what is valid; empty takes one that is called so, `none` takes none.
    feature_axis: the axis of features (channels) of an array; 1 is (N, D) and NCHW, -1 is NHWC.
    label: the column of a table, or the array of an NPZ, that holds class labels; it is no feature.
    drop: columns of a table, or arrays of a file of several, that are left out; commas between, quotes around a comma.
    """

    array: str | None = None
    header: Header = "auto"
    missing: Missing = "error"
    feature_axis: int = 1
    label: str | None = None
    drop: str = ""
    mask: str = ""

    def __post_init__(self) -> None:
        _check("header", self.header, get_args(Header))
        _check("missing", self.missing, get_args(Missing))


def _check(field: str, given: str, allowed: tuple[str, ...]) -> None:
    if given not in allowed:
        choices = ", ".join(allowed)
        raise InvalidQuery(f"{field} is one of {choices}, not {given!r}.", field=field, given=given, allowed=choices)
