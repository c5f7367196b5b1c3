"""Kinds of files that are not taken: what each is called, and the line that makes of it a batch that is."""

from dataclasses import dataclass

from app.errors import UnsupportedUpload


@dataclass(frozen=True)
class Refused:
    """One kind: its name, what to do, and the line of Python (or of a shell) that does it to the file `FILE`.

    is_model: whether the doctor looks at files of this kind.
    """

    what: str
    do: str
    line: str = ""
    is_model: bool = False


TAKEN = "CSV, TSV, NPY, NPZ, safetensors or Parquet"
DOCTOR = "/doctor"

UNPACK = "Unpack it and upload the file inside"
FETCH = "Fetch the file that it stands for"
PIXELS = "Upload its pixels as an array"
SHEET = "Save the sheet as CSV"
TABLE = "Save the table as CSV"
ARRAYS = "Save its arrays as NPZ"
MODEL = "To look at one layer here, save its input and its arrays"
LAYER = 'numpy.savez("layer.npz", x=x, gamma=gamma, beta=beta, running_mean=mean, running_var=var)'

IMAGE = 'import numpy, PIL.Image; numpy.save("x.npy", numpy.asarray(PIL.Image.open("FILE").convert("RGB"))[None])'
EXCEL = 'import pandas; pandas.read_excel("FILE").to_csv("table.csv", index=False)'
UTF8 = 'open("table.csv", "w", encoding="utf-8").write(open("FILE", encoding="utf-16").read())'
HDF5_LINE = (
    "import h5py, numpy; "
    'numpy.savez("layer.npz", **{name: a[()] for name, a in h5py.File("FILE").items() if hasattr(a, "shape")})'
)
HDF5 = Refused("HDF5 file", ARRAYS, HDF5_LINE, is_model=True)

BEGINNINGS: tuple[tuple[bytes, Refused], ...] = (
    (b"\x1f\x8b", Refused("gzip file", UNPACK, 'import gzip; open("unpacked", "wb").write(gzip.open("FILE").read())')),
    (b"BZh", Refused("bzip2 file", UNPACK, 'import bz2; open("unpacked", "wb").write(bz2.open("FILE").read())')),
    (b"\xfd7zXZ", Refused("xz file", UNPACK, 'import lzma; open("unpacked", "wb").write(lzma.open("FILE").read())')),
    (b"\x28\xb5\x2f\xfd", Refused("zstd file", UNPACK, "import pyarrow; "
     'open("unpacked", "wb").write(pyarrow.input_stream("FILE", compression="zstd").read())')),
    (b"7z\xbc\xaf\x27\x1c", Refused("7z archive", UNPACK, "7z x FILE")),
    (b"Rar!", Refused("RAR archive", UNPACK, "unrar x FILE")),
    (b"version https://git-lfs", Refused("pointer of Git LFS, and not the file itself", FETCH, "git lfs pull")),
    (b"\x89PNG", Refused("PNG image", PIXELS, IMAGE)),
    (b"\xff\xd8\xff", Refused("JPEG image", PIXELS, IMAGE)),
    (b"GIF8", Refused("GIF image", PIXELS, IMAGE)),
    (b"II*\x00", Refused("TIFF image", PIXELS, IMAGE)),
    (b"MM\x00*", Refused("TIFF image", PIXELS, IMAGE)),
    (b"RIFF", Refused("RIFF media file", "Of a WAV upload the samples as an array", "import numpy, scipy.io.wavfile; "
     'numpy.save("x.npy", scipy.io.wavfile.read("FILE")[1].reshape(-1, 1))')),
    (b"%PDF", Refused("PDF document", TABLE, "import csv, pdfplumber; "
     'csv.writer(open("table.csv", "w")).writerows(pdfplumber.open("FILE").pages[0].extract_table())')),
    (b"\xd0\xcf\x11\xe0", Refused("old Excel or Word file", SHEET, EXCEL)),
    (b"\x7fELF", Refused("executable", "Upload data")),
    (b"MZ", Refused("Windows executable", "Upload data")),
    (b"\x89HDF", HDF5),
    (b"MATLAB 7.3 MAT", Refused("MATLAB 7.3 file", ARRAYS, HDF5_LINE)),
    (b"MATLAB 5.0 MAT", Refused("MATLAB file", ARRAYS, "import numpy, scipy.io; numpy.savez("
     '"layer.npz", **{name: a for name, a in scipy.io.loadmat("FILE").items() if name[:2] != "__"})')),
    (b"ARROW1", Refused("Feather or Arrow file", "Save the table as Parquet", "import pyarrow.feather, "
     'pyarrow.parquet; pyarrow.parquet.write_table(pyarrow.feather.read_table("FILE"), "table.parquet")')),
    (b"SQLite format 3", Refused("SQLite database", TABLE, "import csv, sqlite3; csv.writer("
     'open("table.csv", "w")).writerows(sqlite3.connect("FILE").execute("SELECT * FROM my_table"))')),
    (b"PARE", Refused("encrypted Parquet file", "Save it without encryption", "import pyarrow.parquet; "
     'pyarrow.parquet.write_table(table, "table.parquet")')),
    (b"\xff\xfe", Refused("UTF-16 text file", "Save it as UTF-8", UTF8)),
    (b"\xfe\xff", Refused("UTF-16 text file", "Save it as UTF-8", UTF8)),
)  # fmt: skip
"""The kinds that their first bytes tell."""

