"""Populations whose moments are known exactly: deviation 1, and an excess kurtosis from a book."""

import math

import numpy as np

from bncore.batch_size.population import Endless, Moments

DRAWS = {
    "gaussian": (lambda size, rng: rng.standard_normal(size), 0.0),
    "laplace": (lambda size, rng: rng.laplace(size=size) / math.sqrt(2), 3.0),
    "uniform": (lambda size, rng: (rng.random(size) - 0.5) * math.sqrt(12), -1.2),
}


def moments_of(excess: float, features: int = 1) -> Moments:
    one = np.ones(features)
    return Moments(0 * one, one, 0 * one, excess * one)


def endless(name: str, features: int = 1) -> Endless:
    draw, excess = DRAWS[name]
    return Endless(lambda size, rng: draw((size, features), rng), moments_of(excess, features))
