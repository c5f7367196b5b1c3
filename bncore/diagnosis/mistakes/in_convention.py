"""A diagnosis in the words and formulas of the convention that is checked; those of the catalogue are batch norm's."""

from dataclasses import replace

from bncore.diagnosis.explanation import Diagnosis
from bncore.diagnosis.given.case import Case
from bncore.diagnosis.given.convention import Convention
from bncore.diagnosis.mistakes.catalogue import MISTAKES
from bncore.diagnosis.mistakes.code_lines import DX_OF_NORM, DX_OF_RMS, DX_UNBIASED, UNCENTRED, WITH
from bncore.diagnosis.mistakes.texts.formulas import DX, INFERENCE, OF_VAR
from bncore.norms.table import NORMS

SIZE = "K, the numbers that share a statistic, or N, the examples"
OF_NORMS: dict[str, tuple[str, str]] = {
    "statistics_constant": (
        "Mean and variance are treated as constants",
        "This is gamma/s times dy, as if the statistics were fixed numbers. They are computed from x, so dx also has a "
        "path through the mean and one through the variance.",
    ),
    "scaled_by_batch_size": (
        "The gradient is too large by K or N",
        f"Everything is right up to one factor: {SIZE}. In the form with K dx_hat - sum dx_hat - ..., the factor 1/K "
        "in front was forgotten.",
    ),
    "layer_norm": (
        "This is layer norm",
        "This is the gradient of layer norm: the statistics were taken over an example's own numbers. The norm that is "
        "checked takes them over other numbers.",
    ),
    "summed_without_axis": (
        "A sum runs over all statistics",
        "One number stands where every statistic has its own: np.sum was called without an axis, so that all numbers "
        "were added up.",
    ),
    "divided_by_batch_size": (
        "The gradient is divided by K or N once too often",
        f"Everything is right up to one factor: 1 over {SIZE}. The loss's own average over the batch is already in dy, "
        "so the norm must not divide again.",
    ),
}
"""Title and explanation of mistakes that the other norms make in another way."""
WORDS = (
    ("Batch norm", "{norm}"), ("batch norm", "{norm}"), ("every output of its unit", "every output that shares it"),
    ("from every example", "from each of its numbers"),
    ("sums to 0 over the batch", "sums to 0 over its numbers"),
    ("means over the batch", "means over them"),
    ("The sums of g and of g x_hat", "The sums"), ("the sums of g and of g x_hat", "the sums"),
    ("the mean of g ", "the mean of dx_hat "), ("numbers of its unit", "numbers that share it"),
    ("is divided by the batch size", "is divided by how many they are"),
    ("depending on the unit", "depending on the statistic"), ("the units one by one", "the statistics one by one"),
    ("; K - 1 belongs in the running variance at most", ""),
)  # fmt: skip
"""Batch norm's words, and what they are for a norm whose statistics are no unit's."""


def in_convention(case: Case, diagnosis: Diagnosis) -> Diagnosis:
    """The same diagnosis, said of the norm and the mode that were checked."""
    of = case.convention
    lines = WITH.join(dict.fromkeys(_line(of, line) for line in diagnosis.look_at.split(WITH)))
    if of.norm == "batch":
        return replace(diagnosis, look_at=lines)
    title, explanation = OF_NORMS.get(diagnosis.id, (diagnosis.title, diagnosis.explanation))
    return replace(diagnosis, look_at=lines, title=_said(of, title), explanation=_said(of, explanation))


def _said(of: Convention, text: str) -> str:
    norm = NORMS[of.norm].title
    for usual, words in WORDS:
        text = text.replace(usual, words.format(norm=norm if usual[0] == "B" else norm[0].lower() + norm[1:]))
    return text.replace("rMS", "RMS")


def _line(of: Convention, latex: str) -> str:
    """A line of algebra as the convention has it."""
    if not of.centred:
        latex = UNCENTRED.get(latex, latex)
    if latex == MISTAKES["scaled_by_batch_size"].look_at and not of.usual:
        latex = DX
    if of.frozen:
        return INFERENCE if latex == DX else latex
    if of.norm != "batch" and latex == DX:
        return DX_OF_NORM if of.centred else DX_OF_RMS
    if of.unbiased:
        return {DX: DX_UNBIASED, OF_VAR: MISTAKES["biased_in_backward"].look_at}.get(latex, latex)
    return latex


def over_of(case: Case) -> str:
    """The axes of a statistic as NumPy takes them, of an array in the shape of x; of group norm by groups."""
    of, axes = case.convention, len(case.shape)
    if of.norm == "group":
        return "group"
    listed = tuple(range(2, axes) if of.norm == "instance" else range((of.axis or 1) % axes, axes))
    return str(listed[0]) if len(listed) == 1 else str(listed)
