"""Where a run is: all that its next steps depend on, beside its spec."""

import struct
from dataclasses import dataclass

import numpy as np

from bncore.arguments import Array
from bncore.errors import BadParameter
from bncore.training.layout import initial, layout_of
from bncore.training.optimizers import OPTIMIZERS
from bncore.training.spec import Spec

HEAD = struct.Struct("<32sq?")
"""The fingerprint of the spec at the step, the step, and whether the run has diverged; the numbers come behind it."""


@dataclass(frozen=True, eq=False)
class State:
    """A run behind `step` updates: `parameters` (P,), `running` (R,), the optimizer's `moments` (M, P), read-only."""

    spec: Spec
    step: int
    parameters: Array
    running: Array
    moments: Array
    has_diverged: bool = False

    def __post_init__(self) -> None:
        for array in (self.parameters, self.running, self.moments):
            array.flags.writeable = False

    @property
    def has_ended(self) -> bool:
        """After its last step, or where it has diverged."""
        return self.has_diverged or self.step >= self.spec.steps

    def to_bytes(self) -> bytes:
        """What `from_bytes` reads."""
        mark = bytes.fromhex(self.spec.fingerprint_at(self.step))
        arrays = (self.parameters, self.running, self.moments)
        return HEAD.pack(mark, self.step, self.has_diverged) + b"".join(array.tobytes() for array in arrays)

    @classmethod
    def from_bytes(cls, blob: bytes, spec: Spec) -> "State":
        """The state of a spec from that of one of equal `fingerprint_at`; BadParameter for any other."""
        empty = _empty(spec)
        counts = np.cumsum([array.size for array in empty])
        if len(blob) != HEAD.size + int(counts[-1]) * empty[0].itemsize:
            raise BadParameter(f"blob has {len(blob)} bytes, which no state of this spec has.", parameter="blob")
        mark, step, has_diverged = HEAD.unpack_from(blob)
        if mark.hex() != spec.fingerprint_at(step):
            detail = f"blob is the state of another run behind step {step}; give one of equal fingerprint there."
            raise BadParameter(detail, parameter="blob")
        numbers = np.split(np.frombuffer(blob, spec.dtype, offset=HEAD.size), counts[:-1])
        parameters, running, moments = (part.reshape(a.shape) for part, a in zip(numbers, empty, strict=True))
        return cls(spec, step, parameters, running, moments, has_diverged)


def start(spec: Spec) -> State:
    """The state before the first update: equal weights for equal seeds and shapes, running mean 0 and variance 1."""
    layout, (_, running, moments) = layout_of(spec), _empty(spec)
    for block in range(len(layout.running)):
        of_block = layout.running_of(running, block)
        assert of_block is not None
        of_block[1][...] = 1
    return State(spec, 0, initial(spec, layout), running, moments)


def _empty(spec: Spec) -> tuple[Array, Array, Array]:
    """Zeros in the shapes of parameters, running statistics and moments."""
    layout, memory = layout_of(spec), OPTIMIZERS[spec.optimizer].memory
    shapes = ((layout.size,), (layout.running_size,), (memory, layout.size))
    parameters, running, moments = (np.zeros(shape, spec.dtype) for shape in shapes)
    return parameters, running, moments
