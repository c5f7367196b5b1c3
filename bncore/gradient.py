"""The backward pass. Ioffe & Szegedy 2015, section 3, with epsilon kept exactly in both of its placements."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from bncore import kernels
from bncore.arguments import Array, Float64, not_finite, real_array, result_array, shares_memory
from bncore.batch_norm import TRAIN, Forward
from bncore.epsilon import EPS_PLACEMENTS
from bncore.errors import BadParameter, ShapeMismatch
from bncore.exact.cancellation import without_cancellation
from bncore.kernels import in_force
from bncore.layout import Layout, room

FEW = 8
"""Up to so many numbers a feature, dx may be next to nothing beside its paths: two have only a mean and an x_hat."""


@dataclass(frozen=True, eq=False, init=False, repr=False)
class Gradients:
    """The result of `backward`.

    `dx` has the shape and dtype of x; `dgamma` and `dbeta` are float64, (D,). `dx_hat` and the three paths, shape and
    dtype of dx, are computed when first asked for, from the dy and the x_hat that were passed: change neither before.

        dx = dx_direct + dx_mean + dx_variance
    """

    dx: Array
    memory: kernels.Memory | Float64
    """Of the sums, (2, D): dbeta and dgamma; or these themselves."""
    dy: Array
    forward: Forward

    def __init__(self, dx: Array, memory: kernels.Memory | Float64, dy: Array, forward: Forward) -> None:
        """As `Forward` has it."""
        own = self.__dict__
        own["dx"], own["memory"], own["dy"], own["forward"] = dx, memory, dy, forward

    def __repr__(self) -> str:
        return f"Gradients(dx={self.dx!r}, dgamma={self.dgamma!r}, dbeta={self.dbeta!r})"

    def __getstate__(self) -> dict[str, Any]:
        """A copy, or another process, has the numbers and not the kernels' own memory that they lie in."""
        return self.__dict__ | {"memory": self.sums}

    @cached_property
    def sums(self) -> Float64:
        return kernels.numbers_of(self.memory, 2, self.forward.layout.features)

    @property
    def dgamma(self) -> Float64:
        return self.sums[1]  # type: ignore[no-any-return]

    @property
    def dbeta(self) -> Float64:
        return self.sums[0]  # type: ignore[no-any-return]

    @cached_property
    def terms(self) -> "Terms":
        """What dx is put together from."""
        return _terms(self.dy, self.forward, self.sums)

    @cached_property
    def dx_hat(self) -> Array:
        """dL/dx_hat = gamma dy."""
        return self.terms.of_dy(self.terms.gamma)

    @cached_property
    def dx_direct(self) -> Array:
        """The path through the numerator alone, mean and s held fixed: (gamma / s) dy."""
        return self.terms.of_dy(self.terms.slope, self.terms.lift)

    @cached_property
    def dx_mean(self) -> Array:
        """The path through the mean: -(gamma / s) <dy>, the same for every example; 0 in inference."""
        return self.terms.constant(-self.terms.slope * self.terms.mean_path, self.terms.lift)

    @cached_property
    def dx_variance(self) -> Array:
        """The path through the variance: -(gamma / s) c0 x_hat <dy x_hat>; 0 in inference."""
        return self.terms.of_x_hat(-self.terms.slope * self.terms.variance_path, self.terms.lift)


@dataclass(frozen=True, eq=False)
class Terms:
    """dx = slope (dy - mean_path - variance_path x_hat) lift, with one value a feature each; `lift` None is 1.

    `slope` is gamma / s but for the power of two `lift`, without which it might leave float64.
    """

    dy: Array
    forward: Forward
    gamma: Float64
    slope: Float64
    lift: Float64 | None
    mean_path: Float64
    variance_path: Float64

    def of_dy(self, factor: Float64, lift: Float64 | None = None) -> Array:
        return self.kept(self.dy * self.layout.expand(factor), lift)

    def of_x_hat(self, factor: Float64, lift: Float64 | None) -> Array:
        if not factor.any():  # x_hat may be infinite where it does not count
            return self.constant(factor, None)
        return self.kept(self.forward.normalized * self.layout.expand(factor), lift)

    def constant(self, value: Float64, lift: Float64 | None) -> Array:
        return self.kept(np.zeros(self.layout.view) + self.layout.expand(value), lift)

    def kept(self, view: Array, lift: Float64 | None) -> Array:
        lifted = view if lift is None else view * self.layout.expand(lift)
        return lifted.astype(self.forward.y.dtype, copy=False).reshape(self.layout.shape)

    @property
    def layout(self) -> Layout:
        return self.forward.layout


