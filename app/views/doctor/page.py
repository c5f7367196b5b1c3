"""The doctor's page: what its template needs, what of it stands in its address, and the way of a layer elsewhere."""

from typing import Any, Literal

from app.query.control import control, schema_of
from app.query.page_fields import PageFields
from app.views.doctor.examples import EXAMPLES
from app.views.doctor.export import titles
from app.views.doctor.handed import HANDED
from app.views.doctor.query import DoctorFields
from app.web.view import Page, Place

COLUMNS = {
    "severity": "Severity", "norm": "Layer", "channels": "Channels", "sentence": "What is wrong",
}  # fmt: skip
MARKS = {"error": "✕", "warning": "▲", "note": "●", "sound": "✓"}
"""Beside the word of each severity, so that colour is not all that tells them apart."""
MOST = 500  # rows that the page lists


class DoctorPageFields(PageFields):
    """How the table is sorted, and which channel is looked at."""

    sort: Literal["severity", "norm", "channels", "sentence", "place", "variance", "gamma"] = control(
        "severity", "The column by which the table is sorted; `place` is the order in the file.",
        title="Sorted by", group="page", kind="none",
    )  # fmt: skip
    down: Literal["", "1"] = control(
        "", "1 turns the order of the table round.", title="Turned round", group="page", kind="none",
    )  # fmt: skip
    mend: Literal["fold", "reestimate"] = control(
        "fold", "In which way the model is mended.", title="Mended by", group="page", kind="none",
    )  # fmt: skip
    channel: int = control(
        0, "The channel that is looked at in the opened layer.", title="Channel", group="page", kind="none", ge=0,
        le=10_000_000,
    )  # fmt: skip


def _context(query: DoctorFields, result: Any, _place: Place) -> dict[str, Any]:
    return {
        "schema": page_schema(query), "columns": COLUMNS, "forms": titles(), "marks": MARKS,
        "rows": result["rows"][:MOST] if result and result["layer"] else [],
    }  # fmt: skip


def page_schema(query: DoctorFields) -> dict[str, dict[str, Any]]:
    """The fields, with a title for each choice that there is now."""
    schema = schema_of(DoctorFields)
    known = [(name, title) for name, (title, _) in EXAMPLES.items()]
    schema["model"]["choices"] = known
    schema["other"]["choices"] = [("", "nothing"), *known]
    schema["capture"]["choices"] = [("", "none")]
    for field, id in query.kept.items():
        schema[field]["choices"] = [*schema[field]["choices"], (id, f"Upload {id[:8]}…")]
    return schema


PAGE = Page(
    "/doctor", "doctor.html", _context, whole={"arrays": "opened"}, shown=DoctorPageFields, further=HANDED,
)  # fmt: skip
