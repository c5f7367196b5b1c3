"""One example is moved: what every output of the batch does, exactly and as the Jacobian predicts."""

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike

from bncore.arguments import Float64
from bncore.batch_norm import Forward, forward
from bncore.errors import BadParameter
from bncore.jacobian import jacobian

ROUNDING = 1e-13  # of the largest y


@dataclass(frozen=True, eq=False)
class Moved:
    """`before`, `after` and `predicted` are y of one feature, (K,); x of `example` was moved by `by`.

    `predicted` is the tangent, y + dy/dx by; it is off by what the curve bends. `limits` are the smallest and the
    largest y that any batch of K examples can have: no x_hat is farther from 0 than sqrt(K - 1). `pull` is by how many
    denominators s the example moves for each unit that its y is pulled, were the statistics to stand still: 1/gamma,
    and 1 where gamma is 0. They do not stand still, so that y lags behind.
    """

    example: int
    feature: int
    by: float
    before: Float64
    after: Float64
    predicted: Float64
    limits: tuple[float, float]
    pull: float

    @property
    def others_moved(self) -> int:
        """How many other examples' y moved by more than rounding."""
        by = np.abs(self.after - self.before)
        by[self.example] = 0.0
        return int(np.count_nonzero(by > ROUNDING * np.abs(self.before).max()))


def moved(x: ArrayLike, result: Forward, *, example: int, feature: int, by: float) -> Moved:
    """y of a feature before and after x[example, feature] moves by `by`, for the batch (K, D) that made `result`.

    >>> x = [[-1.0], [0.0], [1.0]]
    >>> effect = moved(x, forward(x, eps=0), example=2, feature=0, by=1.0)
    >>> effect.after.round(3)
    array([-1.069, -0.267,  1.336])

    Raises BadParameter for an example or a feature that is not there.
    """
    if not 0 <= example < result.count:
        raise BadParameter(f"example is {example}; give an example from 0 to {result.count - 1}.", parameter="example")
    slope = jacobian(result, feature).total[:, example]
    column = np.array(x, dtype=np.float64)[:, [feature]]
    column[example] += by
    at = [feature]
    after = forward(column, result.gamma[at], result.beta[at], eps=result.eps, eps_placement=result.eps_placement).y
    before = np.asarray(result.y, np.float64)[:, feature]
    middle, gamma = float(result.beta[feature]), float(result.gamma[feature])
    reach = abs(gamma) * sqrt(result.count - 1)
    return Moved(
        example, feature, by, before, after[:, 0], before + slope * by, limits=(middle - reach, middle + reach),
        pull=1 / gamma if gamma else 1.0,
    )  # fmt: skip
