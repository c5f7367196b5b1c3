"""A model read and examined, and one of its layers opened."""

from dataclasses import dataclass
from pathlib import Path

from app.errors import InvalidQuery
from app.models import read_model
from app.views.doctor.examples import EXAMPLES, example
from app.views.doctor.query import DoctorFields, ReportFields
from app.web.view import Place
from bncore.doctor import Model
from bncore.doctor.findings import examine
from bncore.doctor.report import Report, Row, report_of
from bncore.progress import Said


@dataclass(frozen=True, eq=False)
class Prepared:
    """A query whose uploads are here: the file of each field that names one."""

    query: ReportFields
    files: dict[str, Path]
    work: int = 0


@dataclass(frozen=True, eq=False)
class Examined:
    """The report on a query's model."""

    query: ReportFields
    report: Report

    @property
    def opened(self) -> Row | None:
        """The row of the layer that is opened: the one that is named, else the worst one that is a layer's."""
        name = self.query.norm if isinstance(self.query, DoctorFields) else ""
        layers = [row for row in self.report.rows if row.norm]
        if not name or not layers:
            return layers[0] if layers else None
        for row in layers:
            if row.name == name:
                return row
        raise InvalidQuery(
            f"The model has no norm layer called {name!r}.", field="norm", given=name, allowed=_some(layers)
        )


def prepared(place: Place, query: ReportFields) -> Prepared:
    """The files of a query's uploads. Raises UploadGone."""
    models = place.uploads.models
    return Prepared(query, {field: models.path(id, field) for field, id in query.kept.items()})


def examined(ready: Prepared, _say: Said) -> Examined:
    """The query's model, examined. Raises UserError for a file that is no model."""
    model = model_of(ready, "model")
    other = (called(ready.query.other), model_of(ready, "other")) if ready.query.other else None
    return Examined(ready.query, report_of(called(ready.query.model), model, examine(model), other))


def model_of(ready: Prepared, field: str) -> Model:
    """The model that a field names."""
    return read_model(ready.files[field]) if field in ready.files else example(getattr(ready.query, field))


def called(model: str) -> str:
    """What a person calls a model; an upload's name ends where eight digits of its id are enough.

    >>> called("sound"), called("4672965c" * 8)
    ('The same network, sound', 'Upload 4672965c…')
    """
    return EXAMPLES[model][0] if model in EXAMPLES else f"Upload {model[:8]}…"


def _some(layers: list[Row]) -> str:
    names = [row.name for row in layers[:8]]
    return ", ".join(names) + (" and others" if len(layers) > len(names) else "")
