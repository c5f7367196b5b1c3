"""The query of the batch size view: what batches are drawn from, how many, and what is looked at."""

import re
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, Field

from app.batches.batch import Source
from app.query.control import control
from app.query.layer import EPS, EPS_PLACEMENT, NOTATION, Notation, Placement, indices, listed
from app.query.momentum import ALIKE, Momentum
from app.query.source import AUTO_FINITE, SourceFields, with_generator_fields
from app.query.staged import StagedFields
from bncore.batch_size.estimates import MOST_DRAWS, WHOLE
from bncore.batch_size.noise.perturbations import MOST_DEVIATION, MOST_RATE
from bncore.running import RUNNING_VARIANCES

LEAST_DRAWS = 10
MOST_FEATURES = 16
MOST_SIZES = 12
MOST_MEMBERS = 16
LARGEST_MOVE = 4.0  # deviations
PARTS = ("estimates", "running", "noise", "dependence", "classes")
SIZE = re.compile(r"[0-9]{1,4}")
SIZES_WORDS = f"at most {MOST_SIZES} numbers from 2 to {WHOLE}, ascending, with commas between; or nothing"
PARTS_WORDS = f"some of {', '.join(PARTS)}, each once, with commas between; or nothing for all"
SELECTED_WORDS = f"at most {MOST_FEATURES} feature numbers from 0, each once, with commas between; or nothing"


def _sizes(text: str) -> str:
    parts = text.split(",") if text else []
    numbers = [int(part) if SIZE.fullmatch(part) else 0 for part in parts]
    inside = all(2 <= number <= WHOLE for number in numbers)
    if len(parts) > MOST_SIZES or not inside or numbers != sorted(set(numbers)):
        raise ValueError(SIZES_WORDS)
    return text


def _parts(text: str) -> str:
    parts = text.split(",") if text else []
    if len(set(parts)) < len(parts) or not set(parts) <= set(PARTS):
        raise ValueError(PARTS_WORDS)
    return text


