"""A file of a store on another machine, which may fail or hang: what reads it is told then, and waits no longer."""

import io
import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any, BinaryIO, TypeVar, cast

from app.errors import Busy
from bncore.stream.sources.file import ends_early

PATIENCE = 60.0  # seconds that one answer is waited for
PIECE = 2**20  # bytes that are asked for at once of a file that is read from front to end

T = TypeVar("T")
log = logging.getLogger("bnscope.large")


def away() -> Busy:
    """What a person is told of a store that does not answer."""
    return Busy("The place of this server's large arrays does not answer; ask again later.", field="source")


def answered(ask: Callable[[], T]) -> T:
    """What `ask` returns. Raises Busy where it fails or takes longer than PATIENCE; its thread then ends by itself."""
    answer: Future[T] = Future()
    threading.Thread(target=_settle, args=(answer, ask), name="large", daemon=True).start()
    try:
        return answer.result(PATIENCE)
    except Exception as error:  # of any file system that fsspec knows
        log.warning("BNSCOPE_DATASETS cannot be read: %r", error)
        raise away() from error


def _settle(answer: Future[T], ask: Callable[[], T]) -> None:
    try:
        answer.set_result(ask())
    except BaseException as error:  # whoever waits has it
        answer.set_exception(error)


@dataclass(frozen=True)
class RemoteFile:
    """Implements `bncore.stream.sources.file.File`. What is read raises Busy where the store is away."""

    files: Any
    path: str
    size: int
    stamp: str
    descriptor: None = field(default=None, init=False)

    @property
    def name(self) -> str:
        return PurePath(self.path).name

    def read_into(self, offset: int, buffer: memoryview) -> None:
        """Raises BadParameter, too, where the file has become shorter."""
        content = answered(lambda: self.files.cat_file(self.path, start=offset, end=offset + len(buffer)))
        if len(content) < len(buffer):
            raise ends_early(self.name)
        buffer[:] = content

    def expect(self, offset: int, size: int) -> None:
        """Nothing is fetched before it is read."""

    def open(self) -> BinaryIO:
        opened = answered(lambda: self.files.open(self.path, "rb"))
        return cast(BinaryIO, io.BufferedReader(_Reading(opened), PIECE))


class _Reading(io.RawIOBase):
    """An open file of a store."""

    def __init__(self, opened: Any) -> None:
        self._opened = opened

    def readinto(self, buffer: Any) -> int:
        content = answered(lambda: self._opened.read(len(buffer)))
        buffer[: len(content)] = content
        return len(content)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return int(self._opened.seek(offset, whence))

    def tell(self) -> int:
        return int(self._opened.tell())

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def close(self) -> None:
        if not self.closed:
            self._opened.close()
        super().close()
