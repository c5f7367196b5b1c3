"""A diagnosis in words: of one named mistake, of two at once, of places, of factors without a name."""

from dataclasses import dataclass

from bncore.diagnosis.mistakes.catalogue import MISTAKES, UNNAMED
from bncore.diagnosis.mistakes.code_lines import WITH
from bncore.diagnosis.mistakes.pairs import BOTH, parts
from bncore.diagnosis.mistakes.places import Places
from bncore.diagnosis.mistakes.texts.formulas import DBETA, DGAMMA, DMEAN, DSIGMA, DVAR, DX, DX_HAT
from bncore.diagnosis.mistakes.triple import Coefficients, in_words

PLACED, ZEROED = "placed", "zeroed"
"""The ids of a tensor that is wrong, or 0, in some places alone."""
LINES = {
    "dx": DX, "dgamma": DGAMMA, "dbeta": DBETA, "dx_hat": DX_HAT, "dvar": DVAR, "dsigma": DSIGMA, "dmean": DMEAN,
}  # fmt: skip
AS_WRITTEN = ("K ", "x ", "y ", "dgamma ")
"""How titles begin that begin alike inside of a sentence."""
UNFILLED = "It holds no gradient at all: perhaps the array of zeros that it was made as was never filled."
LEFT_OUT = "All other numbers are right. Look for a loop that ends too early, or a slice or mask that leaves these out."
OVERWRITTEN = "All other numbers are right. Look for an index, a slice or a mask that treats these unlike the others."


@dataclass(frozen=True)
class Diagnosis:
    """One explanation of one wrong tensor; several for the same tensor cannot be told apart on these data.

    `residual` is the largest difference from what the mistake gives, relative to the larger magnitude of both; 0 where
    both are no larger than what rounds. Of a tensor that is wrong in some places alone it is that from the correct one.
    `parts` are the ids of what it is made of.
    """

    id: str
    tensor: str
    title: str
    explanation: str
    look_at: str
    residual: float
    parts: tuple[str, ...] = ()


def of_mistake(tensor: str, name: str, residual: float) -> Diagnosis:
    """A named mistake; or two of them, in one sentence and with both lines of algebra."""
    ids = tuple(parts(name))
    if len(ids) == 1:
        mistake = MISTAKES[name]
        return Diagnosis(name, tensor, mistake.title, mistake.explanation, mistake.look_at, residual, ids)
    one, other = (MISTAKES[part] for part in ids)
    title = f"{one.title}, and {inside(other.title)}"
    explanation = f"Two mistakes at once give these numbers: {inside(title)}."
    return Diagnosis(name, tensor, title, explanation, _lines(one.look_at, other.look_at), residual, ids)


def in_places(tensor: str, where: Places, residual: float, beside: str = "") -> Diagnosis:
    """A tensor that is wrong, or 0, in some places; `beside` is the mistake that gives its other numbers."""
    kind = ZEROED if where.zero else PLACED
    title = f"{tensor} is {'0' if where.zero else 'wrong'} {f'at {where.where}' if where.where else 'everywhere'}"
    if beside:
        ids, title = (kind, beside), f"{title}, and {inside(MISTAKES[beside].title)}"
        explanation = f"Two mistakes at once give these numbers: {title}."
        return Diagnosis(BOTH.join(ids), tensor, title, explanation, MISTAKES[beside].look_at, residual, ids)
    explanation = UNFILLED if not where.where else LEFT_OUT if where.zero else OVERWRITTEN
    return Diagnosis(kind, tensor, title, explanation, LINES[tensor], residual, (kind,))


def of_factors(factors: Coefficients, *, tried: bool) -> Diagnosis:
    """Factors of dx that no named mistake has; `tried`: nor do two at once."""
    words = in_words(factors, tried=tried)
    return Diagnosis(UNNAMED, "dx", "Factors without a name", words, DX, factors.residual_per_unit, (UNNAMED,))


def inside(title: str) -> str:
    """A title inside of a sentence."""
    return title if title.startswith(AS_WRITTEN) else title[0].lower() + title[1:]


def _lines(*lines: str) -> str:
    return WITH.join(dict.fromkeys(lines))
