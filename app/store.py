"""A store that machines share: objects by name below a URL that fsspec understands (file://, s3://, memory:// …).

It may be away or slow, and must cost no more than the sharing then: every call waits so long and no longer, raises
Unreachable, and after that none is tried for a while.
"""

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Protocol, TypeVar

import fsspec

from app.errors import UserError

PATIENCE = 3.0  # seconds that an answer may take
RATE = 1_000_000  # bytes a second, the slowest at which a file is waited for
PAUSE = 10.0  # seconds after a failure in which nothing is tried
AT_ONCE = 32  # calls under way
TOLD_EVERY = 60.0  # seconds between two lines of the log
LATER = 256  # calls that wait to be made in the background
PIECE = 1024**2

log = logging.getLogger("bnscope.store")
Answer = TypeVar("Answer")


class Unreachable(Exception):
    """The store does not answer, or refuses."""


class Takes(Protocol):
    """What the bytes of an object are written to."""

    def write(self, data: bytes) -> Any: ...


@dataclass(frozen=True)
class Object:
    """An object's name below the store's root, its length, and when it was written, in seconds."""

    name: str
    bytes: int
    written: float


class SharedStore:
    """The objects below a URL. All methods but `later` block and raise Unreachable; any thread may call them."""

    def __init__(self, url: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._url, self._clock = url, clock
        self._fails, self._until, self._told = False, 0.0, -TOLD_EVERY
        self._turns = threading.BoundedSemaphore(AT_ONCE)
        self._later: queue.Queue[Callable[[], None]] = queue.Queue(LATER)
        self._starting = threading.Lock()
        self._worker: threading.Thread | None = None

    def find(self, name: str) -> Object | None:
        """What is known of an object, None if it is not there."""
        return self._ask(partial(_or_none, lambda: self._object(self._fresh.info(self._path(name)))))

    def read(self, name: str) -> bytes | None:
        """A small object's bytes, None if it is not there."""
        return self._ask(partial(_or_none, lambda: bytes(self._files.cat_file(self._path(name)))))

    def fetch(self, known: Object, into: Takes) -> None:
        """Write the bytes of an object that was found, but no more than it is said to have."""

        def fetched() -> None:
            left = known.bytes
            with self._files.open(self._path(known.name), "rb") as file:
                while left and (piece := file.read(min(PIECE, left))):
                    left -= len(piece)
                    into.write(piece)

        self._ask(fetched, PATIENCE + known.bytes / RATE)

    def write(self, name: str, data: bytes) -> None:
        """Keep a small object under a name."""
        self._ask(partial(self._made, name, lambda path: self._files.pipe_file(path, data)))

    def send(self, name: str, file: Path) -> None:
        """Keep a file's bytes under a name."""
        patience = PATIENCE + file.stat().st_size / RATE
        self._ask(partial(self._made, name, lambda path: self._files.put_file(str(file), path)), patience)

    def remove(self, name: str) -> None:
        """Remove an object, or all below a folder, if there is any."""
        self._ask(partial(_or_none, lambda: self._fresh.rm(self._path(name), recursive=True)))

    def names(self, folder: str) -> set[str]:
        """The names of what stands in a folder."""
        listed = self._ask(partial(_or_none, lambda: self._fresh.ls(self._path(folder), detail=False)))
        return {path.rstrip("/").rpartition("/")[2] for path in listed or ()}

    def listed(self, folder: str) -> list[Object]:
        """All objects below a folder."""
        objects = self._ask(lambda: self._fresh.find(self._path(folder), detail=True), 10 * PATIENCE)
        return [self._object(info) for info in objects.values()]

    def later(self, call: Callable[[], None]) -> None:
        """Have a call made in the background; one that finds the store unreachable, or too many waiting, is let go."""
        with self._starting:
            if self._worker is None:
                self._worker = threading.Thread(target=self._make_calls, name="store", daemon=True)
                self._worker.start()
        try:
            self._later.put_nowait(call)
        except queue.Full:
            self._tell("more is to be shared than it takes")

    def told(self, trouble: str) -> None:
        """Write to the log what is wrong with an object."""
        log.error("The shared store holds something that is damaged and not served: %s", trouble)

    def _make_calls(self) -> None:
        while True:
            call = self._later.get()
            try:
                call()
            except (Unreachable, FileNotFoundError):  # the log was told; or what was to be shared has gone
                pass
            except Exception:
                log.exception("a call in the background failed")

    @cached_property
    def _place(self) -> tuple[Any, str]:
        """The file system and the root below which all names are; made where it is used, never before a fork."""
        files, root = fsspec.url_to_fs(self._url)
        return files, root.rstrip("/")

    @property
    def _files(self) -> Any:
        return self._place[0]

    @property
    def _fresh(self) -> Any:
        """The file system without what it remembers of folders: another machine may have changed them."""
        self._files.invalidate_cache()
        return self._files

    def _path(self, name: str) -> str:
        return f"{self._place[1]}/{name}"

    def _object(self, info: dict[str, Any]) -> Object:
        return Object(info["name"].removeprefix(self._place[1]).lstrip("/"), info["size"] or 0, _written(info))

    def _made(self, name: str, make: Callable[[str], Any]) -> None:
        """Make an object, and the folder that it stands in where the store has such."""
        path = self._path(name)
        try:
            make(path)
        except FileNotFoundError:
            self._files.makedirs(path.rpartition("/")[0], exist_ok=True)
            make(path)

    def _ask(self, call: Callable[[], Answer], patience: float = PATIENCE) -> Answer:
        if self._clock() < self._until:
            raise Unreachable("the shared store failed a moment ago")
        if self._fails:  # one asks whether it is back, and the others go on without it
            self._until = self._clock() + PAUSE
        if not self._turns.acquire(timeout=patience):
            raise Unreachable("too many wait for the shared store")
        answer: Future[Answer] = Future()
        threading.Thread(target=self._run, args=(answer, call), name="store", daemon=True).start()
        try:
            got = answer.result(patience)
        except UserError:  # what is fetched is refused on its way in
            raise
        except FileNotFoundError as error:  # gone since it was found
            raise Unreachable(str(error)) from error
        except Exception as error:
            self._fails, self._until = True, self._clock() + PAUSE
            self._tell(repr(error))
            raise Unreachable(str(error)) from error
        self._fails, self._until = False, 0.0
        return got

    def _run(self, answer: "Future[Answer]", call: Callable[[], Answer]) -> None:
        try:
            answer.set_result(call())
        except Exception as error:
            answer.set_exception(error)
        finally:
            self._turns.release()

    def _tell(self, trouble: str) -> None:
        if self._clock() - self._told >= TOLD_EVERY:
            self._told = self._clock()
            log.warning("The shared store does not serve, and nothing is shared meanwhile: %s", trouble)


class Lately:
    """What was found out, for a few seconds: no more than `most` answers."""

    def __init__(self, seconds: float, clock: Callable[[], float], most: int = 10_000) -> None:
        self._seconds, self._clock, self._most = seconds, clock, most
        self._known: dict[str, float] = {}

    def __contains__(self, name: str) -> bool:
        return self._clock() - self._known.get(name, -self._seconds) < self._seconds

    def add(self, name: str) -> None:
        if len(self._known) >= self._most:
            self._known.clear()
        self._known[name] = self._clock()


def over(objects: Iterable[Object], most: int) -> list[Object]:
    """Those that do not fit into so many bytes, if the last that were written stay.

    >>> [one.name for one in over([Object("old", 3, 1.0), Object("new", 2, 9.0)], 4)]
    ['old']
    """
    total, out = 0, []
    for one in sorted(objects, key=lambda one: one.written, reverse=True):
        total += one.bytes
        if total > most:
            out.append(one)
    return out


def _or_none(call: Callable[[], Answer]) -> Answer | None:
    try:
        return call()
    except FileNotFoundError:
        return None


def _written(info: dict[str, Any]) -> float:
    """When an object was written, under the names that file systems have for it."""
    when = next((info[name] for name in ("mtime", "LastModified", "last_modified", "created") if info.get(name)), 0.0)
    return float(when.timestamp() if hasattr(when, "timestamp") else when)
