"""Why a disturbance passes a block or stops in it, found out from the numbers at the disturbed block itself."""

import math
from dataclasses import dataclass

import numpy as np

from bncore.arguments import Array
from bncore.batch_norm import forward
from bncore.errors import BatchNormError
from bncore.network.measures.moments import norm
from bncore.network.measures.rounding import rounding
from bncore.network.measures.survey import Survey, Surveyed

SMALL = 0.01  # of a deviation: "stopped"
CAUSES = ("nothing", "constant", "runs", "stopped", "epsilon", "flipped", "rounding", "bent")
REASONS = {
    "nothing": ("as_it_was", "no_weights", "no_input", "one_example", "rounding"),
    "constant": ("one_example", "before", "no_factor", "rounding", "flat"),
}


@dataclass(frozen=True)
class Passing:
    """What the disturbed block makes of its disturbance. `entered` is the kind of joint that enters the norm.

    x_hat_0 is what batch norm would make at eps 0 of what enters it, in float64, a and b after and before:

        exact   = sqrt(mean (x_hat_0,a - x_hat_0,b)^2)        flipped = sqrt(mean (x_hat_0,a + x_hat_0,b)^2)
        left    = sqrt(mean (y_a - y_b)^2)                    y: what the norm gives, with its eps

    `cause` is one of `CAUSES`: "nothing" changed; what enters is "constant", one number a unit for all examples but for
    the product's rounding, which a norm makes 0, or that rounding over s; without a norm it "runs" on. With one: it is
    "stopped" (exact and left are `SMALL`), left over by "epsilon" (exact is small, left is not), "flipped" in sign,
    left over by the "rounding" of what entered, or "bent" by an f in front, which does not pass it on as one scale and
    one shift a unit.

    `reason` is one of the cause's `REASONS`, "" where it has none. Of "nothing": the factor is 1 and the shift 0, the
    weights are 0, all that enters the product is 0, which one example minus its mean is, or the change is less than
    the last digit. Of "constant": there is one example, it was so before, the factor is 0, the shift leaves no digits,
    or f is flat there.
    """

    cause: str
    entered: str
    left: float
    exact: float
    reason: str = ""


def passing(before: Survey, after: Survey, block: int, factor: float, shift: float = 0.0) -> Passing | None:
    """The cause at the disturbed block (from 1); None where numbers there are not finite."""
    b, a = ({j.joint.kind: j for j in survey.joints if j.joint.block == block} for survey in (before, after))
    own = [kind for kind in b if kind != "sum"]
    if not all(joint[kind].forward.finite for joint in (b, a) for kind in own):
        return None
    entered = own[own.index("norm") - 1] if "norm" in own else own[-1]
    if np.array_equal(b["z"].joint.y, a["z"].joint.y):
        return Passing("nothing", entered, 0.0, 0.0, _unchanged(before, block, factor, shift))
    left = _apart(a["norm"].joint.y, b["norm"].joint.y) if "norm" in own else math.nan
    exact, flipped = _exact(b[entered], a[entered])
    varied, varies = (_varies(joint["z"]) and _varies(joint[entered]) for joint in (b, a))
    if not varies and (varied or "norm" in own):
        return Passing("constant", entered, left, exact, _levelled(b[entered], varied, factor))
    if "norm" not in own:
        return Passing("runs", entered, left, exact)
    return Passing(_cause(entered, factor, left, exact, flipped), entered, left, exact)


def _cause(entered: str, factor: float, left: float, exact: float, flipped: float) -> str:
    if exact <= SMALL:
        return "stopped" if left <= SMALL else "epsilon"
    if factor < 0.0 and (entered == "z" or flipped <= SMALL):
        return "flipped"
    return "rounding" if entered == "z" else "bent"


def _unchanged(before: Survey, block: int, factor: float, shift: float) -> str:
    """Why no number of the disturbed product changes."""
    z = before.at("z")[block]
    if factor == 1.0 and shift == 0.0:
        return "as_it_was"
    if shift or z.joint.y.any():
        return "rounding"
    if before.weights[block - 1].norm == 0.0:
        return "no_weights"
    emptied = bool(before.at("norm")) or not before.joints[0].joint.y.any()
    return "one_example" if emptied and _alone(z) else "no_input"


def _levelled(before: Surveyed, varied: bool, factor: float) -> str:
    """Why what enters the norm is the same for every example."""
    if not varied:
        return "one_example" if _alone(before) else "before"
    if factor == 0.0:
        return "no_factor"
    return "rounding" if before.joint.kind == "z" else "flat"


def _alone(joint: Surveyed) -> bool:
    """Whether statistics are those of one example alone, at one position."""
    y = joint.joint.y
    return bool(y.size == y.shape[1])


def _exact(before: Surveyed, after: Surveyed) -> tuple[float, float]:
    """How far x_hat at eps 0 moved, and how far it is from its negative; NaN where it cannot be given."""
    try:
        b, a = (forward(joint.joint.y.astype(np.float64), eps=0.0).x_hat for joint in (before, after))
    except BatchNormError:
        return math.nan, math.nan
    return _apart(a, b), _apart(a, -b)


def _apart(a: Array, b: Array) -> float:
    return norm(a - b) / math.sqrt(a.size)


def _varies(surveyed: Surveyed) -> bool:
    """Whether any unit or channel differs between examples or positions: of a product, by more than its rounding."""
    joint = surveyed.joint
    axes = (0, *range(2, joint.y.ndim))
    low, high = (extreme(axis=axes).astype(np.float64) for extreme in (joint.y.min, joint.y.max))
    if joint.kind != "z" or not (high > low).any():
        return bool((high > low).any())
    return bool((high - low > 2 * rounding(joint.record.layer, joint.x, joint.y)).any())
