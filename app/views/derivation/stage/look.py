"""One cell of a small batch as a sentence needs it: every node's number there, as text and as it is."""

import math
from dataclasses import dataclass

from app.figures.notation import symbol
from app.figures.numbers import beside, is_rounding, stated, three


@dataclass(frozen=True)
class Look:
    """`at`: the number of each node at the cell; `sizes`: those of its terms; `missing`: the nodes that have none,
    with what they would divide by."""

    at: dict[str, float]
    sizes: dict[str, float]
    missing: dict[str, str]
    name: str
    example: int
    count: int
    notation: str
    eps_placement: str

    def symbol(self, name: str) -> str:
        return symbol(name, self.notation)

    @property
    def example_text(self) -> str:
        return f"example {self.example} of {self.name}"

    @property
    def place(self) -> str:
        """The example at the beginning of a sentence."""
        return f"Example {self.example} of {self.name}"

    @property
    def alone(self) -> bool:
        return self.count == 1

    @property
    def still(self) -> bool:
        """Whether the feature does not vary, so that every normalized number is 0."""
        return self.at["var"] == 0.0

    def told(self, name: str) -> str:
        """A node's number, called rounding where it is no more."""
        value = self.at[name]
        return stated(value) if name == "eps" else beside(value, self.sizes.get(name, abs(value)))

    def is_nothing(self, name: str) -> bool:
        """Whether a node's number is 0, up to rounding."""
        return is_rounding(self.at[name], self.sizes.get(name, abs(self.at[name])))

    def far(self, name: str) -> str:
        """A node's number without its sign."""
        return three(math.fabs(self.at[name]))
