"""What a network makes of examples that it is not trained on, and of the plane around them."""

import numpy as np

from bncore.arguments import Array
from bncore.network.losses import cross_entropy
from bncore.training.network import Network
from bncore.training.records.record import Held, Surface
from bncore.training.spec import inputs_of

CELLS = 24
AT_ONCE = 4096  # held-out examples of which the network holds its outputs
MARGIN = 0.1  # of the examples' range, on each side of the plane


class Inference:
    """Looks at the held-out examples and, where they have two features, at the plane. Both as training left them."""

    def __init__(self, network: Network) -> None:
        self.network, data = network, network.spec.data
        self.x, self.labels = inputs_of(network.spec, data.held_x), data.held_labels
        self.is_plane = data.x.shape[1:] == (2,)

    def held(self) -> Held:
        """Loss and accuracy of the held-out examples."""
        looks = range(0, len(self.x), AT_ONCE)
        logits = np.concatenate([self.network.infer(self.x[start : start + AT_ONCE]) for start in looks])
        right = float((logits.argmax(1) == self.labels).mean())
        return Held(cross_entropy(logits, self.labels).value, right)

    def surface(self) -> Surface | None:
        """The classes of the plane; None of data that is no plane, or once a probability is not a number."""
        if not self.is_plane:
            return None
        x, y = plane(self.network.spec.data.x)
        grid = np.stack(np.meshgrid(np.linspace(*x, CELLS), np.linspace(*y, CELLS)), axis=-1)
        logits = self.network.infer(inputs_of(self.network.spec, grid.reshape(-1, 2)))
        if not np.isfinite(logits).all():
            return None
        shares = _percent(logits.astype(np.float64))
        return Surface(x, y, CELLS, tuple(logits.argmax(1).tolist()), tuple(shares.tolist()))


def plane(x: Array) -> tuple[tuple[float, float], tuple[float, float]]:
    """The ranges of both features of examples (N, 2), with a margin."""
    low, high = x.min(axis=0), x.max(axis=0)
    margin = MARGIN * np.where(high > low, high - low, 1.0)
    (a, c), (b, d) = (low - margin).tolist(), (high + margin).tolist()
    return (a, b), (c, d)


def _percent(logits: Array) -> Array:
    """The largest probability of each row, in whole percent."""
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: Array = np.rint(100 / exponentials.sum(axis=1)).astype(np.int64)
    return shares
