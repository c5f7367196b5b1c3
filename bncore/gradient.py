"""The backward pass. Ioffe & Szegedy 2015, section 3, with epsilon kept exactly in both of its placements."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from bncore.arguments import Array, Float64, not_finite, real_array
from bncore.batch_norm import Forward
from bncore.epsilon import EPS_PLACEMENTS
from bncore.errors import ShapeMismatch
from bncore.exact.cancellation import without_cancellation
from bncore.layout import Layout, room

FEW = 8
"""Up to so many numbers a feature, dx may be next to nothing beside its paths: two have only a mean and an x_hat."""


@dataclass(frozen=True, eq=False)
class Gradients:
    """The result of `backward`.

    `dx` has the shape and dtype of x; `dgamma` and `dbeta` are float64, (D,). `dx_hat` and the three paths, shape and
    dtype of dx, are computed when first asked for, from the dy and the x_hat that were passed: change neither before.

        dx = dx_direct + dx_mean + dx_variance
    """

    dx: Array
    dgamma: Float64
    dbeta: Float64
    terms: "_Terms" = field(repr=False)

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
class _Terms:
    """dx = slope (dy - mean_path - variance_path x_hat) lift, with one value a feature each; `lift` None is 1.

    `slope` is gamma / s but for the power of two `lift`, without which it might leave float64.
    """

    dy: Array
    x_hat: Array
    layout: Layout
    dtype: np.dtype[np.floating]
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
        return self.kept(self.x_hat * self.layout.expand(factor), lift)

    def constant(self, value: Float64, lift: Float64 | None) -> Array:
        return self.kept(np.zeros(self.layout.view) + self.layout.expand(value), lift)

    def kept(self, view: Array, lift: Float64 | None) -> Array:
        lifted = view if lift is None else view * self.layout.expand(lift)
        return lifted.astype(self.dtype, copy=False).reshape(self.layout.shape)


def backward(dy: ArrayLike, forward: Forward) -> Gradients:
    """The gradients of a loss through batch norm, given dy = dL/dy.

        dbeta = sum dy        dgamma = sum dy x_hat
        dx = (gamma / s) [dy - <dy> - c0 x_hat <dy x_hat>]           mode "train"
        dx = (gamma / s) dy                                          mode "inference": the statistics are constants

    where <.> is the mean over a feature's examples, and c0 is 1 for eps_placement "variance" and s / sigma for
    "deviation". Both are exact: nothing of epsilon is dropped.

    Shapes: `dy` as x. dx keeps the dtype of forward.y; dgamma and dbeta are float64, (D,), however narrow x is.

    Edges: one example gives dx = 0. A constant feature (sigma = 0) gives (gamma / s) (dy - <dy>), the true derivative,
    also for "deviation" with eps > 0, where sigma alone is not differentiable. With eps = 0 it has no derivative:
    dx = 0 by definition, and the forward result carries the flag "zero_denominator". Inputs are never changed.

    >>> from bncore import forward
    >>> backward([[1.0], [0.0], [0.0]], forward([[-1.0], [0.0], [1.0]], eps=0.5)).dgamma
    array([-0.9258201])

    Raises ShapeMismatch, BadDtype, NonFiniteInput.
    Source: Ioffe & Szegedy 2015, section 3, the six equations after algorithm 1, put together.
    """
    layout = forward.layout
    view = _upstream(dy, layout)
    with np.errstate(invalid="ignore"):  # infinities are named below
        dbeta, dgamma = _sums(view, forward.normalized, layout)
    if not np.isfinite(dbeta).all() and not np.isfinite(view).all():
        raise not_finite(view.reshape(layout.shape), "dy")
    terms = _terms(view, forward, dgamma, dbeta)
    few = forward.mode == "train" and forward.count <= FEW
    return Gradients(_dx_of_few(terms, forward) if few else _dx(terms), dgamma, dbeta, terms)


def _upstream(dy: ArrayLike, layout: Layout) -> Array:
    array = real_array(dy, "dy")
    if array.shape != layout.shape:
        detail = f"dy has shape {array.shape}, y has {layout.shape}; give one number of dy for each of y."
        raise ShapeMismatch(detail, parameter="dy")
    return array.reshape(layout.view)


def _sums(dy: Array, x_hat: Array, layout: Layout) -> tuple[Float64, Float64]:
    """sum dy and sum dy x_hat, each (D,), in float64."""
    (scratch,), dbetas, dgammas = layout.scratch(), [], []
    for index in layout.blocks():
        block = room(scratch, dy[index])
        block[...] = dy[index]
        dbetas.append(layout.sum(block))
        block *= x_hat[index]
        dgammas.append(layout.sum(block))
    return np.add.reduce(dbetas, 0), np.add.reduce(dgammas, 0)


def _terms(view: Array, forward: Forward, dgamma: Float64, dbeta: Float64) -> _Terms:
    zero = np.zeros_like(dbeta)
    if forward.mode == "train":
        pull = EPS_PLACEMENTS[forward.eps_placement].pulled(forward.sigma, forward.scale)
        paths = dbeta / forward.count, pull * dgamma / forward.count
    else:
        paths = zero, zero
    divided = forward.denominator
    slope = forward.gamma * divided.factor
    return _Terms(view, forward.normalized, forward.layout, forward.y.dtype, forward.gamma, slope, divided.lift, *paths)


def _dx(terms: _Terms) -> Array:
    layout = terms.layout
    slope, mean, variance = map(layout.expand, (terms.slope, terms.mean_path, terms.variance_path))
    lift, through = None if terms.lift is None else layout.expand(terms.lift), terms.variance_path.any()
    dx, (scratch,) = np.empty(layout.view, terms.dtype), layout.scratch()
    for index in layout.blocks():
        block = room(scratch, dx[index])
        if through:
            np.multiply(terms.x_hat[index], -variance, out=block)
            block += terms.dy[index]
        else:  # x_hat may be infinite where it does not count
            block[...] = terms.dy[index]
        block -= mean
        block *= slope
        if lift is not None:
            block *= lift
        dx[index] = block
    return dx.reshape(layout.shape)


def _dx_of_few(terms: _Terms, forward: Forward) -> Array:
    """dx without cancellation, where its paths may leave next to nothing of each other."""
    layout, left = terms.layout, EPS_PLACEMENTS[forward.eps_placement].left(forward.eps, forward.scale)
    kept = without_cancellation(
        terms.dy.astype(np.float64, copy=False), terms.x_hat.astype(np.float64, copy=False), layout.expand(left),
        lambda values: layout.expand(layout.sum(values) / forward.count),
    )  # fmt: skip
    return terms.kept(layout.expand(terms.slope) * kept, terms.lift)
