"""The forward pass. Ioffe & Szegedy, "Batch Normalization", ICML 2015, algorithms 1 and 2."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from bncore import kernels
from bncore.arguments import Array, Float64, choice, not_finite, per_feature, real_array, result_array
from bncore.epsilon import EPS_PLACEMENTS, valid_eps
from bncore.errors import BadParameter
from bncore.exact.denominator import Denominator, denominator
from bncore.flags import Flag, inference_flags, training_flags
from bncore.layout import Layout, layout_of
from bncore.running import running_pair, updated
from bncore.standardize import Standardizer, standardizer
from bncore.statistics import Statistics, batch_statistics, given_statistics

Running = tuple[Float64, Float64]


@dataclass(frozen=True, eq=False)
class Forward:
    """The result of `forward`.

    `y` and `x_hat` have the shape and dtype of x; everything else is float64, one value a feature, (D,). `mean` and
    `var` are those that x was normalized by; `scale` is the denominator s; `count` the examples a feature.
    `running_mean` and `running_var` are the updated ones, None if none were given.

    `x_hat` is computed when first asked for, and by `backward`, from the x that was passed: do not change x before.
    """

    y: Array
    mean: Float64
    var: Float64
    scale: Float64
    running_mean: Float64 | None
    running_var: Float64 | None
    gamma: Float64
    beta: Float64
    eps: float
    eps_placement: str
    mode: str
    feature_axis: int
    count: int
    flags: tuple[Flag, ...]
    statistics: Statistics = field(repr=False)
    denominator: Denominator = field(repr=False)
    layout: Layout = field(repr=False)
    x: Array = field(repr=False)
    table: Float64 = field(repr=False)
    """What the kernels read, (7, D): mean, var, rest, scale, factor, gamma, beta; NaN where they may not."""

    @cached_property
    def sigma(self) -> Float64:
        """sqrt(var); 0 for a constant feature only, also where var is too small for float64 and given as 0."""
        return self.statistics.sigma

    @cached_property
    def x_hat(self) -> Array:
        """(x - mean) / s, in the shape and dtype of x."""
        return self._standardized(self.y.dtype).reshape(self.layout.shape)

    @cached_property
    def normalized(self) -> Float64:
        """x_hat in float64 and in the layout's view."""
        return self._standardized(np.dtype(np.float64))

    @cached_property
    def standardizer(self) -> Standardizer:
        """x_hat block by block, as the backward pass reads it."""
        return standardizer(self.x, self.layout, self.statistics, self.denominator)

    def _standardized(self, dtype: np.dtype[np.floating]) -> Array:
        x_hat, (scratch,) = np.empty(self.layout.view, dtype), self.layout.scratch()
        for index in self.layout.blocks():
            x_hat[index] = self.standardizer.again(index, scratch)
        return x_hat


