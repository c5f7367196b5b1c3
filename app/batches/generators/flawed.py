"""Normal features with something in them that makes a network's life hard."""

import numpy as np

from app.batches.batch import Batch
from app.batches.generators.generator import Draw, Generator, Parameter, Values
from app.batches.generators.spread import locations_and_scales, spread_parameter, unlabelled


def outliers(features: int, rng: np.random.Generator, values: Values) -> Draw:
    """x_ji = location_i + scale_i (z_ji + size_ji), size ±outlier_size with probability `outlier_share`, else 0."""
    share, distance = values["outlier_share"], values["outlier_size"]
    location, scale = locations_and_scales(features, rng, middle=0.0, scale=1.0, spread=values["outliers_spread"])

    def draw(size: int, rng: np.random.Generator) -> Batch:
        chance = rng.random((size, features))
        side = 1.0 * (chance < share / 2) - 1.0 * (chance >= 1 - share / 2)
        return unlabelled(location + scale * (rng.standard_normal((size, features)) + distance * side))

    return draw


def dead_feature(features: int, rng: np.random.Generator, values: Values) -> Draw:
    """Normal features, of which the first is dead_value + dead_deviation z_j: with deviation 0 exactly constant."""
    location, scale = locations_and_scales(features, rng, middle=0.0, scale=1.0, spread=values["dead_feature_spread"])
    location[0], scale[0] = values["dead_value"], values["dead_deviation"]

    def draw(size: int, rng: np.random.Generator) -> Batch:
        return unlabelled(location + scale * rng.standard_normal((size, features)))

    return draw


def post_relu(features: int, rng: np.random.Generator, values: Values) -> Draw:
    """x_ji = scale_i max(0, z_ji + shift): the share of zeros is Phi(-shift), one half without shift."""
    shift = values["relu_shift"]
    _, scale = locations_and_scales(features, rng, middle=0.0, scale=1.0, spread=values["post_relu_spread"])

    def draw(size: int, rng: np.random.Generator) -> Batch:
        return unlabelled(scale * np.maximum(rng.standard_normal((size, features)) + shift, 0.0))

    return draw


OUTLIERS = Generator(
    "outliers",
    "Outliers",
    "Bell curves in which a few values are far off: they inflate the deviation, and the others are squeezed together.",
    (
        Parameter("outlier_share", "share of outliers", "p", 0.02, 0.0, 0.5, "Share of values that are outliers."),
        Parameter("outlier_size", "distance of outliers", "Δ", 15.0, 0.0, 1000.0, "Their distance, in deviations."),
        spread_parameter("outliers"),
    ),
    outliers,
)

DEAD_FEATURE = Generator(
    "dead_feature",
    "A dead feature",
    "The first feature is the same for every example, so there is no deviation to divide by: epsilon decides.",
    (
        Parameter("dead_value", "value of the dead feature", "c", 3.0, -100.0, 100.0, "The constant's value."),
        Parameter(
            "dead_deviation", "its deviation", "σ₀", 0.0, 0.0, 0.1,
            "0 is exactly constant; a deviation near √ε shows how epsilon damps what is left.",
        ),
        spread_parameter("dead_feature"),
    ),
    dead_feature,
)  # fmt: skip

POST_RELU = Generator(
    "post_relu",
    "After a ReLU",
    "What a ReLU lets through: half of the values are zero, the others positive, and no mean is zero.",
    (
        Parameter(
            "relu_shift", "shift before the ReLU", "b", 0.0, -2.0, 3.0,
            "Added before the ReLU, in deviations: at 0 half of the values are zero, at 1 one in six.",
        ),
        spread_parameter("post_relu"),
    ),
    post_relu,
)  # fmt: skip
