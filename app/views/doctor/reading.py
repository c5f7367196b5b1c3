"""The files that a query names, read: a model, another one, a capture of training steps."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from app.errors import InvalidQuery
from app.models import read_model
from app.models.captured import is_captured, watched_model
from app.views.doctor.examples import EXAMPLES, example
from app.views.doctor.query import ReportFields
from app.web.view import Place
from bncore.doctor import Capture, Model, Stored, capture_of


@dataclass(frozen=True, eq=False)
class Prepared:
    """A query whose uploads are here: the file of each field that names one."""

    query: ReportFields
    files: dict[str, Path]
    work: int = 0


@dataclass(frozen=True, eq=False)
class Read:
    """A query's model and, as long as its file is open, its capture. `of_capture`: there is no other file."""

    model: Model
    capture: Capture | None
    of_capture: bool


def prepared(place: Place, query: ReportFields) -> Prepared:
    """The files of a query's uploads. Raises UploadGone."""
    models = place.uploads.models
    return Prepared(query, {field: models.path(id, field) for field, id in query.kept.items()})


@contextmanager
def read(ready: Prepared) -> Iterator[Read]:
    """What a query is about. Raises UserError for a file that is none, BadCapture for a capture that is none."""
    file = ready.files.get("model")
    of_capture = file is not None and is_captured(file)
    named = file if of_capture else ready.files.get("capture")
    with nullcontext() if named is None else Stored(named) as arrays:
        capture = None if arrays is None else capture_of(arrays)
        model = watched_model(capture) if of_capture and capture else model_of(ready, "model")
        yield Read(model, capture, of_capture)


def model_of(ready: Prepared, field: str) -> Model:
    """The model that a field names."""
    file = ready.files.get(field)
    if file is None:
        return example(getattr(ready.query, field))
    if is_captured(file):
        raise InvalidQuery(
            "This upload is a capture, and a model is asked for.", field=field, given=getattr(ready.query, field)
        )
    return read_model(file)


def called(model: str) -> str:
    """What a person calls a model; an upload's name ends where eight digits of its id are enough.

    >>> called("sound"), called("4672965c" * 8)
    ('The same network, sound', 'Upload 4672965c…')
    """
    return EXAMPLES[model][0] if model in EXAMPLES else f"Upload {model[:8]}…"
