"""What the server needs of a view: its query, how that is prepared, computed and answered, its page and its words."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from math import inf
from typing import Any, Generic, Protocol, TypeVar

from fastapi import APIRouter, Request

from app.batches.uploads import UploadStore
from app.query.control import QueryModel
from app.query.page_fields import PageFields
from app.settings import Settings
from app.web.answers import to_json
from bncore.progress import Said, unheard

Fields = TypeVar("Fields", bound=QueryModel)
Ready = TypeVar("Ready", bound="Prepared")
Computed = TypeVar("Computed")


class Prepared(Protocol):
    """A query whose work is known and allowed."""

    @property
    def work(self) -> float:
        """How much there is to do, in the view's own unit."""


@dataclass(frozen=True)
class Place:
    """Where a query is answered: the uploads, the settings, and the address under which the server was asked."""

    uploads: UploadStore
    settings: Settings
    origin: str

    @classmethod
    def of(cls, request: Request) -> "Place":
        """The place of a request."""
        state = request.app.state
        return cls(state.uploads, state.settings, str(request.base_url).rstrip("/"))


@dataclass(frozen=True)
class Call:
    """How the REST API's reference tells of a call.

    `told` says what is in an answer, `answer` is a shortened one, `refused` says what a 422 may be about; `progress` is
    the data of one progress event, empty for what is not streamed; `examples` are queries.
    """

    name: str
    tag: str
    summary: str
    help: str
    told: str
    answer: dict[str, Any]
    refused: str
    examples: list[dict[str, Any]]
    progress: str = ""


@dataclass(frozen=True)
class Page(Generic[Fields]):
    """A view's page: its path, its template, and what the template needs beside the query and the result.

    `at_once_only_if_light`: a page whose view is not light comes without a result and asks for one itself.
    `keeps_refused`: a refused query stays in the fields, without a result; else the page shows the rest of the query.
    """

    path: str
    template: str
    context: Callable[[Fields, Any, Place], dict[str, Any]]
    at_once_only_if_light: bool = False
    keeps_refused: bool = False
    whole: dict[str, Any] = field(default_factory=dict)
    """Fields that a page overrides, because it shows all parts."""
    shown: type[PageFields] = PageFields
    """What of the page itself stands in its address: nothing of it is computed with."""
    further: APIRouter = field(default_factory=APIRouter)
    """Files beside the page."""
    takes: frozenset[str] = frozenset()
    """Fields that the navigation carries to a page whose query is no `BatchFields`."""


@dataclass(frozen=True)
class File(Generic[Fields]):
    """An answer that is a file in place of JSON: its media type, its name, and its pieces."""

    media_type: Callable[[Fields], str]
    name: Callable[[Fields], str]
    pieces: Callable[[Fields, Any], Iterator[bytes]]


def never_light(_query: Any, _settings: Settings) -> bool:
    """What a view says that is never small enough for the event loop."""
    return False


def _nothing_beside(_view: "View[Any, Any, Any]") -> "tuple[View[Any, Any, Any], ...]":
    return ()


def _nothing_further(_view: "View[Any, Any, Any]") -> APIRouter:
    return APIRouter()


@dataclass(frozen=True, eq=False)
class View(Generic[Fields, Ready, Computed]):
    """A view by name: query → prepare → compute → answer.

    `prepare` is quick and refuses what is too much; `compute` does the work and tells of its steps; `answer` is plain
    data, figures and words included. A query that `is_light` is computed in the event loop, every other one by another
    process; one with more than `large` work tells its progress, and its page comes without a result.
    """

    name: str
    title: str
    query: type[Fields]
    prepare: Callable[[Place, Fields], Ready]
    compute: Callable[[Ready, Said], Computed]
    answer: Callable[[Computed], dict[str, Any]]
    call: Call | None = None
    page: Page[Fields] | None = None
    is_light: Callable[[Fields, Settings], bool] = never_light
    large: float = inf
    names_origin: bool = False
    has_figures: bool = True
    """Whether its answer has `figures`, each of which leaves as CSV."""
    catalogued: str = ""
    """The name under which the catalogue has the fields of the query; empty where it has not."""
    catalogue: dict[str, Any] = field(default_factory=dict)
    """Further lists of the catalogue, by name: what a query of this view may name beyond what all share."""
    beside: "Callable[[View[Any, Any, Any]], tuple[View[Any, Any, Any], ...]]" = _nothing_beside
    """Further views that are answered as this one is, without a page."""
    further: "Callable[[View[Any, Any, Any]], APIRouter]" = _nothing_further
    """Further calls, of the view that it is given."""
    file: File[Fields] | None = None
    """What is answered in place of JSON, if anything."""

    @property
    def is_streamed(self) -> bool:
        """Whether the answer can come as a stream of events."""
        return self.call is not None and self.call.progress != ""

    def stated(self, place: Place, query: Fields) -> dict[str, Any]:
        """What decides an answer: the query, a large file's stamp, the server's address where the answer names it."""
        named = {"origin": place.origin} if self.names_origin else {}
        if query.is_large:
            named["stamp"] = place.uploads.large.stamp(query.source)  # type: ignore[attr-defined]
        return query.stated() | named

    def result(self, ready: Ready, say: Said = unheard) -> dict[str, Any]:
        """The answer as plain data."""
        return self.answer(self.compute(ready, say))

    def written(self, ready: Ready) -> bytes:
        """The answer as JSON."""
        return to_json(self.result(ready))

    def pieces(self, query: Fields, computed: Computed) -> Iterator[bytes]:
        """What leaves, in pieces."""
        if self.file is not None:
            yield from self.file.pieces(query, computed)
        else:
            yield to_json(self.answer(computed))
