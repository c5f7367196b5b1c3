"""What the names in a PyTorch pickle stand for: tensors of storages, plain containers, and nothing else.

Layouts follow torch/_utils.py of PyTorch: `_rebuild_tensor_v2(storage, offset, shape, strides, …)` and its kin.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from app.models.dtypes import STORAGES, TORCH, dtype
from app.models.limits import NAME
from app.models.torch.refused import refusal


class Mark:
    """The mark that a pickle puts on its stack."""


@dataclass(frozen=True)
class Global:
    """A name in a pickle: text, which is never looked up."""

    module: str
    name: str

    def __str__(self) -> str:
        return f"{self.module}.{self.name}"


@dataclass(frozen=True)
class Storage:
    """A run of numbers beside the pickle: its key, its own dtype, and how many there are."""

    key: str
    dtype: np.dtype[Any]
    length: int


@dataclass(frozen=True)
class Stored:
    """A tensor of a storage: offset and strides count its numbers."""

    storage: Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]
    dtype: np.dtype[Any]

    @property
    def end(self) -> int:
        """The number of the storage behind the last one."""
        if 0 in self.shape:
            return self.offset
        return self.offset + 1 + sum((n - 1) * stride for n, stride in zip(self.shape, self.strides, strict=True))

    def meets(self, other: "Stored") -> bool:
        """Whether the spans of two tensors of one storage overlap."""
        return self.offset < other.end and other.offset < self.end


@dataclass(frozen=True)
class Plain:
    """A value that is neither a tensor nor a container and is not looked at, as a device or a NumPy scalar."""

    name: str


def tensor(storage: Any, offset: Any, shape: Any, strides: Any, *_: Any) -> Stored:
    """`_rebuild_tensor` and `_rebuild_tensor_v2`."""
    return _placed(storage, offset, shape, strides, _storage(storage).dtype)


def typed_tensor(storage: Any, offset: Any, shape: Any, strides: Any, *rest: Any) -> Stored:
    """`_rebuild_tensor_v3`, whose storage is bytes and whose dtype is told."""
    _gradient, _hooks, kind, *_ = rest
    if not isinstance(kind, Global) or kind.module != "torch" or kind.name not in TORCH:
        raise ValueError("a tensor of it has a dtype that is none")
    return _placed(storage, offset, shape, strides, dtype(TORCH[kind.name]))


def parameter(data: Any, *_: Any) -> Stored:
    """`_rebuild_parameter`: its tensor."""
    if not isinstance(data, Stored):
        raise ValueError(f"a parameter of it is a {type(data).__name__}")
    return data


def dictionary(*pairs: Any) -> dict[Any, Any]:
    """An `OrderedDict` or a `defaultdict`, which is filled afterwards: a call that copies could be made very often."""
    if any(not isinstance(pair, Global) for pair in pairs):
        raise ValueError("a dictionary of it is made of a list, as Python 2 did")
    return {}


def size(shape: Any) -> tuple[int, ...]:
    """A `torch.Size`: the tuple itself."""
    return _lengths(shape)


def plain(name: str) -> Callable[..., Plain]:
    """A value that is not looked at."""
    return lambda *_: Plain(name)


MAKERS: dict[str, Callable[..., Any]] = {
    "collections.OrderedDict": dictionary,
    "collections.defaultdict": dictionary,
    "collections.Counter": plain("Counter"),
    "builtins.set": lambda *_: [],
    "__builtin__.set": lambda *_: [],
    "_codecs.encode": plain("bytes"),
    "torch._utils._rebuild_tensor": tensor,
    "torch._utils._rebuild_tensor_v2": tensor,
    "torch._utils._rebuild_tensor_v3": typed_tensor,
    "torch._utils._rebuild_parameter": parameter,
    "torch._utils._rebuild_parameter_with_state": parameter,
    "torch._tensor._rebuild_from_type_v2": lambda function, _type, arguments, *_: made(function, arguments),
    "torch.Size": size,
    "torch.device": plain("device"),
    "numpy.dtype": plain("dtype"),
    "numpy.core.multiarray.scalar": plain("NumPy scalar"),
    "numpy._core.multiarray.scalar": plain("NumPy scalar"),
}
"""What a name makes of its arguments."""

TYPES = ("int", "long", "float", "bool", "complex", "str", "unicode", "bytes", "list", "tuple", "dict", "set")
VALUES = frozenset(f"{module}.{kind}" for module in ("builtins", "__builtin__") for kind in TYPES)
"""Names that may stand as values (the factory of a defaultdict)."""


def known(name: Global) -> Global:
    """The name, if it may stand in a checkpoint.

    Raises:
        UnreadableModel: it stands for what only running code could make.
    """
    full = str(name)
    is_storage = name.module in ("torch", "torch.storage", "torch.cuda") and name.name in STORAGES
    is_dtype = name.module == "torch" and name.name in TORCH
    if full in MAKERS or full in VALUES or is_storage or is_dtype or full == "torch.nn.parameter.Parameter":
        return name
    raise refusal(name.module, name.name)


def made(name: Any, arguments: Any) -> Any:
    """What `name` makes of `arguments`. Raises UnreadableModel where it would be code that makes it."""
    if not isinstance(name, Global) or not isinstance(arguments, tuple):
        raise ValueError("its pickle calls what is no name")
    if str(name) not in MAKERS:
        raise refusal(name.module, name.name)
    return MAKERS[str(name)](*arguments)


def updated(target: Any, _state: Any) -> None:
    """The attributes of an `OrderedDict` (`_metadata`) and of values that are not looked at are left."""
    if not isinstance(target, (dict, Plain)):
        raise ValueError(f"its pickle gives a {type(target).__name__} attributes")


def stored(identity: Any) -> Storage:
    """The storage that a persistent id names: ("storage", type, key, location, length[, view])."""
    if not isinstance(identity, tuple) or len(identity) < 5 or identity[0] != "storage":
        raise ValueError("its pickle points to something outside that is no storage")
    _, kind, key, _, length, *view = identity
    if not isinstance(kind, Global) or kind.name not in STORAGES:
        raise ValueError("a storage of it is of a type that is none")
    if not isinstance(key, str) or len(key) > NAME or type(length) is not int or length < 0 or any(view):
        raise ValueError("a storage of it has no plain key and length")
    return Storage(key, dtype(STORAGES[kind.name]), length)


def _storage(value: Any) -> Storage:
    if not isinstance(value, Storage):
        raise ValueError(f"a tensor of it lies in a {type(value).__name__}")
    return value


def _placed(storage: Any, offset: Any, shape: Any, strides: Any, kind: np.dtype[Any]) -> Stored:
    """A tensor that lies within its storage."""
    lengths = (*_lengths((offset,)), *_lengths(shape), *_lengths(strides))
    count = len(lengths) // 2
    if len(lengths) != 2 * count + 1 or count > 32:
        raise ValueError("a tensor of it has more strides than axes, or fewer, or more than 32")
    place = Stored(_storage(storage), lengths[0], lengths[1 : 1 + count], lengths[1 + count :], kind)
    _check_inside(place)
    return place


def _lengths(values: Any) -> tuple[int, ...]:
    if not isinstance(values, tuple) or any(type(length) is not int or not 0 <= length < 2**62 for length in values):
        raise ValueError("a tensor of it has a shape that is none")
    return values


def _check_inside(place: Stored) -> None:
    if place.end * place.dtype.itemsize > place.storage.length * place.storage.dtype.itemsize:
        raise ValueError(f"a tensor of it ends at {place.end:,} of {place.storage.length:,} numbers")
