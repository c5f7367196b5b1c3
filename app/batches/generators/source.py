"""A generator with everything fixed, as a source of batches."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from app.batches.batch import Batch
from app.batches.generators.generator import Draw, Generator
from app.batches.generators.table import GENERATORS
from app.errors import InvalidQuery
from app.streams import Stream


def generator_named(name: str) -> Generator:
    """The generator; raises InvalidQuery for an unknown name."""
    if name not in GENERATORS:
        raise InvalidQuery(
            f"There is no generator {name!r}.", field="source", given=name, allowed=", ".join(GENERATORS)
        )
    return GENERATORS[name]


@dataclass(frozen=True)
class GeneratorSource:
    """Endless batches (size, `features`) in float64 from one population.

    The population is a pure function of the four fields (`features` ≥ 1, `seed` ≥ 0); the examples come from the `rng`
    given to `draw`. So batches drawn with different `rng` are batches of the same population. Left-out `parameters`
    have their defaults. Raises InvalidQuery for an unknown generator or parameter and for a value out of range.
    """

    name: str
    features: int
    seed: int
    parameters: Mapping[str, float] = field(default_factory=dict)
    _draw: Draw = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        generator = generator_named(self.name)
        values = generator.complete(self.parameters)
        rng = np.random.default_rng([self.seed, Stream.POPULATION])
        object.__setattr__(self, "parameters", values)
        object.__setattr__(self, "_draw", generator.population(self.features, rng, values))

    @property
    def examples(self) -> None:
        """A generator has no end."""
        return

    def draw(self, size: int | None, rng: np.random.Generator) -> Batch:
        """A batch of `size` ≥ 1 examples; raises InvalidQuery for None, as there is no "all of them"."""
        if size is None:
            detail = f"The generator {self.name} has no end: say how many examples to draw."
            raise InvalidQuery(detail, field="batch_size", given=None, allowed="a whole number from 1")
        return self._draw(size, rng)
