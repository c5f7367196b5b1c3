"""The softmax cross entropy of a batch, written where it was written before."""

import numpy as np

from bncore.arguments import Array


class CrossEntropy:
    """L = -(1/N) sum_j log softmax(z_j)[t_j];   dL/dz = (softmax(z) - onehot(t)) / N.   z (N, C), t (N,)."""

    def __init__(self, shape: tuple[int, int], dtype: str) -> None:
        self.rows = np.arange(shape[0])
        self.gradient, self.shifted = np.empty(shape, dtype), np.empty(shape, dtype)
        self.column = np.empty((shape[0], 1), dtype)
        self.logits, self.labels = self.shifted, self.rows

    def forward(self, logits: Array, labels: Array) -> float:
        """The loss, and `gradient` is dL/dz from here on."""
        self.logits, self.labels, column = logits, labels, self.column
        np.maximum.reduce(logits, 1, keepdims=True, out=column)
        np.subtract(logits, column, out=self.shifted)
        np.exp(self.shifted, out=self.gradient)
        np.add.reduce(self.gradient, 1, keepdims=True, out=column)
        self.gradient /= column
        self._towards_labels()
        return float((np.log(column[:, 0]) - self.shifted[self.rows, labels]).mean(dtype=np.float64))

    def _towards_labels(self) -> None:
        self.gradient[self.rows, self.labels] -= 1
        self.gradient *= 1 / len(self.rows)

    @property
    def right(self) -> float:
        """The share of examples whose largest logit is their label's; of equal ones the first counts."""
        return float((self.logits.argmax(1) == self.labels).mean())
