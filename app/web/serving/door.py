"""How many connections a worker takes, in all and from one address."""

from collections import Counter

from app.web.serving.refusals import CROWDED, CROWDED_ADDRESS, Refusal


class Door:
    """Counts who is in. Whoever comes is counted, also to be refused, and leaves."""

    def __init__(self, most: int, most_of_an_address: int) -> None:
        self._most, self._most_of_an_address = most, most_of_an_address
        self._inside: Counter[str] = Counter()
        self._all = 0

    def enter(self, address: str) -> Refusal | None:
        """Why there is no room for another connection from this address; None where there is."""
        self._inside[address] += 1
        self._all += 1
        if self._inside[address] > self._most_of_an_address:
            return CROWDED_ADDRESS
        return CROWDED if self._all > self._most else None

    def leave(self, address: str) -> None:
        self._all -= 1
        self._inside[address] -= 1
        if not self._inside[address]:
            del self._inside[address]
