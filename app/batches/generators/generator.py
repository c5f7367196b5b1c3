"""What a generator is: a named population of examples, with parameters that a person can turn."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from app.batches.batch import Batch
from app.errors import InvalidQuery

Values = Mapping[str, float]
Draw = Callable[[int, np.random.Generator], Batch]
Population = Callable[[int, np.random.Generator, Values], Draw]


def all_of_them(_values: Values) -> float:
    """Every moment is finite."""
    return math.inf


@dataclass(frozen=True)
class Parameter:
    """One number that shapes a population; `name` stands in the query, `low` and `high` are allowed values."""

    name: str
    title: str
    symbol: str
    default: float
    low: float
    high: float
    help: str
    integer: bool = False

    @property
    def allowed(self) -> str:
        """The range in words."""
        return f"{'a whole number' if self.integer else 'a number'} from {self.low:g} to {self.high:g}"

    def check(self, value: float) -> None:
        """Raises InvalidQuery for a value outside the range, and for a fraction where a whole number is wanted."""
        if not (self.low <= value <= self.high) or (self.integer and not float(value).is_integer()):
            raise InvalidQuery(
                f"{self.name} must be {self.allowed}.", field=self.name, given=value, allowed=self.allowed
            )


@dataclass(frozen=True)
class Generator:
    """A population with its parameters.

    `population(features, rng, values)` fixes each feature's location, scale and so on by `rng`, and returns
    `draw(size, rng)`, which draws a batch of examples from it. Examples are independent unless `independent` says no:
    then a part of a batch is no batch. Moments below the order `finite_moments(values)` are finite.
    `excess_kurtosis(values)`, where it is known, is that of every feature.
    """

    name: str
    title: str
    description: str
    parameters: tuple[Parameter, ...]
    population: Population
    labelled: bool = False  # whether the examples of a batch have classes
    independent: bool = True
    finite_moments: Callable[[Values], float] = all_of_them
    excess_kurtosis: Callable[[Values], float] | None = None

    def complete(self, given: Values) -> dict[str, float]:
        """All parameters by name: the given ones checked, the others at their defaults.

        Raises InvalidQuery for a name that this generator does not have, and for a value out of range.
        """
        known = {parameter.name: parameter for parameter in self.parameters}
        for name, value in given.items():
            if name not in known:
                raise self._unknown(name, value)
            known[name].check(value)
        return {name: float(given.get(name, parameter.default)) for name, parameter in known.items()}

    def _unknown(self, name: str, value: float) -> InvalidQuery:
        allowed = ", ".join(parameter.name for parameter in self.parameters)
        return InvalidQuery(
            f"The source {self.name} has no parameter {name}.", field=name, given=value, allowed=allowed
        )
