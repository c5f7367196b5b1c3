"""The layer in front of a norm, by names and shapes: conv1 of bn1, conv of bn, features.0 of features.1.

A name is no graph. A pair must fit in shape and, where the file's order is the network's, in order; where a network
might as well norm first and convolve then, nothing is paired.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from app.models.contents import Contents
from app.models.find.weighted import Weighted, weighted
from bncore.doctor import Front, Norm

NORM = re.compile(r"batch_?normalization|(?:batch|group|instance)_?norm|normalization|norm|bn|gn", re.IGNORECASE)
"""What a norm's name has where that of the layer in front has something else."""

FRONTS = ("conv", "convolution", "conv1d", "conv2d", "conv3d", "fc", "linear", "lin", "dense", "proj", "res")
"""What that layer has instead; or nothing, as conv1 in front of conv1_bn."""

PAIRED = ("batch", "group", "instance")
"""Norms that follow a layer by habit; layer and RMS norms follow a sum as often, which no name tells."""

LISTED = 6
"""Names that a note lists."""


@dataclass(frozen=True)
class Told:
    """What the file says: the layers by name, whether its order is the network's, each one's place and last sibling."""

    layers: Mapping[str, Weighted]
    ordered: bool
    places: Mapping[str, int]
    before: Mapping[str, str]


def paired(contents: Contents, norms: Sequence[Norm]) -> tuple[tuple[Norm, ...], tuple[str, ...]]:
    """The norms with the layers in front, and what could not be told, in sentences."""
    told = _told(contents, norms)
    able = [norm for norm in norms if norm.kind in PAIRED]
    pairs = {norm.name: layer for norm in able if (layer := _candidate(norm, told))}
    clear = told.ordered or _layers_come_first([(norm, pairs[norm.name]) for norm in able if norm.name in pairs])
    fronts = {
        norm.name: _front(layer) for norm in able if (layer := pairs.get(norm.name)) and _fits(norm, layer, clear)
    }
    return tuple(replace(norm, front=fronts.get(norm.name)) for norm in norms), tuple(_notes(able, pairs, fronts))


def _told(contents: Contents, norms: Sequence[Norm]) -> Told:
    layers = weighted(contents.tensors)
    names = {_dotted(norm.name) for norm in norms} | layers.keys()
    places: dict[str, int] = {}
    before: dict[str, str] = {}
    last: dict[str, str] = {}
    for tensor in contents.tensors:
        layer = _parent(_dotted(tensor.removesuffix(":0")))
        if layer in names and layer not in places:
            places[layer] = len(places)
            before[layer] = last.get(_parent(layer), "")
            last[_parent(layer)] = layer
    return Told(layers, contents.ordered, places, before)


def _candidate(norm: Norm, told: Told) -> Weighted | None:
    """The layer that a norm's name points to, or its number, or the order of the file.

    A name that is a kind's alone, as `bn`, points to no layer of other channels.
    """
    name = _dotted(norm.name)
    parent, dot, leaf = name.rpartition(".")
    names = (f"{parent}{dot}{partner}" for partner in _partners(leaf))
    layers = (told.layers[partner] for partner in names if partner in told.layers)
    by_name = next((layer for layer in layers if layer.gives == norm.channels or not NORM.fullmatch(leaf)), None)
    if not told.ordered or (by_name and told.places[by_name.name] < told.places.get(name, 0)):
        return by_name
    return _before(name, told)


def _partners(leaf: str) -> Iterator[str]:
    """How the layer in front may be called: `conv2` for `bn2`, `conv1` for `conv1_bn` and `bn_conv1`, 3 for 4."""
    if leaf.isdecimal():
        yield str(int(leaf) - 1)
    elif match := NORM.search(leaf):
        head, tail = leaf[: match.start()], leaf[match.end() :]
        yield from (f"{head}{front}{tail}" for front in FRONTS)
        yield f"{head}{tail}".strip("_").replace("__", "_")


def _before(name: str, told: Told) -> Weighted | None:
    """The layer just before a norm among those of the same parent, where it has a weight.

    Not where they have numbers: what stands between two numbers may be an activation.
    """
    before = told.before.get(name)
    return told.layers.get(before) if before and not name.rpartition(".")[2].isdecimal() else None


def _layers_come_first(pairs: Sequence[tuple[Norm, Weighted]]) -> bool:
    """Whether the shapes of a file in alphabetical order say that its layers stand in front of their norms.

    A layer that gives a norm's channels and takes others says so; one that takes them and gives others denies it.
    """
    says = any(layer.gives == norm.channels != layer.takes for norm, layer in pairs)
    denies = any(layer.takes == norm.channels != layer.gives for norm, layer in pairs)
    return says and not denies


def _fits(norm: Norm, layer: Weighted, clear: bool) -> bool:
    return layer.gives == norm.channels and (clear or layer.takes != norm.channels)


def _front(layer: Weighted) -> Front:
    return Front(layer.name, layer.weight, layer.bias, layer.outputs, "names")


def _notes(norms: Sequence[Norm], pairs: Mapping[str, Weighted], fronts: Mapping[str, Front]) -> Iterator[str]:
    """What could not be paired, and why, in two sentences at most."""
    odd = {norm.name for norm in norms if norm.name in pairs and pairs[norm.name].gives != norm.channels}
    if odd:
        each = [
            f"{n.name} ({n.channels}) and {pairs[n.name].name} ({pairs[n.name].gives})" for n in norms if n.name in odd
        ]
        yield f"Not paired, as the layer gives other channels than the norm has: {_listed(each)}."
    alone = [norm.name for norm in norms if norm.name not in fronts and norm.name not in odd]
    if alone:
        yield f"Names do not tell the layer in front of {len(alone)} of {len(norms)} norms: {_listed(alone)}."


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - LISTED:,} more" if len(names) > LISTED else ""
    return ", ".join(names[:LISTED]) + more


def _dotted(name: str) -> str:
    return name.replace("/", ".")


def _parent(layer: str) -> str:
    return layer.rpartition(".")[0]
