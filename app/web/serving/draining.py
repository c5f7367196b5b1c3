"""The end of a server: it is told to what runs long, and to whoever asks whether the server is ready."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from starlette.types import Scope


class Draining:
    """Whether the server is ending: true once it has begun to finish what it has, and takes nothing new."""

    def __init__(self) -> None:
        self._begun = False
        self._listeners: list[Callable[[], None]] = []

    def __bool__(self) -> bool:
        return self._begun

    @property
    def is_draining(self) -> bool:
        return self._begun

    def begin(self) -> None:
        """Tell everybody. To be called in the event loop."""
        self._begun = True
        for listener in list(self._listeners):
            listener()

    @contextmanager
    def told_to(self, listener: Callable[[], None]) -> Iterator[None]:
        """While the block lasts, the listener is called when the end begins; at once where it has begun."""
        self._listeners.append(listener)
        try:
            if self._begun:
                listener()
            yield
        finally:
            self._listeners.remove(listener)


def draining_of(scope: Scope) -> Draining:
    """That of the application that answers a request; one that never begins where it has none."""
    draining: Draining = getattr(scope["app"].state, "draining", Draining())
    return draining
