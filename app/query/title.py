"""What a person calls the source of a query: the same words on every page, in every menu and in every answer."""

from app.batches.datasets import DATASETS
from app.batches.generators import GENERATORS
from app.batches.large.files import LARGE, PREFIX
from app.query.source import BatchFields, SourceFields


def source_title(query: BatchFields) -> str:
    """The source's title, and that a linear layer stands in front of the view if one does.

    >>> source_title(BatchFields(source="wine")), source_title(SourceFields(source="inline", layer_width=2))
    ('Wine', 'Typed table, behind a linear layer')
    """
    title = bare_title(query.source)
    return f"{title}, behind a linear layer" if isinstance(query, SourceFields) and query.layer_width else title


def bare_title(source: str) -> str:
    """The title of a source without anything in front; an upload's ends where eight digits of its id are enough.

    >>> bare_title("inline"), bare_title("4672965c" * 8)
    ('Typed table', 'Upload 4672965c…')
    """
    if source in DATASETS:
        return DATASETS[source].title
    if source in GENERATORS:
        return GENERATORS[source].title
    if LARGE.fullmatch(source):
        return source.removeprefix(PREFIX)
    return "Typed table" if source == "inline" else f"Upload {source[:8]}…"
