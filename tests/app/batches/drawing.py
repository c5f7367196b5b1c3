"""Batches of a generator, drawn as the tests draw them."""

from collections.abc import Mapping

import numpy as np

from app.batches.batch import Array
from app.batches.generators import GENERATORS, GeneratorSource

NAMES = list(GENERATORS)


def draw(
    name: str,
    size: int = 256,
    *,
    features: int = 8,
    seed: int = 0,
    stream: int = 0,
    parameters: Mapping[str, float] | None = None,
) -> Array:
    source = GeneratorSource(name, features, seed, parameters or {})
    return source.draw(size, np.random.default_rng([seed, stream])).x
