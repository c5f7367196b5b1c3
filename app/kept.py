"""Values that were used last, up to so many bytes."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Kept(Generic[Value]):
    """The most recently used values by their keys, of at most `most` bytes together; a larger one is not kept."""

    def __init__(self, most: int, size: Callable[[Value], int]) -> None:
        self._most, self._size_of = most, size
        self._values: OrderedDict[Hashable, Value] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def get(self, key: Hashable) -> Value | None:
        """The value kept under a key, now the most recently used."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
            return self._values.get(key)

    def put(self, key: Hashable, value: Value, *, instead_of: Callable[[Value], bool] = lambda _known: False) -> None:
        """Keep a value; one that is kept under the key already stays, unless this is to stand `instead_of` it."""
        size = self._size_of(value)
        with self._lock:
            if size > self._most or (key in self._values and not instead_of(self._values[key])):
                return
            if key in self._values:
                self._bytes -= self._size_of(self._values.pop(key))
            self._values[key] = value
            self._bytes += size
            while self._bytes > self._most:
                _, gone = self._values.popitem(last=False)
                self._bytes -= self._size_of(gone)

    def get_or_make(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """The value of a key, made where it is not kept; two threads that ask at the same time may both make it.

        >>> kept = Kept(10, len)
        >>> [kept.get_or_make(key, lambda: key * size) for key, size in (("a", 6), ("b", 6), ("c", 4), ("d", 11))]
        ['aaaaaa', 'bbbbbb', 'cccc', 'ddddddddddd']
        >>> [kept.get_or_make(key, lambda: "new") for key in "bcad"], kept.bytes
        (['bbbbbb', 'cccc', 'new', 'new'], 10)
        """
        value = self.get(key)
        if value is None:
            self.put(key, value := make())
        return value

    @property
    def bytes(self) -> int:
        """How many it takes."""
        return self._bytes
