"""The table of norms: which cells share a statistic, what is learned, what must be said beside the array."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import prod
from operator import index
from typing import Any

from bncore.errors import BadParameter
from bncore.norms.arrangement import Arrangement
from bncore.norms.divisors import divisors

Shape = tuple[int, ...]
Given = Mapping[str, Any]


@dataclass(frozen=True)
class Setting:
    """A number that a norm asks for; `default` None means that it must be given.

    `inference` is whether it has an effect in inference, too.
    """

    help: str
    default: float | None
    inference: bool = True


SETTINGS: dict[str, Setting] = {
    "groups": Setting("Groups that the channels are dealt into, in their order; a divisor of C.", None),
    "ghost_size": Setting(
        "Examples in each ghost batch, in their order; the last one takes what is left.", None, inference=False
    ),
    "axis": Setting("The first axis that is normalized, from 0; all behind it are, too, as in ONNX.", 1),
    "r_max": Setting(
        "Largest r, and 1/r_max the smallest, of batch renormalization; at least 1.", 3.0, inference=False
    ),
    "d_max": Setting("Largest size of d of batch renormalization; at least 0.", 5.0, inference=False),
}


@dataclass(frozen=True)
class Norm:
    """A row of the table.

    `over` says which cells share a statistic, `learned` which parameters there are and `per_channel` whether they have
    a value a channel, (C,), or one for each cell of an example, x.shape[axis:]. `centred` is whether the mean is
    subtracted, `running` whether running statistics are kept, which inference then normalizes by; `settings` names the
    rows of SETTINGS that it takes. `batch` is whether an example's result depends on the others of its batch, and
    `corrected` whether r and d then bring it towards the running statistics, which it needs.
    """

    title: str
    over: str
    source: str
    arrangement: Callable[[Shape, Given], Arrangement] = field(repr=False)
    learned: tuple[str, ...] = ("gamma", "beta")
    per_channel: bool = True
    centred: bool = True
    running: bool = False
    batch: bool = False
    corrected: bool = False
    settings: tuple[str, ...] = ()

    def parameter_shape(self, shape: Shape, given: Given) -> Shape:
        """The shape of gamma and beta for an x of `shape`."""
        return (shape[1],) if self.per_channel else shape[given["axis"] :]


def of_channels(shape: Shape, _given: Given) -> Arrangement:
    """All examples and positions share a statistic, each channel its own."""
    return Arrangement(shape, (shape[0], shape[1], prod(shape[2:])), (0, 2))


def _of_examples(shape: Shape, given: Given) -> Arrangement:
    axis = given["axis"]
    return Arrangement(shape, (prod(shape[:axis]), prod(shape[axis:])), (1,))


def of_tokens(shape: Shape, _given: Given) -> Arrangement:
    """The channels of each example and position share a statistic: layer norm as transformers apply it, by token."""
    return Arrangement(shape, (shape[0], shape[1], prod(shape[2:])), (1,))


def _of_instances(shape: Shape, _given: Given) -> Arrangement:
    return Arrangement(shape, (shape[0], shape[1], prod(shape[2:])), (2,))


def _of_groups(shape: Shape, given: Given) -> Arrangement:
    examples, channels, *image = shape
    groups = divisor(given["groups"], channels, "groups", "channels")
    return Arrangement(shape, (examples, groups, channels // groups * prod(image)), (2,))


def _of_ghosts(shape: Shape, given: Given) -> Arrangement:
    examples, channels, *image = shape
    size = divisor(given["ghost_size"], examples, "ghost_size", "examples")
    return Arrangement(shape, (examples // size, size, channels, prod(image)), (1, 3))


def divisor(value: Any, of: int, name: str, noun: str) -> int:
    """`value`, if it is a positive whole number that divides `of`; else BadParameter, with all that do."""
    if whole(value) and value > 0 and of % int(value) == 0:
        return int(value)
    fitting = [str(number) for number in divisors(of)]
    words = ", ".join(fitting[:12]) + (", …" if len(fitting) > 12 else "")
    detail = f"{name} is {value!r}, and there are {of} {noun}; give a divisor of {of}: {words}."
    raise BadParameter(detail, parameter=name)


def whole(value: Any) -> bool:
    """Whether a value is a whole number of a type that says so."""
    try:
        index(value)
    except TypeError:
        return False
    return True


NORMS: dict[str, Norm] = {
    "batch": Norm(
        "Batch norm", "all examples and positions, for each channel", "Ioffe & Szegedy 2015, algorithm 1",
        of_channels, running=True, batch=True,
    ),
    "layer": Norm(
        "Layer norm", "all channels and positions, for each example", "Ba, Kiros & Hinton 2016, equation 3",
        _of_examples, per_channel=False, settings=("axis",),
    ),
    "instance": Norm(
        "Instance norm", "all positions, for each example and channel",
        "Ulyanov, Vedaldi & Lempitsky 2016", _of_instances,
    ),
    "group": Norm(
        "Group norm", "the channels of a group and all positions, for each example and group",
        "Wu & He 2018, equation 7", _of_groups, settings=("groups",),
    ),
    "rms": Norm(
        "RMS norm", "all channels and positions, for each example; no mean is subtracted",
        "Zhang & Sennrich 2019, equation 4", _of_examples, learned=("gamma",), per_channel=False, centred=False,
        settings=("axis",),
    ),
    "renorm": Norm(
        "Batch renormalization", "all examples and positions, for each channel, then corrected by r and d towards the "
        "running statistics", "Ioffe 2017, algorithm 1", of_channels, running=True, batch=True, corrected=True,
        settings=("r_max", "d_max"),
    ),
    "ghost": Norm(
        "Ghost batch norm", "the examples of a ghost batch and all positions, for each ghost batch and channel",
        "Hoffer, Hubara & Soudry 2017, algorithm 1", _of_ghosts, running=True, batch=True, settings=("ghost_size",),
    ),
}  # fmt: skip
