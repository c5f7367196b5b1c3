"""How long work tells how far it is."""

from collections.abc import Callable

Said = Callable[[int, int, str], None]
"""Is told how many steps are done, of how many, and what is done now. What it raises ends the work."""


def unheard(_done: int, _of: int, _text: str) -> None:
    """Nobody listens."""
