"""A file written again with parts of it changed; all else is copied byte by byte, a piece at a time."""

import os
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from app.files.members import LOCAL, Members

Bytes = bytes | bytearray | memoryview
PIECE = 2**20
ALIGNED = 64
"""Bytes by which PyTorch aligns what it maps."""


@contextmanager
def replaced(path: Path) -> Iterator[IO[bytes]]:
    """A file that stands at `path` once it is whole; until then, what stood there stays."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    os.close(handle)
    part = Path(name)
    try:
        with part.open("wb") as file:
            yield file
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def patched(data: memoryview, patches: Mapping[int, Bytes], path: Path) -> None:
    """A copy of a file with other bytes at some places, which do not overlap."""
    with replaced(path) as file:
        at = 0
        for place, content in sorted(patches.items()):
            _copy(data[at:place], file)
            file.write(content)
            at = place + len(content)
        _copy(data[at:], file)


def repacked(members: Members, contents: Mapping[str, Bytes], path: Path) -> None:
    """A copy of a zip archive with other contents for some members; what is stored is aligned as PyTorch does it."""
    with replaced(path) as file, zipfile.ZipFile(file, "w") as archive:
        for name, old in members.infos.items():
            info = zipfile.ZipInfo(name, old.date_time)
            info.compress_type = old.compress_type
            content = memoryview(contents[name]) if name in contents else members.read(name, old.file_size)
            info.extra = _padding(file.tell(), name) if members.is_stored(name) else b""
            info.file_size = len(content)
            with archive.open(info, "w") as member:
                for start in range(0, len(content), PIECE):
                    member.write(content[start : start + PIECE])


def _padding(at: int, name: str) -> bytes:
    """An extra field of zip behind which the contents begin at a multiple of `ALIGNED`."""
    behind = (at + LOCAL + len(name.encode()) + 4) % ALIGNED
    length = (ALIGNED - behind) % ALIGNED
    return b"FB" + length.to_bytes(2, "little") + bytes(length)


def _copy(data: memoryview, file: IO[bytes]) -> None:
    for start in range(0, len(data), PIECE):
        file.write(data[start : start + PIECE])
