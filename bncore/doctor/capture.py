"""What `bnscope_capture.py` saved: the norms of a network as they were in k training steps.

The file is an NPZ. `bnscope_capture` is JSON that says which norms there are and how they are set; for a norm NAME
stand `NAME.weight`, `NAME.bias`, `NAME.running_mean`, `NAME.running_var` and `NAME.num_batches_tracked` as they were
before the first step, and of each step s in which it ran `NAME.x.s` and `NAME.dy.s`, rows of its input and of the
gradient of its output, and, of a batch norm, `NAME.mean.s` and `NAME.var.s`: the moments of the whole batch, whatever
was sampled.
"""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, NoReturn, get_args

import numpy as np

from bncore.doctor.merge import Moments
from bncore.doctor.model import Array, Kind, Norm
from bncore.doctor.stored import Stored
from bncore.errors import BadCapture

Mode = Literal["train", "inference"]

MANIFEST = "bnscope_capture"
"""The array that makes an NPZ file a capture."""

VERSION = 1
LONGEST = 2**24  # bytes of the manifest
OF_POSITIONS: dict[str, tuple[int, ...]] = {"group": (2, 3), "instance": (2, 3)}
"""How many axes the rows of a kind may have, where it is more than two."""

BUFFERS = {"gamma": "weight", "beta": "bias", "mean": "running_mean", "variance": "running_var"}
"""The field of `Norm` of each buffer."""


@dataclass(frozen=True, eq=False)
class Watched:
    """A norm as it was watched.

    `norm` is the layer before the first step (`Norm.momentum` weighs the new batch), `mode` what it normalized by,
    `counts` how many examples (times positions) each step gave it, 0 where it did not run, and `moments` the exact
    ones of the batch of each step of `ran`: none unless it is a batch norm.

    `x(step)` reads rows of its input, (n, C), or (n, C, positions) of a group or instance norm, and `dy(step)` the
    gradient of its output at the same places, None where there was none. There are fewer rows than counts[step] where
    they were sampled.
    """

    norm: Norm
    mode: Mode
    counts: tuple[int, ...]
    moments: Mapping[int, Moments]
    x: Callable[[int], Array]
    dy: Callable[[int], Array | None]

    @property
    def ran(self) -> tuple[int, ...]:
        """The steps in which it ran."""
        return tuple(step for step, count in enumerate(self.counts) if count)


@dataclass(frozen=True, eq=False)
class Capture:
    """The norms of a network in the order in which they ran, over `steps` training steps."""

    framework: str
    steps: int
    norms: tuple[Watched, ...]


def is_capture(names: Mapping[str, Any]) -> bool:
    """Whether the arrays of these names are a capture."""
    return MANIFEST in names


def capture_of(arrays: Mapping[str, Array]) -> Capture:
    """The capture in arrays by name, usually `Stored(path)`, which must stay open while rows are read.

    Every shape is held against what is said of it here; numbers are read when they are asked for, except for buffers
    and moments. Raises BadCapture where the manifest is none, or says what the arrays are not.
    """
    told = _manifest(arrays)
    steps = _whole(told.get("steps"), "steps", least=1)
    entries = told.get("norms")
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        _refuse("its list of norms is none")
    names = [entry.get("name") for entry in entries]
    if not all(isinstance(name, str) for name in names) or len(set(names)) < len(names):
        _refuse("its norms do not each have a name of their own")
    framework = told.get("framework")
    return Capture(str(framework)[:40], steps, tuple(_Reader(arrays, entry, steps).watched() for entry in entries))


def _manifest(arrays: Mapping[str, Array]) -> dict[str, Any]:
    if MANIFEST not in arrays:
        _refuse(f"it has no array {MANIFEST!r}")
    shape, dtype = _header(arrays, MANIFEST)
    if shape != () or dtype.kind != "U" or dtype.itemsize > LONGEST:
        _refuse(f"its array {MANIFEST!r} is {dtype} of shape {shape}, not a text of up to {LONGEST:,} bytes")
    try:
        told = json.loads(str(arrays[MANIFEST]))
    except (ValueError, RecursionError) as error:
        _refuse(f"its array {MANIFEST!r} is no JSON", error)
    if not isinstance(told, dict) or told.get("version") != VERSION:
        _refuse(f"its version is {told.get('version') if isinstance(told, dict) else told!r:.20}; {VERSION} is read")
    return told


