"""Populations in which features, or examples, depend on each other."""

from dataclasses import replace

import numpy as np

from app.batches.batch import Batch
from app.batches.generators.generator import Draw, Generator, Parameter, Values
from app.batches.generators.spread import Floats, locations_and_scales, spread_parameter, unlabelled


def decades_of_scales(features: int, decades: float) -> Floats:
    """Scales in equal ratios with geometric mean 1, the last 10^decades times the first; a single one is 1."""
    return np.logspace(-decades / 2, decades / 2, features) if features > 1 else np.ones(1)


def correlated(features: int, rng: np.random.Generator, values: Values) -> Draw:
    """x_ji = scale_i (offset u_i + sign_i sqrt(rho) common_j + sqrt(1 - rho) own_ji).

    Any two features correlate by ±rho; the scales lie in equal ratios over `scale_decades` powers of ten.
    """
    rho, offset = values["correlation"], values["correlated_offset"]
    scale = decades_of_scales(features, values["scale_decades"])
    u, v = rng.uniform(-1, 1, size=(features, 2)).T
    location, weight = scale * offset * u, scale * np.copysign(np.sqrt(rho), v)

    def draw(size: int, rng: np.random.Generator) -> Batch:
        common, own = rng.standard_normal((size, 1)), rng.standard_normal((size, features))
        return unlabelled(location + weight * common + scale * np.sqrt(1 - rho) * own)

    return draw


def class_sorted(features: int, rng: np.random.Generator, values: Values) -> Draw:
    """Labelled classes, with batches that are not drawn independently of each other's labels.

        x_ji = location_i + scale_i (centre_[label_j]i + z_ji)

    A batch covers `classes_in_batch` of the classes, chosen anew for each batch (all of them, if there are fewer), in
    equal runs sorted by label: early rows differ from late ones, and one batch's statistics from the next's. The
    centres are normal with deviation `class_separation`.
    """
    classes, separation = int(values["classes"]), values["class_separation"]
    covered = min(int(values["classes_in_batch"]), classes)
    location, scale = locations_and_scales(features, rng, middle=0.0, scale=1.0, spread=values["class_sorted_spread"])
    centres = location + scale * separation * rng.standard_normal((classes, features))
    names = tuple(f"class {label}" for label in range(classes))

    def draw(size: int, rng: np.random.Generator) -> Batch:
        chosen = np.sort(rng.permutation(classes)[:covered])
        labels = chosen[np.arange(size) * covered // size].astype(np.int64)
        x = centres[labels] + scale * rng.standard_normal((size, features))
        return replace(unlabelled(x), labels=labels, label_names=names)

    return draw


CORRELATED = Generator(
    "correlated",
    "Correlated, on different scales",
    "Features that rise and fall together on very different scales: batch norm evens out the scales only.",
    (
        Parameter("correlation", "correlation", "ρ", 0.9, 0.0, 1.0, "Correlation of any two features, up to its sign."),
        Parameter(
            "scale_decades", "range of scales", "k", 3.0, 0.0, 6.0,
            "Powers of ten between the smallest and the largest scale: at 3 the last feature is 1000 times the first.",
        ),
        Parameter(
            "correlated_offset", "offset", "o", 3.0, 0.0, 100.0, "How far a mean may lie from zero, in deviations."
        ),
    ),
    correlated,
)  # fmt: skip

CLASS_SORTED = Generator(
    "class_sorted",
    "Sorted by class",
    "A batch holds only some of the classes, one after the other, so its statistics are not the population's.",
    (
        Parameter("classes", "classes", "C", 3, 2, 10, "How many classes the population has.", integer=True),
        Parameter(
            "classes_in_batch", "classes in a batch", "c", 2, 1, 10,
            "How many of the classes a batch covers; all of them, if there are fewer.", integer=True,
        ),
        Parameter(
            "class_separation", "separation of the classes", "Δ", 3.0, 0.0, 20.0,
            "How far apart the classes' centres lie, in deviations within a class.",
        ),
        spread_parameter("class_sorted"),
    ),
    class_sorted,
    labelled=True,
    independent=False,
)  # fmt: skip
