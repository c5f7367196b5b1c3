"""Batch size: random batches of many sizes, one example's noise, and examples that depend on each other."""

from app.views.batch_size.answer import answer_of
from app.views.batch_size.call import CALL
from app.views.batch_size.compute import Prepared, experiment_of, prepare
from app.views.batch_size.page import PAGE
from app.views.batch_size.query import BatchSizeFields, BatchSizeQuery
from app.web.view import Place, View

LARGE = 40_000_000  # numbers drawn from which on a view waits for its turn


def _prepared(place: Place, query: BatchSizeFields) -> Prepared:
    return prepare(query, place.uploads, place.settings)


VIEW = View(
    name="batch-size", title="Batch size", query=BatchSizeQuery, prepare=_prepared, compute=experiment_of,
    answer=answer_of, call=CALL, catalogued="batch_size", page=PAGE, large=LARGE,
)  # fmt: skip
