"""The network view's query: the network, its batch, what is disturbed, and which joints are looked at."""

import re
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from app.batches.batch import Source
from app.errors import InvalidQuery
from app.query.control import control, formed
from app.query.layer import EPS, EPS_PLACEMENT, NOTATION, Notation, Placement
from app.query.source import AUTO_FINITE, AUTO_GENERATED, SOURCE, BatchFields, known_source, with_generator_fields
from app.query.staged import StagedFields
from app.views.network.claims import PRESETS
from bncore.activations import ACTIVATIONS
from bncore.network.build import NORM_PLACES, NORMS
from bncore.network.contrast import ARCHITECTURES
from bncore.network.joints import KINDS
from bncore.network.layers.initializations import INITIALIZATIONS
from bncore.network.losses import LOSSES

DEEPEST = {"fully_connected": 50, "convolutional": 8}
OF_IMAGES = {"depth": 4, "width": 16}  # the defaults of a convolutional network
ABSENT_FOR = {"norm": {"field": "norm", "value": "none"}, "sum": {"field": "residual", "value": "off"}}
"""The kinds of joints that not every network has, each with the field and the value that leave it out."""
JOINT = re.compile(rf"({'|'.join(KINDS)})([1-9][0-9]?)")
JOINT_WORDS = f"nothing, or one of {', '.join(KINDS)} with the number of a block behind it, such as z3"


