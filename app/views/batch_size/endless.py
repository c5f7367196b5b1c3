"""A generator as a population without an end: measured by many examples, and as far as its distribution is known."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from app.batches.batch import Source
from app.batches.generators import GENERATORS, GeneratorSource
from app.batches.layer import LayeredSource
from app.query.source import numbers_per_example
from app.streams import Stream
from app.views.batch_size.query import BatchSizeFields
from bncore.batch_size.measured import known_moments, measured_moments
from bncore.batch_size.population import Endless, Moments, excess_of_sums

REFERENCE = 2**16  # examples by which an endless population is measured
REFERENCE_NUMBERS = 2**22
DEPENDENT = 64  # examples of each of the batches by which a source of dependent examples is measured
PRODUCTS = 50  # products of a linear layer that cost as much as a number drawn
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class LinearLayer:
    """The linear layer in front of a generator."""

    width: int
    weight_scale: float
    bias: float


@dataclass(frozen=True)
class Generated:
    """A generator with everything fixed, behind a `layer` if there is one; one that can be remembered by."""

    name: str
    features: int
    seed: int
    values: tuple[tuple[str, float], ...]
    layer: LinearLayer | None

    def source(self) -> GeneratorSource | LayeredSource:
        """Where its examples come from."""
        bare = GeneratorSource(self.name, self.features, self.seed, dict(self.values))
        if self.layer is None:
            return bare
        return LayeredSource(bare, self.layer.width, self.layer.weight_scale, self.layer.bias, self.seed)

    @property
    def measured_by(self) -> int:
        """How many examples it is measured by."""
        return min(REFERENCE, max(1, REFERENCE_NUMBERS // numbers_per_example(self.source())))


def generated(query: BatchSizeFields) -> Generated:
    """The generator that the query names."""
    layer = LinearLayer(query.layer_width, query.weight_scale, query.layer_bias) if query.layer_width else None
    return Generated(query.source, query.features, query.seed, tuple(query.generator_values.items()), layer)


def cost(source: Source) -> int:
    """What an example costs, in numbers drawn."""
    widest = numbers_per_example(source)
    match source:
        case LayeredSource(source=GeneratorSource(features=features), width=width):
            return max(widest, features * width // PRODUCTS)
    return widest


@lru_cache(maxsize=64)
def measured(of: Generated) -> Moments:
    """Its moments, by many examples; kept, since a drag asks for them again and again."""
    source = of.source()
    rng = np.random.default_rng([of.seed, Stream.REFERENCE])
    at_once = None if GENERATORS[of.name].independent else DEPENDENT
    return measured_moments(lambda size, rng: source.draw(size, rng).x, of.measured_by, rng, at_once)


def endless(of: Generated, features: tuple[int, ...]) -> Endless:
    """The population of some of its features: as measured, and as far as it is known of its distribution."""
    generator, source = GENERATORS[of.name], of.source()
    order, moments = generator.finite_moments(dict(of.values)), measured(of)
    known = known_moments(moments, order, _excess(of, moments))

    def drawn(size: int, rng: np.random.Generator) -> Floats:
        return source.draw(size, rng).x[:, features].astype(np.float64)

    return Endless(drawn, known.take(features), generator.independent)


def _excess(of: Generated, moments: Moments) -> Floats:
    """The excess kurtosis: that of the distribution where it is known, of a layer's sums, too; else as measured."""
    kurtosis, source = GENERATORS[of.name].excess_kurtosis, of.source()
    if kurtosis is None:
        return moments.excess
    own = kurtosis(dict(of.values))
    if isinstance(source, GeneratorSource):
        return np.where(moments.sd > 0, own, np.nan)
    inputs = measured(Generated(of.name, of.features, of.seed, of.values, None))
    return excess_of_sums(source.weights(of.features), inputs.sd, np.full(of.features, own))
