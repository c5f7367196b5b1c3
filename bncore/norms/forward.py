"""The forward pass of any norm of the table."""

from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bncore.arguments import Array, Float64, choice, not_finite, real_array
from bncore.epsilon import EPS_PLACEMENTS, valid_eps
from bncore.errors import EmptyBatch, ShapeMismatch
from bncore.norms.arrangement import Arrangement
from bncore.norms.batches.remainder import left_over, with_remainder
from bncore.norms.core import Standardized
from bncore.norms.modes import MODES, Asked, Taken, at_once
from bncore.norms.parameters import channel_axis, expanded, learned, running_of, settings_of
from bncore.norms.remarks import Remark, remarks_of
from bncore.norms.table import NORMS


@dataclass(frozen=True, eq=False)
class Normed:
    """The result of `forward`.

    `y` and `x_hat` have the shape and dtype of x, all else is float64. `mean`, `var` and `scale` have one value a
    statistic, in the shape of the axes that are not averaged over: (C,) for batch norm, (N, groups) for group norm,
    (N / ghost_size, C) for ghost batch norm and so on; `count` is how many cells share each. RMS norm subtracts no
    mean: its `mean` is None and its `var` the mean square. In inference by running statistics `mean` and `var` are
    those, (C,). `r` and `d`, (C,), are batch renormalization's in training, else None. `running_mean` and
    `running_var`, (C,), are the updated ones, in inference the given ones, None if none were given.
    """

    norm: str
    y: Array
    mean: Float64 | None
    var: Float64
    scale: Float64
    count: int
    r: Float64 | None
    d: Float64 | None
    running_mean: Float64 | None
    running_var: Float64 | None
    gamma: Float64
    beta: Float64 | None
    eps: float
    eps_placement: str
    mode: str
    settings: dict[str, Any]
    remarks: tuple[Remark, ...]
    taken: Taken = field(repr=False)
    feature_axis: int = 1
    """The axis of x that the channels are on."""
    num_batches_tracked: int = 0
    """Batches that the running statistics have seen, with this one, or with each of its ghosts."""
    parts: tuple["Normed", ...] = field(default=(), repr=False)
    """Of ghost batch norm with a remainder: the larger ghost batches, and the last one."""

    @cached_property
    def x_hat(self) -> Array:
        """The normalized array, made when first asked for, from the x that was passed: do not change x before."""
        return _back(self.x_hat_exact.astype(self.y.dtype), self.feature_axis)

    @property
    def x_hat_exact(self) -> Float64:
        """x_hat in float64: channels on axis 1."""
        return self.taken.x_hat

    @property
    def arrangement(self) -> Arrangement:
        return self.taken.arrangement

    @property
    def standardized(self) -> Standardized:
        return self.taken.standardized

    @property
    def statistics(self) -> int:
        """How many means (and deviations) are taken."""
        return self.var.size

    @property
    def sigma(self) -> Float64:
        """The deviations, of RMS norm the root mean squares, (statistics,)."""
        return np.concatenate([part.standardized.sigma for part in self.parts or (self,)])

    @property
    def counts(self) -> NDArray[np.intp]:
        """How many cells share each statistic, (statistics,): of a smaller last ghost batch fewer."""
        return np.concatenate([np.full(part.statistics, part.count) for part in self.parts or (self,)])

    def owners(self) -> NDArray[np.intp]:
        """For each cell of x, its channels on axis 1, the number of the statistic that it shares."""
        owners = [part.arrangement.owners() for part in self.parts or (self,)]
        return np.concatenate([owners[0], *(numbers + self.parts[0].statistics for numbers in owners[1:])])


