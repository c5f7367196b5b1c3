"""NPY files: the header is checked against the file's size before anything is read, and nothing is unpickled."""

from pathlib import Path

from app.batches.uploads.arrays.padding import Padded, without_padding
from app.batches.uploads.bounds import Bounds
from app.batches.uploads.formats.bfloat16 import NOTE, widen
from app.batches.uploads.integers import check_arrays
from app.batches.uploads.missing import missing_of_arrays
from app.batches.uploads.parsed import Parsed, X, mapped
from app.batches.uploads.reading import Reading
from app.errors import UnreadableBatch, UploadTooLarge
from app.files.header import Header, read_header

NAME = "x"
KINDS = "bool, integer, float16, bfloat16, float32 or float64"

CONVERSIONS = {
    "c": "numpy.abs(x)",
    "V": "x.view(ml_dtypes.float8_e4m3fn).astype('float32')",
    "M": "x.astype('int64')",
    "m": "x.astype('int64')",
}
"""What makes real numbers of an array `x` of a kind of dtype; of another kind `USUAL` does."""

USUAL = "x.astype('float32')"


def read_npy(upload: Path, reading: Reading, folder: Path, bounds: Bounds) -> Parsed:
    """The one array of an NPY file; it is not copied but mapped where it lies, unless it is of bfloat16.

    Raises:
        UnreadableBatch: it is damaged, holds no real numbers, or has fewer than two axes.
    """
    if reading.label:
        raise UnreadableBatch(
            "An NPY file holds one array and so no labels. Save x and the labels with numpy.savez.",
            field="label",
            given=reading.label,
        )
    if reading.drop:
        raise UnreadableBatch(
            "An NPY file holds one array, whose columns have no names to leave out. Save the columns that are wanted, "
            "or a table with names.",
            field="drop",
            given=reading.drop,
        )
    header = header_of_file(upload)
    check_limit(header, NAME, bounds.bytes)
    check_batch(header, NAME)
    if header.is_bfloat16:
        widen(upload, folder / X, bounds.go_on)
    x = mapped(folder / X if header.is_bfloat16 else upload)
    check_arrays({NAME: x}, bounds.go_on)
    is_masked, of_mask = without_padding(Padded(x, None, None), reading, folder, bounds)
    in_place = not header.is_bfloat16 and not is_masked
    arrays = {NAME: x if in_place else mapped(folder / X)}
    return Parsed(
        in_place=in_place,
        masked=is_masked,
        axes=x.ndim,
        missing=missing_of_arrays(arrays, folder, bounds.go_on),
        warnings=(*of_mask, *[NOTE.format("x:")] * header.is_bfloat16),
    )


def header_of_file(upload: Path) -> Header:
    """The header of an NPY file that is as long as it says."""
    with upload.open("rb") as file:
        header = read_header(file, "The file")
    check_length(header, upload.stat().st_size, "The file")
    return header


def check_length(header: Header, actual: int, what: str) -> None:
    """Refuse an array that is longer or shorter than its header says."""
    if header.bytes != actual:
        raise UnreadableBatch(
            f"{what} is damaged: its header promises shape {header.shape} of {header.dtype}, which takes "
            f"{header.bytes:,} bytes, and there are {actual:,}. Save it again and upload it whole."
        )


def check_limit(header: Header, name: str, limit: int) -> None:
    """Refuse an array that unpacks to more than `limit` bytes."""
    unpacked = header.bytes * (2 if header.is_bfloat16 else 1)
    if unpacked > limit:
        raise UploadTooLarge(
            f"The array {name!r} unpacks to {unpacked:,} bytes; the limit is {limit:,}. Upload fewer rows.",
            field="file",
            given=unpacked,
            allowed=f"at most {limit} bytes",
        )


def is_numeric(header: Header) -> bool:
    """Whether the array holds real numbers of a kind that is computed with."""
    return header.is_bfloat16 or (header.dtype.kind in "biuf" and header.dtype.itemsize <= 8)


def conversion(header: Header) -> str:
    """The line of Python that makes real numbers of such an array `x`."""
    if header.dtype.names:
        return f"x[{header.dtype.names[0]!r}]"
    return USUAL if header.kind else CONVERSIONS.get(header.dtype.kind, USUAL)


def check_numeric(header: Header, name: str) -> None:
    if not is_numeric(header):
        raise UnreadableBatch(
            f"The array {name!r} has dtype {header.word}; a batch is {KINDS}. Convert it: {conversion(header)}.",
            field="array",
            given=header.word,
            allowed=KINDS,
        )


def check_batch(header: Header, name: str) -> None:
    """Refuse an array that is no batch: no numbers, fewer than two axes, or nothing in it."""
    check_numeric(header, name)
    if len(header.shape) < 2:
        raise UnreadableBatch(
            f"The array {name!r} has shape {header.shape}; a batch has two or more axes, examples first. "
            f"Use {name}.reshape(-1, 1) for one feature, or {name}[None] for one example.",
            field="array",
            given=str(header.shape),
            allowed="two or more axes",
        )
    if 0 in header.shape:
        raise UnreadableBatch(
            f"The array {name!r} has shape {header.shape}, so there is nothing in it. Save a batch with examples.",
            field="array",
            given=str(header.shape),
        )
