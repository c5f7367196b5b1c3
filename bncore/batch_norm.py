"""The forward pass. Ioffe & Szegedy, "Batch Normalization", ICML 2015, algorithms 1 and 2."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from bncore.arguments import Array, Float64, choice, not_finite, per_feature, real_array
from bncore.epsilon import EPS_PLACEMENTS, valid_eps
from bncore.errors import BadParameter
from bncore.exact.denominator import Denominator, denominator
from bncore.flags import Flag, inference_flags, training_flags
from bncore.layout import Layout, layout_of, room
from bncore.running import running_pair, updated
from bncore.statistics import Statistics, batch_statistics, given_statistics

Running = tuple[Float64, Float64]


@dataclass(frozen=True, eq=False)
class Forward:
    """The result of `forward`.

    `y` and `x_hat` have the shape and dtype of x; everything else is float64, one value a feature, (D,). `mean` and
    `var` are those that x was normalized by; `scale` is the denominator s; `count` the examples a feature.
    `running_mean` and `running_var` are the updated ones, None if none were given.
    """

    y: Array
    x_hat: Array
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
    sigma: Float64
    """sqrt(var); 0 for a constant feature only, also where var is too small for float64 and given as 0."""
    denominator: Denominator = field(repr=False)
    layout: Layout = field(repr=False)
    normalized: Array = field(repr=False)
    """x_hat in the layout's view, as the backward pass reads it: float64 if the batch is one block, else x_hat."""


@dataclass(frozen=True)
class _Statistics:
    """What a mode normalizes by, and what it leaves behind."""

    used: Statistics
    running: Running | None


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
) -> Forward:
    """Normalize each feature over the batch, then scale and shift.

        x_hat = (x - mean) / s        y = gamma x_hat + beta
        s = sqrt(var + eps)  ("variance")   or   s = sqrt(var) + eps  ("deviation")

    Shapes: `x` has two or more axes, D values along `feature_axis`; `gamma` (default 1), `beta` (default 0),
    `running_mean` and `running_var` are (D,). `eps` is 0 or positive. In mode "train", mean and biased variance come
    from x, and the running ones, if given, are updated by `momentum` with the "unbiased" or "biased" variance
    (`running_variance`); in mode "inference" the running ones are used and stay as they are.

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
    placement = EPS_PLACEMENTS[choice(eps_placement, EPS_PLACEMENTS, "eps_placement")]
    gamma = per_feature(gamma, layout.features, "gamma", 1.0)
    beta = per_feature(beta, layout.features, "beta", 0.0)
    given = running_pair(running_mean, running_var, layout.features)
    view = array.reshape(layout.view)
    statistics_of = MODES[choice(mode, MODES, "mode")]
    in_force = statistics_of(view, layout, given, momentum, running_variance)
    used = in_force.used
    divided = denominator(used, placement, eps)
    y, x_hat, normalized = _normalize(view, layout, used, divided, gamma, beta)
    return Forward(
        y=y.reshape(layout.shape),
        x_hat=x_hat.reshape(layout.shape),
        mean=used.mean,
        var=used.var,
        scale=divided.scale,
        running_mean=in_force.running[0] if in_force.running else None,
        running_var=in_force.running[1] if in_force.running else None,
        gamma=gamma,
        beta=beta,
        eps=eps,
        eps_placement=eps_placement,
        mode=mode,
        feature_axis=layout.feature_axis,
        count=layout.count,
        flags=training_flags(used, divided.scale) if mode == "train" else inference_flags(divided.scale),
        sigma=used.sigma,
        denominator=divided,
        layout=layout,
        normalized=normalized,
    )


def _train(view: Array, layout: Layout, given: Running | None, momentum: float, running_variance: str) -> _Statistics:
    """The batch's own statistics, which also move the running ones."""
    used = batch_statistics(view, layout)
    if given is None:
        return _Statistics(used, None)
    rule = {"count": layout.count, "momentum": momentum, "running_variance": running_variance}
    return _Statistics(used, updated(given, used.mean, used.var, **rule))  # type: ignore[arg-type]


def _inference(
    view: Array, layout: Layout, given: Running | None, _momentum: float, _running_variance: str
) -> _Statistics:
    """The running statistics, as constants."""
    if given is None:
        detail = "mode 'inference' normalizes by running statistics; give running_mean and running_var."
        raise BadParameter(detail, parameter="running_mean")
    if not np.isfinite(view).all():
        raise not_finite(view.reshape(layout.shape), "x")
    return _Statistics(given_statistics(*given, layout.count), given)


MODES: dict[str, Callable[[Array, Layout, Running | None, float, str], _Statistics]] = {
    "train": _train,
    "inference": _inference,
}


def _normalize(
    view: Array, layout: Layout, used: Statistics, divided: Denominator, gamma: Float64, beta: Float64
) -> tuple[Array, Array, Array]:
    """y, x_hat and what the backward pass reads, block by block: never a x + b, which cancels where |mean| is large."""
    lifted, behind = used.lifted, divided.behind
    centre = (used.mean, used.mean_rest) if lifted is None else (lifted.mean, lifted.rest)
    mean, rest, inverse, gamma, beta = map(layout.expand, (*centre, divided.factor, gamma, beta))
    by = None if lifted is None else layout.expand(lifted.by)
    behind = None if behind is None else layout.expand(behind)
    y, x_hat = np.empty(layout.view, view.dtype), np.empty(layout.view, view.dtype)
    scratch, scaled = layout.scratch(2)
    for index in layout.blocks():
        block = view[index]
        normalized, out = room(scratch, block), room(scaled, block)
        np.subtract(block if by is None else block * by, mean, out=normalized)
        normalized -= rest
        normalized *= inverse
        if behind is not None:
            normalized *= behind
        x_hat[index] = normalized
        np.multiply(normalized, gamma, out=out)
        out += beta
        y[index] = out
    return y, x_hat, scratch.reshape(layout.view) if layout.is_one_block else x_hat
