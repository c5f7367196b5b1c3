"""Each fault of a report as one sentence with the lines of code to look at; one that several tensors show is one."""

from collections.abc import Iterator
from dataclasses import dataclass

from bncore.diagnosis.check import Report
from bncore.diagnosis.explanation import Diagnosis, inside
from bncore.diagnosis.mistakes.catalogue import UNNAMED
from bncore.diagnosis.mistakes.code_lines import code_lines


@dataclass(frozen=True)
class Fault:
    """`sentence` says what is wrong in which tensors, `lines` are those of NumPy to look at, as they should be.

    `alternatives`: how many faults explain the same tensor as well, so that it may be any of them; 1 for one alone.
    """

    id: str
    tensors: tuple[str, ...]
    sentence: str
    lines: tuple[str, ...]
    alternatives: int


def faults(report: Report) -> tuple[Fault, ...]:
    """The faults in the order of a backward pass.

    >>> from bncore.diagnosis import case_of, check
    >>> case = case_of([[1.0], [2.0], [4.0], [9.0]], [3.0], dy=[[1.0], [0.0], [2.0], [5.0]], eps=0.5)
    >>> [fault] = faults(check(case, {"dbeta": [2.0]}))
    >>> fault.sentence, fault.lines
    ('dbeta: a mean stands where a sum belongs.', ('dgamma = (dy * x_hat).sum(0), dbeta = dy.sum(0)',))
    """
    return tuple(_fault(report, group) for group in _groups(report))


def _groups(report: Report) -> Iterator[list[Diagnosis]]:
    """Diagnoses of one mistake, whichever tensors it shows in."""
    ids = dict.fromkeys((diagnosis.id, diagnosis.title) for diagnosis in report.diagnoses)
    for name, title in ids:
        yield [one for one in report.diagnoses if (one.id, one.title) == (name, title)]


def _fault(report: Report, group: list[Diagnosis]) -> Fault:
    first, tensors = group[0], tuple(diagnosis.tensor for diagnosis in group)
    title = first.explanation.partition(". ")[0].removesuffix(".") if first.id == UNNAMED else first.title
    named = title.startswith(tuple(f"{name} " for name in report.tensors))
    sentence = title if named else f"{' and '.join(tensors)}: {inside(title)}"
    lines = tuple(
        dict.fromkeys(
            line for diagnosis in group for line in code_lines(diagnosis.look_at, report.eps_placement, report.over)
        )
    )
    rivals = max(sum(one.tensor == tensor for one in report.diagnoses) for tensor in tensors)
    return Fault(first.id, tensors, f"{sentence}.", lines, rivals)
