"""What a run may be made of, beside the tables of activations, initializations, optimizers, schedules and orders."""

from dataclasses import dataclass

ARCHITECTURES = {
    "dense": "Fully connected",
    "convolutional": "Convolutional",
}
TRAINED = {
    "all": "All parameters",
    "norms": "γ and β alone",
    "weights": "Weights of blocks alone",
}
"""What the optimizer moves. γ and β alone: Frankle, Schwab & Morcos 2021, "Training BatchNorm and Only BatchNorm".

Weights of blocks alone, all else as it began: with a norm the loss does not depend on the size of what is trained, as
in Li & Arora 2020, "An Exponential Learning Rate Schedule for Deep Learning", section 2.
"""


@dataclass(frozen=True)
class TrainedNorm:
    """`running` says that inference is by running statistics; `batch` that an example depends on its batch.

    `normalizes` is False for what only stands in a norm's place: it has gamma and beta, and no statistics.
    """

    title: str
    running: bool = False
    batch: bool = False
    settings: tuple[str, ...] = ()
    architectures: tuple[str, ...] = ("dense", "convolutional")
    normalizes: bool = True


NORMS: dict[str, TrainedNorm] = {
    "none": TrainedNorm("None", normalizes=False),
    "batch": TrainedNorm("Batch norm", True, True, ("momentum",)),
    "layer": TrainedNorm("Layer norm"),
    "group": TrainedNorm("Group norm", settings=("groups",)),
    "instance": TrainedNorm("Instance norm", architectures=("convolutional",)),
    "ghost": TrainedNorm("Ghost batch norm", True, True, ("momentum", "ghost_size")),
    "renorm": TrainedNorm("Batch renormalization", True, True, ("momentum", "r_max", "d_max", "warm_up")),
    "dyt": TrainedNorm("Dynamic tanh", settings=("alpha",), normalizes=False),
}
"""The norms that a block may have; what each normalizes over stands in `bncore.norms.NORMS` under the same name.

Dynamic tanh stands in a norm's place and takes no statistics: Zhu, Chen, He, LeCun & Liu 2025, "Transformers without
Normalization".
"""
