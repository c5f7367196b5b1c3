"""What the other arrays of a file are to the batch: its layer by any framework's names, and its settings."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import prod

from app.batches.uploads import layer
from app.batches.uploads.arrays.archive import Arrays
from app.batches.uploads.arrays.choice import main_array, norms_of
from app.batches.uploads.formats.npy import is_numeric
from app.batches.uploads.masked import fits
from app.models.names import PER_CHANNEL, Role, by_layer, channels_of, named

GIVEN: Mapping[Role, str] = {
    "gamma": "gamma", "beta": "beta", "mean": "running_mean", "variance": "running_var", "dy": "dy",
}  # fmt: skip
"""What a batch calls the arrays that come along with it."""

SETTINGS: tuple[Role, ...] = ("eps", "momentum", "batches")

Layers = Mapping[str, Mapping[Role, str]]


@dataclass(frozen=True)
class Roles:
    """The parts that arrays play for a batch.

    given: the arrays of its layer, by what a batch calls them.
    settings: arrays of one number, by their role.
    mask: the array that says which positions are valid.
    undecided: the norms of the file of which nobody says whether the batch is theirs.
    """

    given: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[Role, str] = field(default_factory=dict)
    mask: str | None = None
    undecided: tuple[str, ...] = ()

    @property
    def used(self) -> set[str]:
        """The names of all arrays that play a part."""
        return {*self.given.values(), *self.settings.values(), *([self.mask] if self.mask else [])}


def roles_of(arrays: Arrays, x: str) -> Roles:
    """The parts that arrays play for the batch `x`.

    An `x` behind a layer's name (`bn1.input`) has that layer's; another one has those without such a name, or else the
    only norm of the file that fits it.
    """
    known = named(x)
    is_input = known is not None and known.role == "x"
    if not is_input and x != main_array(arrays):
        return Roles()
    own = known.layer if known and is_input else ""
    linear = _linear(arrays)
    layers = by_layer(
        _ours_first(name for name in arrays if name != x and _fits(arrays, name, linear, arrays[x].shape))
    )
    name, undecided = _layer(arrays, layers, own, arrays[x].shape)
    parts = {**_beside(layers, ""), **_beside(layers, own), **layers.get(name, {})}
    return Roles(
        {GIVEN[role]: parts[role] for role in GIVEN if role in parts},
        {role: parts[role] for role in SETTINGS if role in parts},
        parts.get("mask", parts.get("padding")),
        undecided,
    )


def _ours_first(names: Iterable[str]) -> list[str]:
    """Names of our own win over others' for the same part."""
    return sorted(names, key=lambda name: name not in layer.NAMES)


def _linear(arrays: Arrays) -> set[str]:
    """The layers with a matrix for a weight, whose bias is no norm's."""
    matrices = (
        name for name, header in arrays.items() if name not in layer.NAMES and channels_of(header.shape) is None
    )
    return {known.layer for name in matrices if (known := named(name)) and known.role in PER_CHANNEL}


def _fits(arrays: Arrays, name: str, linear: set[str], shape: tuple[int, ...]) -> bool:
    """Whether an array may play the part of its name; our own names always do, and are refused later."""
    known, header = named(name), arrays[name]
    if known is None or name in layer.NAMES:
        return known is not None
    if known.role in PER_CHANNEL:
        return is_numeric(header) and known.layer not in linear and channels_of(header.shape) is not None
    if known.role in ("mask", "padding"):
        return is_numeric(header) and any(fits(header.shape, shape, axis) for axis in range(1, len(shape)))
    return known.role == "dy" or (known.role in SETTINGS and is_numeric(header) and prod(header.shape) == 1)


def _beside(layers: Layers, name: str) -> dict[Role, str]:
    """What a layer has that is no array of one value a channel."""
    return {role: array for role, array in layers.get(name, {}).items() if role not in PER_CHANNEL}


def _layer(arrays: Arrays, layers: Layers, own: str, shape: tuple[int, ...]) -> tuple[str, tuple[str, ...]]:
    """The layer of a batch of this shape, and the norms among which nobody says which it is."""
    for name in (own, ""):
        if any(role in layers.get(name, {}) for role in PER_CHANNEL):
            return name, ()
    norms = [name for name in norms_of(arrays) if name in layers]
    fitting = [name for name in norms if _channels(arrays, layers[name]) in shape[1:]]
    return (fitting[0], ()) if len(fitting) == 1 else (own, tuple(fitting))


def _channels(arrays: Arrays, parts: Mapping[Role, str]) -> int | None:
    first = next(name for role, name in parts.items() if role in PER_CHANNEL)
    return channels_of(arrays[first].shape)
