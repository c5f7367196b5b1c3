"""Runs that a claim is measured by and that do not need each other: many processes do them side by side."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bncore.training.claims.claim import Measured, end
from bncore.training.data import Data
from bncore.training.spec import Spec
from bncore.training.state import State

Seen = tuple[float, ...]


@dataclass(frozen=True)
class Trials:
    """`specs` gives the runs by name, `look` what is seen of the end of each, `told` what all of that says.

    `look` is a function of a module, so that any process can call it.
    """

    specs: Callable[[Data], dict[str, Spec]]
    look: Callable[[State], Seen]
    told: Callable[[Mapping[str, Seen]], Measured]

    def measure(self, data: Data) -> Measured:
        """One run after the other, here."""
        return self.told({name: self.look(end(spec)[0]) for name, spec in self.specs(data).items()})
