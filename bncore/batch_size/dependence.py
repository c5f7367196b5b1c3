"""One example of a small batch is moved: what every normalized value does, in both modes."""

from dataclasses import dataclass

import numpy as np

from bncore.arguments import Float64
from bncore.batch_norm import forward
from bncore.batch_size.noise.example import Epsilon
from bncore.batch_size.population import Moments
from bncore.epsilon import OfEpsilon
from bncore.errors import BadParameter
from bncore.jacobian import Jacobian, jacobian

ROUNDING = 1e-12


@dataclass(frozen=True, eq=False)
class Modes:
    """Normalized values (K,) by the batch's own statistics, and by the population's."""

    train: Float64
    inference: Float64


@dataclass(frozen=True, eq=False)
class Dependence:
    """`x` (K,) before and `moved` after; both modes before and after; and the Jacobian dx_hat_k/dx_j, in mode "train",
    where the example stands now. `scale` is the denominator s there.
    """

    example: int
    x: Float64
    moved: Float64
    before: Modes
    after: Modes
    jacobian: Jacobian
    scale: float

    @property
    def factored(self) -> Jacobian:
        """The Jacobian times s, a number without a unit: 1 on the identity's diagonal, -1/K through the mean."""
        parts = self.jacobian
        return Jacobian(*(self.scale * part for part in (parts.total, parts.identity, parts.mean, parts.variance)))

    def others_moved(self, mode: str) -> int:
        """How many other examples' values moved by more than rounding."""
        return int(np.count_nonzero(self._by(mode) > ROUNDING))

    def farthest(self, mode: str) -> float:
        """How far the one of the others went that went farthest."""
        return float(self._by(mode).max(initial=0.0))

    def _by(self, mode: str) -> Float64:
        by: Float64 = np.abs(getattr(self.after, mode) - getattr(self.before, mode))
        by[self.example] = 0.0
        return by


def dependence(x: Float64, at: Moments, epsilon: Epsilon, *, example: int, by: float) -> Dependence:
    """One feature of a batch, `x` (K,), as x[example] moves by `by`; inference knows the population's moments `at`.

    In training every value moves, since the mean and the deviation do; in inference only the example's own. The
    Jacobian is identity minus mean path minus variance path (`bncore.jacobian`); each feature has its own, and between
    features there is nothing.

    >>> at = Moments(*np.array([[0.0], [1.0], [0.0], [0.0]]))
    >>> effect = dependence(np.array([-1.0, 0.0, 1.0]), at, Epsilon(0.0), example=2, by=1.0)
    >>> effect.others_moved("train"), effect.others_moved("inference")
    (2, 0)

    Raises BadParameter for an example that is not there.
    """
    if not 0 <= example < len(x):
        raise BadParameter(f"example is {example}; give an example from 0 to {len(x) - 1}.", parameter="example")
    moved = x.copy()
    moved[example] += by
    norm = epsilon.keywords
    result = forward(moved[:, None], **norm)
    return Dependence(
        example, x, moved, _modes(x, at, norm), _modes(moved, at, norm), jacobian(result), float(result.scale[0])
    )


def _modes(x: Float64, at: Moments, norm: OfEpsilon) -> Modes:
    column = x[:, None]
    inference = forward(column, mode="inference", running_mean=at.mean, running_var=at.sd**2, **norm)
    return Modes(forward(column, **norm).x_hat[:, 0], inference.x_hat[:, 0])
