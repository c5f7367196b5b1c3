"""What the NumPy reference makes of a batch: where there are no kernels, or where a feature is special."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from bncore import kernels
from bncore.arguments import Array, Float64, not_finite, per_feature
from bncore.epsilon import EPS_PLACEMENTS
from bncore.errors import BadParameter
from bncore.exact.denominator import Denominator, denominator
from bncore.flags import Flag, inference_flags, training_flags
from bncore.layout import Layout
from bncore.standardize import standardizer
from bncore.statistics import Statistics, batch_statistics, given_statistics

Running = tuple[Float64, Float64]


class Rule(NamedTuple):
    """By what numbers x are standardized, beside their statistics."""

    eps: float
    eps_placement: str
    mode: str


@dataclass(frozen=True, eq=False)
class Careful:
    """What the NumPy reference computed by, and what it says of the batch."""

    statistics: Statistics
    denominator: Denominator
    flags: tuple[Flag, ...]


def carefully(
    x: Array, y: Array, layout: Layout, table: Float64, parameters: tuple[Array | None, Array | None], rule: Rule,
    running: Running | None,
) -> Careful:  # fmt: skip
    """y by what the reference makes of each feature: where there are no kernels, or where one of them is special."""
    with_parameters(table, layout, *parameters)
    used = MODES[rule.mode](x, layout, running)
    divided = denominator(used, EPS_PLACEMENTS[rule.eps_placement], rule.eps)
    normalized(x, y, layout, table, used, divided)
    flags = training_flags(used, divided.scale) if rule.mode == "train" else inference_flags(divided.scale)
    return Careful(used, divided, flags)


def with_parameters(table: Float64, layout: Layout, gamma: ArrayLike | None, beta: ArrayLike | None) -> None:
    """Checked gamma and beta in the kernels' table."""
    table[5] = 1.0 if gamma is None else per_feature(gamma, layout.features, "gamma")
    table[6] = 0.0 if beta is None else per_feature(beta, layout.features, "beta")


def _of_batch(x: Array, layout: Layout, _given: Running | None) -> Statistics:
    """The batch's own statistics."""
    return batch_statistics(x, layout)


def _of_running(x: Array, layout: Layout, given: Running | None) -> Statistics:
    """The running statistics, as constants."""
    if given is None:
        detail = "mode 'inference' normalizes by running statistics; give running_mean and running_var."
        raise BadParameter(detail, parameter="running_mean")
    if not np.isfinite(x).all():
        raise not_finite(x, "x")
    return given_statistics(*given, layout.count)


MODES: dict[str, Callable[[Array, Layout, Running | None], Statistics]] = {
    "train": _of_batch,
    "inference": _of_running,
}


def normalized(x: Array, y: Array, layout: Layout, table: Float64, used: Statistics, divided: Denominator) -> None:
    """y of x by statistics that are known, which the table tells the kernels unless they have powers of two in them."""
    plain = used.lifted is None
    table[:5] = (used.mean, used.var, used.mean_rest, divided.scale, divided.factor) if plain else np.nan
    if plain and not kernels.normalize(x, y, layout.feature_axis, table):
        return
    of = standardizer(x, layout, used, divided)
    gamma, beta, (scratch,) = layout.expand(table[5]), layout.expand(table[6]), layout.scratch()
    view = y.reshape(layout.view)  # itself, if its numbers lie side by side
    for index in layout.blocks():
        block = of.block(index, scratch)
        block *= gamma
        block += beta
        view[index] = block
    if not np.may_share_memory(view, y):
        y[...] = view.reshape(layout.shape)
