"""A queue that goes round the clients: addresses take turns, behind one address its pages do, and of one page the
latest comes first. What comes without a page (pages themselves, programs) comes in its order."""

from collections import OrderedDict, deque
from typing import Any, Generic, TypeVar

from app.web.work.client import Client

Item = TypeVar("Item")


class Ring(Generic[Item]):
    """What waits, by client.

    >>> ring = Ring()
    >>> for tab, item in [("a", 1), ("a", 2), ("b", 3)]: ring.add(Client("one", tab), item)
    >>> ring.add(Client("two"), 4)
    >>> [ring.pop() for _ in range(4)]
    [2, 4, 3, 1]
    """

    def __init__(self) -> None:
        self._addresses: OrderedDict[str, OrderedDict[str, deque[Item]]] = OrderedDict()
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def of(self, client: Client) -> int:
        """How much of a client's waits."""
        return len(self._addresses.get(client.address, OrderedDict()).get(client.tab, ()))

    def of_address(self, address: str) -> int:
        """How much of an address's waits."""
        return sum(map(len, self._addresses.get(address, OrderedDict()).values()))

    def add(self, client: Client, item: Item) -> None:
        """Put at the end of the round, if the client has nothing there yet."""
        tabs = self._addresses.setdefault(client.address, OrderedDict())
        tabs.setdefault(client.tab, deque()).append(item)
        self._size += 1

    def pop(self) -> Item:
        """The next one, of the client whose last turn is the longest ago."""
        address, tabs = next(iter(self._addresses.items()))
        tab, items = next(iter(tabs.items()))
        item = items.pop() if tab else items.popleft()
        self._after(tabs, tab, empty=not items)
        self._after(self._addresses, address, empty=not tabs)
        self._size -= 1
        return item

    def remove(self, client: Client, item: Item) -> None:
        """Take out what does not want to wait any more, if it is still there."""
        tabs = self._addresses.get(client.address, OrderedDict())
        items = tabs.get(client.tab, deque())
        if item not in items:
            return
        items.remove(item)
        self._size -= 1
        if not items:
            del tabs[client.tab]
        if not tabs:
            del self._addresses[client.address]

    @staticmethod
    def _after(of: OrderedDict[str, Any], key: str, *, empty: bool) -> None:
        """To the end of its round, or out of it."""
        if empty:
            del of[key]
        else:
            of.move_to_end(key)
