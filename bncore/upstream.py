"""What comes from behind the activation: a gradient dL/df, chosen freely or from a loss.

Losses look at the activation through a small linear read-out, logits = a W, with W (D, C) drawn from the generator with
standard deviation 1/sqrt(D), so that the logits keep the scale of a.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bncore.arguments import Array, Float64, not_finite, real_array
from bncore.errors import BadParameter, EmptyBatch, MissingLabels, ShapeMismatch

OUTPUTS = 3  # logits of a read-out where labels do not say how many


@dataclass(frozen=True, eq=False)
class Upstream:
    """The gradient that reaches the activation, float64.

    `gradient` (N, D) is dL/df. `loss` is L where there is one. Through a read-out: `readout` (N, C) the logits,
    `readout_gradient` (N, C) dL/dlogits and `weights` (D, C); else None.
    """

    gradient: Float64
    loss: float | None = None
    readout: Float64 | None = None
    readout_gradient: Float64 | None = None
    weights: Float64 | None = None


@dataclass(frozen=True)
class LossSide:
    """What a kind of upstream gradient may need: randomness, an example's index, labels (N,) in 0..C-1, C."""

    rng: np.random.Generator
    example: int
    labels: NDArray[np.int64] | None
    outputs: int


@dataclass(frozen=True)
class UpstreamKind:
    """One way to choose dL/df: call it with the activation's output.

    `reads_out` says that the loss looks through the linear read-out, `reads_labels` that it cannot do without labels.
    """

    title: str
    formula: str
    compute: Callable[[Float64, LossSide], Upstream] = field(repr=False)
    reads_out: bool = False
    reads_labels: bool = False

    def __call__(
        self,
        activation: ArrayLike,
        *,
        rng: np.random.Generator,
        labels: ArrayLike | None = None,
        example: int = 0,
        outputs: int | None = None,
    ) -> Upstream:
        """dL/df for the activation's output (N, D).

        `labels` (N,) are integers from 0. `example` is the row that "one_example" looks at. `outputs` is the number
        of logits C of a read-out; default: the largest label + 1, without labels 3.

        >>> UPSTREAMS["one_example"](np.zeros((3, 2)), rng=np.random.default_rng(0), example=1).gradient
        array([[0., 0.],
               [1., 1.],
               [0., 0.]])

        Raises BadParameter, ShapeMismatch, EmptyBatch, BadDtype, NonFiniteInput, MissingLabels.
        """
        values = _two_axes(activation)
        examples = len(values)
        if not -examples <= example < examples:
            detail = f"example is {example}; the batch has the examples 0 to {examples - 1}."
            raise BadParameter(detail, parameter="example")
        if self.reads_labels and labels is None:
            detail = f"{self.title} compares with labels and the batch has none; give labels, or choose another one."
            raise MissingLabels(detail, parameter="labels")
        checked = None if labels is None else _checked_labels(labels, examples)
        return self.compute(values, LossSide(rng, example, checked, _output_count(outputs, checked)))


def _two_axes(activation: ArrayLike) -> Float64:
    values = real_array(activation, "activation", "float64")
    if values.ndim != 2:
        detail = f"activation has shape {values.shape}; give (examples, features)."
        raise ShapeMismatch(detail, parameter="activation")
    if not values.size:
        raise EmptyBatch(f"activation has shape {values.shape}: it is empty.", parameter="activation")
    if not np.isfinite(values).all():
        raise not_finite(values, "activation")
    return values


def _checked_labels(labels: ArrayLike, examples: int) -> NDArray[np.int64]:
    array = np.asarray(labels)
    if array.shape != (examples,):
        detail = f"labels has shape {array.shape}; give one label an example, shape ({examples},)."
        raise ShapeMismatch(detail, parameter="labels")
    if array.dtype.kind not in "biu" or array.min() < 0:
        raise BadParameter("labels are the classes' numbers; give integers from 0.", parameter="labels")
    return array.astype(np.int64)


def _output_count(outputs: int | None, labels: NDArray[np.int64] | None) -> int:
    least = 1 if labels is None else int(labels.max()) + 1
    if outputs is None:
        return OUTPUTS if labels is None else least
    if outputs < least:
        raise BadParameter(f"outputs is {outputs}; give at least {least}.", parameter="outputs")
    return outputs


def softmax(logits: Array) -> Array:
    """e^z / sum e^z along the last axis, shifted by the largest logit so that nothing overflows."""
    exponentials = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)  # type: ignore[no-any-return]


def _random(activation: Float64, side: LossSide) -> Upstream:
    return Upstream(side.rng.standard_normal(activation.shape))


def _one_example(activation: Float64, side: LossSide) -> Upstream:
    gradient = np.zeros_like(activation)
    gradient[side.example] = 1
    return Upstream(gradient, loss=float(activation[side.example].sum()))


def _ones(activation: Float64, _side: LossSide) -> Upstream:
    return Upstream(np.ones_like(activation), loss=float(activation.sum()))


def _sum_of_squares(activation: Float64, _side: LossSide) -> Upstream:
    return Upstream(activation.copy(), loss=float(0.5 * np.square(activation).sum()))


def _squared_error(activation: Float64, side: LossSide) -> Upstream:
    logits, weights = _readout(activation, side)
    target = side.rng.standard_normal(logits.shape) if side.labels is None else np.eye(side.outputs)[side.labels]
    error = logits - target
    loss = 0.5 * np.square(error).sum() / len(logits)
    return _through_readout(loss, error / len(logits), logits, weights)


def _cross_entropy(activation: Float64, side: LossSide) -> Upstream:
    logits, weights = _readout(activation, side)
    rows = np.arange(len(logits)), side.labels
    shifted = logits - logits.max(axis=1, keepdims=True)
    loss = np.mean(np.log(np.exp(shifted).sum(axis=1)) - shifted[rows])
    gradient = softmax(logits)
    gradient[rows] -= 1
    return _through_readout(loss, gradient / len(logits), logits, weights)


def _readout(activation: Float64, side: LossSide) -> tuple[Float64, Float64]:
    """The logits a W (N, C) and W (D, C) itself."""
    features = activation.shape[1]
    weights = side.rng.standard_normal((features, side.outputs)) / np.sqrt(features)
    return activation @ weights, weights


def _through_readout(loss: float, gradient: Float64, logits: Float64, weights: Float64) -> Upstream:
    """dL/da = dL/dlogits W^T."""
    return Upstream(gradient @ weights.T, float(loss), logits, gradient, weights)


UPSTREAMS: dict[str, UpstreamKind] = {
    "random": UpstreamKind("Random", r"\frac{\partial L}{\partial f_{ji}} \sim \mathcal{N}(0, 1)", _random),
    "one_example": UpstreamKind("One example", r"L = \sum_i f_{ki}", _one_example),
    "ones": UpstreamKind("All ones", r"L = \sum_{j,i} f_{ji}", _ones),
    "sum_of_squares": UpstreamKind("Sum of squares", r"L = \frac{1}{2} \sum_{j,i} f_{ji}^2", _sum_of_squares),
    "squared_error": UpstreamKind(
        "Squared error",
        r"L = \frac{1}{N} \sum_j \frac{1}{2} \lVert f_j W - t_j \rVert^2",
        _squared_error,
        reads_out=True,
    ),
    "cross_entropy": UpstreamKind(
        "Cross-entropy",
        r"L = -\frac{1}{N} \sum_j \log \operatorname{softmax}(f_j W)_{t_j}",
        _cross_entropy,
        reads_out=True,
        reads_labels=True,
    ),
}
