"""Which kind of file an upload is, told by its first bytes alone: names and content types are not believed."""

import re
from typing import Literal

from app.errors import UnreadableBatch, UnsupportedUpload

Kind = Literal["csv", "npy", "npz", "parquet", "safetensors"]

HEAD = 4096
"""Bytes that are enough to tell a kind."""

TAKEN = "CSV, TSV, NPY, NPZ, safetensors or Parquet"
UNPACK = "Unpack it and upload the file inside."
PICKLE = "It holds Python objects (a pickle), which could run code when opened. Save the array with numpy.save instead."

REFUSED: tuple[tuple[bytes, str, str], ...] = (
    (b"\x1f\x8b", "gzip file", UNPACK),
    (b"BZh", "bzip2 file", UNPACK),
    (b"\xfd7zXZ", "xz file", UNPACK),
    (b"\x28\xb5\x2f\xfd", "zstd file", UNPACK),
    (b"7z\xbc\xaf\x27\x1c", "7z archive", UNPACK),
    (b"Rar!", "RAR archive", UNPACK),
    (b"\x89PNG", "PNG image", "Upload the numbers as an array instead."),
    (b"\xff\xd8\xff", "JPEG image", "Upload the numbers as an array instead."),
    (b"GIF8", "GIF image", "Upload the numbers as an array instead."),
    (b"RIFF", "RIFF media file", "Upload the numbers as an array instead."),
    (b"II*\x00", "TIFF image", "Upload the numbers as an array instead."),
    (b"MM\x00*", "TIFF image", "Upload the numbers as an array instead."),
    (b"%PDF", "PDF document", "Save its table as CSV."),
    (b"\xd0\xcf\x11\xe0", "old Excel or Word file", "Save the sheet as CSV."),
    (b"\x7fELF", "executable", "Upload data."),
    (b"MZ", "Windows executable", "Upload data."),
    (b"\x89HDF", "HDF5 file", "Save the array with numpy.save, or the table as Parquet."),
    (b"MATLAB 5.0 MAT", "MATLAB file", "Save the array with numpy.save."),
    (b"ARROW1", "Feather or Arrow file", "Save the table as Parquet."),
    (b"SQLite format 3", "SQLite database", "Export the table as CSV."),
    (b"PARE", "encrypted Parquet file", "Save it without encryption."),
    (b"\xff\xfe", "UTF-16 text file", "Save it as UTF-8."),
    (b"\xfe\xff", "UTF-16 text file", "Save it as UTF-8."),
)

SAFETENSORS = re.compile(rb"[\x00-\xff]{4}\x00{4}\{")
"""The length of a header below 4 GB, and its first character."""

MARKUP = re.compile(rb"\s*<(?:!doctype|html|\?xml|svg|head|body|table|!--)", re.IGNORECASE)
JSON = re.compile(rb"\s*[\[{]")
TEXT_PICKLE = re.compile(rb"(?:c[A-Za-z_][\w.]*\n[A-Za-z_]\w*\n|\((?:[ld]p?\d|c))")
BINARY_PICKLE = re.compile(rb"\x80[\x02-\x05]|[\]})]q\x00")
AN = re.compile("[aeioAEIO]|HDF|NPY|xz")
"""How the names of files begin that take "an" rather than "a"."""

END_OF_ZIP = b"PK\x05\x06"
CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
OBJECT_NPY = re.compile(rb"['\"][<>|=]?O\d*['\"]")


def refusal(what: str, instead: str) -> UnsupportedUpload:
    """The error that names what the upload is and what to send."""
    article = "an" if AN.match(what) else "a"
    return UnsupportedUpload(
        f"The upload is not a table or an array: it is {article} {what}. {instead}",
        field="file", given=what, allowed=TAKEN,
    )  # fmt: skip


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
        UnreadableBatch: it is a zip that ends within its head.
    """
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
        raise refusal("binary file", "Upload numbers as text, or as an array.")


def _refuse_known(head: bytes) -> None:
    for magic, what, instead in REFUSED:
        if head.startswith(magic):
            raise refusal(what, instead)
    if BINARY_PICKLE.match(head) or TEXT_PICKLE.match(head):
        raise refusal("pickle", PICKLE)


def _npy(head: bytes) -> Kind:
    header = head.partition(b"}")[0]
    if OBJECT_NPY.search(header):
        raise refusal("NPY file of Python objects", PICKLE)
    return "npy"


def _npz(head: bytes) -> Kind:
    """An NPZ is a zip of `.npy` members; the first member's name tells it from the other zips."""
    length = int.from_bytes(head[26:28], "little")
    name = head[30 : 30 + length]
    if head.startswith(b"PK\x03\x04") and name.endswith(b".npy"):
        return "npz"
    if name.startswith((b"[Content_Types]", b"_rels/", b"xl/", b"docProps/", b"word/")):
        raise refusal("Excel or Office file", "Save the sheet as CSV.")
    if name.endswith((b"data.pkl", b".pkl")):
        raise refusal("PyTorch or other pickled file", PICKLE)
    if len(head) < HEAD and END_OF_ZIP not in head:
        raise incomplete()
    raise refusal("zip archive", UNPACK)


def _text(head: bytes) -> Kind:
    if MARKUP.match(head):
        raise refusal("web page or XML document", "Save the table as CSV.")
    if JSON.match(head):
        raise refusal("JSON document", "Save the table as CSV, or send the JSON to POST /api/v1/batchnorm.")
    if CONTROL.search(head):
        raise refusal("binary file", "Upload numbers as text, or as an array.")
    return "csv"
