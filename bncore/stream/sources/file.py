"""Files that arrays are read from, piece by piece and by several threads at once."""

import os
from pathlib import Path
from typing import BinaryIO, Protocol

from bncore.errors import BadParameter


def ends_early(name: str) -> BadParameter:
    """What is said of a file, or an array of one, that is shorter than it was, or than its beginning says."""
    return BadParameter(f"x: {name} ends early; save it again whole.", parameter="x")


class File(Protocol):
    """A file of this machine, or of any store that has such a class. `stamp` differs once the file is another one."""

    @property
    def name(self) -> str: ...
    @property
    def size(self) -> int: ...
    @property
    def stamp(self) -> str: ...
    @property
    def descriptor(self) -> int | None:
        """Of the open file, as long as this object lives; None for one of another machine."""
        ...

    def read_into(self, offset: int, buffer: memoryview) -> None:
        """Fill the buffer with the bytes from `offset` on. Safe to be called by several threads."""

    def expect(self, offset: int, size: int) -> None:
        """These bytes are read soon: whoever can may fetch them meanwhile."""

    def open(self) -> BinaryIO:
        """The whole file as one that can be sought in."""
        ...


class LocalFile:
    """A file by its path. Raises BadParameter where there is none."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        try:
            about = self.path.stat()
        except OSError as error:
            raise BadParameter(f"x is {str(path)!r}: {error.strerror}; give a file.", parameter="x") from None
        if self.path.is_dir():
            raise BadParameter(f"x is {str(path)!r}, a folder; give a file.", parameter="x")
        self.name, self.size = self.path.name, about.st_size
        self.stamp = f"{about.st_size} {about.st_mtime_ns}"
        self._number: int | None = None

    @property
    def descriptor(self) -> int:
        if self._number is None:
            self._number = os.open(self.path, os.O_RDONLY)
        return self._number

    def expect(self, offset: int, size: int) -> None:
        if hasattr(os, "posix_fadvise"):  # of threads that read in turns the system would not see that they go forwards
            os.posix_fadvise(self.descriptor, offset, size, os.POSIX_FADV_WILLNEED)

    def read_into(self, offset: int, buffer: memoryview) -> None:
        done = 0
        while done < len(buffer):
            read = os.preadv(self.descriptor, [buffer[done:]], offset + done)
            if not read:
                raise ends_early(self.name)
            done += read

    def open(self) -> BinaryIO:
        return self.path.open("rb")

    def __del__(self) -> None:
        if (number := getattr(self, "_number", None)) is not None:
            os.close(number)
