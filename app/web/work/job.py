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


EVERY = 100  # progress is told so many times at most


class Seldom:
    """Passes on the steps that can be seen: one in a hundred of the whole."""

    def __init__(self, say: Callable[[int, int, str], None], check: Callable[[], None]) -> None:
        self._say, self._check, self._told = say, check, -1

    def __call__(self, done: int, of: int, text: str) -> None:
        self._check()
        if done * EVERY // of > self._told:
            self._told = done * EVERY // of
            self._say(done, of, text)
