"""The examples of a query, dealt into those that are trained on and those that are held out."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.batches.batch import Array
from app.batches.datasets import DATASETS, load
from app.batches.uploads import UploadStore
from app.errors import InvalidQuery
from app.kept import Kept
from app.query.title import bare_title
from app.settings import Settings
from app.streams import Stream
from app.views.training.data.labels import opened
from app.views.training.data.notes import notes_of
from app.views.training.query import TrainingQuery
from bncore.training import SHAPES, Data, split

DIGIT = (1, 8, 8)
KEPT = 64 * 1024**2  # bytes of data that a worker keeps
HELD = {"digits": 597}
"""Examples held out unless asked otherwise; of any other source a third."""


@dataclass(frozen=True, eq=False)
class Examples:
    """All of a source: `x` (N, D) or images (N, C, H, W), with labels (N,); `features` have a name each.

    Of an upload, `label` is the column, or the array, that holds the labels, one of `able_labels`.
    """

    title: str
    x: Array
    labels: NDArray[np.int64]
    label_names: tuple[str, ...]
    features: tuple[str, ...]
    warnings: tuple[str, ...] = ()
    label: str | None = None
    able_labels: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Dealt:
    """The data of a run, and what is told of them."""

    data: Data
    examples: Examples


def dealt(query: TrainingQuery, uploads: UploadStore, settings: Settings) -> Dealt:
    """The data of a query; of one setting of its fields once. Raises the errors of the source, and InvalidQuery."""
    if query.is_upload:
        return _dealt(query, _of_upload(query, uploads, settings))
    if query.source in SHAPES:
        _check_numbers(query, "examples", query.examples, 2, settings)
    return known(query.model_copy(update=_UNREAD))


_UNREAD = {
    name: field.default
    for name, field in TrainingQuery.model_fields.items()
    if name not in ("source", "examples", "noise", "held", "scaling", "seed")
}


def known(query: TrainingQuery) -> Dealt:
    """The data of a source that is no upload, which are kept."""
    return _kept.get_or_make(tuple(query.stated().items()), lambda: _dealt(query, _named(query)))


def size_of(dealt: Dealt) -> int:
    """Bytes of all its arrays."""
    data, examples = dealt.data, dealt.examples
    return sum(
        array.nbytes for array in (data.x, data.labels, data.held_x, data.held_labels, examples.x, examples.labels)
    )


_kept: Kept[Dealt] = Kept(KEPT, size_of)


def _named(query: TrainingQuery) -> Examples:
    return _of_shape(query) if query.source in SHAPES else _of_data_set(query.source)


def _dealt(query: TrainingQuery, all_of_it: Examples) -> Dealt:
    total = len(all_of_it.labels)
    held = HELD.get(query.source, total // 3) if query.held == "auto" else query.held
    if not 1 <= held < total:
        raise InvalidQuery(
            f"{held:,} of {total:,} examples cannot be held out: at least one is trained on, and one held out.",
            field="held", given=query.held, allowed=f"1 to {total - 1:,}, or 'auto'",
        )  # fmt: skip
    data = split(all_of_it.x, all_of_it.labels, all_of_it.label_names, held, query.seed, query.scaling)
    return Dealt(data, all_of_it)


def _of_data_set(name: str) -> Examples:
    batch = load(name)
    assert batch.labels is not None
    x = batch.x.reshape(-1, *DIGIT) if name == "digits" else batch.x
    return Examples(DATASETS[name].title, x, batch.labels, batch.label_names, batch.feature_names)


def _of_shape(query: TrainingQuery) -> Examples:
    shape = SHAPES[query.source]
    rng = np.random.default_rng([query.seed, Stream.TRAINING_POINTS])
    x, labels = shape.draw(query.examples, rng, query.noise)
    names = tuple(f"class {number}" for number in range(shape.classes))
    return Examples(shape.title, x, labels, names, ("x", "y"))


def _of_upload(query: TrainingQuery, uploads: UploadStore, settings: Settings) -> Examples:
    """All rows of an upload with its label. Raises InvalidQuery where there is none, or the rows are too many."""
    source, label = opened(query, uploads)
    if source.labels is None:
        raise InvalidQuery(
            "Training takes the class of each example, and no column or array of this file can hold classes.",
            field="source", given=query.source, allowed="a file with a column of classes",
        )  # fmt: skip
    _check_numbers(query, "source", source.examples, int(np.prod(source.x.shape[1:])), settings)
    batch = source.draw(None, np.random.default_rng([query.seed, Stream.BATCH]))
    assert batch.labels is not None
    x = np.moveaxis(batch.x, batch.feature_axis, 1).astype(np.float64)
    x = x if x.ndim == 4 else x.reshape(len(x), -1)
    names = batch.feature_names if x.shape[1:] == (len(batch.feature_names),) else ()
    warnings = (*batch.warnings, *(notes_of(x, names) if names else ()))
    title = bare_title(query.source)
    return Examples(title, x, batch.labels, batch.label_names, names, warnings, label, source.able_labels)


def _check_numbers(query: TrainingQuery, field: str, examples: int, width: int, settings: Settings) -> None:
    most = settings.training_numbers
    if examples * width > most:
        raise InvalidQuery(
            f"{examples:,} examples of {width:,} numbers are {examples * width:,} numbers, and this server trains on "
            f"up to {most:,}.", field=field, given=getattr(query, field),
            allowed=f"up to {most // width:,} examples of {width:,} numbers each",
        )  # fmt: skip
