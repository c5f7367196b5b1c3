"""The report on a model: its norms worst first, one sentence each, and the forms in which it leaves."""

from bncore.doctor.report.forms import FORMS, Form
from bncore.doctor.report.report import SEVERITIES, Report, Row, report_of
from bncore.doctor.report.scales import scales_of
from bncore.doctor.report.words import headline, kind_title, subject

__all__ = [
    "FORMS", "SEVERITIES", "Form", "Report", "Row", "headline", "kind_title", "report_of", "scales_of", "subject",
]  # fmt: skip
