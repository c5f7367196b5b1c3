"""A student's gradient, diagnosed: not just that it is wrong, but what is wrong."""

from bncore.diagnosis.check import Report, check
from bncore.diagnosis.explanation import Diagnosis
from bncore.diagnosis.given.answers import Printed
from bncore.diagnosis.given.case import ORDER, Case, case_of
from bncore.diagnosis.given.probe import Probe, probe
from bncore.diagnosis.mistakes.candidates import Candidates, candidates, separation
from bncore.diagnosis.mistakes.catalogue import MISTAKES, UNNAMED
from bncore.diagnosis.mistakes.code_lines import as_code, placed
from bncore.diagnosis.mistakes.example import CORRECT, TITLES, example, examples, ready_answers
from bncore.diagnosis.mistakes.texts.formulas import Mistake
from bncore.diagnosis.mistakes.triple import FACTORS, Coefficients, fit
from bncore.diagnosis.reasons import REASONS
from bncore.diagnosis.telling.faults import Fault, faults
from bncore.diagnosis.telling.headline import headline
from bncore.diagnosis.telling.text import agreement, factors_in_words, text
from bncore.diagnosis.third_route import MOST_NUDGED, Route, third_route
from bncore.diagnosis.verdict import CLOSE, EXACT, Verdict

__all__ = [
    "CLOSE",
    "CORRECT",
    "EXACT",
    "FACTORS",
    "MISTAKES",
    "MOST_NUDGED",
    "ORDER",
    "REASONS",
    "TITLES",
    "UNNAMED",
    "Candidates",
    "Case",
    "Coefficients",
    "Diagnosis",
    "Fault",
    "Mistake",
    "Printed",
    "Probe",
    "Report",
    "Route",
    "Verdict",
    "agreement",
    "as_code",
    "candidates",
    "case_of",
    "check",
    "example",
    "examples",
    "factors_in_words",
    "faults",
    "fit",
    "headline",
    "placed",
    "probe",
    "ready_answers",
    "separation",
    "text",
    "third_route",
]