def forward(
    x: ArrayLike,
    norm: str = "batch",
    gamma: ArrayLike | None = None,
    beta: ArrayLike | None = None,
    *,
    groups: int | None = None,
    ghost_size: int | None = None,
    axis: int | None = None,
    feature_axis: int | None = None,
    r_max: float | None = None,
    d_max: float | None = None,
    eps: float = 1e-5,
    eps_placement: str = "variance",
    mode: str = "train",
    running_mean: ArrayLike | None = None,
    running_var: ArrayLike | None = None,
    momentum: float | None = 0.1,
    running_variance: str = "unbiased",
    num_batches_tracked: int = 0,
    running_average: str = "variance",
    dtype: str | None = None,
) -> Normed:
    """Normalize the cells that share a statistic, then scale and shift.

        x_hat = (x - mean) / s                       batch, layer, instance, group and ghost batch norm
        x_hat = x / s,  var the mean square          RMS norm
        x_hat = (x - mean) / s  r + d                batch renormalization
        y = gamma x_hat + beta
        s = sqrt(var + eps)  ("variance")   or   s = sqrt(var) + eps  ("deviation");  var is biased

    Shapes: x (N, C, ...) with two or more axes. `norm` is a key of NORMS, which says over which cells mean and variance
    are taken. `gamma` (default 1) and `beta` (default 0; RMS norm has none) are (C,), for layer and RMS norm
    x.shape[axis:].

    `feature_axis` (default 1) is the axis of the channels, any but of layer and RMS norm, which have none; examples are
    then on the first of the other axes.

    Settings, each taken only by the norm that needs it: `groups` (a divisor of C; needed) of group norm; `ghost_size`
    (up to N; needed) of ghost batch norm; `axis` (default 1, from 0; x may then have one axis) of layer and RMS norm;
    `r_max` ≥ 1 (default 3) and `d_max` ≥ 0 (default 5) of batch renormalization, which also needs `running_mean` and
    `running_var`, (C,). Batch and ghost batch norm update them if they are given, ghost batches one after the other. Of
    a batch that `ghost_size` does not divide the last ghost batch has what is left: its statistics stand below the
    others', and `count` is the others'.

    Running statistics move by `momentum`, `running_variance` and `num_batches_tracked` as in `bncore.forward`, a ghost
    batch counting as one, and by `running_average`: "variance" (default) averages the variance, as batch norm and the
    frameworks do; "deviation" averages the denominator s, and running_var becomes the variance that has it. Batch
    renormalization as published, and ghost batch norm as published, is running_average="deviation" with
    running_variance="biased" (algorithm 1 of Ioffe 2017 and of Hoffer et al. 2017 each). It is not the default because
    running_var is then no average of variances, which whoever passes it on to other batch norms expects.

        running_var <- ((1 - a) sqrt(running_var + eps) + a sqrt(var + eps))^2 - eps       "deviation", a = momentum

    Modes, as of `bncore.forward`. In "train" the statistics are those of x. In "inference" batch norm, ghost batch norm
    and batch renormalization do the same thing: they normalize by `running_mean` and `running_var`, which are needed
    and stay as they are, whoever the companions; there are no ghost batches and no r and d then, so that `ghost_size`,
    `r_max` and `d_max` have no effect, and N may be any. Layer, instance, group and RMS norm keep no running
    statistics: their inference is the same computation as their training.

        x_hat = (x - running_mean) / s,  s of running_var          inference of batch, ghost batch norm, renormalization

    Conventions. Group norm is torch.nn.GroupNorm and ONNX GroupNormalization of opset 21: channels in consecutive
    groups, gamma and beta a channel (opset 18 had one a group). Layer norm is ONNX LayerNormalization with its `axis`
    (there -1 by default) and torch.nn.LayerNorm with normalized_shape = x.shape[axis:]: gamma and beta a cell of an
    example, so that one group of group norm normalizes alike but learns less. Instance norm is torch.nn.InstanceNorm1d
    to 3d with affine=True and ONNX InstanceNormalization. RMS norm is torch.nn.RMSNorm (whose eps is by default the
    dtype's own, 2.2e-16 in float64) and ONNX RMSNormalization of opset 23 (`axis` -1 by default), epsilon inside the
    root ("variance"); the paper's own code has it outside ("deviation"). All variances are biased. ONNX standardizes
    group, layer and RMS norm in float32 unless stash_type says otherwise. y, gradients and running statistics are
    tested against those of PyTorch 2.13.0; ONNX is held to its definitions, no runtime was run.

    dtypes: y and x_hat keep x's float16, float32 or float64 (or `dtype`); integers and booleans become float64. All
    computing is in float64, rounded once at the end.

    Edges: a statistic of a single cell, or of equal cells, gives x_hat = 0 (remarks "single_cell", "constant_cells");
    with eps = 0 as well "zero_denominator". PyTorch refuses instance norm of a single position, and reads (N, C) as
    one example; here it is the first case.

    >>> forward([[1.0, 3.0], [10.0, 30.0]], "layer", eps=0).y
    array([[-1.,  1.],
           [-1.,  1.]])

    Raises ShapeMismatch, EmptyBatch, NonFiniteInput, VarianceOverflow, BadDtype, BadParameter, UnbiasedOfOne.
    Source: Ioffe & Szegedy 2015; Ba et al. 2016; Ulyanov et al. 2016; Wu & He 2018; Zhang & Sennrich 2019; Ioffe 2017;
    Hoffer et al. 2017.
    """
    row = NORMS[choice(norm, NORMS, "norm")]
    given_x = _shaped(real_array(x, "x", dtype), norm)
    channels = channel_axis(norm, feature_axis, given_x.ndim)
    array = given_x if channels == 1 else np.moveaxis(given_x, channels, 1)
    taken_in = MODES[choice(mode, MODES, "mode")]
    given = {"groups": groups, "ghost_size": ghost_size, "axis": axis, "r_max": r_max, "d_max": d_max}
    settings = settings_of(norm, given, array.ndim, mode)
    gamma, beta = learned(norm, gamma, beta, row.parameter_shape(array.shape, settings))
    running = running_of(norm, running_mean, running_var, array.shape[-1 if array.ndim < 2 else 1], mode)
    rule: dict[str, Any] = {
        "momentum": momentum, "running_variance": running_variance, "running_average": running_average,
        "num_batches_tracked": num_batches_tracked,
    }  # fmt: skip
    asked = Asked(norm, settings, running, valid_eps(eps), choice(eps_placement, EPS_PLACEMENTS, "eps_placement"), rule)
    if norm == "ghost" and mode == "train" and (left := left_over(ghost_size, len(array))):
        of_size = partial(forward, norm="ghost", gamma=gamma, beta=beta, eps=eps, eps_placement=eps_placement, **rule)
        running_ones = {"running_mean": running_mean, "running_var": running_var} if running else {}
        result = with_remainder(array, int(ghost_size or 1), left, of_size, **running_ones)
        return replace(result, y=_back(result.y, channels), feature_axis=channels)
    taken = at_once(array, asked, gamma, beta)
    if taken is None:
        _finite(given_x)
        taken = taken_in(array, asked)
    y = taken.by_rows.y if taken.by_rows else _scaled(taken.x_hat, gamma, beta, norm).astype(array.dtype, copy=False)
    return _normed(y, taken, asked, mode, gamma, beta, channels)