CODE = "It holds Python objects (a pickle), which could run code when opened. "
PICKLE = Refused(
    "pickle", f"{CODE}Save the array alone, where you trust the file",
    'import numpy, pickle; numpy.save("x.npy", numpy.asarray(pickle.load(open("FILE", "rb"))))',
)  # fmt: skip
OBJECTS = Refused(
    "NPY file of Python objects", f"{CODE}Save it as numbers, where you trust the file",
    'import numpy; numpy.save("x.npy", numpy.load("FILE", allow_pickle=True).astype("float32"))',
)  # fmt: skip
PYTORCH = Refused(
    "PyTorch file", "It is pickled. Save its tensors as NPZ", "import numpy, torch; numpy.savez("
    '"layer.npz", **{name: t.detach().float().numpy() for name, t in torch.load("FILE", map_location="cpu").items()})',
    is_model=True,
)  # fmt: skip
ONNX = Refused("ONNX model", MODEL, LAYER, is_model=True)
KERAS = Refused("Keras model", MODEL, LAYER, is_model=True)
EXCEL_FILE = Refused("Excel or Office file", SHEET, EXCEL)
ARCHIVE = Refused("zip archive", UNPACK, "python -m zipfile -e FILE unpacked")
TAR = Refused("tar archive", UNPACK, "python -m tarfile -e FILE unpacked")
MARKUP = Refused(
    "web page or XML document", TABLE, 'import pandas; pandas.read_html("FILE")[0].to_csv("table.csv", index=False)'
)
JSON = Refused(
    "JSON document", "Send it to POST /api/v1/batchnorm, or save its arrays", "import json, numpy; d = json.load("
    'open("FILE")); numpy.savez("layer.npz", **(d if isinstance(d, dict) else {"x": d}))',
)  # fmt: skip
BINARY = Refused(
    "binary file", "If it is bare numbers, save them as an array with their dtype and number of features",
    'import numpy; numpy.save("x.npy", numpy.fromfile("FILE", "float32").reshape(-1, 4))',
)  # fmt: skip

OTHERS = (PICKLE, OBJECTS, PYTORCH, ONNX, KERAS, EXCEL_FILE, ARCHIVE, TAR, MARKUP, JSON, BINARY)
"""The kinds that take more than their first bytes to tell."""


def article(what: str) -> str:
    """The article of a kind's name.

    >>> article("ONNX model"), article("gzip file"), article("NPY file")
    ('an', 'a', 'an')
    """
    return "an" if what[0] in "aeioAEIO" or what.startswith(("HDF", "NPY", "xz")) else "a"


def refusal(kind: Refused) -> UnsupportedUpload:
    """The error that names what the upload is and what makes of it a file that is taken."""
    told = f"The upload is not a table or an array: it is {article(kind.what)} {kind.what}."
    doctor = "The norms of a model are looked at by {}. " if kind.is_model else ""
    do = f"{kind.do}: {kind.line}" if kind.line else f"{kind.do}."
    error = UnsupportedUpload(
        f"{told} {doctor.format(f'POST /api/v1{DOCTOR}')}{do}",
        page=f"{told} {doctor.format('the Doctor')}{do}",
        field="file", given=kind.what, allowed=TAKEN,
    )  # fmt: skip
    error.see = DOCTOR if kind.is_model else None
    return error
