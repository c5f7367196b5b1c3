"""An NPZ is looked through by its directory; what is damaged or asks for too much is refused before it is unpacked."""

import io
import zipfile

import numpy as np
import pytest

from bncore import BadCapture
from bncore.doctor import Stored
from bncore.doctor.stored import DIRECTORY
from tests.each import each


def packed(**members: bytes) -> io.BytesIO:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return file


def npy(array: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def test_headers_are_known_and_numbers_read_when_asked_for():
    file = io.BytesIO()
    np.savez(file, a=np.arange(6.0).reshape(2, 3), b=np.float32(1))
    with Stored(file) as arrays:
        assert {name: header.shape for name, header in arrays.headers.items()} == {"a": (2, 3), "b": ()}
        np.testing.assert_array_equal(arrays["a"], np.arange(6.0).reshape(2, 3))
        assert arrays.get("c") is None


REFUSED = {
    "no zip": (io.BytesIO(b"PK no zip"), "no NPZ file"),
    "no array": (packed(readme=b"hello"), "numpy.savez does not write"),
    "no header": (packed(**{"a.npy": b"hello"}), "damaged"),
    "more numbers than bytes": (packed(**{"a.npy": npy(np.ones(9))[:-8]}), "says that 'a.npy' has shape"),
    "objects": (packed(**{"a.npy": npy(np.array([{}], dtype=object))}), "Python objects"),
    "a bomb": (packed(**{"a.npy": npy(np.zeros(200_000))}), "unpacks to"),
}


@each("case", REFUSED)
def test_what_is_no_npz_of_plain_arrays_is_refused(case):
    file, said = REFUSED[case]
    with pytest.raises(BadCapture, match=said):
        Stored(file, largest=1_000_000)


def test_a_directory_beyond_all_reason_is_not_read():
    file = packed(**{f"{i:060000d}.npy": b"" for i in range(DIRECTORY // 60_000 + 1)})
    with pytest.raises(BadCapture, match="longer list of arrays"):
        Stored(file)


def test_damage_within_an_array_is_told_with_its_name():
    data = bytearray(packed(**{"a.npy": npy(np.random.default_rng(0).normal(size=9999))}).getvalue())
    data[30_000] ^= 255
    with Stored(io.BytesIO(bytes(data))) as arrays, pytest.raises(BadCapture, match="damaged at its array 'a'"):
        arrays["a"]
