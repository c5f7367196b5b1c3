"""Labelled points of the plane that no line parts: moons, circles, spirals; and blobs, which lines may part.

Each takes how many points there are, a generator and the noise, the deviation that is added to each coordinate; it
gives `x` (N, 2) and labels (N,), the classes in turns: example j is of class j mod classes.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from bncore.arguments import Float64, in_range
from bncore.errors import BadParameter
from bncore.training.data.data import Labels

Points = tuple[Float64, Labels]
TURNS = 1.75  # of a spiral's arm
SPREAD = 0.5  # deviation of a blob at noise 0.1, beside the circle of radius 1 that the blobs' centres lie on


def moons(examples: int, rng: np.random.Generator, noise: float = 0.1) -> Points:
    """Two half circles of radius 1, one upside down, moved by (1, 1/2) so that they reach into each other."""
    labels, angles = _dealt(examples, 2), np.pi * rng.random(examples)
    upper = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return _noisy(np.where(labels[:, None] == 0, upper, [1.0, 0.5] - upper), labels, rng, noise)


def circles(examples: int, rng: np.random.Generator, noise: float = 0.1) -> Points:
    """Two circles around 0, of radius 1 and 1/2."""
    labels, angles = _dealt(examples, 2), 2 * np.pi * rng.random(examples)
    radius = np.where(labels == 0, 1.0, 0.5)
    return _noisy(_polar(radius, angles), labels, rng, noise)


def spirals(examples: int, rng: np.random.Generator, noise: float = 0.1) -> Points:
    """Two arms r = t, angle = 2 pi TURNS t, t uniform in [0, 1), the second turned by half a turn.

    The noise is a fifth of what it is elsewhere: the arms are 1 / (2 TURNS) apart.
    """
    labels, along = _dealt(examples, 2), rng.random(examples)
    return _noisy(_polar(along, 2 * np.pi * TURNS * along + np.pi * labels), labels, rng, noise / 5)


def blobs(examples: int, rng: np.random.Generator, noise: float = 0.1) -> Points:
    """Three bells whose centres lie on a circle of radius 1; their deviation is 5 `noise` SPREAD."""
    labels = _dealt(examples, 3)
    return _noisy(_polar(np.ones(examples), 2 * np.pi * labels / 3), labels, rng, 5 * noise * SPREAD)


@dataclass(frozen=True)
class Shape:
    """A row of SHAPES: how it is drawn, and how many classes it has."""

    title: str
    classes: int
    draw: Callable[[int, np.random.Generator, float], Points] = field(repr=False)


SHAPES: dict[str, Shape] = {
    "moons": Shape("Two moons", 2, moons),
    "circles": Shape("Two circles", 2, circles),
    "spirals": Shape("Two spirals", 2, spirals),
    "blobs": Shape("Three blobs", 3, blobs),
}


def _dealt(examples: int, classes: int) -> Labels:
    if examples < classes:
        raise BadParameter(f"examples is {examples}; give {classes} or more, one a class.", parameter="examples")
    return np.arange(examples, dtype=np.int64) % classes


def _polar(radius: Float64, angle: Float64) -> Float64:
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)


def _noisy(x: Float64, labels: Labels, rng: np.random.Generator, noise: float) -> Points:
    noise = in_range(noise, 0, 10, "noise")
    return x + noise * rng.standard_normal(x.shape), labels
