"""The norms of a table of tensors: known by their buffers, or else by the layer's name and its weights' shapes."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from app.models.contents import Array, Contents, Tensor
from app.models.dtypes import is_real
from app.models.find.kinds import kind_named
from app.models.find.weighted import weighted
from app.models.limits import CHANNELS, NORM_BYTES
from app.models.names import PER_CHANNEL, Role, by_layer, channels_of
from bncore.doctor import Norm
from bncore.doctor.model import Kind

Names = Mapping[Role, str]
STATISTICS: tuple[Role, ...] = ("mean", "variance")


@dataclass(frozen=True)
class Sought:
    """A layer that is a norm, before its values are read: its kind, what it is known by, and its tensors by role."""

    name: str
    kind: Kind
    known_by: str
    tensors: Names
    channels: int
    odd: Mapping[str, int] = field(default_factory=dict)


def sought(contents: Contents) -> Iterator[Sought]:
    """The norms of a file, in its order."""
    convolved = {_parent(name) for name, layer in weighted(contents.tensors).items() if len(layer.shape) > 2}
    for layer, roles in by_layer(contents.tensors).items():
        fitting, odd = _fitting(layer, roles, contents.tensors)
        if odd:
            yield Sought(layer, "batch", _buffers(roles), fitting, _channels(fitting, contents.tensors), odd)
        elif fitting and (known := _known(layer, fitting, contents.tensors, _parent(layer) in convolved)):
            yield known


def _known(layer: str, roles: Names, tensors: Mapping[str, Tensor], convolved: bool) -> Sought | None:
    """The norm that a layer's tensors make, if they do."""
    named, kind, word = kind_named(layer)
    channels = _channels(roles, tensors)
    if "mean" in roles and "variance" in roles:
        return Sought(layer, "instance" if kind == "instance" else "batch", _buffers(roles), roles, channels)
    affine: dict[Role, str] = {role: name for role, name in roles.items() if role in ("gamma", "beta")}
    if "gamma" not in affine or any(len(tensors[name].shape) != 1 for name in affine.values()):
        return None
    if not named and "beta" not in affine:
        return None
    kind, why = _of_shapes(kind, "beta" in affine, convolved)
    by = f"its name, {word}" if named else "a weight and a bias of one axis each"
    return Sought(layer, kind, f"{by}{why}", affine, channels)


def _of_shapes(kind: Kind | None, biased: bool, convolved: bool) -> tuple[Kind, str]:
    """The kind where the name leaves it open, and what decided."""
    if kind in (None, "layer") and not biased:
        return "rms", ", and a weight without a bias: RMS norm, which a layer norm without a bias looks like"
    if kind is not None:
        return kind, ""
    if convolved:
        return "group", ", beside convolutions: taken for a group norm, whose groups the file does not tell"
    return "layer", ", beside no convolution: taken for a layer norm"


def _buffers(roles: Names) -> str:
    names = [leaf(roles[role]) for role in STATISTICS if role in roles]
    return f"its {'buffers' if len(names) > 1 else 'buffer'} {' and '.join(names)}"


def _channels(roles: Names, tensors: Mapping[str, Tensor]) -> int:
    return channels_of(tensors[next(iter(roles.values()))].shape) or 0


def _fitting(layer: str, roles: Names, tensors: Mapping[str, Tensor]) -> tuple[dict[Role, str], dict[str, int]]:
    """Those of a layer's tensors that have one value a channel, and the lengths of a batch norm's that do not fit them.

    Nothing of a layer of unlike arrays that is not sure to be a batch norm.
    """
    able = {role: name for role in PER_CHANNEL if (name := roles.get(role)) and is_real(tensors[name].dtype)}
    lengths = {role: channels_of(tensors[name].shape) for role, name in able.items()}
    missing = [role for role in STATISTICS if role not in roles]
    sure = len(missing) < 2 and ("batches" in roles or kind_named(layer)[1] == "batch")
    if not sure and len(able.keys() & set(STATISTICS)) < 2:
        able = {role: name for role, name in able.items() if role not in STATISTICS}
    counts = Counter(lengths[role] for role in able)
    count = max(counts, key=lambda length: counts[length], default=None)
    if None in counts or not count or count > CHANNELS or (len(counts) > 1 and not sure):
        return {}, {}
    odd: dict[str, int] = {role: lengths[role] or 0 for role in able if lengths[role] != count}
    fitting = {role: name for role, name in able.items() if role not in odd}
    counted = {role: name for role, name in roles.items() if role == "batches"}
    return fitting | counted, odd | (dict.fromkeys(missing, 0) if sure else {})


def values(contents: Contents, norms: list[Sought]) -> tuple[list[Norm], list[str]]:
    """The norms with their values, and those left out because all together would take too much memory."""
    taken, read, left = 0, list[Norm](), list[str]()
    for norm in norms:
        taken += sum(_bytes(contents.tensors[norm.tensors[role]]) for role in norm.tensors if role in PER_CHANNEL)
        if taken > NORM_BYTES:
            left.append(norm.name)
        else:
            read.append(_read(contents, norm))
    return read, left


def _read(contents: Contents, norm: Sought) -> Norm:
    arrays: dict[str, Array] = {
        role: np.array(contents.read(name)).reshape(norm.channels)
        for role, name in norm.tensors.items()
        if role in PER_CHANNEL
    }
    return Norm(
        name=norm.name,
        kind=norm.kind,
        gamma=arrays.get("gamma"),
        beta=arrays.get("beta"),
        mean=arrays.get("mean"),
        variance=arrays.get("variance"),
        batches=_count(contents, norm.tensors.get("batches")),
        tensors={role: name for role, name in norm.tensors.items() if role in arrays},
        known_by=norm.known_by,
        odd=norm.odd,
    )


def _count(contents: Contents, name: str | None) -> int | None:
    """How many batches updated a norm, where the file counts them."""
    if name is None or contents.tensors[name].shape not in ((), (1,)) or contents.tensors[name].dtype.kind not in "iuf":
        return None
    count = float(np.asarray(contents.read(name), np.float64).reshape(()))
    return int(count) if np.isfinite(count) else None


def leaf(name: str) -> str:
    """The last part of a tensor's name."""
    return name.replace("/", ".").rpartition(".")[2]


def _parent(layer: str) -> str:
    return layer.replace("/", ".").rpartition(".")[0]


def _bytes(tensor: Tensor) -> int:
    return int(np.prod(tensor.shape, dtype=np.int64)) * tensor.dtype.itemsize
