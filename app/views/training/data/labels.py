"""Which column of an upload is its label, where nobody says."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from app.batches.uploads import UploadStore
from app.batches.uploads.source import UploadSource
from app.errors import InvalidQuery
from app.views.training.query import TrainingQuery

USUAL = ("label", "labels", "class", "target", "y")
"""What a label is called more often than not, in any case of letters."""


TRIED = 4
"""So many columns are looked at for classes, where nobody says which has them: each takes a pass over the file."""


def labels_of(able: Sequence[str]) -> list[str]:
    """Those that can be a label, in the order in which they are likely to be it: usual names, then from the last one.

    >>> labels_of(["Class", "height", "kind"]), labels_of([])
    (['Class', 'kind', 'height'], [])
    """
    usual = [name for usual in USUAL for name in able if name.lower() == usual]
    return [*usual, *(name for name in reversed(able) if name not in usual)]


def opened(query: TrainingQuery, uploads: UploadStore) -> tuple[UploadSource, str | None]:
    """The upload of a query with its label: the one that is asked for, or the likeliest one that holds classes.

    Raises InvalidQuery where that holds none; without any column that could, the source has no labels.
    """
    source = uploads.open(query.source, query.reading)
    tried = [query.label] if query.label is not None else labels_of(source.able_labels)[:TRIED]
    refused = []
    for label in tried:
        labelled = uploads.open(query.source, replace(query.reading, label=label))
        why = _no_classes(labelled, label)
        if why is None:
            return labelled, label
        refused.append(why)
    if refused:
        raise _refusal(query, refused[0], [name for name in source.able_labels if name not in tried])
    return source, None


def _no_classes(source: UploadSource, label: str) -> str | None:
    """Why the values of a label are no classes that can be learned and seen on other examples; None where they are."""
    if len(source.label_names) < 2:
        return f"{label} has one value alone, which leaves nothing to tell apart"
    assert source.labels is not None
    if np.bincount(source.labels).max() < 2:
        return f"{label} has another value in each of the {len(source.labels):,} rows, so that no two share a class"
    return None


def _refusal(query: TrainingQuery, why: str, others: Sequence[str]) -> InvalidQuery:
    detail = f"Training takes the class of each example, and {why}."
    if query.label is None:
        return InvalidQuery(detail, field="source", given=query.source, allowed="a file with a column of classes")
    allowed = f"one of {', '.join(others)}" if others else "a column of classes"
    return InvalidQuery(detail, field="label", given=query.label, allowed=allowed)
