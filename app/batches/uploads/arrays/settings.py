"""What a file says its layer was set to: ε, the momentum and how many batches it has seen."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import numpy as np

from app.batches.uploads.arrays.archive import Archive, unpack
from app.errors import shortened
from app.figures.numbers import counted, stated
from app.models.names import Role, momentum_weighs, named, new_weight

MOST: Mapping[Role, float] = {"eps": 1e6, "momentum": 1.0, "batches": 2.0**53}
EXACT = 1e5
"""Counts from here on keep all their digits."""


def settings_in(
    archive: Archive, arrays: Mapping[Role, str], folder: Path, go_on: Callable[[], None]
) -> tuple[dict[str, float], list[str]]:
    """The settings by their names in a query (`eps`, `momentum` of the new batch …), and what is said of them."""
    said: dict[str, float] = {}
    told: list[str] = []
    for role, array in arrays.items():
        value, name = _value(archive, array, folder, go_on), str(shortened(array))
        weighs = momentum_weighs(_beside(archive.arrays, array)) if role == "momentum" else None
        if not 0 <= value <= MOST[role]:
            told.append(f"Not used: {name}, which holds {stated(value)}.")
        elif role == "momentum" and weighs is None:
            told.append(
                f"Not used: {name} = {stated(value)}, as no name tells whether it weighs the new batch or the old."
            )
        else:
            said[role] = value if weighs != "old" else float(f"{new_weight(value, 'old'):.6g}")
            told += _told(role, name, value, said[role])
    return said, told


def _told(role: Role, name: str, value: float, said: float) -> list[str]:
    """What a number needs to be understood; the other ones are said by the query that they are for."""
    if role == "batches":
        return [f"{name}: {counted(int(value), 'batch', 'batches')} made the running statistics."]
    if said != value:
        return [f"{name} = {stated(value)} weighs the old statistics, so the new batch's weight is {stated(said)}."]
    return []


def _beside(names: Iterable[str], momentum: str) -> list[str]:
    """The names that tell what a momentum weighs: those of its own layer, if there are others of it."""
    known = named(momentum)
    beside = [name for name in names if known and (other := named(name)) and other.layer == known.layer]
    return beside if len(beside) > 1 else list(names)


def _value(archive: Archive, name: str, folder: Path, go_on: Callable[[], None]) -> float:
    """The one number of an array, in the digits that a float32 has."""
    path = folder / "setting.npy"
    unpack(archive, name, path, go_on)
    value = float(np.load(path, allow_pickle=False).reshape(-1)[0])
    path.unlink()
    return float(f"{value:.6g}") if abs(value) < EXACT else value
