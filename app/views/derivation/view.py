"""The derivation: every intermediate and every partial of a small batch; and the Jacobian of one feature."""

from dataclasses import dataclass
from typing import Any

from app.query.small_batch import SmallBatch, SmallBatchFields
from app.settings import Settings
from app.views.derivation.answer import answer_of, jacobian_answer_of
from app.views.derivation.call import CALL, JACOBIAN_CALL
from app.views.derivation.compute import jacobian_of, worked_out
from app.views.derivation.page import PAGE
from app.views.derivation.query import DerivationQuery, JacobianQuery
from app.web.view import Place, View
from bncore.progress import Said


@dataclass(frozen=True, eq=False)
class Prepared:
    """A query and its small batch."""

    query: Any
    batch: SmallBatch
    work: int = 0


def _prepared(place: Place, query: SmallBatchFields) -> Prepared:
    return Prepared(query, query.small_batch(place.uploads, place.settings.view_numbers))


def _is_light(query: SmallBatchFields, _settings: Settings) -> bool:
    """An upload is read in a thread; everything else is small enough for the event loop."""
    return not (query.is_upload or query.is_large)


def _derived(ready: Prepared, _say: Said) -> Any:
    return worked_out(ready.query, ready.batch)


def _jacobian(ready: Prepared, _say: Said) -> Any:
    return jacobian_of(ready.query, ready.batch)


JACOBIAN = View(
    name="jacobian", title="Jacobian", query=JacobianQuery, prepare=_prepared, compute=_jacobian,
    answer=jacobian_answer_of, call=JACOBIAN_CALL, is_light=_is_light,
)  # fmt: skip


def _beside(_view: View[Any, Any, Any]) -> tuple[View[Any, Any, Any], ...]:
    return (JACOBIAN,)


VIEW = View(
    name="derivation", title="Derivation", query=DerivationQuery, prepare=_prepared, compute=_derived,
    answer=answer_of, call=CALL, catalogued="derivation", page=PAGE, is_light=_is_light, beside=_beside,
)  # fmt: skip