class _Reader:
    """One norm of the manifest against its arrays."""

    def __init__(self, arrays: Mapping[str, Array], entry: dict[str, Any], steps: int) -> None:
        self._arrays, self._entry, self._steps, self._name = arrays, entry, steps, entry["name"]

    def watched(self) -> Watched:
        kind = self._one_of("kind", get_args(Kind))
        mode = self._one_of("mode", get_args(Mode))
        counts = self._counts()
        ran = [step for step, count in enumerate(counts) if count]
        buffers = {field: self._buffer(name) for field, name in BUFFERS.items()}
        channels = self._channels(buffers, ran, counts, OF_POSITIONS.get(kind, (2,)))
        moments = {step: self._moments(step, counts[step], channels) for step in ran} if kind == "batch" else {}
        norm = Norm(
            self._name, kind, buffers["gamma"], buffers["beta"], buffers["mean"], buffers["variance"],
            eps=self._number("eps"), momentum=self._number("momentum", 1.0), batches=self._batches(),
            groups=self._groups(), tensors=self._tensors(buffers),
        )  # fmt: skip
        return Watched(norm, mode, counts, moments, partial(self._rows, "x"), partial(self._rows, "dy"))

    def _one_of(self, key: str, allowed: Sequence[str]) -> Any:
        value = self._entry.get(key)
        return (
            value if value in allowed else self._lie(f"says {key} {value!r:.40}; one of {', '.join(allowed)} is read")
        )

    def _number(self, key: str, most: float = math.inf) -> float | None:
        value = self._entry.get(key)
        if value is None:
            return None
        if (
            isinstance(value, bool)
            or not isinstance(value, (int, float))
            or not 0 <= value <= most
            or value == math.inf
        ):
            self._lie(f"says {key} {value!r:.40}")
        return float(value)

    def _counts(self) -> tuple[int, ...]:
        value = self._entry.get("count")
        if not isinstance(value, list) or len(value) != self._steps:
            self._lie(f"does not say how many examples each of {self._steps} steps had")
        return tuple(_whole(count, f"count of {self._name!r}") for count in value)

    def _groups(self) -> int | None:
        value = self._entry.get("groups")
        return None if value is None else _whole(value, f"groups of {self._name!r}", least=1)

    def _batches(self) -> int | None:
        name = f"{self._name}.num_batches_tracked"
        if name not in self._arrays:
            return None
        shape, dtype = _header(self._arrays, name)
        if shape not in ((), (1,)) or dtype.kind not in "iu":
            self._lie(f"has {name!r} of shape {shape}, {dtype}; it is one whole number")
        return int(self._arrays[name].reshape(()))

    def _tensors(self, buffers: Mapping[str, Array | None]) -> dict[str, str]:
        return {field: f"{self._name}.{BUFFERS[field]}" for field, array in buffers.items() if array is not None}

    def _buffer(self, name: str) -> Array | None:
        full = f"{self._name}.{name}"
        if full not in self._arrays:
            return None
        self._numbers(full)
        return self._arrays[full]

    def _channels(
        self, buffers: Mapping[str, Array | None], ran: Sequence[int], counts: Sequence[int], axes: Sequence[int]
    ) -> int:
        """How many channels it has, by whatever says it; all must say the same."""
        told = {BUFFERS[field]: array.shape for field, array in buffers.items() if array is not None}
        for step in ran:
            shape = self._rows_shape(step, counts[step], axes)
            told[f"x.{step}"] = (shape[1],)
        channels = next(iter(told.values()), (0,))
        for what, shape in told.items():
            if shape != channels or len(shape) != 1:
                first = next(iter(told))
                self._lie(f"has {first} of shape {channels} and {what} of {shape}; each has a number a channel")
        return int(channels[0])

    def _rows_shape(self, step: int, count: int, axes: Sequence[int]) -> tuple[int, ...]:
        """The shape of a step's rows, which its gradient must have, too."""
        x, dy = f"{self._name}.x.{step}", f"{self._name}.dy.{step}"
        if x not in self._arrays:
            self._lie(f"ran in step {step} and has no {x!r}")
        shape = self._numbers(x)
        if len(shape) not in axes or not 0 < shape[0] * math.prod(shape[2:]) <= count:
            self._lie(f"has {x!r} of shape {shape}; rows of up to {count} examples are (n, C)")
        if dy in self._arrays and self._numbers(dy) != shape:
            self._lie(f"has {dy!r} of another shape than {x!r}, {shape}")
        return shape

    def _moments(self, step: int, count: int, channels: int) -> Moments:
        pair = []
        for what in ("mean", "var"):
            full = f"{self._name}.{what}.{step}"
            if full not in self._arrays or self._numbers(full) != (channels,):
                self._lie(f"has no {full!r} of shape {(channels,)}")
            pair.append(self._arrays[full].astype(np.float64))
        if (pair[1] < 0).any():
            self._lie(f"has a variance below 0 in step {step}")
        return Moments(count, *pair)

    def _numbers(self, full: str) -> tuple[int, ...]:
        """The shape of an array that must be of floating-point numbers."""
        shape, dtype = _header(self._arrays, full)
        return shape if dtype.kind == "f" else self._lie(f"has {full!r} of {dtype}; floating-point numbers are read")

    def _rows(self, what: str, step: int) -> Any:
        return self._arrays.get(f"{self._name}.{what}.{step}")

    def _lie(self, what: str) -> NoReturn:
        _refuse(f"its norm {self._name[:80]!r} {what}")


def _header(arrays: Mapping[str, Array], name: str) -> tuple[tuple[int, ...], np.dtype[Any]]:
    """Shape and dtype of an array, without reading it where it is stored."""
    array = arrays.headers[name] if isinstance(arrays, Stored) else arrays[name]
    return array.shape, array.dtype


def _whole(value: Any, what: str, least: int = 0) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value < 2**53:
        _refuse(f"its {what} is {value!r:.40}; it is a whole number from {least}")
    return int(value)


def _refuse(what: str, error: Exception | None = None) -> NoReturn:
    raise BadCapture(
        f"the capture cannot be read: {what}. Save it again with bnscope_capture.py.", parameter="file"
    ) from error
