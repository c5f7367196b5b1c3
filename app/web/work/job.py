"""Work that any process of this server can do, and what it tells while it is done."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from app.batches.uploads import UploadStore
from app.settings import Settings
from app.web.view import View


@dataclass(frozen=True, eq=False)
class Bench:
    """What work needs beside its arguments: the settings, the uploads, and the views by name."""

    settings: Settings
    uploads: UploadStore
    views: dict[str, View[Any, Any, Any]]


class Teller(Protocol):
    """Hears how far work is. Each call raises Cancelled where nobody wants the result any more."""

    def began(self, long: bool) -> None:
        """The query is read and allowed; `long` says whether it takes so long that its progress is worth showing.

        Raises TooLong where that has to wait for another turn.
        """

    def said(self, done: int, of: int, text: str) -> None:
        """A step is done."""


class Cancelled(BaseException):
    """Nobody wants the result any more."""


class TooLong(Exception):
    """A job turned out to be long, and its turn is one of what is not."""


@dataclass(frozen=True)
class Job:
    """A function of a module, `call(bench, teller, *given)`, whose pieces of bytes go to a file at `path`.

    With `squeezed` the file is in gzip's format. TooLong is raised for what is long, unless it `may_be_long`.
    """

    call: Callable[..., Iterator[bytes]]
    given: tuple[Any, ...]
    path: Path
    squeezed: bool
    may_be_long: bool

    def allow(self, long: bool) -> None:
        """Raises TooLong for what this turn is not for."""
        if long and not self.may_be_long:
            raise TooLong


@dataclass(frozen=True)
class Began:
    """Somebody has begun with a job."""

    long: bool


@dataclass(frozen=True)
class Step:
    """So much of a job is done."""

    done: int
    of: int
    text: str


Tell = Callable[[Began | Step], None]
"""Hears how far a job is."""

LONG, SHORT = 100, 10  # how many steps are told at most: each costs its way through the pipe, the loop and the network


class Telling:
    """The teller of a job: passes on, to `tell`, that it has begun and the steps that can be seen: so many of a long
    job, and a few of one that is over before a bar of progress has moved.

    `is_unwanted` is asked each time whether nobody wants the result any more.
    """

    def __init__(self, job: Job, tell: Tell, is_unwanted: Callable[[], bool]) -> None:
        self._job, self._tell, self._is_unwanted = job, tell, is_unwanted
        self._told = -1
        self._most = LONG

    def began(self, long: bool) -> None:
        self._check()
        self._job.allow(long)
        self._most = LONG if long else SHORT
        self._tell(Began(long))

    def said(self, done: int, of: int, text: str) -> None:
        self._check()
        if done * self._most // of > self._told:
            self._told = done * self._most // of
            self._tell(Step(done, of, text))

    def _check(self) -> None:
        if self._is_unwanted():
            raise Cancelled
