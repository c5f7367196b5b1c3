"""The forward pass. Ioffe & Szegedy, "Batch Normalization", ICML 2015, algorithms 1 and 2."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from bncore import kernels
from bncore.arguments import NATIVE, Array, Float64, choice, per_feature, real_array, result_array
from bncore.epsilon import EPS_PLACEMENTS, valid_eps
from bncore.exact.careful import MODES, Careful, Rule, Running, carefully, normalized, with_parameters
from bncore.exact.denominator import Denominator, denominator
from bncore.flags import Flag, training_flags
from bncore.kernels import in_force
from bncore.layout import Layout, layout_of
from bncore.running import running_pair, updated
from bncore.standardize import Standardizer, standardizer
from bncore.statistics import Statistics

TRAIN = "train"


@dataclass(frozen=True, eq=False, init=False)
class Forward:
    """The result of `forward`.

    `y` and `x_hat` have the shape and dtype of x; everything else is float64, one value a feature, (D,). `mean` and
    `var` are those that x was normalized by; `scale` is the denominator s; `count` the examples a feature.
    `running_mean` and `running_var` are the updated ones, None if none were given.

    `x_hat` is computed when first asked for, and by `backward`, from the x that was passed: do not change x before.
    """

    y: Array
    eps: float
    eps_placement: str
    x: Array = field(repr=False)
    axis: int = field(repr=False)
    memory: kernels.Memory | Float64 = field(repr=False)
    """Of the table that the kernels read, or the table itself."""
    mode: str = TRAIN
    running: Running | None = field(default=None, repr=False)
    careful: Careful | None = field(default=None, repr=False)
    """What NumPy computed by; None where the table says all of it."""

    def __init__(
        self, y: Array, x: Array, axis: int, memory: kernels.Memory | Float64, eps: float, eps_placement: str
    ) -> None:
        """Past the frozen fields' guard, which takes a small batch longer than all its numbers do."""
        own = self.__dict__
        own["y"], own["x"], own["axis"], own["memory"] = y, x, axis, memory
        own["eps"], own["eps_placement"] = eps, eps_placement

    def __getstate__(self) -> dict[str, Any]:
        """A copy, or another process, has the numbers and not the kernels' own memory that they lie in."""
        return self.__dict__ | {"memory": self.table}

    def but(self, mode: str, running: Running | None, careful: Careful | None) -> "Forward":
        """Not in training alone, or not by the kernels alone."""
        self.__dict__.update(mode=mode, running=running, careful=careful)
        return self

    @cached_property
    def layout(self) -> Layout:
        """How x is seen."""
        return layout_of(self.x.shape, self.axis)

    @cached_property
    def table(self) -> Float64:
        """What the kernels read, (7, D): mean, var, rest, scale, factor, gamma, beta; NaN where they may not."""
        return kernels.numbers_of(self.memory, 7, self.x.shape[self.axis])

    @property
    def mean(self) -> Float64:
        return self.statistics.mean

    @property
    def var(self) -> Float64:
        return self.statistics.var

    @property
    def scale(self) -> Float64:
        return self.denominator.scale

    @property
    def gamma(self) -> Float64:
        return self.parameters[0]

    @property
    def beta(self) -> Float64:
        return self.parameters[1]

    @property
    def running_mean(self) -> Float64 | None:
        return self.running[0] if self.running else None

    @property
    def running_var(self) -> Float64 | None:
        return self.running[1] if self.running else None

    @property
    def feature_axis(self) -> int:
        return self.layout.feature_axis

    @property
    def count(self) -> int:
        return self.careful.statistics.count if self.careful else self.layout.count

    @property
    def flags(self) -> tuple[Flag, ...]:
        """What is special about the batch, if anything."""
        return self.careful.flags if self.careful else ()

    @cached_property
    def parameters(self) -> tuple[Float64, Float64]:
        """gamma and beta."""
        return self.table[5], self.table[6]

    @cached_property
    def statistics(self) -> Statistics:
        """Those that x was normalized by, with what their rounding left."""
        if self.careful:
            return self.careful.statistics
        return Statistics(self.table[0], self.table[1], self.table[2], self.layout.count)

    @cached_property
    def denominator(self) -> Denominator:
        """s and its reciprocal."""
        return self.careful.denominator if self.careful else Denominator(self.table[3], self.table[4])

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
    momentum: float | None = 0.1,
    running_variance: str = "unbiased",
    num_batches_tracked: int = 0,
    dtype: str | None = None,
    out: Array | None = None,
) -> Forward:
    """Normalize each feature over the batch, then scale and shift.

        x_hat = (x - mean) / s        y = gamma x_hat + beta
        s = sqrt(var + eps)  ("variance")   or   s = sqrt(var) + eps  ("deviation")

    Shapes: `x` has two or more axes, D values along `feature_axis`; `gamma` (default 1), `beta` (default 0),
    `running_mean` and `running_var` are (D,). `eps` is 0 or positive. In mode "train", mean and biased variance come
    from x, and the running ones, if given, are updated by `momentum` with the "unbiased" or "biased" variance
    (`running_variance`); a `momentum` of None averages all batches alike, `num_batches_tracked` before this one. In
    mode "inference" the running ones are used and stay as they are.

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
    given, rule = running_mean is not None or running_var is not None, (momentum, running_variance, num_batches_tracked)
    if dtype is None and mode is TRAIN and (out is None or not given):
        made: Forward | None = in_force.forward_whole(Forward, x, gamma, beta, feature_axis, eps, eps_placement, out)
        if made is not None:
            if given:
                running = running_pair(running_mean, running_var, made.layout.features)
                made.but(mode, _moved(running, made.statistics, *rule), None)
            return made
    array = real_array(x, "x", dtype)
    layout = layout_of(array.shape, feature_axis)
    eps = valid_eps(eps)
    choice(eps_placement, EPS_PLACEMENTS, "eps_placement"), choice(mode, MODES, "mode")
    gamma, beta = _parameter(gamma, layout, "gamma"), _parameter(beta, layout, "beta")
    running = running_pair(running_mean, running_var, layout.features) if given else None
    y, table = result_array(out, array), kernels.table_of(layout.features)
    careful = None
    if mode != "train" or kernels.forward(
        array, y, layout.feature_axis, table, gamma, beta, eps, eps_placement == "deviation"
    ):
        careful = carefully(array, y, layout, table, (gamma, beta), Rule(eps, eps_placement, mode), running)
    if given and mode == "train":
        of_batch = careful.statistics if careful else Statistics(table[0], table[1], table[2], layout.count)
        running = _moved(running, of_batch, *rule)
    return Forward(y, array, feature_axis, table, eps, eps_placement).but(mode, running, careful)


def _moved(
    running: Running | None, batch: Statistics, momentum: float | None, convention: str, tracked: int
) -> Running | None:
    """The running statistics, if there are any, after the batch."""
    return running and updated(
        running, batch.mean, batch.var, count=batch.count, momentum=momentum, running_variance=convention,
        num_batches_tracked=tracked,
    )  # fmt: skip


def _parameter(values: ArrayLike | None, layout: Layout, name: str) -> Array | None:
    """gamma or beta as the kernels take it, or may refuse."""
    if values is None or (type(values) is np.ndarray and values.dtype in NATIVE):
        return values
    return per_feature(values, layout.features, name)


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
    y, table = np.empty(array.shape, array.dtype), kernels.table_of(layout.features)
    with_parameters(table, layout, gamma, beta)
    divided = denominator(used, EPS_PLACEMENTS[choice(eps_placement, EPS_PLACEMENTS, "eps_placement")], eps)
    normalized(array, y, layout, table, used, divided)
    careful = Careful(used, divided, training_flags(used, divided.scale))
    return Forward(y, array, feature_axis, table, eps, eps_placement).but("train", None, careful)
