"""Wrong gradients on purpose: a named mistake made on a batch, for a teacher to show what is said of it."""

from bncore.arguments import Float64
from bncore.diagnosis.candidates import candidates
from bncore.diagnosis.case import LIKE_X, Case
from bncore.diagnosis.catalogue import MISTAKES

TENSORS = ("dx", "dgamma", "dbeta")


def example(case: Case, mistake: str) -> dict[str, Float64]:
    """dx, dgamma and dbeta, those that the mistake touches as it makes them, the others as they should be.

    {} for a mistake that cannot be made in any of the three on this batch.

    >>> from bncore.diagnosis import probe
    >>> sorted(example(probe(0).case(), "mean_path_missing"))
    ['dbeta', 'dgamma', 'dx']
    """
    spoilt = {}
    for tensor in TENSORS:
        found = candidates(case, tensor)
        if mistake in found.ids:
            spoilt[tensor] = found.values[found.ids.index(mistake)]
    if not spoilt:
        return {}
    return {tensor: _shaped(case, tensor, spoilt.get(tensor, case.truth[tensor])) for tensor in TENSORS}


def examples(case: Case) -> list[str]:
    """The mistakes that can be made on this batch, in the order of the catalogue."""
    known = {name for tensor in TENSORS for name in candidates(case, tensor).ids}
    return [name for name in MISTAKES if name in known]


def _shaped(case: Case, tensor: str, values: Float64) -> Float64:
    if tensor not in LIKE_X:
        return values.reshape(case.units)
    return case.as_given(values.reshape(-1, case.units))
