"""Pickles written step by step, as `torch.save` writes them, and as an attacker might; PyTorch itself is not needed.

Compared once by hand with real files: `torch.load(weights_only=True)` reads both forms.
"""

import io
import struct
import zipfile
from collections.abc import Mapping
from typing import Any

import numpy as np

STORAGES = {
    "float32": "FloatStorage", "float64": "DoubleStorage", "float16": "HalfStorage", "bfloat16": "BFloat16Storage",
    "int64": "LongStorage", "uint8": "ByteStorage",
}  # fmt: skip
NONE: Mapping[str, bytes] = {}
LEGACY = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.\x80\x02}(" + b"X\r\0\0\0little_endian\x88u."


def text(value: str) -> bytes:
    data = value.encode()
    return b"X" + struct.pack("<I", len(data)) + data


def number(value: int) -> bytes:
    return b"J" + struct.pack("<i", value)


def name(full: str) -> bytes:
    module, _, last = full.rpartition(".")
    return f"c{module}\n{last}\n".encode()


def row(*parts: bytes) -> bytes:
    return b"(" + b"".join(parts) + b"t"


def table(items: Mapping[str, bytes]) -> bytes:
    return name("collections.OrderedDict") + b")R(" + b"".join(text(key) + item for key, item in items.items()) + b"u"


def tensor(
    key: str, array: np.ndarray[Any, Any], *, length: int | None = None, offset: int = 0, old: bool = False
) -> bytes:
    storage = row(
        text("storage"), name(f"torch.{STORAGES[array.dtype.name]}"), text(key), text("cpu"),
        number(array.size if length is None else length), b"N" if old else b"",
    )  # fmt: skip
    strides = [stride // array.itemsize for stride in array.strides]
    shape = row(*map(number, array.shape))
    rest = (number(offset), shape, row(*map(number, strides)), b"\x89", table({}))
    return name("torch._utils._rebuild_tensor_v2") + row(storage + b"Q", *rest) + b"R"


def pickled(tree: Any, arrays: list[np.ndarray[Any, Any]], old: bool = False) -> bytes:
    """A dictionary of arrays, dictionaries, lists, numbers and text; `arrays` takes the storages in their order."""
    if isinstance(tree, Mapping):
        return table({key: pickled(value, arrays, old) for key, value in tree.items()})
    if isinstance(tree, list):
        return b"](" + b"".join(pickled(value, arrays, old) for value in tree) + b"e"
    if isinstance(tree, bytes):
        return tree
    if isinstance(tree, (int, str)):
        return text(tree) if isinstance(tree, str) else number(tree)
    arrays.append(np.ascontiguousarray(tree))
    return tensor(str(len(arrays) - 1), arrays[-1].reshape(tree.shape), old=old)


def archive(
    pickle: bytes, arrays: list[np.ndarray[Any, Any]], packed: int = zipfile.ZIP_STORED, **more: bytes
) -> bytes:
    """The zip of a checkpoint."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", packed) as opened:
        opened.writestr("state/data.pkl", b"\x80\x02" + pickle + b".")
        opened.writestr("state/byteorder", "little")
        for key, array in enumerate(arrays):
            opened.writestr(f"state/data/{key}", array.tobytes())
        opened.writestr("state/version", "3\n")
        for path, content in more.items():
            opened.writestr(f"state/{path}", content)
    return file.getvalue()


def checkpoint(tree: Any, packed: int = zipfile.ZIP_STORED) -> bytes:
    """A checkpoint as PyTorch writes it since 1.6."""
    arrays: list[np.ndarray[Any, Any]] = []
    pickle = pickled(tree, arrays)
    return archive(pickle, arrays, packed)


def legacy(tree: Any) -> bytes:
    """A checkpoint as PyTorch wrote it before 1.6."""
    arrays: list[np.ndarray[Any, Any]] = []
    pickle = pickled(tree, arrays, old=True)
    keys = b"](" + b"".join(text(str(key)) for key in range(len(arrays))) + b"e"
    numbers = b"".join(struct.pack("<q", array.size) + array.tobytes() for array in arrays)
    return LEGACY + b"\x80\x02" + pickle + b"." + b"\x80\x02" + keys + b"." + numbers
