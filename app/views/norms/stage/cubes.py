"""The nine cubes: each norm of the table, and two ways of applying one that share other cells than it does."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app.figures.numbers import counted
from bncore.norms import NORMS
from bncore.norms.arrangement import Arrangement
from bncore.norms.sharing import Sharing, sharing, sharing_of_ghosts
from bncore.norms.table import of_tokens

Settings = dict[str, Any]
Arranged = Callable[[tuple[int, ...], Settings], Arrangement]
Shared = Callable[[tuple[int, ...], Settings], Sharing]


@dataclass(frozen=True)
class Cube:
    """`norm` is the row of the table that it is of, and `title` its own name where it has another.

    `sharing` says which cells of a batch share a statistic; None where statistics are no batch's. `over` says so in a
    few words, of the block's shape and the norm's settings; `looks` is whether other examples decide.
    """

    norm: str
    title: str
    over: Callable[[tuple[int, ...], Settings], str]
    sharing: Shared | None
    looks: bool

    @property
    def is_centred(self) -> bool:
        """Whether a mean is subtracted."""
        return NORMS[self.norm].centred


def _of(arranged: Arranged) -> Shared:
    return lambda shape, settings: sharing(arranged(shape, settings))


def _ghosts(shape: tuple[int, ...], settings: Settings) -> Sharing:
    return sharing_of_ghosts(shape, settings["ghost_size"])


def _own(norm: str, over: Callable[[tuple[int, ...], Settings], str]) -> Cube:
    """The cube of a row of the table."""
    row = NORMS[norm]
    return Cube(norm, row.title, over, _ghosts if norm == "ghost" else _of(row.arrangement), row.batch)


def _always(text: str) -> Callable[[tuple[int, ...], Settings], str]:
    return lambda _shape, _settings: text


def _of_ghosts(shape: tuple[int, ...], settings: Settings) -> str:
    left = shape[0] % settings["ghost_size"]
    return f"one channel, {counted(settings['ghost_size'], 'example')}{f' (the last {left})' if left else ''}"


def _of_groups(shape: tuple[int, ...], settings: Settings) -> str:
    return f"one example, {counted(shape[1] // settings['groups'], 'channel')}"


CUBES: dict[str, Cube] = {
    "batch": _own("batch", _always("one channel, all examples")),
    "inference": Cube("batch", "Batch norm in inference", _always("running statistics"), None, looks=False),
    "ghost": _own("ghost", _of_ghosts),
    "renorm": _own("renorm", _always("as batch norm, then r and d")),
    "group": _own("group", _of_groups),
    "instance": _own("instance", _always("one example, one channel")),
    "layer": _own("layer", _always("one example, all channels")),
    "token": Cube("layer", "Layer norm of a token", _always("one example, one position"), _of(of_tokens), looks=False),
    "rms": _own("rms", _always("as layer norm, no mean")),
}  # fmt: skip