def _normed(
    y: Array, taken: Taken, asked: Asked, mode: str, gamma: Float64, beta: Float64 | None, channels: int
) -> Normed:
    arrangement, standardized = taken.arrangement, taken.standardized
    return Normed(
        norm=asked.norm,
        y=_back(y, channels),
        mean=arrangement.shaped(standardized.mean) if NORMS[asked.norm].centred else None,
        var=arrangement.shaped(standardized.var),
        scale=arrangement.shaped(standardized.scale),
        count=arrangement.count,
        r=taken.r,
        d=taken.d,
        running_mean=taken.running[0] if taken.running else None,
        running_var=taken.running[1] if taken.running else None,
        gamma=gamma,
        beta=beta,
        eps=asked.eps,
        eps_placement=asked.eps_placement,
        mode=mode,
        settings=dict(asked.settings),
        remarks=() if taken.by_rows else remarks_of(standardized),  # the kernels leave every such row to the reference
        taken=taken,
        feature_axis=channels,
        num_batches_tracked=asked.rule["num_batches_tracked"] + _batches(taken),
    )


def _batches(taken: Taken) -> int:
    """Batches, or ghost batches, that moved the running statistics; 0 in inference and without any."""
    if taken.running is None or taken.standardized.constant:
        return 0
    return taken.arrangement.statistics // len(taken.running[0])


def _back(array: Array, channels: int) -> Array:
    """With the channels, which are on axis 1, where they were."""
    return array if channels == 1 else np.moveaxis(array, 1, channels)


def _shaped(array: Array, norm: str) -> Array:
    """The array, if it has examples and channels, or is one example of a norm without."""
    if array.ndim < (2 if NORMS[norm].per_channel else 1):
        detail = f"x has shape {array.shape}; give two or more axes: examples and channels."
        raise ShapeMismatch(detail, parameter="x")
    if 0 in array.shape:
        detail = f"x has shape {array.shape}: it is empty; give at least one example and channel."
        raise EmptyBatch(detail, parameter="x")
    return array


def _finite(array: Array) -> None:
    """Raises NonFiniteInput with the first number that is not."""
    if not np.isfinite(array).all():
        raise not_finite(array, "x")


def _scaled(x_hat: Float64, gamma: Float64, beta: Float64 | None, norm: str) -> Float64:
    y = x_hat * expanded(gamma, norm, x_hat.ndim)
    if beta is not None:
        y += expanded(beta, norm, x_hat.ndim)
    return y
