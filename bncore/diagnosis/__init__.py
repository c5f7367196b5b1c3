"""A student's gradient, diagnosed: not just that it is wrong, but what is wrong."""

from bncore.diagnosis.candidates import Candidates, candidates, separation
from bncore.diagnosis.case import ORDER, Case, case_of
from bncore.diagnosis.catalogue import MISTAKES, UNNAMED, Mistake
from bncore.diagnosis.check import Diagnosis, Report, check
from bncore.diagnosis.example import example, examples
from bncore.diagnosis.probe import Probe, probe
from bncore.diagnosis.reasons import REASONS
from bncore.diagnosis.triple import Coefficients, fit
from bncore.diagnosis.verdict import CLOSE, EXACT, Verdict

__all__ = [
    "CLOSE",
    "EXACT",
    "MISTAKES",
    "ORDER",
    "REASONS",
    "UNNAMED",
    "Candidates",
    "Case",
    "Coefficients",
    "Diagnosis",
    "Mistake",
    "Probe",
    "Report",
    "Verdict",
    "candidates",
    "case_of",
    "check",
    "example",
    "examples",
    "fit",
    "probe",
    "separation",
]
