"""Whether the stage alone is so little that the event loop computes it."""

from app.batches.datasets import DATASETS
from app.settings import Settings
from app.views.norms.block import DIGIT, POOL
from app.views.norms.query import AUTO_OF_OTHERS, NormsFields


def is_light(query: NormsFields, settings: Settings) -> bool:
    """Whether it is the stage alone, of few numbers, those of the pool included where it is drawn."""
    return query.is_stage and not (query.is_upload or query.is_large) and _numbers(query) <= settings.inline_work


def _numbers(query: NormsFields) -> int:
    """Numbers of the batch and the pool, of the digits as many as the finest convolution leaves."""
    known = DATASETS.get(query.source)
    width: int = query.channels * DIGIT[1] * DIGIT[2] if query.source == "digits" else _features(query)
    total = known.examples if known else POOL
    examples = {"auto": AUTO_OF_OTHERS, "all": total}.get(str(query.batch_size)) or int(query.batch_size)
    return (examples + total * _draws_pool(query)) * width


def _features(query: NormsFields) -> int:
    known = DATASETS.get(query.source)
    return known.features if known else query.features


def _draws_pool(query: NormsFields) -> bool:
    """Whether the headline of a situation asks for the source's other examples."""
    draws: bool = query.situation == "class_sorted" or (query.norm == "renorm" and query.situation != "usual")
    return draws
