"""A contrast at a glance: what a hand on a block's weights needs to see at once, and no more."""

from dataclasses import replace

import numpy as np

from bncore.network.contrast import Column, Contrast, Disturbance, Disturbed, Setup, networks, passed, surveyed
from bncore.network.edits import disturbed
from bncore.network.joints import joints_of
from bncore.network.layers.layer import Layer
from bncore.network.measures.gradient_parts import gradient_parts
from bncore.network.measures.moments import norm
from bncore.network.measures.movement import movements

FOLLOWED = ("z",)
"""The joints whose movement is measured: to measure it is what takes longest."""


def glance(setup: Setup, rng: np.random.Generator) -> Contrast:
    """The contrast of the undisturbed network, whatever the setup's disturbance. Raises BadParameter."""
    calm = replace(setup, disturbance=None)
    return Contrast(calm, {name: _glanced(calm, layers) for name, layers in networks(calm, rng).items()})


def pulled(calm: Contrast, d: Disturbance) -> Contrast:
    """A glance with one block disturbed, which tells what `contrast` tells but for three things that take long: what
    other joints than the `FOLLOWED` moved by, the parts of the disturbed gradient, and the cause. Raises BadParameter.
    """
    columns = {name: _pulled(calm.setup, column, d) for name, column in calm.columns.items()}
    return Contrast(replace(calm.setup, disturbance=d), columns)


def the_other_way(setup: Setup, rng: np.random.Generator) -> dict[int, float]:
    """||dL/dz|| by block of the same weights with the norm: through residual connections where the recipe has none, and
    without where it has.

    `rng` stands where it stood when the contrast's weights were drawn; the recipe has a norm.
    """
    other = replace(setup, recipe=replace(setup.recipe, residual=not setup.recipe.residual))
    return {joint.block: norm(joint.dy) for joint in joints_of(passed(other, networks(other, rng)["with"]))
            if joint.kind == "z"}  # fmt: skip


def _glanced(setup: Setup, layers: list[Layer]) -> Column:
    survey = surveyed(setup, layers)
    return Column(layers, survey, gradient_parts([joint.joint for joint in survey.joints]), None)


def _pulled(setup: Setup, column: Column, d: Disturbance) -> Column:
    after = surveyed(setup, disturbed(column.layers, d.block, d.factor, d.shift))
    return replace(column, disturbed=Disturbed(after, [], movements(column.survey, after, d.block, FOLLOWED), None))
