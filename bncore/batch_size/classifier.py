"""A small classifier whose answer for one example depends on who else is in the batch.

    x_hat = (x - mean) / s          softmax(W^T x_hat + b)

It is trained on the whole data set as one batch, so that inference knows the true statistics. In mode "train" the same
example is normalized by the mean and deviation of its batch, and a close decision falls either way.
"""

from dataclasses import dataclass

import numpy as np

from bncore.arguments import Float64
from bncore.batch_norm import forward
from bncore.batch_size.noise.example import Epsilon
from bncore.batch_size.population import Finite
from bncore.epsilon import EPS_PLACEMENTS, reciprocal
from bncore.errors import BadParameter

STEPS = 200  # of gradient descent
RATE = 1.0
DECAY = 1e-3  # of the weights
CANDIDATES = 24  # examples, those decided most closely, of which the most dependent one is looked for
Ints = np.ndarray[tuple[int, ...], np.dtype[np.intp]]


@dataclass(frozen=True, eq=False)
class Classifier:
    """Weights (D, C) and biases (C,) of the classes; `accuracy` on what it was trained on, in mode "inference"."""

    weights: Float64
    biases: Float64
    mean: Float64
    var: Float64
    epsilon: Epsilon
    accuracy: float

    def logits(self, x_hat: Float64) -> Float64:
        """Of normalized values (…, D): (…, C)."""
        return x_hat @ self.weights + self.biases

    def inference(self, x: Float64) -> Float64:
        """The logits of examples (M, D) by the statistics of all examples."""
        epsilon = self.epsilon.keywords
        normalized = forward(x, mode="inference", running_mean=self.mean, running_var=self.var, **epsilon)
        return self.logits(normalized.x_hat)


@dataclass(frozen=True, eq=False)
class Told:
    """One batch's answer: the companions' numbers (K - 1,), and the probability of each class (C,)."""

    companions: Ints
    probabilities: Float64

    @property
    def answer(self) -> int:
        """The most probable class."""
        return int(self.probabilities.argmax())


@dataclass(frozen=True, eq=False)
class Verdicts:
    """What the classifier says of one example: by itself (mode "inference"), and in R batches of `size` examples.

    `counts` (C,) says in how many of the batches each class won; `batches` are two of them that differ, or one if none
    do.
    """

    example: int
    label: int
    size: int
    draws: int
    inference: Told
    counts: Ints
    batches: tuple[Told, ...]

    @property
    def changed(self) -> float:
        """The share of batches in which the example got another class than by itself."""
        return 1.0 - float(self.counts[self.inference.answer]) / self.draws


def train(x: Float64, labels: Ints, classes: int, epsilon: Epsilon) -> Classifier:
    """Softmax regression on batch-normalized features of `x` (N, D), all N as one batch: gradient descent from 0.

    Nothing is drawn: the same data give the same classifier. `labels` (N,) run from 0 to `classes` - 1.
    """
    result = forward(x, eps=epsilon.eps, eps_placement=epsilon.eps_placement)
    weights, biases = np.zeros((x.shape[1], classes)), np.zeros(classes)
    wanted = np.eye(classes)[labels]
    x_hat = result.x_hat
    for _ in range(STEPS):
        slope = (softmax(x_hat @ weights + biases) - wanted) / len(x)
        weights -= RATE * (x_hat.T @ slope + DECAY * weights)
        biases -= RATE * slope.sum(axis=0)
    right = (x_hat @ weights + biases).argmax(axis=1) == labels
    return Classifier(weights, biases, result.mean, result.var, epsilon, float(right.mean()))


def softmax(logits: Float64) -> Float64:
    """Probabilities (…, C).

    >>> softmax(np.array([0.0, 0.0]))
    array([0.5, 0.5])
    """
    grown = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(grown / grown.sum(axis=-1, keepdims=True))


def most_dependent(
    classifier: Classifier,
    x: Float64,
    labels: Ints,
    size: int,
    draws: int,
    rng: np.random.Generator,
    *,
    example: int | None = None,
) -> Verdicts:
    """The example whose class depends most on its companions, among those that are decided most closely.

    Each candidate is put into `draws` batches of `size` with companions drawn from all examples that are no candidates.
    With `example` that one is the only candidate. Raises BadParameter where there are not so many.
    """
    alone = softmax(classifier.inference(x))
    candidates = _closest(alone) if example is None else np.array([example])
    others = np.delete(np.arange(len(x)), candidates)
    if not 2 <= size <= len(others) + 1:
        raise BadParameter(f"size is {size}; give 2 to {len(others) + 1} examples.", parameter="size")
    companions = Finite(others[:, None].astype(np.float64)).draw(draws, size - 1, rng)[0].astype(np.intp)
    told = softmax(classifier.logits(_among(classifier, x, candidates, companions)))
    answers = told.argmax(axis=2)
    changed = (answers != alone[candidates].argmax(axis=1)[:, None]).mean(axis=1)
    at = int(np.abs(changed - 0.5).argmin())
    return _verdicts(candidates[at], labels, alone, companions, told[at], size)


def _closest(alone: Float64) -> Ints:
    """The examples that are decided most closely, by the probabilities of each alone (N, C)."""
    ordered = np.sort(alone, axis=1)
    return np.argsort(ordered[:, -1] - ordered[:, -2], kind="stable")[: min(CANDIDATES, len(alone) // 4)]


def _among(classifier: Classifier, x: Float64, candidates: Ints, companions: Ints) -> Float64:
    """Each candidate's x_hat in each batch, (M, R, D)."""
    size = companions.shape[1] + 1
    centred = x - classifier.mean
    total = np.array([centred[rows].sum(axis=0) for rows in companions])
    squares = np.array([np.square(centred[rows]).sum(axis=0) for rows in companions])
    own = centred[candidates][:, None, :]
    mean = (total + own) / size
    var = np.maximum((squares + own**2) / size - mean**2, 0.0)
    epsilon = classifier.epsilon
    return np.asarray((own - mean) * reciprocal(EPS_PLACEMENTS[epsilon.eps_placement].scale(var, epsilon.eps)))


def _verdicts(example: np.intp, labels: Ints, alone: Float64, companions: Ints, told: Float64, size: int) -> Verdicts:
    answers = told.argmax(axis=1)
    own = int(alone[example].argmax())
    same, other = np.flatnonzero(answers == own), np.flatnonzero(answers != own)
    shown = [rows[told[rows].max(axis=1).argmax()] for rows in (same, other) if len(rows)]
    return Verdicts(
        example=int(example),
        label=int(labels[example]),
        size=size,
        draws=len(companions),
        inference=Told(np.empty(0, dtype=np.intp), alone[example]),
        counts=np.bincount(answers, minlength=told.shape[1]),
        batches=tuple(Told(companions[row], told[row]) for row in shown),
    )
