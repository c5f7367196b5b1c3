"""A logarithmic ruler of whole decades for sizes, which stays where it is whatever a hand does."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

MARGIN = 1  # decades to either side: as far as the factors go that a hand can set
MOST_TICKS = 4


@dataclass(frozen=True)
class Decades:
    """From 10^`low` to 10^`high`."""

    low: int
    high: int

    def share(self, size: float) -> float | None:
        """Where a size lies, from 0 to 1; None for 0, which no logarithmic ruler has, and for what is not finite.

        >>> Decades(-3, 1).share(0.1), Decades(-3, 1).share(1e9), Decades(-3, 1).share(0.0)
        (0.5, 1.0, None)
        """
        if not (math.isfinite(size) and size > 0.0):
            return None
        return min(max(self.place(size), 0.0), 1.0)

    def place(self, size: float) -> float:
        """The same of a size above 0, beyond the ends of the ruler as well."""
        return (math.log10(size) - self.low) / (self.high - self.low)

    def ticks(self) -> list[int]:
        """A few powers of ten, evenly apart.

        >>> Decades(-3, 1).ticks(), Decades(-40, 1).ticks()
        ([-3, -2, -1, 0, 1], [-33, -22, -11, 0])
        """
        step = max(1, math.ceil((self.high - self.low) / MOST_TICKS))
        return [power for power in range(self.low, self.high + 1) if power % step == 0]


def decades_for(sizes: Iterable[float]) -> Decades:
    """The ruler of some sizes, with `MARGIN`; of none that is finite and above 0, that of 1.

    >>> decades_for([0.02, 1.0]), decades_for([])
    (Decades(low=-3, high=1), Decades(low=-1, high=1))
    """
    powers = [math.log10(size) for size in sizes if math.isfinite(size) and size > 0.0] or [0.0]
    return Decades(math.floor(min(powers)) - MARGIN, math.ceil(max(powers)) + MARGIN)