class NetworkFields(BatchFields, StagedFields):
    """The fields without the generators' own; use `NetworkQuery`."""

    source: Annotated[str, AfterValidator(known_source)] = control(
        "digits", "A data set, a generator, `inline` (the table in `values`), or the id of an upload. A convolutional "
        "network takes images: digits, which it has when none is named, or an upload of shape (N, C, H, W).",
        title="Source", group="data", kind="source", form=SOURCE,
    )  # fmt: skip
    batch_size: Annotated[int, Field(ge=1, le=10_000_000)] | Literal["auto", "all"] = control(
        "auto", f"Examples in the mini-batch, drawn by the seed without replacement; `auto` is up to {AUTO_GENERATED}, "
        "`all` takes all of them.",
        title="Batch size", group="data", kind="batch_size", symbol="N", slider=(2, 1024),
        finite=AUTO_FINITE, scale="log",
    )  # fmt: skip
    standardize: Literal["on", "off"] = control(
        "on", "Give every input feature (of images: every channel) mean 0 and deviation 1 over this batch before it "
        "enters the network, as one does with raw data; a constant feature becomes 0. Off feeds the data as they are.",
        title="Standardize the inputs", group="data", kind="select",
    )  # fmt: skip
    architecture: Literal[tuple(ARCHITECTURES)] = control(  # type: ignore[valid-type]
        "fully_connected", "Fully connected blocks, or blocks of 3 × 3 convolution on images with statistics per "
        f"channel (up to {DEEPEST['convolutional']} blocks).",
        title="Architecture", group="network", kind="select",
    )  # fmt: skip
    depth: int = control(
        12, "Blocks of product, norm and activation; a linear read-out follows. Left out, 12, and "
        f"{OF_IMAGES['depth']} of a convolutional network.", title="Depth", group="network",
        kind="slider", slider=(1, 50), step=1, default_for={"architecture": {"convolutional": OF_IMAGES["depth"]}},
        end_for={"architecture": DEEPEST}, ge=1, le=50,
    )  # fmt: skip
    width: int = control(
        64, f"Units of every block, or channels. Left out, 64, and {OF_IMAGES['width']} of a convolutional network.",
        title="Width", group="network", kind="slider", slider=(4, 512), scale="log",
        default_for={"architecture": {"convolutional": OF_IMAGES["width"]}}, ge=4, le=512,
    )  # fmt: skip
    norm: Literal[NORMS] = control(  # type: ignore[valid-type]
        "batch", "What normalizes in the column with a norm; `none` leaves that column out.", title="Norm",
        group="network", kind="select",
    )  # fmt: skip
    norm_place: Literal[NORM_PLACES] = control(  # type: ignore[valid-type]
        "before", "Where the norm stands: between the product and the activation f, or behind f.",
        title="Place of the norm", group="network", kind="select",
    )  # fmt: skip
    residual: Literal["off", "on"] = control(
        "off", "A connection around every block that keeps its width: the block's input is added to its output.",
        title="Residual connections", group="network", kind="select",
    )  # fmt: skip
    activation: Literal[tuple(ACTIVATIONS)] = control(  # type: ignore[valid-type]
        "relu", "The activation f of every block.", title="Activation", group="network", kind="select",
    )  # fmt: skip
    initialization: Literal[tuple(INITIALIZATIONS)] = control(  # type: ignore[valid-type]
        "xavier", "How the weights are drawn.", title="Initialization", group="weights", kind="select",
    )  # fmt: skip
    weight_scale: float = control(
        1.0, "A factor on all weights of the blocks; of the Gaussian initialization it is the deviation itself.",
        title="Weight scale", group="weights", kind="slider", symbol="a", slider=(0.01, 100), scale="log",
        ge=0, le=1e6,
    )  # fmt: skip
    eps: float = EPS
    eps_placement: Placement = EPS_PLACEMENT
    dtype: Literal["float32", "float64"] = control(
        "float32", "The numbers that the network computes in.", title="Numbers", group="network", kind="select",
    )  # fmt: skip
    loss: Literal[tuple(LOSSES)] = control(  # type: ignore[valid-type]
        "cross_entropy", "The loss that the gradients are of, against the data's classes; where there are none, "
        "against classes drawn by the seed. Squared error takes them as one-hot rows.",
        title="Loss", group="gradient", kind="select",
    )  # fmt: skip
    disturb_layer: int = control(
        0, "The block whose weights are disturbed; 0 leaves all as they are.", title="Disturbed layer",
        group="disturb", kind="slider", slider=(0, 50), step=1, ge=0, le=50,
    )  # fmt: skip
    disturb_factor: float = control(
        3.0, "The factor on that block's weights.", title="Factor on its weights", group="disturb", kind="slider",
        symbol="a", slider=(-10, 10), step=0.1, ge=-1e6, le=1e6,
    )  # fmt: skip
    disturb_shift: float = control(
        0.0, "What is added to each of that block's biases.", title="Shift of its biases", group="disturb",
        kind="slider", symbol="b", slider=(-10, 10), step=0.1, ge=-1e6, le=1e6,
    )  # fmt: skip
    preset: Literal[("none", *PRESETS)] = control(  # type: ignore[valid-type]
        "none", "The claim that is measured on this network.", title="Claim", group="claim", kind="select",
    )  # fmt: skip
    shown: Literal[tuple(KINDS)] = control(  # type: ignore[valid-type]
        "z", "The joints that are drawn: the product's output z, behind the norm, behind f, or the sum behind a "
        "residual connection.", title="Joints shown", group="view", kind="select",
    )  # fmt: skip
    joint: Annotated[str, formed(JOINT, JOINT_WORDS, or_nothing=True)] = control(
        "", "The joint that is opened, its kind and block such as `z3`; empty opens the last block's.",
        title="Joint opened", group="view", kind="joint", form=f"(?:{JOINT.pattern})?", max_length=8,
    )  # fmt: skip
    notation: Notation = NOTATION

    @model_validator(mode="before")
    @classmethod
    def _fill(cls, given: Any) -> Any:
        images = isinstance(given, dict) and given.get("architecture") == "convolutional"
        return OF_IMAGES | given if images else given

    def stated(self) -> dict[str, Any]:
        """The query as short as it can be: the fields that differ from their defaults, those of the architecture."""
        given = self.model_dump()
        defaults = {name: field.default for name, field in type(self).model_fields.items()}
        defaults |= OF_IMAGES if self.architecture == "convolutional" else {}
        return {name: value for name, value in given.items() if value != defaults[name]}

    def size_of(self, source: Source) -> int | None:
        """How many examples to draw: `auto` is up to 256 of any source."""
        if self.batch_size == "auto":
            return min(source.examples or AUTO_GENERATED, AUTO_GENERATED)
        return super().size_of(source)

    @property
    def opened(self) -> tuple[str, int]:
        """The kind and the block of the joint that is opened."""
        match = JOINT.fullmatch(self.joint)
        return (match[1], int(match[2])) if match else (self.shown, self.depth)

    def check(self) -> None:
        """Raises InvalidQuery where fields contradict each other."""
        if self.architecture == "convolutional" and not (self.source == "digits" or self.is_upload):
            raise _refused("source", self.source, "digits, or an upload of four axes", "A convolutional network takes "
                           "images: choose the digits, or upload an array of shape (N, C, H, W).")  # fmt: skip
        deepest = DEEPEST[self.architecture]
        if self.depth > deepest:
            raise _refused("depth", self.depth, f"1 to {deepest}", f"A {_words(self.architecture)} network has up to "
                           f"{deepest} blocks here, and depth is {self.depth}.")  # fmt: skip
        if self.disturb_layer > self.depth:
            raise _refused("disturb_layer", self.disturb_layer, f"0 to {self.depth}", f"Block {self.disturb_layer} is "
                           f"to be disturbed, and the network has {self.depth}.")  # fmt: skip
        self._check_joint()

    def _check_joint(self) -> None:
        kind, block = self.opened
        kinds = joint_kinds(self.norm, self.residual)
        for name, given in (("shown", self.shown), ("joint", kind)):
            if given not in kinds:
                raise _refused(name, getattr(self, name), ", ".join(kinds), f"This network has no joint of the kind "
                               f"{given}: {_missing(given)}.")  # fmt: skip
        if block > self.depth:
            raise _refused("joint", self.joint, f"a block from 1 to {self.depth}", f"The joint {self.joint} is to be "
                           f"opened, and the network has {self.depth} blocks.")  # fmt: skip

    def check_sum(self, inputs: int) -> None:
        """Raises InvalidQuery where the sum of block 1 is to be opened, and `inputs` are not of the blocks' width."""
        if self.joint == "sum1" and inputs != self.width:
            raise _refused("joint", self.joint, "a sum from block 2 on, or another kind", "Block 1 has no residual "
                           f"connection: {inputs} enter it, and its width is {self.width}.")  # fmt: skip


def joint_kinds(norm: str, residual: str) -> list[str]:
    """The kinds of joints that a network has."""
    given = {"norm": norm, "residual": residual}
    absent = {kind for kind, at in ABSENT_FOR.items() if given[at["field"]] == at["value"]}
    return [kind for kind in KINDS if kind not in absent]


def _missing(kind: str) -> str:
    return {"norm": "its norm is none", "sum": "residual connections are off"}[kind]


def _words(name: str) -> str:
    return name.replace("_", " ")


def _refused(field: str, given: Any, allowed: str, detail: str) -> InvalidQuery:
    return InvalidQuery(detail, field=field, given=given, allowed=allowed)


if TYPE_CHECKING:
    NetworkQuery = NetworkFields
else:
    NetworkQuery = with_generator_fields(NetworkFields)
