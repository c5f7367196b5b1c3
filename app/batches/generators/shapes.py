"""Independent features and examples that differ in the shape of their distribution."""

import math

import numpy as np

from app.batches.batch import Batch
from app.batches.generators.generator import Draw, Generator, Parameter, Values
from app.batches.generators.spread import locations_and_scales, spread_parameter, unlabelled


def normal(features: int, rng: np.random.Generator, values: Values) -> Draw:
    """x_ji = location_i + scale_i z_ji, z standard normal."""
    location, scale = locations_and_scales(
        features,
        rng,
        middle=values["normal_mean"],
        scale=values["normal_deviation"],
        spread=values["normal_spread"],
    )

    def draw(size: int, rng: np.random.Generator) -> Batch:
        return unlabelled(location + scale * rng.standard_normal((size, features)))

    return draw


def uniform(features: int, rng: np.random.Generator, values: Values) -> Draw:
    """x_ji = location_i + scale_i (u_ji - 1/2), u uniform in [0, 1); scale_i is the width of the feature's range."""
    location, width = locations_and_scales(
        features,
        rng,
        middle=values["uniform_middle"],
        scale=values["uniform_width"],
        spread=values["uniform_spread"],
    )

    def draw(size: int, rng: np.random.Generator) -> Batch:
        return unlabelled(location + width * (rng.random((size, features)) - 0.5))

    return draw


def laplace(features: int, rng: np.random.Generator, values: Values) -> Draw:
    """x_ji = location_i + scale_i l_ji / sqrt(2), l of density e^-|l| / 2, whose variance is 2."""
    location, scale = locations_and_scales(
        features,
        rng,
        middle=values["laplace_mean"],
        scale=values["laplace_deviation"],
        spread=values["laplace_spread"],
    )

    def draw(size: int, rng: np.random.Generator) -> Batch:
        return unlabelled(location + scale * rng.laplace(scale=math.sqrt(0.5), size=(size, features)))

    return draw


def skewed(features: int, rng: np.random.Generator, values: Values) -> Draw:
    """Log-normal: x_ji = exp(m_i + sigma z_ji), m_i = log_median + log(4) spread v_i; all values are positive.

    The skewness is (e^(sigma²) + 2) sqrt(e^(sigma²) - 1).
    """
    sigma = values["log_deviation"]
    _, median = locations_and_scales(
        features, rng, middle=0.0, scale=np.exp(values["log_median"]), spread=values["skewed_spread"]
    )

    def draw(size: int, rng: np.random.Generator) -> Batch:
        return unlabelled(median * np.exp(sigma * rng.standard_normal((size, features))))

    return draw


def heavy_tailed(features: int, rng: np.random.Generator, values: Values) -> Draw:
    """x_ji = location_i + scale_i t_ji, t of Student's distribution, whose variance is infinite up to 2 degrees."""
    degrees = values["degrees_of_freedom"]
    location, scale = locations_and_scales(features, rng, middle=0.0, scale=1.0, spread=values["heavy_tailed_spread"])

    def draw(size: int, rng: np.random.Generator) -> Batch:
        return unlabelled(location + scale * rng.standard_t(degrees, size=(size, features)))

    return draw


def bimodal(features: int, rng: np.random.Generator, values: Values) -> Draw:
    """x_ji = location_i + scale_i (z_ji ± separation/2), the upper sign with probability `upper_share`."""
    separation, share = values["separation"], values["upper_share"]
    location, scale = locations_and_scales(features, rng, middle=0.0, scale=1.0, spread=values["bimodal_spread"])

    def draw(size: int, rng: np.random.Generator) -> Batch:
        upper = rng.random((size, features)) < share
        return unlabelled(location + scale * (rng.standard_normal((size, features)) + separation * (upper - 0.5)))

    return draw


def of_normal(_values: Values) -> float:
    """Excess kurtosis 0, by which it is measured."""
    return 0.0


def of_uniform(_values: Values) -> float:
    """Excess kurtosis -6/5."""
    return -1.2


def of_laplace(_values: Values) -> float:
    """Excess kurtosis 3."""
    return 3.0


def of_log_normal(values: Values) -> float:
    """Excess kurtosis w^4 + 2 w^3 + 3 w^2 - 6 with w = e^(sigma²)."""
    w = math.exp(values["log_deviation"] ** 2)
    return w**4 + 2 * w**3 + 3 * w**2 - 6


