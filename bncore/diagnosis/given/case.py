"""The given data, as rows with one column a unit, and every tensor of the correct backward pass."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from bncore.arguments import Array, Float64, not_finite, real_array
from bncore.batch_norm import Forward, forward
from bncore.epsilon import EPS_PLACEMENTS, EpsPlacement, reciprocal
from bncore.errors import BadParameter, EmptyBatch, ShapeMismatch
from bncore.gradient import backward
from bncore.running import running_pair

ORDER = ("dbeta", "dgamma", "dx_hat", "dsigma", "dvar", "dmean", "dx")
"""The tensors in the order in which a backward pass computes them; the first wrong one is the one to look at."""
LIKE_X = ("dx_hat", "dx")
LARGEST_DY = 1e150
"""The check takes the mean square of dy; that of larger numbers is more than float64 holds."""


@dataclass(frozen=True, eq=False)
class Case:
    """A batch and its correct gradients; `x`, `dy`, `x_hat` as rows (K, n), one column a unit.

    `shape` and `axis` say how x was given; `moved` is its shape with the feature axis last. `pull` is c0; `result` is
    the forward pass.
    """

    shape: tuple[int, ...]
    axis: int
    x: Float64
    dy: Float64
    gamma: Float64
    beta: Float64
    eps: float
    eps_placement: str
    mean: Float64
    var: Float64
    scale: Float64
    x_hat: Float64
    running: tuple[Float64, Float64] | None
    result: Forward

    @property
    def count(self) -> int:
        """K, the examples a unit."""
        return len(self.x)

    @property
    def units(self) -> int:
        """n."""
        return int(self.x.shape[1])

    @property
    def moved(self) -> tuple[int, ...]:
        """The shape of x with the feature axis last."""
        return (*self.shape[: self.axis], *self.shape[self.axis + 1 :], self.units)

    @property
    def placement(self) -> EpsPlacement:
        return EPS_PLACEMENTS[self.eps_placement]

    @cached_property
    def pull(self) -> Float64:
        """c0: 1 for eps in the variance, s/sigma for eps on the deviation."""
        return self.placement.pulled(self.sigma, self.scale)

    @cached_property
    def sigma(self) -> Float64:
        return self.result.sigma

    @cached_property
    def inverse(self) -> Float64:
        """1/s."""
        return reciprocal(self.scale)

    @cached_property
    def slope(self) -> Float64:
        """gamma/s."""
        return self.gamma * self.inverse

    @cached_property
    def centred(self) -> Float64:
        return self.x_hat * self.scale

    @cached_property
    def y(self) -> Float64:
        return self.gamma * self.x_hat + self.beta

    @cached_property
    def mean_dy(self) -> Float64:
        """<g>."""
        return self.dy.mean(0)  # type: ignore[no-any-return]

    @cached_property
    def mean_dy_x_hat(self) -> Float64:
        """<g x_hat>."""
        return (self.dy * self.x_hat).mean(0)  # type: ignore[no-any-return]

    @cached_property
    def root(self) -> Float64:
        """What 2 is multiplied with in dvar: s under the root, sigma beside it."""
        return self.scale if self.eps_placement == "variance" else self.sigma

    @cached_property
    def truth(self) -> dict[str, Float64]:
        """Every tensor of the correct backward pass; dx and dx_hat (K, n), the others (n,).

        dx_hat = gamma g,  dsigma = dL/ds = -gamma/s sum g x_hat,  dvar = dsigma / 2s (beside: / 2 sigma),
        dmean = -gamma/s sum g
        """
        gradients = backward(self.as_given(self.dy), self.result)
        dsigma = -self.slope * gradients.dgamma
        return {
            "dbeta": gradients.dbeta, "dgamma": gradients.dgamma, "dx_hat": self.gamma * self.dy, "dsigma": dsigma,
            "dvar": dsigma * reciprocal(2 * self.root), "dmean": -self.slope * gradients.dbeta,
            "dx": self.rows(gradients.dx),
        }  # fmt: skip

    @cached_property
    def layer_norms(self) -> list[Forward]:
        """Layer norm of the same x, each example a feature, in each way of telling what an example is."""
        keywords = {"eps": self.eps, "eps_placement": self.eps_placement, "feature_axis": 0}
        ways = [self.x, self.x.reshape(self.moved[0], -1)] if len(self.moved) > 2 else [self.x]
        return [forward(values, **keywords) for values in ways]  # type: ignore[arg-type]

    @cached_property
    def terms(self) -> dict[str, float]:
        """How large the numbers are that are added up to each tensor: their rounding is relative to these.

        That x - mean rounds at the size of x comes on top: see `rounded`.
        """
        size, slope = np.abs(self.dy), np.abs(self.slope)
        dgamma = (size * np.abs(self.x_hat)).sum(0)
        dbeta = size.sum(0)
        dx = slope * (size + dbeta / self.count + self.pull * np.abs(self.x_hat) * dgamma / self.count)
        dsigma = slope * dgamma
        sums = {
            "dbeta": dbeta, "dgamma": dgamma, "dx_hat": size * np.abs(self.gamma), "dsigma": dsigma,
            "dvar": dsigma * reciprocal(2 * self.root), "dmean": slope * dbeta, "dx": dx,
        }  # fmt: skip
        return {name: float(values.max()) for name, values in sums.items()}

    def rows(self, values: Array) -> Float64:
        """An array in the shape of x, as rows (K, n) in float64."""
        return np.moveaxis(values, self.axis, -1).reshape(-1, self.units).astype(np.float64)

    def as_given(self, rows: Float64) -> Float64:
        """Rows (K, n) in the shape of x."""
        return np.moveaxis(rows.reshape(self.moved), -1, self.axis)

    def expected(self, name: str) -> tuple[int, ...]:
        """The shape in which a tensor is to be given."""
        return self.shape if name in LIKE_X else (self.units,)


def case_of(
    x: ArrayLike,
    gamma: ArrayLike | None = None,
    beta: ArrayLike | None = None,
    *,
    dy: ArrayLike,
    eps: float = 1e-5,
    eps_placement: str = "variance",
    feature_axis: int = 1,
    running_mean: ArrayLike | None = None,
    running_var: ArrayLike | None = None,
) -> Case:
    """The case of a batch in mode "train". Shapes and ranges as in `bncore.forward`; `dy` as x.

    What has one number a unit may have further axes of length 1: (1, n) serves for (n,).

    Raises EmptyBatch for fewer than two examples a unit, BadParameter for a dy beyond 1e150, and what `bncore.forward`
    and `bncore.backward` raise.
    """
    array = real_array(x, "x").astype(np.float64)
    gamma, beta, running_mean, running_var = map(_per_unit, (gamma, beta, running_mean, running_var))
    try:
        result = forward(array, gamma, beta, eps=eps, eps_placement=eps_placement, feature_axis=feature_axis)
    except ShapeMismatch as error:
        raise _with_hint(error, array.shape, {"gamma": gamma, "beta": beta}.get(str(error.parameter))) from error
    if result.count < 2:
        detail = f"x has shape {array.shape}: one example a unit, whose dx is always 0; give at least two."
        raise EmptyBatch(detail, parameter="x")
    upstream = real_array(dy, "dy").astype(np.float64)
    if upstream.shape != array.shape:
        detail = f"dy has shape {upstream.shape}, x has {array.shape}; give one number of dy for each of x."
        raise _with_hint(ShapeMismatch(detail, parameter="dy"), array.shape, upstream)
    if not np.isfinite(upstream).all():
        raise not_finite(upstream, "dy")
    largest = float(np.abs(upstream).max())
    if largest > LARGEST_DY:
        raise BadParameter(f"dy is as large as {largest:.3g}; give numbers up to {LARGEST_DY:g}.", parameter="dy")

    def rows(values: Array) -> Float64:
        return np.moveaxis(values, result.feature_axis, -1).reshape(-1, len(result.gamma))

    return Case(
        shape=array.shape, axis=result.feature_axis, x=rows(array), dy=rows(upstream), gamma=result.gamma,
        beta=result.beta, eps=result.eps, eps_placement=eps_placement, mean=result.mean, var=result.var,
        scale=result.scale, x_hat=rows(result.x_hat),
        running=running_pair(running_mean, running_var, len(result.gamma)), result=result,
    )  # fmt: skip


def _per_unit(values: ArrayLike | None) -> ArrayLike | None:
    """One number a unit without the axes of length 1 beside it; what is ragged is left for its refusal."""
    if values is None or isinstance(values, (str, bytes)):
        return values
    try:
        array = np.asarray(values)
    except ValueError:
        return values
    return array.ravel() if array.ndim > 1 and array.size == max(array.shape) else array


def _with_hint(error: ShapeMismatch, shape: tuple[int, ...], given: ArrayLike | None) -> ShapeMismatch:
    """The refusal of an array beside x, saying that one of them is transposed if that explains it."""
    other, hint = np.shape(given) if given is not None else (), ""
    if len(other) > 1 and sorted(other) == sorted(shape):
        hint = f" It looks transposed: x and {error.parameter} have their axes in another order."
    elif len(shape) == 2 and other == shape[:1]:
        hint = " It has one number for each row of x: if x is transposed, give feature_axis=0."
    return ShapeMismatch(f"{error}{hint}", parameter=error.parameter)
