"""One outlier in a batch: how far it squeezes the others together, and how far out it can get itself."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bncore.arguments import Float64
from bncore.batch_norm import forward
from bncore.batch_size.noise.example import Epsilon
from bncore.errors import BadParameter


@dataclass(frozen=True, eq=False)
class Squeeze:
    """For outliers of each of `sizes_out` (T,), t deviations from the mean: the others' deviation of x_hat, `spread`,
    and the outlier's own |x_hat|, `own`, which never passes `bound` = sqrt(K - 1).
    """

    size: int
    distance: Float64
    spread: Float64
    own: Float64

    @property
    def bound(self) -> float:
        """sqrt(K - 1): the largest |x_hat| with the biased variance, reached where all other examples are equal."""
        return float(np.sqrt(self.size - 1))

    def expected_spread(self) -> Float64:
        """The others' deviation in theory, for K - 1 others of mean 0 and deviation 1 and no eps:

        1 / sqrt((K - 1)/K + (K - 1) t^2 / K^2),   about sqrt(K/(K - 1)) at t = 0 and K / (sqrt(K - 1) t) far out
        """
        k = float(self.size)
        return 1.0 / np.sqrt((k - 1) / k + (k - 1) * self.distance**2 / k**2)


def squeeze(others: Float64, distance: Float64, epsilon: Epsilon) -> Squeeze:
    """An outlier at each `distance` t (T,) >= 0 joins the `others` (K - 1,), K >= 3, which are standardized first,
    and eps with them.

    var_B = (K - 1)/K + (K - 1) t^2/K^2, so that the others' x_hat spread over less and less, and the outlier's own

        x_hat = t (K - 1) / (K s_B)  ->  sqrt(K - 1)

    Raises BadParameter for fewer than two others, or others that are all equal.
    """
    if len(others) < 2 or not others.std() > 0:
        raise BadParameter(
            "others are fewer than two, or all equal; give two different ones or more.", parameter="others"
        )
    sd = float(others.std())
    standard, epsilon = (others - others.mean()) / sd, epsilon.in_units_of(sd)
    batch = np.empty((len(others) + 1, len(distance)))
    batch[:-1], batch[-1] = standard[:, None], distance
    x_hat = forward(batch, eps=epsilon.eps, eps_placement=epsilon.eps_placement).x_hat
    return Squeeze(len(batch), distance, x_hat[:-1].std(axis=0), np.abs(x_hat[-1]))


def distances(largest: float = 1000.0, count: int = 61) -> Float64:
    """Distances t to look at: 0, then equal steps of the logarithm from 0.1 to the largest."""
    return np.concatenate([[0.0], np.geomspace(0.1, largest, count - 1)])


def squeezes(others: Sequence[Float64], epsilon: Epsilon) -> list[Squeeze]:
    """The curves of several batches, at `distances()`."""
    return [squeeze(each, distances(), epsilon) for each in others]