def forward(
    x: ArrayLike,
    gamma: ArrayLike | None = None,
    beta: ArrayLike | None = None,
    *,
    eps: float = 1e-5,
    eps_placement: str = "variance",
    feature_axis: int = 1,
    mode: str = "train",
    running_mean: ArrayLike | None = None,
    running_var: ArrayLike | None = None,
    momentum: float = 0.1,
    running_variance: str = "unbiased",
    dtype: str | None = None,
    out: Array | None = None,
) -> Forward:
    """Normalize each feature over the batch, then scale and shift.

        x_hat = (x - mean) / s        y = gamma x_hat + beta
        s = sqrt(var + eps)  ("variance")   or   s = sqrt(var) + eps  ("deviation")

    Shapes: `x` has two or more axes, D values along `feature_axis`; `gamma` (default 1), `beta` (default 0),
    `running_mean` and `running_var` are (D,). `eps` is 0 or positive. In mode "train", mean and biased variance come
    from x, and the running ones, if given, are updated by `momentum` with the "unbiased" or "biased" variance
    (`running_variance`); in mode "inference" the running ones are used and stay as they are.

    `out` is an array of x's shape and dtype that y is written to, of any strides; it is no part of x.

    dtypes: y and x_hat keep x's float16, float32 or float64 (or `dtype`); integers and booleans become float64.
    All computing is in float64; mean and var stay so. A result too large for its dtype is infinite, with NumPy's
    warning.

    Edges: one example gives x_hat = 0, y = beta (flag "single_example"); so does a constant feature
    ("constant_feature"), with eps = 0 as well ("zero_denominator"). Inputs are never changed.

    >>> forward([[1.0], [3.0]], gamma=[10.0], beta=[1.0], eps=0).y
    array([[-9.],
           [11.]])

    Raises ShapeMismatch, EmptyBatch, NonFiniteInput, VarianceOverflow, BadDtype, BadParameter, UnbiasedOfOne.
    Source: Ioffe & Szegedy 2015, algorithm 1 (train) and 2 (inference).
    """
    array = real_array(x, "x", dtype)
    layout = layout_of(array.shape, feature_axis)
    eps = valid_eps(eps)
    choice(eps_placement, EPS_PLACEMENTS, "eps_placement")
    given = running_pair(running_mean, running_var, layout.features)
    statistics_of = MODES[choice(mode, MODES, "mode")]
    table = _table(layout, gamma, beta)
    y = result_array(out, array)
    taken = _at_once(array, y, layout, table, eps, eps_placement) if mode == "train" else None
    flags: tuple[Flag, ...] = ()
    if taken:  # nothing about any feature is special
        used, divided = taken
    else:
        used = statistics_of(array, layout, given)
        divided = denominator(used, EPS_PLACEMENTS[eps_placement], eps)
        _normalize(array, y, layout, table, used, divided)
        flags = training_flags(used, divided.scale) if mode == "train" else inference_flags(divided.scale)
    running = given
    if given and mode == "train":
        rule = {"count": layout.count, "momentum": momentum, "running_variance": running_variance}
        running = updated(given, used.mean, used.var, **rule)  # type: ignore[arg-type]
    return Forward(
        y=y,
        mean=used.mean,
        var=used.var,
        scale=divided.scale,
        running_mean=running[0] if running else None,
        running_var=running[1] if running else None,
        gamma=table[5],
        beta=table[6],
        eps=eps,
        eps_placement=eps_placement,
        mode=mode,
        feature_axis=layout.feature_axis,
        count=layout.count,
        flags=flags,
        statistics=used,
        denominator=divided,
        layout=layout,
        x=array,
        table=table,
    )


def forward_of_part(
    x: ArrayLike,
    used: Statistics,
    gamma: ArrayLike | None = None,
    beta: ArrayLike | None = None,
    *,
    eps: float = 1e-5,
    eps_placement: str = "variance",
    feature_axis: int = 1,
) -> Forward:
    """The forward pass of some examples of a batch whose statistics are known: `count` is that of the whole batch.

    Shapes, dtypes and what is raised as of `forward`; numbers are not looked at, as the statistics were taken of them.
    """
    array = real_array(x, "x")
    layout, eps = layout_of(array.shape, feature_axis), valid_eps(eps)
    table, y = _table(layout, gamma, beta), np.empty(array.shape, array.dtype)
    divided = denominator(used, EPS_PLACEMENTS[choice(eps_placement, EPS_PLACEMENTS, "eps_placement")], eps)
    _normalize(array, y, layout, table, used, divided)
    return Forward(
        y=y, mean=used.mean, var=used.var, scale=divided.scale, running_mean=None, running_var=None, gamma=table[5],
        beta=table[6], eps=eps, eps_placement=eps_placement, mode="train", feature_axis=layout.feature_axis,
        count=used.count, flags=training_flags(used, divided.scale), statistics=used, denominator=divided,
        layout=layout, x=array, table=table,
    )  # fmt: skip


def _table(layout: Layout, gamma: ArrayLike | None, beta: ArrayLike | None) -> Float64:
    """The kernels' table with its gamma and beta; the rest is yet to be filled."""
    table = kernels.table_of(layout.features)
    table[5] = 1.0 if gamma is None else per_feature(gamma, layout.features, "gamma")
    table[6] = 0.0 if beta is None else per_feature(beta, layout.features, "beta")
    return table


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


def _at_once(
    x: Array, y: Array, layout: Layout, table: Float64, eps: float, eps_placement: str
) -> tuple[Statistics, Denominator] | None:
    """Statistics and y by one call of the kernels; None where there are none, or where a feature is to be looked at."""
    if not kernels.serves(x, y) or kernels.forward(x, y, layout.feature_axis, table, eps, eps_placement == "deviation"):
        return None
    mean, var, rest, scale, factor = table[:5]
    return Statistics(mean, var, rest, layout.count), Denominator(scale, factor)


def _normalize(x: Array, y: Array, layout: Layout, table: Float64, used: Statistics, divided: Denominator) -> None:
    """y of x by statistics that are known, which the table tells the kernels unless they have powers of two in them."""
    plain = used.lifted is None
    table[:5] = (used.mean, used.var, used.mean_rest, divided.scale, divided.factor) if plain else np.nan
    if plain and kernels.serves(x, y) and not kernels.normalize(x, y, layout.feature_axis, table):
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
