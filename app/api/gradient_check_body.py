"""The body of a gradient check: nested lists or an NPZ file, nothing unpickled, bounded before unpacking."""

import io
import zipfile
from typing import Any

import numpy as np
from fastapi import Request
from numpy.typing import NDArray

from app.api.gradient_check_text import from_text
from app.batches.uploads.npy import check_length, read_header
from app.batches.uploads.npz import DAMAGED, MEMBERS
from app.errors import InvalidQuery, UploadTooLarge
from app.settings import MEBIBYTE

LARGEST_BODY = 16 * MEBIBYTE
LARGEST_ARRAYS = 64 * MEBIBYTE
LISTS = "nested lists of numbers, every row equally long"


async def received(request: Request) -> bytes:
    """The body, refused as soon as it is larger than the limit."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise too_large(f"The body is larger than {LARGEST_BODY // MEBIBYTE} MiB", "body", LARGEST_BODY)
    return bytes(body)


def unpacked(body: bytes) -> dict[str, Any]:
    """The arrays of an NPZ file by name; those without axes become plain numbers and text, as JSON would have them."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            _refuse_bomb(archive)
            return {info.filename.removesuffix(".npy"): _read(archive, info) for info in archive.infolist()}
    except DAMAGED as error:
        detail = f"The NPZ file cannot be read: {error}. Save it with numpy.savez, without Python objects."
        raise InvalidQuery(detail, field="body", allowed="a JSON object, or an NPZ file") from error


def _refuse_bomb(archive: zipfile.ZipFile) -> None:
    members = archive.infolist()
    if len(members) > MEMBERS or sum(member.file_size for member in members) > LARGEST_ARRAYS:
        what = f"The NPZ file unpacks to more than {LARGEST_ARRAYS // MEBIBYTE} MiB"
        raise too_large(what, "body", LARGEST_ARRAYS)


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Any:
    with archive.open(info) as file:
        held = io.BytesIO(file.read(LARGEST_ARRAYS))
    what = f"The array {info.filename.removesuffix('.npy')!r}"
    header = read_header(held, what)
    if not header.dtype.hasobject:  # objects have no length that could be checked, and are refused below
        check_length(header, held.getbuffer().nbytes, what)
    held.seek(0)
    array = np.lib.format.read_array(held, allow_pickle=False)
    return array if array.ndim else array.item()


def numbers(values: Any, field: str) -> NDArray[Any] | None:
    """Nested lists, text or an array as an array, None as None; null and objects are refused."""
    if values is None:
        return None
    if isinstance(values, str):
        values = from_text(values, field)
    try:
        array = np.asarray(values)
    except (ValueError, OverflowError) as error:
        raise InvalidQuery(f"{field} is ragged: its rows differ in length.", field=field, allowed=LISTS) from error
    if array.dtype.kind not in "biuf":
        detail = f"{field} holds something that is not a number (text, null or an object)."
        raise InvalidQuery(detail, field=field, allowed=LISTS)
    return array


def too_large(what: str, field: str, limit: int) -> UploadTooLarge:
    """The refusal of more than a check needs."""
    detail = f"{what}. A few examples show as much as many: send fewer."
    return UploadTooLarge(detail, field=field, allowed=f"at most {limit:,}")