def of_student(values: Values) -> float:
    """Excess kurtosis 6 / (ν - 4); of 4 degrees of freedom or fewer there is none: not-a-number."""
    degrees = values["degrees_of_freedom"]
    return 6.0 / (degrees - 4.0) if degrees > 4 else math.nan


def of_two_humps(values: Values) -> float:
    """Excess kurtosis Δ^4 p q (1 - 6 p q) / (1 + Δ² p q)², p and q the shares of the humps."""
    square, shares = values["separation"] ** 2, values["upper_share"] * (1 - values["upper_share"])
    return square**2 * shares * (1 - 6 * shares) / (1 + square * shares) ** 2


def degrees_of_freedom(values: Values) -> float:
    """Student's t has the moments below its degrees of freedom."""
    return values["degrees_of_freedom"]


NORMAL = Generator(
    "normal",
    "Normal",
    "Bell curves, each feature with its own mean and deviation: the case that batch norm was made for.",
    (
        Parameter("normal_mean", "mean", "μ", 2.0, -100.0, 100.0, "The mean around which the features' means lie."),
        Parameter("normal_deviation", "deviation", "σ", 1.0, 0.001, 100.0, "The typical deviation of a feature."),
        spread_parameter("normal"),
    ),
    normal,
    excess_kurtosis=of_normal,
)

UNIFORM = Generator(
    "uniform",
    "Uniform",
    "Every value in a range is equally likely; after batch norm the range ends near ±√3, whatever it was before.",
    (
        Parameter("uniform_middle", "middle", "m", 0.0, -100.0, 100.0, "The middle around which the ranges lie."),
        Parameter("uniform_width", "width", "w", 2.0, 0.001, 100.0, "The typical width of a feature's range."),
        spread_parameter("uniform"),
    ),
    uniform,
    excess_kurtosis=of_uniform,
)

LAPLACE = Generator(
    "laplace",
    "Laplace",
    "Sharp peaks with longer tails than a bell's: the deviation of a small batch is half as uncertain again.",
    (
        Parameter("laplace_mean", "mean", "μ", 0.0, -100.0, 100.0, "The mean around which the features' means lie."),
        Parameter("laplace_deviation", "deviation", "σ", 1.0, 0.001, 100.0, "The typical deviation of a feature."),
        spread_parameter("laplace"),
    ),
    laplace,
    excess_kurtosis=of_laplace,
)

SKEWED = Generator(
    "skewed",
    "Skewed (log-normal)",
    "Many small values and a long tail to the right: batch norm sets mean and deviation, and the skew stays.",
    (
        Parameter("log_median", "log of the median", "m", 0.0, -5.0, 5.0, "Natural logarithm of a typical median."),
        Parameter(
            "log_deviation", "deviation of the log", "σ", 0.8, 0.01, 2.0, "The larger, the longer the right tail."
        ),
        spread_parameter("skewed"),
    ),
    skewed,
    excess_kurtosis=of_log_normal,
)

HEAVY_TAILED = Generator(
    "heavy_tailed",
    "Heavy-tailed (Student t)",
    "A few values lie very far out and take the deviation with them, so that all others shrink towards zero.",
    (
        Parameter(
            "degrees_of_freedom", "degrees of freedom", "ν", 3.0, 1.0, 100.0,
            "The smaller, the heavier the tails; up to 2 the variance is infinite, at 100 the curve is nearly a bell.",
        ),
        spread_parameter("heavy_tailed"),
    ),
    heavy_tailed,
    finite_moments=degrees_of_freedom,
    excess_kurtosis=of_student,
)  # fmt: skip

BIMODAL = Generator(
    "bimodal",
    "Bimodal",
    "Two humps in each feature: batch norm puts zero between them, where hardly any value lies.",
    (
        Parameter("separation", "separation of the humps", "Δ", 5.0, 0.0, 20.0, "Distance of the humps in deviations."),
        Parameter("upper_share", "share of the upper hump", "p", 0.5, 0.0, 1.0, "Share of values in the upper hump."),
        spread_parameter("bimodal"),
    ),
    bimodal,
    excess_kurtosis=of_two_humps,
)
