"""Batch size: random batches of many sizes, one example's noise, and examples that depend on each other."""

from app.batches.datasets import DATASETS
from app.settings import Settings
from app.views.batch_size.answer import answer_of
from app.views.batch_size.call import CALL
from app.views.batch_size.compute import Prepared, experiment_of, prepare
from app.views.batch_size.page import PAGE
from app.views.batch_size.query import BatchSizeFields, BatchSizeQuery
from app.web.view import Place, View

MOST_UNITS = 32  # of a linear layer in front
MOST_NUMBERS = 200_000  # of a data set whose stage the event loop computes
LARGE = 40_000_000  # numbers drawn from which on a view waits for its turn


def _prepared(place: Place, query: BatchSizeFields) -> Prepared:
    return prepare(query, place.uploads, place.settings)


def _is_light(query: BatchSizeFields, _settings: Settings) -> bool:
    """The stage of what is in memory. An upload is read in a thread, and a generator is measured by many examples."""
    data = DATASETS.get(query.source)
    is_small = query.source == "inline" or (data is not None and data.examples * data.features <= MOST_NUMBERS)
    return query.is_stage and is_small and query.layer_width <= MOST_UNITS


VIEW = View(
    name="batch-size", title="Batch size", query=BatchSizeQuery, prepare=_prepared, compute=experiment_of,
    answer=answer_of, call=CALL, catalogued="batch_size", page=PAGE, is_light=_is_light, large=LARGE,
)  # fmt: skip
