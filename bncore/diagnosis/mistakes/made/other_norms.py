"""For a norm beside batch norm: the gradient of another of them, and a mean that RMS norm does not subtract."""

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from bncore import norms
from bncore.arguments import Float64
from bncore.diagnosis.given.case import Case
from bncore.norms import Normed
from bncore.norms.table import NORMS

OTHERS = {"batch_norm": "batch", "layer_norm": "layer", "instance_norm": "instance", "rms_norm": "rms"}
"""The ids of the mistakes, and the norms that they are."""


def another(case: Case, name: str) -> Iterator[Normed]:
    """The other norm of the same x without parameters; nothing where it is the same, or takes single numbers."""
    norm = OTHERS[name]
    if case.convention.norm in ("batch", norm):
        return
    channels = case.axis if NORMS[norm].per_channel else None
    x = case.as_given(case.x)
    result = norms.forward(x, norm, eps=case.eps, eps_placement=case.eps_placement, feature_axis=channels)
    same = NORMS[norm].centred == case.convention.centred and _same_cells(case, result)
    if result.count > 1 and not same:
        yield result


def _same_cells(case: Case, result: Normed) -> bool:
    """Whether both norms take their statistics over the same cells."""
    columns = case.as_given(np.broadcast_to(np.arange(case.units, dtype=np.float64), case.x.shape))
    owners = np.moveaxis(result.arrangement.owners(), 1, result.feature_axis)
    pairs = np.unique(owners * case.units + columns)
    return len(pairs) == case.units == result.arrangement.statistics


def dx_of_another(case: Case, name: str) -> Iterator[Float64]:
    for result in another(case, name):
        yield case.rows(norms.backward(case.as_given(case.h + np.zeros_like(case.x)), result).dx)


def dgamma_of_another(case: Case, name: str) -> Iterator[Float64]:
    for result in another(case, name):
        yield case.of_parameters(case.dy * case.rows(result.x_hat))


def mean_path_added(case: Case) -> Iterator[Float64]:
    """RMS norm's dx with -<h>/s."""
    if not case.convention.centred:
        yield case.truth["dx"] - case.inverse * case.mean_h


OF_NORMS: dict[str, Callable[[Case], Iterator[Float64]]] = {
    name: partial(dx_of_another, name=name) for name in OTHERS
} | {"mean_path_added": mean_path_added}
