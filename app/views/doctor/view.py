"""The norm doctor: a model's norms, worst first; a file of any framework in, a report out."""

from typing import Any

from fastapi import APIRouter

from app.settings import Settings
from app.views.doctor.answer import answer_of
from app.views.doctor.call import CALL
from app.views.doctor.compute import examined, prepared
from app.views.doctor.export import beside, export_of
from app.views.doctor.page import PAGE
from app.views.doctor.posted import posted_to
from app.views.doctor.query import DoctorFields
from app.web.view import View


def _is_light(query: DoctorFields, _settings: Settings) -> bool:
    """What is built in."""
    return not query.kept


def _further(view: View[Any, Any, Any]) -> APIRouter:
    router = APIRouter()
    for calls in (posted_to(view), export_of(view)):
        router.include_router(calls)
    return router


VIEW = View(
    name="doctor", title="Doctor", query=DoctorFields, prepare=prepared, compute=examined, answer=answer_of, call=CALL,
    catalogued="doctor", page=PAGE, is_light=_is_light, has_figures=False, beside=beside, further=_further,
)  # fmt: skip
