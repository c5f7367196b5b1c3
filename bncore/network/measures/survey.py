"""A pass in numbers that a person can look at: every joint's and every weight's size, and where numbers ran away."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from bncore.activations import ACTIVATIONS
from bncore.arguments import Array
from bncore.network.joints import Joint, joints_of
from bncore.network.layers.layer import Record
from bncore.network.layers.pointwise import Activate
from bncore.network.measures.moments import Moments, moments, norm
from bncore.network.propagation import Propagation, Tick, silent


@dataclass(frozen=True, eq=False)
class Surveyed:
    """A joint with the moments of its activations and of its gradients.

    `saturated` is the share of what enters f at which f is flat or dead, by `bncore.activations`' rule; None elsewhere.
    """

    joint: Joint
    forward: Moments
    backward: Moments
    saturated: float | None


@dataclass(frozen=True)
class Weighed:
    """A block's weights: ||W||, ||dL/dW||, and by how much dL/dW points along W.

    `alignment` is the largest |<w, dL/dw>| / (||w|| ||dL/dw||) over the units' weights w; 0 where a unit has no
    gradient. Directly in front of batch norm and at eps 0 it is 0: Ioffe & Szegedy 2015, section 3.3.
    """

    block: int
    norm: float
    gradient: float
    alignment: float

    @property
    def ratio(self) -> float:
        """||dL/dW|| / ||W||; NaN where W is 0."""
        return self.gradient / self.norm if self.norm else math.nan


@dataclass(frozen=True)
class Diverged:
    """The first joint at which a number is infinite or not a number: `side` "forward" or "backward", in that order.

    `block` is None where it is the input or the read-out, which `kind` then names. On the way back `kind` may also be
    "weights": the gradient at the block's z is finite, and that of its weights is not.
    """

    block: int | None
    kind: str
    side: str


@dataclass(frozen=True, eq=False)
class Survey:
    """A whole pass: the joints in forward order, the weights of each block, the loss, and where it diverged if it did.

    What lies behind the divergence has moments that are NaN.
    """

    joints: tuple[Surveyed, ...]
    weights: tuple[Weighed, ...]
    loss: float
    diverged: Diverged | None

    @cached_property
    def depth(self) -> int:
        """The number of blocks."""
        return len(self.weights)

    @cached_property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of joints that there are, in the order of the first block that has them all."""
        last = [joint.joint.kind for joint in self.joints if joint.joint.block == self.depth]
        return tuple(last)

    def at(self, kind: str) -> dict[int, Surveyed]:
        """The joints of a kind by their block."""
        return {surveyed.joint.block: surveyed for surveyed in self.joints if surveyed.joint.kind == kind}


def survey(pass_: Propagation, x: Array, *, tick: Tick = silent) -> Survey:
    """The survey of a pass of the batch `x`; `tick` is called behind each joint."""
    joints = joints_of(pass_)
    surveyed = tuple(_surveyed(joint, tick) for joint in joints)
    weights = tuple(_weighed(joint.block, joint.record) for joint in joints if joint.kind == "z")
    return Survey(surveyed, weights, pass_.loss, _diverged(surveyed, weights, pass_, x))


def gradient_ratio(before: Survey, after: Survey, block: int) -> float | None:
    """||dL/dW|| of a block (from 1) in one pass over the same in another; None where it is not a number."""
    a, b = after.weights[block - 1].gradient, before.weights[block - 1].gradient
    return a / b if math.isfinite(a) and math.isfinite(b) and b > 0.0 else None


def _surveyed(joint: Joint, tick: Tick) -> Surveyed:
    surveyed = Surveyed(joint, moments(joint.y), moments(joint.dy), _saturated(joint))
    tick()
    return surveyed


def _saturated(joint: Joint) -> float | None:
    layer = joint.record.layer
    if not isinstance(layer, Activate):
        return None
    with np.errstate(all="ignore"):
        return float(np.count_nonzero(ACTIVATIONS[layer.activation].saturated(joint.x)) / joint.x.size)


def _weighed(block: int, record: Record) -> Weighed:
    weight, gradient = record.layer.parameters["weight"], record.gradients["weight"]
    return Weighed(block, norm(weight), norm(gradient), _alignment(weight, gradient))


def _alignment(weight: Array, gradient: Array) -> float:
    """Over the units, which are columns of a linear layer's weights (D, E) and rows of a convolution's (O, C, h, w)."""
    largest = float(np.abs(gradient).max())
    if not (math.isfinite(largest) and largest > 0.0):
        return 0.0 if largest == 0.0 else math.nan
    scaled = gradient / largest
    along = np.abs(_unit_dots(weight, scaled))
    size = np.sqrt(_unit_dots(weight, weight)) * np.sqrt(_unit_dots(scaled, scaled))
    return float(np.divide(along, size, out=np.zeros_like(along), where=size > 0).max())


def _unit_dots(a: Array, b: Array) -> Array:
    dots: Array = np.einsum("de,de->e" if a.ndim == 2 else "ochw,ochw->o", a, b)
    return dots


def _diverged(joints: Sequence[Surveyed], weights: Sequence[Weighed], pass_: Propagation, x: Array) -> Diverged | None:
    if not moments(x).finite:
        return Diverged(None, "input", "forward")
    for surveyed in joints:
        if not surveyed.forward.finite:
            return Diverged(surveyed.joint.block, surveyed.joint.kind, "forward")
    if not (math.isfinite(pass_.loss) and moments(pass_.output).finite):
        return Diverged(None, "readout", "forward")
    for surveyed in reversed(joints):
        if not surveyed.backward.finite:
            return Diverged(surveyed.joint.block, surveyed.joint.kind, "backward")
        if surveyed.joint.kind == "z" and not math.isfinite(weights[surveyed.joint.block - 1].gradient):
            return Diverged(surveyed.joint.block, "weights", "backward")
    return None
