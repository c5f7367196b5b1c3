"""Which kind of file an upload is, told by its first bytes alone: names and content types are not believed."""

import re
from typing import Literal

from app.errors import UnreadableBatch
from app.files.refused import (
    ARCHIVE,
    BEGINNINGS,
    BINARY,
    EXCEL_FILE,
    JSON,
    KERAS,
    MARKUP,
    OBJECTS,
    ONNX,
    PICKLE,
    PYTORCH,
    TAR,
    refusal,
)

Kind = Literal["csv", "npy", "npz", "parquet", "safetensors"]

HEAD = 4096
"""Bytes that are enough to tell a kind."""

SAFETENSORS = re.compile(rb"[\x00-\xff]{4}\x00{4}\{")
"""The length of a header below 4 GB, and its first character."""

BEGINS_MARKUP = re.compile(rb"\s*<(?:!doctype|html|\?xml|svg|head|body|table|!--)", re.IGNORECASE)
BEGINS_JSON = re.compile(rb"\s*[\[{]")
TEXT_PICKLE = re.compile(rb"(?:c[A-Za-z_][\w.]*\n[A-Za-z_]\w*\n|\((?:[ld]p?\d|c))")
BINARY_PICKLE = re.compile(rb"\x80[\x02-\x05]|[\]})]q\x00")
OLD_PYTORCH = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19"
"""How `torch.save` began before PyTorch 1.6."""

BEGINS_ONNX = re.compile(rb"\x08[\x01-\x3f][\x10-\x7f]")
"""A ModelProto says the version of its representation first, a small number."""

KERAS_MEMBERS = (b"metadata.json", b"config.json", b"model.weights.h5")
OFFICE_MEMBERS = (b"[Content_Types]", b"_rels/", b"xl/", b"docProps/", b"word/")
TAR_MAGIC = slice(257, 262)

END_OF_ZIP = b"PK\x05\x06"
CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
OBJECT_NPY = re.compile(rb"['\"][<>|=]?O\d*['\"]")


def incomplete() -> UnreadableBatch:
    """The error for a file whose end is missing."""
    return UnreadableBatch(
        "The file is incomplete: saving or sending it stopped half-way. Save it again, and upload it whole.",
        field="file",
    )


def kind_of(head: bytes) -> Kind:
    """The kind of the file that begins with `head` (at least `HEAD` bytes, or the whole of a shorter file).

    Raises:
        UnsupportedUpload: it is of no kind that is taken; the message names what it is.
        UnreadableBatch: it is a zip that ends within its head, or empty.
    """
    if not head:
        raise UnreadableBatch("The file is empty. Upload a file with at least one row of numbers.", field="file")
    if SAFETENSORS.match(head):
        return "safetensors"
    _refuse_known(head)
    if head.startswith(b"\x93NUMPY"):
        return _npy(head)
    if head.startswith(b"PK"):
        return _npz(head)
    if head.startswith(b"PAR1"):
        return "parquet"
    return _text(head)


def refuse_binary(chunk: bytes) -> None:
    """Refuse a chunk of a text file that holds a zero byte: the file only began like text."""
    if b"\0" in chunk:
        raise refusal(BINARY)


def _refuse_known(head: bytes) -> None:
    for beginning, kind in BEGINNINGS:
        if head.startswith(beginning):
            raise refusal(kind)
    if head.startswith(OLD_PYTORCH):
        raise refusal(PYTORCH)
    if BINARY_PICKLE.match(head) or TEXT_PICKLE.match(head):
        raise refusal(PICKLE)
    if BEGINS_ONNX.match(head):
        raise refusal(ONNX)
    if head[TAR_MAGIC] == b"ustar":
        raise refusal(TAR)


def _npy(head: bytes) -> Kind:
    header = head.partition(b"}")[0]
    if OBJECT_NPY.search(header):
        raise refusal(OBJECTS)
    return "npy"


def _npz(head: bytes) -> Kind:
    """An NPZ is a zip of `.npy` members; the first member's name tells it from the other zips."""
    length = int.from_bytes(head[26:28], "little")
    name = head[30 : 30 + length]
    if head.startswith(b"PK\x03\x04") and name.endswith(b".npy"):
        return "npz"
    if name.startswith(OFFICE_MEMBERS):
        raise refusal(EXCEL_FILE)
    if name.endswith(b".pkl"):
        raise refusal(PYTORCH)
    if name in KERAS_MEMBERS:
        raise refusal(KERAS)
    if len(head) < HEAD and END_OF_ZIP not in head:
        raise incomplete()
    raise refusal(ARCHIVE)


def _text(head: bytes) -> Kind:
    if BEGINS_MARKUP.match(head):
        raise refusal(MARKUP)
    if BEGINS_JSON.match(head):
        raise refusal(JSON)
    if CONTROL.search(head):
        raise refusal(BINARY)
    return "csv"