def backward(dy: ArrayLike, forward: Forward, *, out: Array | None = None) -> Gradients:
    """The gradients of a loss through batch norm, given dy = dL/dy.

        dbeta = sum dy        dgamma = sum dy x_hat
        dx = (gamma / s) [dy - <dy> - c0 x_hat <dy x_hat>]           mode "train"
        dx = (gamma / s) dy                                          mode "inference": the statistics are constants

    where <.> is the mean over a feature's examples, and c0 is 1 for eps_placement "variance" and s / sigma for
    "deviation". Both are exact: nothing of epsilon is dropped.

    Shapes: `dy` as x. dx keeps the dtype of forward.y; dgamma and dbeta are float64, (D,), however narrow x is.
    `out` is an array of dx's shape and dtype that it is written to, no part of dy and of x.

    Edges: one example gives dx = 0. A constant feature (sigma = 0) gives (gamma / s) (dy - <dy>), the true derivative,
    also for "deviation" with eps > 0, where sigma alone is not differentiable. With eps = 0 it has no derivative:
    dx = 0 by definition, and the forward result carries the flag "zero_denominator". Inputs are never changed.

    >>> from bncore import forward
    >>> backward([[1.0], [0.0], [0.0]], forward([[-1.0], [0.0], [1.0]], eps=0.5)).dgamma
    array([-0.9258201])

    Raises ShapeMismatch, BadDtype, NonFiniteInput, BadParameter.
    Source: Ioffe & Szegedy 2015, section 3, the six equations after algorithm 1, put together.
    """
    if forward.mode is TRAIN:
        of = forward
        made: Gradients | None = in_force.backward_whole(
            Gradients, dy, of, of.x, of.memory, of.axis, of.eps, of.eps_placement, out
        )
        if made is not None:
            return made
    array = _upstream(dy, forward.layout)
    dx = _room(out, array, forward)
    sums = _at_once(array, dx, forward)
    if sums is None:
        sums = _sums(array, forward)
        terms, few = _terms(array, forward, sums), forward.mode == "train" and forward.count <= FEW
        dx[...] = (_dx_of_few(terms) if few else _dx(terms)).reshape(dx.shape)
    return Gradients(dx, sums, array, forward)


def backward_of_part(dy: ArrayLike, forward: Forward, dgamma: Float64, dbeta: Float64) -> Array:
    """dx of some examples of a batch, of which `dgamma` and `dbeta` (D,) are the sums over the whole batch.

    `forward` is that of the same examples (`bncore.batch_norm.forward_of_part`). Raises as `backward`.
    """
    terms = _terms(_upstream(dy, forward.layout), forward, np.array((dbeta, dgamma)))
    return _dx(terms).reshape(forward.layout.shape)


def _at_once(dy: Array, dx: Array, forward: Forward) -> Float64 | None:
    """dx, and dbeta and dgamma (2, D), by one call of the kernels; None where none serves or it met an odd number."""
    layout, beside, constant = forward.layout, forward.eps_placement == "deviation", forward.mode != "train"
    sums = np.empty((2, layout.features))
    odd = kernels.backward(dy, forward.x, dx, layout.feature_axis, forward.table, sums, forward.eps, beside, constant)
    return None if odd else sums


def _room(out: Array | None, dy: Array, forward: Forward) -> Array:
    if out is not None and isinstance(out, np.ndarray) and shares_memory(out, dy):
        raise BadParameter("out shares memory with dy; give an array of its own.", parameter="out")
    return result_array(out, forward.x)


def _upstream(dy: ArrayLike, layout: Layout) -> Array:
    array = real_array(dy, "dy")
    if array.shape != layout.shape:
        detail = f"dy has shape {array.shape}, y has {layout.shape}; give one number of dy for each of y."
        raise ShapeMismatch(detail, parameter="dy")
    return array


def _sums(dy: Array, forward: Forward) -> Float64:
    """sum dy and sum dy x_hat, (2, D) in float64. Raises NonFiniteInput."""
    layout, of_x_hat, of_dy = forward.layout, [], []
    scratch, normalized = layout.scratch(2)
    view = dy.reshape(layout.view)
    with np.errstate(invalid="ignore"):  # infinities are named below
        for index in layout.blocks():
            block = room(scratch, view[index])
            block[...] = view[index]
            of_dy.append(layout.sum(block))
            block *= forward.standardizer.again(index, normalized)
            of_x_hat.append(layout.sum(block))
        sums = np.array((np.add.reduce(of_dy, 0), np.add.reduce(of_x_hat, 0)))
    if not np.isfinite(sums[0]).all() and not np.isfinite(dy).all():
        raise not_finite(dy, "dy")
    return sums


def _terms(dy: Array, forward: Forward, sums: Float64) -> Terms:
    dbeta, dgamma = sums
    zero = np.zeros_like(dbeta)
    if forward.mode == "train":
        pull = EPS_PLACEMENTS[forward.eps_placement].pulled(forward.sigma, forward.scale)
        paths = dbeta / forward.count, pull * dgamma / forward.count
    else:
        paths = zero, zero
    divided = forward.denominator
    slope = forward.gamma * divided.factor
    return Terms(dy.reshape(forward.layout.view), forward, forward.gamma, slope, divided.lift, *paths)


def _dx(terms: Terms) -> Array:
    layout = terms.layout
    slope, mean, variance = map(layout.expand, (terms.slope, terms.mean_path, terms.variance_path))
    lift, through = None if terms.lift is None else layout.expand(terms.lift), terms.variance_path.any()
    dx, (scratch,) = np.empty(layout.view, terms.forward.y.dtype), layout.scratch()
    for index in layout.blocks():
        block = room(scratch, dx[index])
        if through:
            terms.forward.standardizer.again(index, scratch)
            block *= -variance
            block += terms.dy[index]
        else:  # x_hat may be infinite where it does not count
            block[...] = terms.dy[index]
        block -= mean
        block *= slope
        if lift is not None:
            block *= lift
        dx[index] = block
    return dx


def _dx_of_few(terms: Terms) -> Array:
    """dx without cancellation, where its paths may leave next to nothing of each other."""
    layout, forward = terms.layout, terms.forward
    left = EPS_PLACEMENTS[forward.eps_placement].left(forward.eps, forward.scale)
    kept = without_cancellation(
        terms.dy.astype(np.float64, copy=False), forward.normalized, layout.expand(left),
        lambda values: layout.expand(layout.sum(values) / forward.count),
    )  # fmt: skip
    return terms.kept(layout.expand(terms.slope) * kept, terms.lift)
