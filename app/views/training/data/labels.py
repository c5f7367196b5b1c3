"""Which column of an upload is its label, where nobody says."""

from collections.abc import Sequence
from dataclasses import replace

from app.batches.uploads import UploadStore
from app.batches.uploads.source import UploadSource
from app.views.training.query import TrainingQuery

USUAL = ("label", "labels", "class", "target", "y")
"""What a label is called more often than not, in any case of letters."""


def label_of(able: Sequence[str]) -> str | None:
    """The column with a usual name, else the last one, of those that can be a label; None where none can.

    >>> label_of(["Class", "height", "kind"]), label_of(["height", "kind"]), label_of([])
    ('Class', 'kind', None)
    """
    named = [name for usual in USUAL for name in able if name.lower() == usual]
    return next(iter([*named, *able[-1:]]), None)


def opened(query: TrainingQuery, uploads: UploadStore) -> tuple[UploadSource, str | None]:
    """The upload of a query with the name of its label: the one that is asked for, or `label_of` its columns."""
    source = uploads.open(query.source, query.reading)
    if query.label is not None:
        return source, query.label
    label = label_of(source.able_labels)
    return (source if label is None else uploads.open(query.source, replace(query.reading, label=label))), label
