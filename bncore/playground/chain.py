"""One mini-batch through `x -> x_hat -> y -> f(y)` and back, with what a view shows of every stage.

Values are kept features first, (D, M): M = N examples, or N times the positions of (N, C, H, W).
"""

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from bncore.activations import ACTIVATIONS
from bncore.batch_norm import Forward, forward
from bncore.distributions.summary import Floats, row_blocks
from bncore.epsilon import EPS_PLACEMENTS
from bncore.errors import BadParameter
from bncore.exact.denominator import denominator
from bncore.gradient import Gradients, backward
from bncore.playground.stages import AxisChoice, Stage, check_finite, stages_of
from bncore.statistics import Statistics, given_statistics, statistics
from bncore.upstream import UPSTREAMS, Upstream

LARGEST = 1e300  # size of a number that is shown: a million of them have a sum


@dataclass(frozen=True)
class NormLayer:
    """What is applied to the batch: batch norm's parameters, the activation behind it, the gradient from above.

    `gamma` None is 1, `"sigma"` the batch's own denominator; `beta` None is 0, `"mean"` the batch's own mean:
    the two together undo the normalization. Arrays have one value a feature.
    """

    gamma: Floats | Literal["sigma"] | None = None
    beta: Floats | Literal["mean"] | None = None
    eps: float = 1e-5
    eps_placement: Literal["variance", "deviation"] = "variance"
    mode: Literal["train", "inference"] = "train"
    activation: str = "relu"
    upstream: str = "random"
    upstream_example: int = 0


@dataclass(frozen=True)
class Conservation:
    """What batch norm's backward pass keeps, per feature (D,); `scale` = sum |dx| is the size to hold it against, and
    `terms` = sum |dx_direct| that of what dx is made of, beside which dx itself may be rounding.

    In training `sum_dx` is 0 and `sum_dx_x_hat` is `expected_sum_dx_x_hat`, which goes to 0 with eps.
    In inference the statistics are constants and neither law holds: `expected_sum_dx_x_hat` is None.
    """

    sum_dx: Floats
    sum_dx_x_hat: Floats
    expected_sum_dx_x_hat: Floats | None
    scale: Floats
    terms: Floats


@dataclass(frozen=True)
class Walked:
    """The result of `walked`: rows (D, M) through batch norm and back; `given` says that dy was passed in."""

    layer: NormLayer
    rows: NDArray[np.floating]
    forward: Forward
    activation: NDArray[np.floating]
    upstream: Upstream
    dy: NDArray[np.floating]
    gradients: Gradients
    positions: int
    given: bool

    @cached_property
    def saturation(self) -> Floats:
        """(D,) is the share of f's inputs at which f is flat or dead."""
        share: Floats = ACTIVATIONS[self.layer.activation].saturated(self.forward.y).mean(axis=1)
        return share


@dataclass(frozen=True)
class Playground:
    """The result of `playground`; `saturation` (D,) is the share of f's inputs at which f is flat or dead."""

    layer: NormLayer
    forward: Forward
    gradients: Gradients
    upstream: Upstream
    stages: dict[str, Stage]
    saturation: Floats
    conservation: Conservation
    axis_widened: bool
    gradients_widened: bool
    positions: int

    @property
    def examples(self) -> int:
        """N, the number of examples."""
        return int(self.stages["x"].values.shape[1]) // self.positions


