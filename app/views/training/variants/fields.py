"""What a variant may say for itself: a field for each field of `bncore.training.Spec` but the data."""

from collections.abc import Callable
from typing import Annotated, Any, Literal

from app.query.control import QueryModel, control
from app.query.momentum import ALIKE, Momentum, momentum_of
from app.views.training.variants.lists import (
    A_BETAS,
    A_CHANGES,
    A_WIDTHS,
    BETAS,
    CHANGES,
    WIDTHS,
    betas_of,
    changes_of,
    widths_of,
)
from bncore.activations import ACTIVATIONS
from bncore.network.layers.initializations import INITIALIZATIONS
from bncore.training import ARCHITECTURES, NORMS, OPTIMIZERS, ORDERS, SCHEDULES, TRAINED
from bncore.training.spec import DTYPES, RESOLUTIONS

MOST = 1e6
Switch = Literal["off", "on"]


class SpecFields(QueryModel):
    """The network, its norm, its noise, how it is trained, and what is recorded; defaults are those of `Spec`."""

    architecture: Literal[tuple(ARCHITECTURES)] = control(  # type: ignore[valid-type]
        "dense", "Fully connected blocks, or blocks of 3 × 3 convolution, which take images: digits, or an upload of "
        "four axes.", title="Architecture", group="network", kind="select",
    )  # fmt: skip
    widths: Annotated[str, A_WIDTHS] = control(
        "100,100,100", "Units, or channels, of each block, with commas between; a linear read-out follows.",
        title="Widths", group="network", kind="text", form=WIDTHS, max_length=900,
    )  # fmt: skip
    activation: Literal[tuple(ACTIVATIONS)] = control(  # type: ignore[valid-type]
        "sigmoid", "The activation f of every block.", title="Activation", group="network", kind="select",
    )  # fmt: skip
    initialization: Literal[tuple(INITIALIZATIONS)] = control(  # type: ignore[valid-type]
        "xavier", "How the blocks' weights are drawn; the read-out's are Xavier's.", title="Initialization",
        group="network", kind="select",
    )  # fmt: skip
    scale: float = control(
        1.0, "A factor on the blocks' weights; of the Gaussian initialization it is the deviation itself.",
        title="Weight scale", group="network", kind="slider", symbol="a", slider=(0.01, 100), scale="log", ge=0,
        le=MOST,
    )  # fmt: skip
    bias: Switch = control(
        "off", "A bias in front of the norm, which takes it away again. Without a norm, and in front of dynamic tanh, "
        "every block has one.",
        title="Bias before the norm", group="network", kind="select",
    )  # fmt: skip
    dtype: Literal[DTYPES] = control(  # type: ignore[valid-type]
        "float32", "The numbers that the network computes in.", title="Numbers", group="network", kind="select",
    )  # fmt: skip
    norm: Literal[tuple(NORMS)] = control(  # type: ignore[valid-type]
        "batch", "What normalizes between product and activation. Instance norm takes images; dynamic tanh stands in "
        "a norm's place.", title="Norm",
        group="norm", kind="select",
    )  # fmt: skip
    eps: float = control(
        1e-5, "Keeps the denominator away from 0: it is added to the variance.", title="Epsilon", group="norm",
        kind="slider", symbol="eps", slider=(1e-8, 10), scale="log", ge=0, le=MOST,
    )  # fmt: skip
    momentum: Momentum = control(
        0.1, f"Weight of the new batch in the running statistics, by which inference normalizes; {ALIKE}",
        title="Momentum", group="norm", kind="slider", slider=(0.001, 1), scale="log",
    )  # fmt: skip
    groups: int = control(
        4, "Groups of channels of group norm; a divisor of every width.", title="Groups", group="norm", kind="slider",
        slider=(1, 32), step=1, ge=1, le=4096,
    )  # fmt: skip
    ghost_size: int = control(
        16, "Examples in each ghost batch; a divisor of the batch size.", title="Ghost batch", group="norm",
        kind="slider", slider=(2, 256), scale="log", step=1, ge=1, le=100_000,
    )  # fmt: skip
    r_max: float = control(
        3.0, "Largest r of batch renormalization.", title="Largest r", group="norm", kind="slider", slider=(1, 10),
        step=0.1, ge=1, le=MOST,
    )  # fmt: skip
    d_max: float = control(
        5.0, "Largest size of d of batch renormalization.", title="Largest d", group="norm", kind="slider",
        slider=(0, 20), step=0.1, ge=0, le=MOST,
    )  # fmt: skip
    warm_up: int = control(
        0, "Steps over which batch renormalization lets r and d grow from 1 and 0 to their largest.", title="Warm-up",
        group="norm", kind="slider", slider=(0, 2000), step=1, ge=0, le=10_000_000,
    )  # fmt: skip
    alpha: float = control(
        0.5, "Where α of dynamic tanh begins: y = γ tanh(αx) + β, in a norm's place.", title="Slope of the tanh",
        group="norm", kind="slider", symbol="α", slider=(0.01, 10), scale="log", ge=0, le=MOST,
    )  # fmt: skip
    through_statistics: Switch = control(
        "on", "Whether the gradient goes through mean and variance. Off treats them as constants, which they are not.",
        title="Gradient through the statistics", group="norm", kind="select",
    )  # fmt: skip
    norm_noise: float = control(
        0.0, "Noise behind the norm: every unit is scaled and shifted by random numbers of this size, new in each "
        "step (Santurkar et al. 2018).", title="Noise behind the norm", group="noise", kind="slider", slider=(0, 2),
        step=0.05, ge=0, le=100,
    )  # fmt: skip
    dropout: float = control(
        0.0, "The share of each block's outputs that is set to 0 in training.", title="Dropout", group="noise",
        kind="slider", symbol="p", slider=(0, 0.9), step=0.05, ge=0, le=0.95,
    )  # fmt: skip
    weight_noise: float = control(
        0.0, "The deviation of the factor 1 + n that each weight is multiplied by in each step.", title="Weight noise",
        group="noise", kind="slider", symbol="s", slider=(0, 2), step=0.05, ge=0, le=100,
    )  # fmt: skip
    optimizer: Literal[tuple(OPTIMIZERS)] = control(  # type: ignore[valid-type]
        "sgd", "What makes a step of a gradient.", title="Optimizer", group="optimizer", kind="select",
    )  # fmt: skip
    rate: float = control(
        0.1, "The learning rate at the beginning.", title="Learning rate", group="optimizer", kind="slider",
        slider=(0.0001, 100), scale="log", ge=0, le=MOST,
    )  # fmt: skip
    inertia: float = control(
        0.9, "The share of the velocity that momentum keeps in each step.", title="Inertia", group="optimizer",
        kind="slider", slider=(0, 0.99), step=0.01, ge=0, le=1,
    )  # fmt: skip
    adam_betas: Annotated[str, A_BETAS] = control(
        "0.9,0.999", "What Adam's two averages keep in each step, with a comma between.", title="Adam's betas",
        group="optimizer", kind="text", form=BETAS, max_length=100,
    )  # fmt: skip
    adam_eps: float = control(
        1e-8, "What Adam adds to the root of its second average.", title="Adam's epsilon", group="optimizer",
        kind="slider", slider=(1e-12, 1), scale="log", ge=0, le=MOST,
    )  # fmt: skip
    weight_decay: float = control(
        0.0, "Times each weight is added to its gradient; biases, γ and β do not decay.", title="Weight decay",
        group="optimizer", kind="slider", slider=(0.00001, 1), scale="log", ge=0, le=MOST,
    )  # fmt: skip
    trained: Literal[tuple(TRAINED)] = control(  # type: ignore[valid-type]
        "all", "What is trained: all parameters, or γ and β alone (Frankle et al. 2021).", title="Trained",
        group="optimizer", kind="select",
    )  # fmt: skip
    schedule: Literal[tuple(SCHEDULES)] = control(  # type: ignore[valid-type]
        "constant", "How the learning rate goes on from its beginning.", title="Schedule", group="schedule",
        kind="select",
    )  # fmt: skip
    factor: float = control(
        0.1, "By which a rate in steps, or an exponential one, changes; above 1 it grows.", title="Factor",
        group="schedule", kind="slider", slider=(0.01, 10), scale="log", ge=0, le=MOST,
    )  # fmt: skip
    every: int = control(
        1000, "Steps in which the rate changes by that factor.", title="Every", group="schedule", kind="slider",
        slider=(1, 10_000), scale="log", step=1, ge=1, le=10_000_000,
    )  # fmt: skip
    changes: Annotated[str, A_CHANGES] = control(
        "", "Learning rates that are set in mid-run, each with its step: `0.01@300;0.1@600`. The schedule goes on from "
        "there.", title="Changes of the rate", group="variants", kind="text", form=CHANGES, max_length=1500,
    )  # fmt: skip
    batch_size: int = control(
        60, "Examples in each batch.", title="Batch size", group="batches", kind="slider", symbol="N",
        slider=(1, 1024), scale="log", step=1, ge=1, le=100_000,
    )  # fmt: skip
    order: Literal[tuple(ORDERS)] = control(  # type: ignore[valid-type]
        "shuffled", "Which examples a batch is made of; every variant sees the same.", title="Order", group="batches",
        kind="select",
    )  # fmt: skip
    random_labels: float = control(
        0.0, "The share of the training labels that is random.", title="Random labels", group="batches", kind="slider",
        slider=(0, 1), step=0.05, ge=0, le=1,
    )  # fmt: skip
    steps: int = control(
        2000, "Updates of the run.", title="Steps", group="batches", kind="slider", slider=(10, 20_000), scale="log",
        step=1, ge=1, le=10_000_000,
    )  # fmt: skip
    seed: int = control(
        0, "Decides every random draw: data, weights, order, noise.", title="Seed", group="batches", kind="seed",
        step=1, ge=0, le=2**32 - 1,
    )  # fmt: skip
    unit: int = control(
        0, "The unit, or channel, whose input to its activation is followed, from 0.", title="Observed unit",
        group="records", kind="number", step=1, ge=0, le=100_000,
    )  # fmt: skip
    unit_block: int = control(
        0, "Its block, from 1; 0 is the last.", title="Observed block", group="records", kind="number", step=1, ge=0,
        le=1000,
    )  # fmt: skip
    resolution: Literal[tuple(map(str, RESOLUTIONS))] = control(  # type: ignore[valid-type]
        "32", "Records an octave of steps; the first 64 steps have one each.", title="Resolution", group="records",
        kind="select",
    )  # fmt: skip

    def of_spec(self) -> dict[str, Any]:
        """The fields as `Spec` takes them."""
        said = {name: getattr(self, name) for name in SpecFields.model_fields}
        return said | {name: read(said[name]) for name, read in _READ.items()}


def _is_on(text: str) -> bool:
    return text == "on"


_READ: dict[str, Callable[[Any], Any]] = {
    "widths": widths_of, "adam_betas": betas_of, "changes": changes_of, "bias": _is_on, "through_statistics": _is_on,
    "resolution": int, "momentum": momentum_of,
}  # fmt: skip
"""How a field's text becomes what `Spec` has."""
