"""What a file tells of a model's norms. Readers (`app.models`) make these records, findings and repairs read them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from numpy.typing import NDArray

Array = NDArray[Any]
Kind = Literal["batch", "layer", "group", "instance", "rms"]


@dataclass(frozen=True)
class Front:
    """The layer whose output a norm takes, as far as names or the graph tell.

    `weight` and `bias` are names of `Model.tensors` (bias: None where there is none); `outputs` is the axis of the
    weight that counts the norm's channels; `known_by` says what paired them.
    """

    name: str
    weight: str
    bias: str | None
    outputs: int
    known_by: Literal["graph", "names"]


@dataclass(frozen=True)
class Norm:
    """One norm layer. Arrays have shape (channels,) and the file's own dtype; None is what the file does not say.

    `momentum` weighs the new batch, whatever direction the framework gives it; `batches` is how many updated the
    running statistics; `tensors` names the tensor of the file behind each of gamma, beta, mean and variance;
    `behind` is the activation that takes the norm's output, where a graph tells; `known_by` says in half a sentence
    what made it a norm of this kind. `odd` has the lengths of arrays that are not here, as they do not fit the others:
    0 of a mean without a variance beside it that is in no tensor, or the other way round.
    """

    name: str
    kind: Kind
    gamma: Array | None = None
    beta: Array | None = None
    mean: Array | None = None
    variance: Array | None = None
    eps: float | None = None
    momentum: float | None = None
    batches: int | None = None
    groups: int | None = None
    front: Front | None = None
    behind: str | None = None
    tensors: Mapping[str, str] = field(default_factory=dict)
    known_by: str = ""
    odd: Mapping[str, int] = field(default_factory=dict)

    @property
    def channels(self) -> int:
        """How many channels the norm has, by its arrays.

        >>> import numpy as np
        >>> Norm("bn1", "batch", gamma=np.ones(3)).channels
        3
        """
        known = [a for a in (self.gamma, self.beta, self.mean, self.variance) if a is not None]
        return len(known[0]) if known else 0


@dataclass(frozen=True)
class Model:
    """The norms of a file in its order, and every tensor by name: its shape and dtype at once, its values when asked.

    `read` gives the values of a tensor; `notes` says in sentences what the file has and this record does not; `source`
    is what the format's own writer needs of the file, and means nothing to others.
    """

    format: str
    norms: tuple[Norm, ...]
    tensors: Mapping[str, tuple[tuple[int, ...], str]]
    read: Callable[[str], Array]
    notes: tuple[str, ...] = ()
    source: Any = None
