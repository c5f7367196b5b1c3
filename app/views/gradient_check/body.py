"""The body of a gradient check: nested lists, text or an NPZ file, nothing unpickled, bounded before unpacking."""

import io
import json
import zipfile
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from app.batches.uploads.formats.npy import check_length
from app.batches.uploads.formats.npz import BOUNDS
from app.errors import InvalidQuery, UnreadableBatch, UploadTooLarge
from app.files.archive import archive_of
from app.files.damage import damage_told
from app.files.header import read_header
from app.settings import MEBIBYTE
from app.views.gradient_check.tensor import parsed, printed
from app.web.arrays import check_integers, check_names, once
from bncore.diagnosis import Printed
from bncore.exact.integers import first_rounded, refused

FEWER = "a few examples show as much as many, so send fewer of them"
LARGEST_BODY = 16 * MEBIBYTE
LARGEST_ARRAYS = 64 * MEBIBYTE
MOST_NUMBERS = 2**17  # of x: about 80 mistakes are built, each as large as x
SHORT = 6  # digits behind the point of numbers that were rounded for reading
DO = "Save it with numpy.savez, without Python objects."
LISTS = "nested lists of numbers, every row equally long"
BODIES = "a JSON object, or an NPZ file"
NPY = b"\x93NUMPY"
ZIP = b"PK"


def fields_of(body: bytes) -> dict[str, Any]:
    """The fields of a body: an NPZ file's arrays by their names, or a JSON object. Raises InvalidQuery."""
    fields = unpacked(body) if body.startswith(ZIP) else _json(body)
    if not isinstance(fields, dict):
        raise InvalidQuery("The body is JSON, but no object with named fields.", field="body", allowed=BODIES)
    return fields


def _json(body: bytes) -> Any:
    """JSON; what has no place in it, as NaN, is read too, so that the refusal can say where it stands."""
    check_integers(body)
    try:
        fields = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        try:
            return json.loads(body, object_pairs_hook=once)
        except (ValueError, RecursionError):
            detail = f"The body is neither JSON nor NPZ: {error}."
            raise InvalidQuery(detail, field="body", allowed=BODIES) from error
    check_names(body)
    return fields


def unpacked(body: bytes) -> dict[str, Any]:
    """The arrays of an NPZ file by name; those without axes become plain numbers and text, as JSON would have them."""
    try:
        with archive_of(io.BytesIO(body), BOUNDS) as archive:
            _refuse_bomb(archive)
            return {info.filename.removesuffix(".npy"): _member(archive, info) for info in archive.infolist()}
    except UnreadableBatch as error:
        raise _damaged(error) from error


def _refuse_bomb(archive: zipfile.ZipFile) -> None:
    if sum(member.file_size for member in archive.infolist()) > LARGEST_ARRAYS:
        what = f"The NPZ file unpacks to more than {LARGEST_ARRAYS // MEBIBYTE} MiB"
        raise too_large(what, "body", LARGEST_ARRAYS)


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Any:
    with archive.open(info) as file:
        return array_of(file.read(LARGEST_ARRAYS), f"The array {info.filename.removesuffix('.npy')!r}")


def array_of(content: bytes, what: str) -> Any:
    """The array of an NPY file whose header keeps its promise. Raises InvalidQuery."""
    try:
        with damage_told(what, DO):
            header = read_header(io.BytesIO(content), what)
            if not header.dtype.hasobject:  # `read_array` refuses those, whose length says nothing
                check_length(header, len(content), what)
            array = np.lib.format.read_array(io.BytesIO(content), allow_pickle=False)
    except UnreadableBatch as error:
        raise _damaged(error) from error
    if array.ndim and (rounded := first_rounded(array)) is not None:
        place = f"{what}[{', '.join(map(str, rounded))}]"
        raise InvalidQuery(refused(place, int(array[rounded])), field="body", given=str(array[rounded]))
    return array if array.ndim else array.item()


def _damaged(error: UnreadableBatch) -> InvalidQuery:
    return InvalidQuery(f"The file cannot be read: {error.detail}", field="body", allowed=BODIES)


def given(values: Any, field: str) -> NDArray[Any] | Printed | None:
    """A student's tensor: an array or nested lists; as text, or in few digits, with the unit of its last digit.

    So numbers in JSON say the same as the same numbers as text.
    """
    sent = as_sent(values, field)
    if not isinstance(sent, np.ndarray) or not _is_short(sent):
        return sent
    return printed(sent, [repr(one) for one in sent.ravel().tolist()])


def as_sent(values: Any, field: str) -> NDArray[Any] | Printed | None:
    """An array of the batch: only as text it has digits that may have been cut, or a program would send all of them."""
    return parsed(values, field, MOST_NUMBERS) if isinstance(values, str) else numbers(values, field)


def _is_short(array: NDArray[Any]) -> bool:
    """Whether all numbers are decimals of few digits, and not all whole."""
    if array.dtype != np.float64 or not np.isfinite(array).all():
        return False
    return bool((np.round(array, SHORT) == array).all() and (np.round(array) != array).any())


def numbers(values: Any, field: str) -> NDArray[Any] | None:
    """Nested lists (or an array) as an array, None as None; null inside, objects and texts inside are refused."""
    if values is None:
        return None
    try:
        array = np.asarray(values)
    except (ValueError, OverflowError) as error:
        detail = f"{field} is ragged: its rows differ in length, or not all are lists."
        raise InvalidQuery(detail, field=field, allowed=LISTS) from error
    if not is_real(array):
        detail = f"{field} holds something that is not a number (text, null, true or false, an object)."
        raise InvalidQuery(detail, field=field, allowed=LISTS)
    return array


def is_real(array: NDArray[Any]) -> bool:
    """Whether it holds real numbers, and not what stands for them."""
    return array.dtype.kind in "iuf"


def too_large(what: str, field: str, limit: int) -> UploadTooLarge:
    """The refusal of more than a check needs."""
    detail = f"{what}. A few examples show as much as many: send fewer."
    return UploadTooLarge(detail, field=field, allowed=f"at most {limit:,}")
