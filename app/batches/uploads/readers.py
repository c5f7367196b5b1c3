"""The table of readers: a kind of file and the function that parses it."""

from collections.abc import Callable
from pathlib import Path

from app.batches.uploads.arrays.read import read_npz, read_safetensors
from app.batches.uploads.bounds import Bounds
from app.batches.uploads.delimited.parsing import read_csv
from app.batches.uploads.formats.npy import read_npy
from app.batches.uploads.formats.parquet import read_parquet
from app.batches.uploads.parsed import Parsed
from app.batches.uploads.reading import Reading
from app.batches.uploads.sniff import Kind
from app.files.damage import damage_told

Reader = Callable[[Path, Reading, Path, Bounds], Parsed]
"""(the upload, how to read it, an empty folder for the arrays, what they may take) -> what was found."""

READERS: dict[Kind, Reader] = {
    "csv": read_csv,
    "npy": read_npy,
    "npz": read_npz,
    "parquet": read_parquet,
    "safetensors": read_safetensors,
}

CALLED: dict[Kind, str] = {"csv": "CSV", "npy": "NPY", "npz": "NPZ", "parquet": "Parquet", "safetensors": "safetensors"}


def read(kind: Kind, upload: Path, reading: Reading, folder: Path, bounds: Bounds) -> Parsed:
    """What the reader of a kind of file finds; whatever it meets that is not foreseen is told as damage."""
    with damage_told(f"The {CALLED[kind]} file", "Save it again, and upload it whole."):
        return READERS[kind](upload, reading, folder, bounds)
