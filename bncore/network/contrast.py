"""The same network without and with its norm, on the same batch, and each again with one early block disturbed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count

import numpy as np

from bncore.arguments import Array, choice
from bncore.network.build import Recipe, convolutional, fully_connected
from bncore.network.edits import disturbed, without_norm
from bncore.network.joints import joints_in
from bncore.network.layers.layer import Layer
from bncore.network.losses import LOSSES, Loss
from bncore.network.measures.gradient_parts import GradientParts, gradient_parts
from bncore.network.measures.movement import Moved, movements
from bncore.network.measures.passing import Passing, passing
from bncore.network.measures.survey import Survey, gradient_ratio, survey
from bncore.network.propagation import Propagation, Tick, propagate, silent
from bncore.progress import Said, unheard

ARCHITECTURES = {"fully_connected": fully_connected, "convolutional": convolutional}


@dataclass(frozen=True)
class Disturbance:
    """`factor` W instead of W in block `block` (from 1), and `shift` on each of its biases."""

    block: int
    factor: float = 1.0
    shift: float = 0.0


@dataclass(frozen=True, eq=False)
class Setup:
    """What both columns share: the network, and the batch `x` (N, D) or (N, C, H, W) with its `labels` (N,).

    Squared error is taken against the labels as one-hot rows.
    """

    x: Array
    labels: Array
    outputs: int
    architecture: str = "fully_connected"
    depth: int = 10
    width: int = 64
    recipe: Recipe = field(default_factory=Recipe)
    loss: str = "cross_entropy"
    disturbance: Disturbance | None = None


@dataclass(frozen=True, eq=False)
class Disturbed:
    """A disturbed column: the second pass with what its norms took out of the gradient, how far each joint from the
    disturbed block onwards moved, and why.

    `passing` is None where numbers of the disturbed block are not finite.
    """

    survey: Survey
    parts: list[GradientParts]
    moved: list[Moved]
    passing: Passing | None


@dataclass(frozen=True, eq=False)
class Column:
    """One network with its pass, what its norms took out of the gradient, and its disturbed twin if there is one."""

    layers: list[Layer]
    survey: Survey
    parts: list[GradientParts]
    disturbed: Disturbed | None

    def gradient_ratio(self, block: int) -> float | None:
        """||dL/dW|| of a block (from 1) disturbed over undisturbed; None where that is no number, or of rounding."""
        if self.disturbed is None or block in self.vanished:
            return None
        return gradient_ratio(self.survey, self.disturbed.survey, block)

    @property
    def surveys(self) -> list[Survey]:
        """The pass, and the disturbed one if there is one."""
        return [self.survey] if self.disturbed is None else [self.survey, self.disturbed.survey]

    @property
    def vanished(self) -> set[int]:
        """The blocks that no more than rounding of the gradient reaches: those up to a norm that lets none pass.

        Residual connections lead the gradient past such a norm.
        """
        lost = {parts.block for parts in self.parts if parts.vanished}
        past = bool(self.survey.at("sum"))
        return lost if past or not lost else set(range(1, max(lost) + 1))

    @property
    def only_rounding_arrives(self) -> bool:
        """Whether a norm lets no more than rounding of the gradient come to block 1."""
        return 1 in self.vanished and not self.survey.at("sum")


@dataclass(frozen=True, eq=False)
class Contrast:
    """The columns by name: "without", and "with" where the recipe has a norm."""

    setup: Setup
    columns: dict[str, Column]


def contrast(setup: Setup, rng: np.random.Generator, say: Said = unheard) -> Contrast:
    """Both columns. `say` is told behind every layer and every joint: how many steps are done, of how many, and where.

    The weights are drawn once: both columns have the same. Raises BadParameter.
    """
    columns = networks(setup, rng)
    passes = 1 if setup.disturbance is None else 2
    of = passes * sum(len(steps_of(layers)) for layers in columns.values())
    done = count(1)

    def told(text: str) -> None:
        say(next(done), of, text)

    return Contrast(setup, {name: _column(setup, name, layers, told) for name, layers in columns.items()})


def networks(setup: Setup, rng: np.random.Generator) -> dict[str, list[Layer]]:
    """The layers of each column, which have the same weights. Raises BadParameter."""
    build = ARCHITECTURES[choice(setup.architecture, ARCHITECTURES, "architecture")]
    whole = build(setup.x.shape[1], setup.width, setup.depth, setup.outputs, setup.recipe, rng)
    return {"without": without_norm(whole)} | ({} if setup.recipe.norm == "none" else {"with": whole})


def steps_of(layers: Sequence[Layer]) -> list[str]:
    """The steps of a surveyed pass in words: forward, back, and then every joint."""
    deep, joints = len(layers), joints_in(layers)
    return [
        *(f"forward, layer {i} of {deep}" for i in range(1, deep + 1)),
        *(f"backward, layer {i} of {deep}" for i in range(deep, 0, -1)),
        *(f"measured, joint {i} of {joints}" for i in range(1, joints + 1)),
    ]


def _column(setup: Setup, name: str, layers: list[Layer], say: Callable[[str], None]) -> Column:
    survey = surveyed(setup, layers, lambda step: say(f"{name} batch norm, {step}"))
    parts = _parts(survey)
    if setup.disturbance is None:
        return Column(layers, survey, parts, None)
    d = setup.disturbance
    changed = disturbed(layers, d.block, d.factor, d.shift)
    after = surveyed(setup, changed, lambda step: say(f"{name} batch norm, disturbed: {step}"))
    moved, why = movements(survey, after, d.block), passing(survey, after, d.block, d.factor, d.shift)
    return Column(layers, survey, parts, Disturbed(after, _parts(after), moved, why))


def _parts(survey: Survey) -> list[GradientParts]:
    return gradient_parts([of_joint.joint for of_joint in survey.joints])


def surveyed(setup: Setup, layers: list[Layer], say: Callable[[str], None] = lambda _step: None) -> Survey:
    """The survey of one pass of the batch through these layers; `say` is told each of the `steps_of` them."""
    steps = iter(steps_of(layers))

    def tick() -> None:
        say(next(steps))

    return survey(passed(setup, layers, tick), setup.x, tick=tick)


def passed(setup: Setup, layers: list[Layer], tick: Tick = silent) -> Propagation:
    """One pass of the batch through these layers; `tick` is called behind each, forward and back."""
    return propagate(layers, setup.x, lambda y: _loss(setup, y), tick=tick)


def _loss(setup: Setup, output: Array) -> Loss:
    target = setup.labels if setup.loss == "cross_entropy" else np.eye(setup.outputs)[setup.labels]
    return LOSSES[choice(setup.loss, LOSSES, "loss")](output, target)
