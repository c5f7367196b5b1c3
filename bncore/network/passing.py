"""Why a disturbance passes a block or stops in it, found out from the numbers at the disturbed block itself."""

import math
from dataclasses import dataclass

import numpy as np

from bncore.arguments import Array
from bncore.batch_norm import forward
from bncore.errors import BatchNormError
from bncore.network.moments import norm
from bncore.network.survey import Survey, Surveyed

SMALL = 0.01  # of a deviation: "stopped"
CAUSES = ("nothing", "constant", "runs", "stopped", "epsilon", "flipped", "rounding", "bent")


@dataclass(frozen=True)
class Passing:
    """What the disturbed block makes of its disturbance. `entered` is the kind of joint that enters the norm.

    x_hat_0 is what batch norm would make at eps 0 of what enters it, in float64, a and b after and before:

        exact   = sqrt(mean (x_hat_0,a - x_hat_0,b)^2)        flipped = sqrt(mean (x_hat_0,a + x_hat_0,b)^2)
        left    = sqrt(mean (y_a - y_b)^2)                    y: what the norm gives, with its eps

    `cause` is one of `CAUSES`: "nothing" changed; what enters is "constant", one number a unit for all examples;
    without a norm it "runs" on. With one: it is "stopped" (exact and left are `SMALL`), left over by "epsilon" (exact
    is small, left is not), "flipped" in sign, left over by the "rounding" of what entered, or "bent" by an f in front,
    which does not pass it on as one scale and one shift a unit.
    """

    cause: str
    entered: str
    left: float
    exact: float


def passing(before: Survey, after: Survey, block: int, factor: float) -> Passing | None:
    """The cause at the disturbed block (from 1); None where numbers there are not finite."""
    b, a = ({j.joint.kind: j for j in survey.joints if j.joint.block == block} for survey in (before, after))
    own = [kind for kind in b if kind != "sum"]
    if not all(joint[kind].forward.finite for joint in (b, a) for kind in own):
        return None
    entered = own[own.index("norm") - 1] if "norm" in own else own[-1]
    if np.array_equal(b["z"].joint.y, a["z"].joint.y):
        return Passing("nothing", entered, 0.0, 0.0)
    left = _apart(a["norm"].joint.y, b["norm"].joint.y) if "norm" in own else math.nan
    exact, flipped = _exact(b[entered], a[entered])
    if _varies(b[entered]) and not _varies(a[entered]):
        return Passing("constant", entered, left, exact)
    if "norm" not in own:
        return Passing("runs", entered, left, exact)
    return Passing(_cause(entered, factor, left, exact, flipped), entered, left, exact)


def _cause(entered: str, factor: float, left: float, exact: float, flipped: float) -> str:
    if exact <= SMALL:
        return "stopped" if left <= SMALL else "epsilon"
    if factor < 0.0 and (entered == "z" or flipped <= SMALL):
        return "flipped"
    return "rounding" if entered == "z" else "bent"


def _exact(before: Surveyed, after: Surveyed) -> tuple[float, float]:
    """How far x_hat at eps 0 moved, and how far it is from its negative; NaN where it cannot be given."""
    try:
        b, a = (forward(joint.joint.y.astype(np.float64), eps=0.0).x_hat for joint in (before, after))
    except BatchNormError:
        return math.nan, math.nan
    return _apart(a, b), _apart(a, -b)


def _apart(a: Array, b: Array) -> float:
    return norm(a - b) / math.sqrt(a.size)


def _varies(joint: Surveyed) -> bool:
    """Whether any unit or channel differs between examples or positions."""
    y = joint.joint.y
    axes = (0, *range(2, y.ndim))
    return bool((y.max(axis=axes) > y.min(axis=axes)).any())
