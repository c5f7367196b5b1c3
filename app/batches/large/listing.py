"""What stands in a folder of this machine, or of any store that fsspec opens."""

from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, BinaryIO, cast

import fsspec
from fsspec.implementations.local import LocalFileSystem

from bncore.stream import READERS
from bncore.stream.sources.file import File, LocalFile


@dataclass(frozen=True)
class RemoteFile:
    """A file of a store. Implements `bncore.stream.sources.file.File`."""

    files: Any
    path: str
    size: int
    stamp: str

    @property
    def name(self) -> str:
        return PurePath(self.path).name

    def read_into(self, offset: int, buffer: memoryview) -> None:
        buffer[:] = self.files.cat_file(self.path, start=offset, end=offset + len(buffer))

    def expect(self, offset: int, size: int) -> None:
        """Nothing is fetched before it is read."""

    def open(self) -> BinaryIO:
        return cast(BinaryIO, self.files.open(self.path, "rb"))


def files_in(place: str) -> list[File]:
    """The files of a folder, or of a URL, that can be read as a stream, by their names. Raises OSError."""
    files, folder = fsspec.core.url_to_fs(place)
    files.invalidate_cache()
    about = {PurePath(info["name"]).name: info for info in files.ls(folder, detail=True) if info["type"] == "file"}
    readable = [name for name in sorted(about) if PurePath(name).suffix.lower() in READERS]
    return [_file(files, about[name]) for name in readable]


def _file(files: Any, info: dict[str, Any]) -> File:
    if isinstance(files, LocalFileSystem):
        return LocalFile(info["name"])
    changed = next((info[key] for key in ("ETag", "etag", "mtime", "LastModified", "created") if info.get(key)), "")
    return RemoteFile(files, info["name"], info["size"], f"{info['size']} {changed}")