@np.errstate(over="ignore", invalid="ignore")  # what is too large is looked for, and then named
def walked(
    x: NDArray[np.floating],
    layer: NormLayer,
    *,
    feature_axis: int = 1,
    running_mean: Floats | None = None,
    running_var: Floats | None = None,
    labels: NDArray[np.int64] | None = None,
    classes: int | None = None,
    dy: NDArray[np.floating] | None = None,
    rng: np.random.Generator,
) -> Walked:
    """`x` (N, ..., D, ...) through batch norm and back.

    Inference normalizes by the running statistics; training neither takes nor moves them. `dy`, of the shape of `x`,
    replaces the gradient from the upstream of `layer`. `rng` serves the upstreams that draw numbers; `classes` is how
    many classes `labels` (N,) may name (default: as many as they do).
    Raises what `forward`, `backward` and the upstreams raise, and BadParameter for a result that its dtype cannot
    hold.
    """
    check_size(x)
    rows = features_first(x, feature_axis)
    result = _normalize(rows, layer, running_mean, running_var)
    activation = ACTIVATIONS[layer.activation]
    f = activation.value(result.y)
    check_finite({"x_hat": result.x_hat, "y": result.y, "activation": f})
    source = _upstream(f, x.shape[0], layer, labels, classes, rng)
    dy_rows = source.gradient * activation.derivative(result.y) if dy is None else features_first(dy, feature_axis)
    gradients = backward(dy_rows, result)
    return Walked(layer, rows, result, f, source, dy_rows, gradients, rows.shape[1] // x.shape[0], dy is not None)


def playground(x: NDArray[np.floating], layer: NormLayer, *, axis: AxisChoice = "auto", **options: Any) -> Playground:
    """Everything that the playground shows of `x` (N, ..., D, ...); `options`, and what is raised, as for `walked`."""
    return shown(walked(x, layer, **options), axis)


@np.errstate(over="ignore", invalid="ignore")
def shown(walk: Walked, axis: AxisChoice = "auto") -> Playground:
    """Everything that the playground shows of a batch that was walked.

    Raises BadParameter for a result that its dtype cannot hold.
    """
    result, gradients, source = walk.forward, walk.gradients, walk.upstream
    values = {
        "x": walk.rows, "x_hat": result.x_hat, "y": result.y, "activation": walk.activation,
        "d_activation": source.gradient, "dy": walk.dy, "dx_hat": gradients.dx_hat, "dx": gradients.dx,
        "dx_direct": gradients.dx_direct, "dx_mean": gradients.dx_mean, "dx_variance": gradients.dx_variance,
    }  # fmt: skip
    if walk.given:
        del values["d_activation"]
    elif source.readout is not None and source.readout_gradient is not None:
        values |= {"readout": source.readout.T, "d_readout": source.readout_gradient.T}
    drawn = stages_of(values, walk.layer.activation, axis, result.gamma)
    conservation = _conservation(result, gradients)
    check_finite({"dgamma": gradients.dgamma, "dx": conservation.scale, "loss": np.array(source.loss or 0.0)})
    return Playground(
        walk.layer, result, gradients, source, drawn.stages, walk.saturation, conservation, drawn.widened,
        drawn.gradients_widened, walk.positions,
    )  # fmt: skip


def check_size(x: NDArray[np.floating]) -> None:
    """Raises BadParameter for numbers whose sums, and the lengths of whose axes, would leave float64."""
    largest = max(float(x.max(initial=0.0)), -float(x.min(initial=0.0)))
    if LARGEST < largest < math.inf:
        place = np.unravel_index(int(np.argmax(np.abs(x))), x.shape)
        name = ", ".join(map(str, place))
        detail = (
            f"x[{name}] is {x[place]:.6g}, and sums and axes of numbers beyond {LARGEST:g} leave float64; divide x by "
            "a constant, which changes no normalized value."
        )
        raise BadParameter(detail, parameter="x")


def features_first(x: NDArray[np.floating], feature_axis: int) -> NDArray[np.floating]:
    """`x` (N, ..., D, ...) as contiguous (D, M)."""
    moved = np.moveaxis(x, feature_axis, 0)
    return np.ascontiguousarray(moved.reshape(moved.shape[0], -1))


def _normalize(
    rows: NDArray[np.floating], layer: NormLayer, running_mean: Floats | None, running_var: Floats | None
) -> Forward:
    gamma, beta = layer.gamma, layer.beta
    if isinstance(gamma, str) or isinstance(beta, str):
        in_force = _in_force(rows, layer, running_mean, running_var)
        divided = denominator(in_force, EPS_PLACEMENTS[layer.eps_placement], layer.eps)
        gamma = divided.scale if isinstance(gamma, str) else gamma
        beta = in_force.mean if isinstance(beta, str) else beta
    running = (running_mean, running_var) if layer.mode == "inference" else (None, None)
    return forward(
        rows, gamma, beta, eps=layer.eps, eps_placement=layer.eps_placement, feature_axis=0, mode=layer.mode,
        running_mean=running[0], running_var=running[1],
    )  # fmt: skip


def _in_force(
    rows: NDArray[np.floating], layer: NormLayer, running_mean: Floats | None, running_var: Floats | None
) -> Statistics:
    """What the mode normalizes by."""
    if layer.mode == "inference" and running_mean is not None and running_var is not None:
        return given_statistics(running_mean, running_var, rows.shape[1])
    return statistics(rows, feature_axis=0)


def _upstream(
    f: NDArray[np.floating],
    examples: int,
    layer: NormLayer,
    labels: NDArray[np.int64] | None,
    classes: int | None,
    rng: np.random.Generator,
) -> Upstream:
    """The gradient dL/df (D, M). A read-out sees the mean over an example's positions (global average pooling)."""
    features, positions = f.shape[0], f.shape[1] // examples
    per_example = f.reshape(features, examples, positions)
    kind = UPSTREAMS[layer.upstream]
    side = {"rng": rng, "labels": labels, "example": layer.upstream_example}
    if positions == 1 or kind.reads_out:
        pooled = per_example.mean(axis=2, dtype=np.float64) if positions > 1 else f
        above = kind(pooled.T, outputs=classes if labels is not None else None, **side)  # type: ignore[arg-type]
        gradient = np.repeat(above.gradient.T / positions, positions, axis=1) if positions > 1 else above.gradient.T
    else:
        flat = per_example.transpose(1, 0, 2).reshape(examples, -1)
        above = kind(flat, **side)  # type: ignore[arg-type]
        gradient = above.gradient.reshape(examples, features, positions).transpose(1, 0, 2).reshape(features, -1)
    return replace(above, gradient=np.ascontiguousarray(gradient))


def _conservation(result: Forward, gradients: Gradients) -> Conservation:
    parts = []
    for rows in row_blocks(*gradients.dx.shape):
        dx = gradients.dx[rows].astype(np.float64, copy=False)
        terms = np.abs(gradients.dx_direct[rows]).sum(axis=1, dtype=np.float64)
        parts.append((dx.sum(axis=1), (dx * result.x_hat[rows]).sum(axis=1), np.abs(dx).sum(axis=1), terms))
    sum_dx, overlap, size, terms = (np.concatenate(part) for part in zip(*parts, strict=True))
    expected = expected_overlap(result, gradients) if result.mode == "train" else None
    return Conservation(sum_dx, overlap, expected, size, terms)


def expected_overlap(result: Forward, gradients: Gradients) -> Floats:
    """sum(dx x_hat), a feature: (gamma/s) sum(dy x_hat) (1 - c0 <x_hat^2>).

    The last factor is eps/(var + eps), or eps/s beside the deviation.
    """
    left = EPS_PLACEMENTS[result.eps_placement].left(result.eps, result.scale)
    return gradients.dgamma * result.gamma * result.denominator.factor * left  # at eps 0 left is, whatever the lift
