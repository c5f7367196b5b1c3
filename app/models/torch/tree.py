"""The tensors in what a pickle builds, by name: a state_dict, or a checkpoint that holds one beside other things."""

from collections.abc import Iterator
from typing import Any

from app.models.contents import check_count
from app.models.limits import DEPTH, NAME
from app.models.torch.made import Stored

ASIDE = ("optim", "sched", "scaler", "amp", "rng", "lr_")
"""How the names of a checkpoint's other things begin: they hold tensors that are no weights."""


class _Walk:
    """One walk through a tree that its pickle may have tied to itself; a container is walked once."""

    def __init__(self) -> None:
        self.open: set[int] = set()
        self.walked: set[int] = set()
        self.aside: list[str] = []

    def tensors(self, value: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Stored]]:
        if isinstance(value, Stored):
            yield path, value
        if id(value) in self.open or len(path) > DEPTH:
            raise ValueError("its containers refer to themselves, or nest more deeply than those of a model")
        if id(value) in self.walked or not isinstance(value, (dict, list, tuple)):
            return
        self.open.add(id(value))
        yield from self._parts(value, path)
        self.open.discard(id(value))
        self.walked.add(id(value))

    def _parts(self, value: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Stored]]:
        for key, part in _items(value):
            if not path and key.lower().startswith(ASIDE) and isinstance(part, (dict, list)):
                self.aside.append(key)
            else:
                yield from self.tensors(part, (*path, key))


def _items(value: dict[Any, Any] | list[Any] | tuple[Any, ...]) -> Iterator[tuple[str, Any]]:
    items = value.items() if isinstance(value, dict) else enumerate(value)
    yield from ((str(key), part) for key, part in items)


def tensors_of(tree: Any) -> tuple[dict[str, Stored], tuple[str, ...]]:
    """The tensors by name, in order, and what was left aside, in sentences.

    Where they all stand under one key of a checkpoint, it is no part of their names.

    Raises:
        ValueError: containers refer to themselves.
    """
    walk = _Walk()
    paths = list(walk.tensors(tree, ()))
    tops = {path[0] for path, _ in paths if len(path) > 1}
    nested = isinstance(tree, dict) and len(tops) == 1 and isinstance(tree.get(top := min(tops)), dict)
    under = nested and all(len(path) > 1 for path, _ in paths)
    check_count(len(paths))
    if any(sum(map(len, path)) > NAME for path, _ in paths):
        raise ValueError(f"it has a tensor with a name of more than {NAME} characters")
    tensors = {".".join(path[1:] if under else path): place for path, place in paths}
    notes = [f"The weights stand under {top!r}."] if under else []
    notes += [f"Not looked at: {', '.join(map(repr, walk.aside))}."] if walk.aside else []
    return tensors, tuple(notes)
