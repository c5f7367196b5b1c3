"""How many streams a worker has at a time, in all and of one client."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from app.errors import Busy, ManyStreams


class Places:
    """Places for `most` streams, `most_of_one` of them for one address."""

    def __init__(self, most: int, most_of_one: int) -> None:
        self._most, self._most_of_one = most, most_of_one
        self._taken: Counter[str] = Counter()

    @contextmanager
    def taken(self, address: str) -> Iterator[None]:
        """A place for as long as the block. Raises ManyStreams and Busy where there is none."""
        if self._taken[address] >= self._most_of_one:
            raise ManyStreams(f"{self._taken[address]:,} runs are streamed to your address already. Close one of them.")
        if self._taken.total() >= self._most:
            raise Busy(f"{self._most:,} runs are streamed already.")
        self._taken[address] += 1
        try:
            yield
        finally:
            self._taken[address] -= 1
            if not self._taken[address]:
                del self._taken[address]
