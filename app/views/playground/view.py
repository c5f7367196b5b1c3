"""The playground, the main view; and its numbers as files."""

from dataclasses import dataclass

from app.batches.batch import Source
from app.batches.datasets import DATASETS
from app.query.source import AUTO_GENERATED
from app.settings import Settings
from app.views.playground.answer import answer_of
from app.views.playground.call import CALL
from app.views.playground.compute import Staged, Walk, walk_of
from app.views.playground.everything import numbers_to_read
from app.views.playground.export import beside, export_of
from app.views.playground.page import PAGE
from app.views.playground.query import PlaygroundFields, PlaygroundQuery
from app.web.view import Place, View
from bncore.progress import Said

LARGE = 1_000_000  # numbers of a batch whose view takes long enough, and memory enough, to wait for others


@dataclass(frozen=True, eq=False)
class Prepared:
    """A query, its opened source, and how many numbers are gone through: of its batch, or of a file not yet read."""

    query: PlaygroundFields
    source: Source
    work: int


def _prepared(place: Place, query: PlaygroundFields) -> Prepared:
    source = query.open(place.uploads)
    work = query.check_work(source, place.settings.view_numbers)
    return Prepared(query, source, max(work, numbers_to_read(source)))


def _computed(ready: Prepared, say: Said) -> Walk | Staged:
    return walk_of(ready.query, ready.source, say)


def is_light(query: PlaygroundFields, settings: Settings) -> bool:
    """Whether the work is bounded and small enough for the event loop."""
    if query.is_upload or query.is_large or query.mode == "inference":
        return False
    known = DATASETS.get(query.source)
    total, features = (known.examples, known.features) if known else (None, query.features)
    asked = query.batch_size if isinstance(query.batch_size, int) else total or AUTO_GENERATED
    return min(asked, total or asked) * max(features, query.layer_width) <= settings.inline_work


VIEW = View(
    name="playground", title="Playground", query=PlaygroundQuery, prepare=_prepared, compute=_computed,
    answer=answer_of, call=CALL, catalogued="playground", page=PAGE, is_light=is_light, large=LARGE, beside=beside,
    further=export_of,
)  # fmt: skip
