"""A model read and examined, and one of its layers opened."""

from dataclasses import dataclass

from app.errors import InvalidQuery
from app.views.doctor.query import DoctorFields, ReportFields
from app.views.doctor.reading import Prepared, Read, called, model_of, read
from bncore.doctor.findings import Finding, examine, examine_capture, worst_first
from bncore.doctor.report import Report, Row, report_of
from bncore.progress import Said


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


def examined(ready: Prepared, _say: Said) -> Examined:
    """The query's model, examined. Raises UserError for a file that is no model."""
    query = ready.query
    with read(ready) as files:
        other = (called(query.other), model_of(ready, "other")) if query.other else None
        return Examined(query, report_of(called(query.model), files.model, _told(files), other))


def _told(files: Read) -> tuple[Finding, ...]:
    if files.capture is None:
        return examine(files.model)
    if files.of_capture:
        return examine_capture(None, files.capture)
    return worst_first((*examine(files.model), *examine_capture(files.model, files.capture)))


def _some(layers: list[Row]) -> str:
    names = [row.name for row in layers[:8]]
    return ", ".join(names) + (" and others" if len(layers) > len(names) else "")
