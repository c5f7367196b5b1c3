"""The softmax cross entropy of a batch, written where it was written before."""

import numpy as np

from bncore.arguments import Array


class CrossEntropy:
    """L = -(1/N) sum_j log softmax(z_j)[t_j];   dL/dz = (softmax(z) - onehot(t)) / N.   z (N, C), t (N,)."""

    def __init__(self, shape: tuple[int, int], dtype: str) -> None:
        self.gradient, self.shifted = np.empty(shape, dtype), np.empty(shape, dtype)
        self.column, self.ones = np.empty((shape[0], 1), dtype), np.ones((shape[1], 1), dtype)
        self.firsts = np.arange(shape[0]) * shape[1]
        self.logits, self.labels = self.shifted, self.firsts

    def forward(self, logits: Array, labels: Array) -> float:
        """The loss, and `gradient` is dL/dz from here on."""
        self.logits, self.labels, column = logits, labels, self.column
        np.maximum.reduce(logits, 1, keepdims=True, out=column)
        np.subtract(logits, column, out=self.shifted)
        np.exp(self.shifted, out=self.gradient)
        np.matmul(self.gradient, self.ones, out=column)
        self.gradient /= column
        of_labels = self.firsts + labels
        self._away_from(of_labels)
        lost = np.log(column[:, 0]) - self.shifted.ravel()[of_labels]
        return float(np.add.reduce(lost, dtype=np.float64)) / len(lost)

    def _away_from(self, places: Array) -> None:
        self.gradient.reshape(-1)[places] -= 1
        self.gradient *= 1 / len(places)

    @property
    def right(self) -> float:
        """The share of examples whose largest logit is their label's; of equal ones the first counts."""
        return float((self.logits.argmax(1) == self.labels).mean())
