"""NPZ files: a zip of NPY arrays, looked through by its directory; only what is asked for is unpacked."""

import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from app.batches.uploads import layer
from app.batches.uploads.bounds import Bounds
from app.batches.uploads.formats.npy import check_batch, check_length, check_limit, is_numeric
from app.batches.uploads.formats.table import listed as listed_names
from app.batches.uploads.integers import check_arrays
from app.batches.uploads.labels import encode, unknown_label
from app.batches.uploads.missing import missing_of_arrays
from app.batches.uploads.parsed import GIVEN, LABELS, Parsed, X, mapped
from app.batches.uploads.reading import Reading
from app.batches.uploads.sniff import incomplete
from app.errors import UnreadableBatch, UploadTooLarge, shortened
from app.files.archive import Archive, archive_of
from app.files.header import Header, read_header

MEMBERS = 1000
"""More arrays than this are refused: each costs a look at its header."""

PIECE = 1024**2
BOUNDS = Archive("The NPZ file", "arrays", MEMBERS, "Save it again with numpy.savez.")

Arrays = Mapping[str, Header]


def read_npz(upload: Path, reading: Reading, folder: Path, bounds: Bounds) -> Parsed:
    """The array that `reading` chooses, with what came along for the layer and the labels.

    Raises:
        UnreadableBatch: it is damaged, or no array can be the batch, or more than one.
        UploadTooLarge: it unpacks to more than the bounds.
    """
    with opened(upload) as archive:
        arrays = headers(archive, bounds)
        name = chosen(arrays, reading.array)
        check_batch(arrays[name], name)
        extract(archive, name, folder / X, bounds.go_on)
        given = _extract_given(archive, arrays, folder, bounds) if name == main_array(arrays) else ()
        able = label_arrays(arrays, arrays[name].shape[0])
        label_names = _extract_labels(archive, able, reading.label, folder, bounds)
    x, brought = mapped(folder / X), {name: mapped(folder / GIVEN.format(name)) for name in given}
    check_arrays({name: x, **brought}, bounds.go_on)
    layer.check_finite(name, x, brought, reading.feature_axis)
    dy = {"dy": brought["dy"]} if "dy" in brought and brought["dy"].shape == x.shape else {}
    return Parsed(
        given=given,
        label_names=label_names,
        able_labels=tuple(able),
        missing=missing_of_arrays({name: x, **dy}, folder, bounds.go_on),
        warnings=tuple(_left_out(arrays)),
    )


def array_headers(upload: Path, bounds: Bounds) -> Arrays:
    """The names, shapes and dtypes of the arrays in an NPZ file."""
    with opened(upload) as archive:
        return headers(archive, bounds)


@contextmanager
def opened(upload: Path) -> Iterator[zipfile.ZipFile]:
    """The archive in an upload. Raises UnreadableBatch where it is incomplete or damaged."""
    if not zipfile.is_zipfile(upload):  # there is no directory, which stands at the end
        raise incomplete()
    with upload.open("rb") as file, archive_of(file, BOUNDS) as archive:
        yield archive


def headers(archive: zipfile.ZipFile, bounds: Bounds) -> Arrays:
    """The header of each array, checked against the size that the archive declares for it."""
    members = archive.infolist()
    _refuse_bomb(members, bounds.bytes)
    arrays: dict[str, Header] = {}
    for member in members:
        bounds.go_on()
        arrays[member.filename.removesuffix(".npy")] = _header(archive, member, bounds.bytes)
    return arrays


def main_array(arrays: Arrays) -> str | None:
    """The array that is the batch when none is named: `x`, or else the only one that can be."""
    if "x" in arrays:
        return "x"
    able = candidates(arrays)
    return able[0] if len(able) == 1 else None


def candidates(arrays: Arrays) -> list[str]:
    """The arrays that can be a batch."""
    return [
        name
        for name, header in arrays.items()
        if is_numeric(header) and len(header.shape) > 1 and name not in layer.NAMES
    ]


def chosen(arrays: Arrays, wanted: str | None) -> str:
    name = main_array(arrays) if wanted is None else wanted
    if name is not None and name in arrays:
        return name
    asked = f"no array {wanted!r}" if wanted else "no array 'x' and not exactly one that could be the batch"
    detail = f"The NPZ file has {asked}. It holds {listed(arrays)}. Choose one of two or more axes"
    raise UnreadableBatch(
        f"{detail} with array=NAME.",
        page=f"{detail}, under “How to read the file”.",
        field="array",
        given=wanted,
        allowed=listed_names(candidates(arrays)),
    )


def listed(arrays: Arrays) -> str:
    """The arrays with their shapes and dtypes, for a person."""
    each = [f"{shortened(name)} {header.shape} {shortened(str(header.dtype))}" for name, header in arrays.items()]
    return listed_names(each) or "nothing"


def extract(archive: zipfile.ZipFile, name: str, target: Path, go_on: Callable[[], None]) -> None:
    """Unpack one array; `zipfile` stops at the declared size and checks the sum."""
    with archive.open(name + ".npy") as source, target.open("wb") as sink:
        while piece := source.read(PIECE):
            go_on()
            sink.write(piece)


def _header(archive: zipfile.ZipFile, member: zipfile.ZipInfo, limit: int) -> Header:
    what = f"The array {member.filename.removesuffix('.npy')!r}"
    if not member.filename.endswith(".npy"):
        raise UnreadableBatch(f"The NPZ file holds {member.filename!r}, which is no array. Save it with numpy.savez.")
    with archive.open(member) as file:
        header = read_header(file, what)
    if not header.dtype.hasobject:
        check_length(header, member.file_size, what)
    check_limit(header, member.filename.removesuffix(".npy"), limit)
    return header


def _refuse_bomb(members: list[zipfile.ZipInfo], limit: int) -> None:
    total = sum(member.file_size for member in members)
    if total > limit:
        raise UploadTooLarge(
            f"The NPZ file unpacks to {len(members):,} arrays of {total:,} bytes together; the limit is {limit:,}. "
            "Save fewer rows or arrays.",
            field="file",
            given=total,
            allowed=f"at most {limit} bytes",
        )


def _extract_given(archive: zipfile.ZipFile, arrays: Arrays, folder: Path, bounds: Bounds) -> tuple[str, ...]:
    names = tuple(name for name in layer.NAMES if name in arrays)
    for name in names:
        layer.check_kind(name, arrays[name])
        extract(archive, name, folder / GIVEN.format(name), bounds.go_on)
    return names


def _extract_labels(
    archive: zipfile.ZipFile, able: list[str], label: str | None, folder: Path, bounds: Bounds
) -> tuple[str, ...]:
    if label is None:
        return ()
    if label not in able:
        raise unknown_label(label, able)
    unpacked = folder / "label_source.npy"
    extract(archive, label, unpacked, bounds.go_on)
    codes, classes = encode(mapped(unpacked), label, bounds.go_on)
    unpacked.unlink()
    np.save(folder / LABELS, codes)
    return classes


def label_arrays(arrays: Arrays, examples: int) -> list[str]:
    """The arrays that hold one class a row: numbers or text, one axis, as long as the batch."""
    return [
        name
        for name, header in arrays.items()
        if header.shape == (examples,) and header.dtype.kind in "biufUS" and name not in layer.NAMES
    ]


def _left_out(arrays: Arrays) -> Iterator[str]:
    objects = [name for name, header in arrays.items() if header.dtype.hasobject]
    if objects:
        yield f"Left out because they hold Python objects, which are never unpickled: {listed_names(objects)}."
