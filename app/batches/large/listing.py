"""What stands in a folder of this machine, or of any store that fsspec opens."""

from pathlib import PurePath
from typing import Any

import fsspec
from fsspec.implementations.local import LocalFileSystem

from app.batches.large.remote import RemoteFile
from bncore.stream import READERS
from bncore.stream.sources.file import File, LocalFile


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
