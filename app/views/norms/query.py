"""The norms view's query: the block of values, what happens to it, the norms' settings, and which cell is looked at."""

import re
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, Field

from app.batches.batch import Source
from app.query.control import control, formed
from app.query.layer import EPS, EPS_PLACEMENT, NOTATION, Notation, Placement
from app.query.source import SOURCE, BatchFields, known_source, with_generator_fields
from app.query.staged import StagedFields
from bncore.norms import NORMS
from bncore.norms.divisors import LARGEST_GROUPS

AUTO_EXAMPLES = {"digits": 4}
AUTO_OF_OTHERS = 8
SITUATIONS = ("usual", "one_example", "class_sorted", "huge_channel")
ROWS = ("channel", "example")
NORM_CHOICES = ("all", *NORMS)
CELL = re.compile(r"([0-9]{1,6}),([0-9]{1,6}),([0-9]{1,6})")
CELL_WORDS = "nothing, or example, channel and position of a cell of the block, from 0, such as 2,5,0"
Divisor = Annotated[int, Field(ge=1, le=4096)] | Literal["auto"]


class NormsFields(BatchFields, StagedFields):
    """The fields without the generators' own; use `NormsQuery`."""

    source: Annotated[str, AfterValidator(known_source)] = control(
        "digits", "Digits go through a small convolution first; any other source is normalized as it is: its features "
        "are the channels, and what axes an upload has beyond them are positions.",
        title="Source", group="data", kind="source", form=SOURCE,
    )  # fmt: skip
    batch_size: Annotated[int, Field(ge=1, le=10_000_000)] | Literal["auto", "all"] = control(
        "auto", "Examples in the mini-batch, drawn by the seed without replacement; `auto` is "
        f"{AUTO_EXAMPLES['digits']} of the digits and up to {AUTO_OF_OTHERS} of any other source, `all` takes all.",
        title="Batch size", group="data", kind="batch_size", symbol="N", slider=(1, 64), scale="log",
    )  # fmt: skip
    channels: int = control(
        6, "Channels of the convolution (3 × 3, weights drawn by the seed) that the digits go through.",
        title="Channels", group="data", kind="slider", slider=(1, 64), step=1, shown_for="digits", ge=1, le=64,
    )  # fmt: skip
    stride: int = control(
        3, "Pixels by which the convolution of the digits steps: 3 leaves 3 × 3 positions of their 8 × 8, 2 leaves "
        "4 × 4, 1 all of them.",
        title="Stride", group="data", kind="slider", slider=(1, 4), step=1, shown_for="digits", ge=1, le=8,
    )  # fmt: skip
    situation: Literal[SITUATIONS] = control(  # type: ignore[valid-type]
        "usual", "A usual batch; its first example alone; examples of one class only; or one channel, the first, that "
        "is much larger than the others.",
        title="Situation", group="situation", kind="select",
    )  # fmt: skip
    huge_factor: float = control(
        100.0, "What the first channel is multiplied by where one channel is huge.", title="Factor of the channel",
        group="situation", kind="slider", slider=(1, 1000), scale="log", ge=0, le=1e6,
    )  # fmt: skip
    norm: Literal[NORM_CHOICES] = control(  # type: ignore[valid-type]
        "all", "All norms side by side, or one of them.", title="Norm", group="norm", kind="select",
    )  # fmt: skip
    groups: Divisor = control(
        "auto", "Groups of group norm, a divisor of the channels; `auto` is the largest that leaves at least two "
        f"channels to a group, up to {LARGEST_GROUPS}.",
        title="Groups of group norm", group="norm", kind="select",
    )  # fmt: skip
    ghost_size: Divisor = control(
        "auto", "Examples in each ghost batch; where they do not divide the batch, the last one takes what is left. "
        "`auto` is the largest divisor up to half of the batch size.",
        title="Size of a ghost batch", group="norm", kind="select",
    )  # fmt: skip
    r_max: float = control(
        3.0, "Largest r, by which batch renormalization multiplies; 1/r_max is the smallest.", title="Largest r",
        group="limits", kind="slider", slider=(1, 10), step=0.1, ge=1, le=1e6,
    )  # fmt: skip
    d_max: float = control(
        5.0, "Largest size of d, which batch renormalization adds.", title="Largest d", group="limits", kind="slider",
        slider=(0, 10), step=0.1, ge=0, le=1e6,
    )  # fmt: skip
    eps: float = EPS
    eps_placement: Placement = EPS_PLACEMENT
    rows: Literal[ROWS] = control(  # type: ignore[valid-type]
        "channel", "What has a row of its own in the distributions: each channel, or each example.", title="Rows",
        group="view", kind="select",
    )  # fmt: skip
    notation: Notation = NOTATION
    cell: Annotated[str, formed(CELL, CELL_WORDS, or_nothing=True)] = control(
        "", "The cell that is looked at: example, channel and position from 0 with commas between; empty is the one of "
        "the largest size amid the examples and channels that the cubes show.",
        title="Cell", group="cell", kind="cell", form=f"(?:{CELL.pattern})?", max_length=24,
    )  # fmt: skip

    def size_of(self, source: Source) -> int | None:
        """How many examples to draw: `auto` is so few of any source that each can be seen."""
        if self.batch_size == "auto":
            few = AUTO_EXAMPLES.get(self.source, AUTO_OF_OTHERS)
            return min(source.examples or few, few)
        return super().size_of(source)

    @property
    def asked_cell(self) -> tuple[int, int, int] | None:
        """Example, channel and position of the cell that is asked for, if any."""
        match = CELL.fullmatch(self.cell)
        return (int(match[1]), int(match[2]), int(match[3])) if match else None

    @property
    def shown_norms(self) -> tuple[str, ...]:
        """The norms that are shown."""
        return tuple(NORMS) if self.norm == "all" else (self.norm,)


if TYPE_CHECKING:
    NormsQuery = NormsFields
else:
    NormsQuery = with_generator_fields(NormsFields)
