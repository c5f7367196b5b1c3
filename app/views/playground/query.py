"""The playground's query: what stands in its address, with ranges, defaults and help."""

from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator

from app.batches.batch import Batch, Source
from app.errors import InvalidQuery
from app.query.control import control
from app.query.layer import INDEX, LayerFields, indices, listed
from app.query.momentum import ALIKE, Momentum
from app.query.source import with_generator_fields
from app.query.staged import StagedFields
from bncore.activations import ACTIVATIONS
from bncore.doctor.precision import ARITHMETICS
from bncore.playground.chain import NormLayer
from bncore.upstream import UPSTREAMS

MOST_SELECTED = 64
RUNNING_SHARE = 10  # times the numbers of a view that its running statistics may see
SELECTED_WORDS = f"at most {MOST_SELECTED} feature numbers from 0, each once, with commas between; or nothing for all"
MOST_LANES = 3
LANES_WORDS = f"at most {MOST_LANES} feature numbers from 0, each once, with commas between; or nothing"
PAIR_WORDS = "two different feature numbers from 0 with a comma between, or nothing for the first two"


def _pair(text: str) -> str:
    if text and text.count(",") != 1:
        raise ValueError(PAIR_WORDS)
    return text


class PlaygroundFields(StagedFields, LayerFields):
    """The fields without the generators' own; use `PlaygroundQuery`."""

    mode: Literal["train", "inference"] = control(
        "train", "Normalize by this batch's statistics, or by the running ones.",
        title="Mode", group="layer", kind="select",
    )  # fmt: skip
    momentum: Momentum = control(
        0.1, f"Weight of the new batch in the running statistics; {ALIKE}", title="Momentum", group="layer",
        kind="slider", slider=(0, 1), step=0.01,
    )  # fmt: skip
    running_steps: int = control(
        100, "Batches of the same source that the running statistics have seen, from mean 0 and variance 1.",
        title="Running steps", group="layer", kind="slider", slider=(0, 1000), step=1, ge=0, le=1000,
    )  # fmt: skip
    running_variance: Literal["unbiased", "biased"] = control(
        "unbiased", "What the running variance stores: unbiased (PyTorch) or biased (Keras 3, Flax).",
        title="Running variance", group="layer", kind="select",
    )  # fmt: skip
    activation: Literal[tuple(ACTIVATIONS)] = control(  # type: ignore[valid-type]
        "relu", "The activation f behind batch norm.", title="Activation", group="activation", kind="select",
    )  # fmt: skip
    upstream: Literal[("auto", *UPSTREAMS)] = control(  # type: ignore[valid-type]
        "auto", "The gradient ∂L/∂f that arrives from above; `auto` is an upload's own `dy` (as ∂L/∂y), else random.",
        title="Gradient from above", group="gradient", kind="select",
    )  # fmt: skip
    upstream_example: int = control(
        0, "The example that the gradient from above looks at.", title="Example", group="gradient", kind="number",
        step=1, ge=0, le=9_999_999,
    )  # fmt: skip
    arithmetic: Literal[tuple(ARITHMETICS)] = control(  # type: ignore[valid-type]
        "exact", "What mean and variance of the batch are computed in, to be held against exact ones (float64): as "
        "E[x²] − E[x]² in float32; in float16 or bfloat16 (x, differences and squares are rounded, sums are in "
        "float32). x̂ is then made of the exact x in float64.",
        title="Arithmetic", group="arithmetic", kind="select",
    )  # fmt: skip
    axis: Literal["auto", "linear", "symlog"] = control(
        "auto", "Scale of the distributions' axes: linear, or symlog, which is asinh: linear near 0, logarithmic far "
        "out; auto takes it where scales differ too much.",
        title="Axis", group="view", kind="select",
    )  # fmt: skip
    selected: Annotated[str, indices(MOST_SELECTED, SELECTED_WORDS)] = control(
        "", "Features shown, by number from 0 with commas between; empty shows all, above 16 as a map.",
        title="Features shown", group="view", kind="text", form=listed(MOST_SELECTED), max_length=2_000,
    )  # fmt: skip
    pair: Annotated[str, indices(2, PAIR_WORDS), AfterValidator(_pair)] = control(
        "", "Two features to hold against each other, by number with a comma between; empty takes the first two shown.",
        title="Pair", group="view", kind="pair", form=f"(?:{INDEX.pattern},{INDEX.pattern})?", max_length=20,
    )  # fmt: skip

    lanes: Annotated[str, indices(MOST_LANES, LANES_WORDS)] = control(
        "", f"The features on the stage, at most {MOST_LANES}, by number from 0 with commas between; empty takes those "
        "whose scales differ most.",
        title="Features on the stage", group="stage", kind="lanes", form=listed(MOST_LANES), max_length=30,
    )  # fmt: skip
    x_scale: float = control(
        1.0, "What the weights of the layer before are multiplied by: x grows with them.",
        title="Weights ×", group="stage", kind="slider", slider=(0.1, 10), scale="log",
        ge=1e-3, le=1e3,
    )  # fmt: skip

    @cached_property
    def lane_features(self) -> tuple[int, ...]:
        """The numbers of the features on the stage, in the order asked for; empty where the view takes them."""
        return tuple(int(part) for part in self.lanes.split(",") if part)

    @cached_property
    def selected_features(self) -> tuple[int, ...]:
        """The numbers of the features shown, in order, each once; empty for all."""
        return tuple(sorted(int(part) for part in self.selected.split(",") if part))

    @property
    def named_pair(self) -> tuple[int, int] | None:
        """The numbers of the two features to hold against each other, if named."""
        if not self.pair:
            return None
        first, second = self.pair.split(",")
        return int(first), int(second)

    def check_work(self, source: Source, most: int) -> int:
        """As for every view; the running statistics of inference may see ten times as many numbers."""
        work = super().check_work(source, most)
        drawn = 0 if self.mode == "train" or self.size_of(source) in (None, source.examples) else self.running_steps
        if work * drawn > RUNNING_SHARE * most:
            raise InvalidQuery(
                f"The running statistics would see {work * drawn:,} numbers, more than {RUNNING_SHARE * most:,}.",
                field="running_steps", given=self.running_steps,
                allowed=f"up to {RUNNING_SHARE * most // work:,} steps at this batch size",
            )  # fmt: skip
        return work

    def layer(self, batch: Batch) -> NormLayer:
        """The layer for a batch. Raises InvalidQuery where gamma or beta have not one value, or one a feature."""
        gamma, beta = self.gamma_and_beta(batch)
        return NormLayer(
            gamma=gamma, beta=beta, eps=self.eps, eps_placement=self.eps_placement, mode=self.mode,
            activation=self.activation, upstream="random" if self.upstream == "auto" else self.upstream,
            upstream_example=self.upstream_example,
        )  # fmt: skip


if TYPE_CHECKING:
    PlaygroundQuery = PlaygroundFields
else:
    PlaygroundQuery = with_generator_fields(PlaygroundFields)
