"""The norm doctor: a model's norms, worst first; a file of any framework in, a report out."""

from typing import Any

from fastapi import APIRouter

from app.settings import Settings
from app.views.doctor.answer import answer_of
from app.views.doctor.call import CALL
from app.views.doctor.compute import examined
from app.views.doctor.export import export_of, exported
from app.views.doctor.mending import mending, repaired_of
from app.views.doctor.page import PAGE
from app.views.doctor.posted import posted_to
from app.views.doctor.query import DoctorFields
from app.views.doctor.reading import prepared
from app.web.view import View


def _is_light(query: DoctorFields, _settings: Settings) -> bool:
    """What is built in."""
    return not query.kept


def _beside(view: View[Any, Any, Any]) -> tuple[View[Any, Any, Any], ...]:
    return exported(view), mending(view)


def _further(view: View[Any, Any, Any]) -> APIRouter:
    router = APIRouter()
    for calls in (posted_to(view), export_of(view), repaired_of(view)):
        router.include_router(calls)
    return router


VIEW = View(
    name="doctor", title="Doctor", query=DoctorFields, prepare=prepared, compute=examined, answer=answer_of, call=CALL,
    catalogued="doctor", page=PAGE, is_light=_is_light, has_figures=False, beside=_beside, further=_further,
)  # fmt: skip
