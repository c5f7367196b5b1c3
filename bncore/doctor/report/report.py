"""A model's findings, gathered norm by norm: the table that page, API and command line show."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from bncore.doctor.difference import Difference, difference
from bncore.doctor.findings import Finding, worst_first
from bncore.doctor.model import Model, Norm

SOUND = "sound"
SEVERITIES = ("error", "warning", "note", SOUND)
"""What a row may be, worst first; `sound` is a norm with nothing found."""


@dataclass(frozen=True)
class Row:
    """A norm with what there is to say of it, worst first; `norm` is None for what concerns the file as a whole."""

    norm: Norm | None
    findings: tuple[Finding, ...]

    @property
    def severity(self) -> str:
        """That of the worst finding."""
        return self.findings[0].severity if self.findings else SOUND

    @property
    def name(self) -> str:
        """The norm's name; empty for the file as a whole."""
        return self.norm.name if self.norm else ""


@dataclass(frozen=True)
class Report:
    """A model and what there is to say of its norms; `called` is what a person calls the file.

    `other` is what the model is called that it is compared with, if any, and `differences` are those from that one.

    `findings` are worst first, and so are `rows`; the norms without any stand last, as in the file.
    """

    called: str
    model: Model
    findings: tuple[Finding, ...]
    other: str = ""
    differences: tuple[Difference, ...] = ()

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        known = [norm.name for norm in self.model.norms]
        of: dict[str, list[Finding]] = {}
        for finding in self.findings:
            of.setdefault(finding.norm if finding.norm in known else "", []).append(finding)
        whole = [Row(None, tuple(of[""]))] if "" in of else []
        rows = [*whole, *(Row(norm, tuple(of.get(norm.name, ()))) for norm in self.model.norms)]
        return tuple(sorted(rows, key=self._place))

    def _place(self, row: Row) -> int:
        """That of its worst finding among all."""
        return self.findings.index(row.findings[0]) if row.findings else len(self.findings)

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many norms are of each severity."""
        counted = Counter(row.severity for row in self.rows if row.norm)
        return {severity: counted[severity] for severity in SEVERITIES}

    @property
    def has_errors(self) -> bool:
        """Whether any finding is an error: what a build should stop at."""
        return any(finding.severity == "error" for finding in self.findings)


def report_of(called: str, model: Model, findings: Sequence[Finding], other: tuple[str, Model] | None = None) -> Report:
    """The report on a model, by what is told of it; `other` is called so, and compared with it."""
    if other is None:
        return Report(called, model, worst_first(findings))
    return Report(called, model, worst_first(findings), other[0], difference(other[1], model))