class BatchSizeFields(SourceFields, StagedFields):
    """The fields without the generators' own; use `BatchSizeQuery`."""

    batch_size: Annotated[int, Field(ge=2, le=10_000_000)] | Literal["auto", "all"] = control(
        "auto", "The population: the examples that batches are drawn from. `auto` is the whole source, up to "
        f"{AUTO_FINITE} examples of a large one, drawn by the seed; a generator has no end. A number takes so many "
        "examples, once.",
        title="Examples to draw from", group="data", kind="text",
    )  # fmt: skip
    size: int = control(
        8, "The batch size K that is looked at. Of a source with fewer examples, all of them.", title="Batch size K",
        group="size", kind="slider", slider=(2, 1024), scale="log", step=1, ge=2, le=WHOLE,
    )  # fmt: skip
    sizes: Annotated[str, AfterValidator(_sizes)] = control(
        "", "The batch sizes that are drawn, ascending, with commas between; empty takes the powers of two and all "
        "examples. The one looked at, and 2, 8, 32 and 256, are always among them.",
        title="Batch sizes", group="draws", kind="text", form=listed(MOST_SIZES, SIZE.pattern), max_length=80,
    )  # fmt: skip
    draws: int = control(
        1000, "Random batches of each size.", title="Draws R", group="draws", kind="slider", slider=(100, MOST_DRAWS),
        scale="log", step=1, ge=LEAST_DRAWS, le=MOST_DRAWS,
    )  # fmt: skip
    selected: Annotated[str, indices(MOST_FEATURES, SELECTED_WORDS)] = control(
        "", f"Features measured, by number from 0 with commas between; empty takes the first {MOST_FEATURES}.",
        title="Features measured", group="draws", kind="text", form=listed(MOST_FEATURES), max_length=100,
    )  # fmt: skip
    feature: int = control(
        0, "The feature that is looked at, by number from 0.", title="Feature", group="size", kind="feature", ge=0,
        le=10_000_000,
    )  # fmt: skip
    eps: float = EPS
    eps_placement: Placement = EPS_PLACEMENT
    momentum: Momentum = control(
        0.1, f"Weight of the new batch in the running statistics; {ALIKE}", title="Momentum", group="running",
        kind="slider", slider=(0.01, 1), scale="log",
    )  # fmt: skip
    running_steps: int = control(
        100, "Batches that the running statistics see, from mean 0 and variance 1.", title="Running steps",
        group="running", kind="slider", slider=(1, 1000), step=1, ge=0, le=1000,
    )  # fmt: skip
    running_variance: Literal[tuple(RUNNING_VARIANCES)] = control(  # type: ignore[valid-type]
        "unbiased", "What the running variance stores: unbiased (PyTorch) or biased (Keras 3, Flax).",
        title="Running variance", group="running", kind="select",
    )  # fmt: skip
    members: int = control(
        8, "Examples of the small batch in which one is moved, drawn by the seed.", title="Examples in the small batch",
        group="dependence", kind="slider", slider=(2, MOST_MEMBERS), step=1, ge=2, le=MOST_MEMBERS,
    )  # fmt: skip
    example: int = control(
        0, "The example that is moved, and whose noise is looked at, by its number from 0 in the small batch.",
        title="Example", group="dependence", kind="example", ge=0, le=MOST_MEMBERS - 1,
    )  # fmt: skip
    move_by: float = control(
        2.0, "How far the example is moved, in deviations of the population.", title="Move by", group="dependence",
        kind="slider", symbol="t", slider=(-LARGEST_MOVE, LARGEST_MOVE), step=0.05, ge=-LARGEST_MOVE, le=LARGEST_MOVE,
    )  # fmt: skip
    rate: float = control(
        0.5, "The share of values that dropout sets to 0; the others are divided by 1 − p.", title="Dropout rate",
        group="noise", kind="slider", symbol="p", slider=(0, MOST_RATE), step=0.01, ge=0, le=MOST_RATE,
    )  # fmt: skip
    deviation: float = control(
        0.5, "The deviation of the noise on a weight, or on a bias.", title="Weight noise", group="noise",
        kind="slider", symbol="s", slider=(0, 2), step=0.01, ge=0, le=MOST_DEVIATION,
    )  # fmt: skip
    perturbation: Literal["multiplicative", "additive"] = control(
        "multiplicative", "Noise on a weight, which multiplies the value by a bell-shaped factor of mean 1 and "
        "deviation s, or on a bias, which adds a bell-shaped shift of deviation s.",
        title="Weight perturbation", group="noise", kind="select",
    )  # fmt: skip
    notation: Notation = NOTATION
    part: Annotated[str, AfterValidator(_parts)] = control(
        "", f"What is computed: {', '.join(PARTS)}, with commas between; empty computes all of it.", title="Parts",
        group="view", kind="text", form=listed(len(PARTS), f"(?:{'|'.join(PARTS)})"), max_length=80,
    )  # fmt: skip

    @cached_property
    def computed_parts(self) -> tuple[str, ...]:
        """What is computed beside the stage."""
        if self.is_stage:
            return ()
        return tuple(self.part.split(",")) if self.part else PARTS

    @cached_property
    def selected_features(self) -> tuple[int, ...]:
        """The numbers of the features measured; empty for the first ones."""
        return tuple(sorted(int(part) for part in self.selected.split(",") if part))

    @cached_property
    def named_sizes(self) -> tuple[int, ...]:
        """The sizes that are asked for; empty for powers of two."""
        return tuple(int(part) for part in self.sizes.split(",") if part)

    def is_endless(self, source: Source) -> bool:
        """Whether batches come from the source itself, and that has no end."""
        return source.examples is None and self.batch_size == "auto"

    def size_of(self, source: Source) -> int | None:
        """How many examples the population has; of an endless one, the batch that stands for it has one."""
        if self.batch_size == "auto" and source.examples is None:
            return 1
        return super().size_of(source)


if TYPE_CHECKING:
    BatchSizeQuery = BatchSizeFields
else:
    BatchSizeQuery = with_generator_fields(BatchSizeFields)
