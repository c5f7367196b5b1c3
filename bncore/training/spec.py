"""All of a training run: what is trained, on what, how, and what is recorded of it."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, replace
from functools import cached_property
from numbers import Integral
from typing import Any

from bncore.activations import ACTIVATIONS
from bncore.arguments import Array, choice, in_range
from bncore.errors import BadParameter
from bncore.network.layers.initializations import INITIALIZATIONS
from bncore.norms.table import divisor
from bncore.training.batches import ORDERS
from bncore.training.choices import ARCHITECTURES, NORMS, TRAINED
from bncore.training.data import Data
from bncore.training.optimizers import OPTIMIZERS
from bncore.training.schedules import SCHEDULES

MOST = 1e9
DTYPES = ("float32", "float64")
RESOLUTIONS = (4, 8, 16, 32, 64, 128, 256)


@dataclass(frozen=True, eq=False)
class Spec:
    """A run of `steps` updates. Two specs with equal fields and equal data give bit-identical runs.

    Network: `architecture` a name in ARCHITECTURES, with a block (product, norm, activation) of each of `widths` units
    (channels) and a linear read-out; `activation`, `initialization` names of their tables, weights times `scale`. A
    block has a bias in front of its norm only with `bias`; where nothing normalizes it always has one.

    Norm: a name in NORMS, with `eps` under the root; `momentum` weighs the new batch in running statistics, which keep
    the unbiased variance, None weighs all batches alike; `groups`, `ghost_size`; `r_max`, `d_max` of batch
    renormalization, which rise from 1 and 0 over the first `warm_up` steps; `alpha`, where the slope of dynamic tanh
    begins. `through_statistics` False treats the statistics as constants in the backward pass. `norm_noise` is
    Santurkar's: behind the norm every unit is scaled and shifted by random numbers, new in each step.

    Noise: `dropout` is the share of a block's outputs that is set to 0; `weight_noise` the deviation of the factor
    1 + n that each weight is multiplied by in each step. Both are absent in inference.

    Training: `trained` a name in TRAINED; `optimizer` with `inertia` (of momentum), `adam_betas`, `adam_eps`;
    `weight_decay` of weights alone; `rate`, `schedule`, `factor`, `every` and `changes` as in `schedules`; `batch_size`
    examples by `order`; a share `random_labels` of the training labels is random.

    Records: the percentiles are those of unit `unit` of block `unit_block` (from 1 on; 0 is the last); `resolution`
    records are made an octave of steps, see `records.moments`.

    Raises BadParameter.
    """

    data: Data
    architecture: str = "dense"
    widths: tuple[int, ...] = (100, 100, 100)
    activation: str = "sigmoid"
    initialization: str = "xavier"
    scale: float = 1.0
    bias: bool = False
    norm: str = "batch"
    eps: float = 1e-5
    momentum: float | None = 0.1
    groups: int = 4
    ghost_size: int = 16
    r_max: float = 3.0
    d_max: float = 5.0
    warm_up: int = 0
    alpha: float = 0.5
    through_statistics: bool = True
    norm_noise: float = 0.0
    dropout: float = 0.0
    weight_noise: float = 0.0
    trained: str = "all"
    optimizer: str = "sgd"
    inertia: float = 0.9
    adam_betas: tuple[float, float] = (0.9, 0.999)
    adam_eps: float = 1e-8
    weight_decay: float = 0.0
    rate: float = 0.1
    schedule: str = "constant"
    factor: float = 0.1
    every: int = 1000
    changes: tuple[tuple[int, float], ...] = ()
    batch_size: int = 60
    order: str = "shuffled"
    random_labels: float = 0.0
    steps: int = 2000
    seed: int = 0
    dtype: str = "float32"
    unit: int = 0
    unit_block: int = 0
    resolution: int = 32

    def __post_init__(self) -> None:
        for name, table in _CHOICES.items():
            choice(getattr(self, name), table, name)
        for name, (low, high) in _RANGES.items():
            if name != "momentum" or self.momentum is not None:
                in_range(getattr(self, name), low, high, name)
        for name, (least, most) in _COUNTS.items():
            _count(getattr(self, name), least, most, name)
        for check in _CHECKS:
            check(self)

    @property
    def blocks(self) -> int:
        """How many there are in front of the read-out."""
        return len(self.widths)

    @property
    def observed_block(self) -> int:
        """The block whose unit has its percentiles recorded, from 0 on."""
        return (self.unit_block or self.blocks) - 1

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of all fields and the data: equal where the records are."""
        return _digest(self)

    def records_until(self, step: int) -> str:
        """Equal for two specs where their records of all steps up to `step` are: kept records lie under it.

        Beside the states it depends on what is recorded, on the rate of the next update, and on where the run ends.
        """
        recorded = [getattr(self, name) for name in _RECORDING]
        told = (self.fingerprint_at(step + 1), recorded, min(step, self.steps), step >= self.steps)
        return hashlib.sha256(repr(told).encode()).hexdigest()

    def fingerprint_at(self, step: int) -> str:
        """Equal for two specs where their states after `step` updates are: checkpoints are kept under it.

        What is only recorded, later changes of the rate and, unless the cosine needs it, the number of steps are left
        out.
        """
        made = tuple((at, rate) for at, rate in self.changes if at < step)
        end = self.steps if self.schedule == "cosine" else max(1, step)
        early = replace(self, changes=made, steps=max(end, *(at for at, _ in made), 1), **_RECORDING)
        return _digest(early)


def _digest(spec: Spec) -> str:
    told = [(field.name, getattr(spec, field.name)) for field in fields(spec) if field.name != "data"]
    text = repr([(name, _plain(value)) for name, value in told]) + spec.data.digest
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> Any:
    """The value by which numbers of equal size are told alike: 1 and 1.0, a NumPy float and a float."""
    if isinstance(value, tuple):
        return tuple(map(_plain, value))
    return value if isinstance(value, str | bool | None) else float(value)


def _count(value: Any, least: int, most: float, name: str) -> None:
    if not isinstance(value, Integral) or isinstance(value, bool) or not least <= int(value) <= most:
        detail = f"{name} is {value!r}; give a whole number from {least} to {most:g}."
        raise BadParameter(detail, parameter=name)


_RECORDING: dict[str, Any] = {"unit": 0, "unit_block": 0, "resolution": RESOLUTIONS[0]}
_CHOICES: dict[str, Iterable[str]] = {
    "architecture": ARCHITECTURES,
    "activation": ACTIVATIONS,
    "initialization": INITIALIZATIONS,
    "norm": NORMS,
    "trained": TRAINED,
    "optimizer": OPTIMIZERS,
    "schedule": SCHEDULES,
    "order": ORDERS,
    "dtype": DTYPES,
}
_RANGES: dict[str, tuple[float, float]] = {
    "scale": (0, MOST),
    "eps": (0, MOST),
    "momentum": (0, 1),
    "r_max": (1, MOST),
    "d_max": (0, MOST),
    "alpha": (0, MOST),
    "norm_noise": (0, 100),
    "dropout": (0, 0.95),
    "weight_noise": (0, 100),
    "inertia": (0, 1),
    "adam_eps": (0, MOST),
    "weight_decay": (0, MOST),
    "rate": (0, MOST),
    "factor": (0, MOST),
    "random_labels": (0, 1),
}
_COUNTS: dict[str, tuple[int, float]] = {
    "groups": (1, MOST),
    "ghost_size": (1, MOST),
    "warm_up": (0, MOST),
    "every": (1, MOST),
    "batch_size": (1, MOST),
    "steps": (1, MOST),
    "seed": (0, 2**63),
    "unit": (0, MOST),
    "unit_block": (0, MOST),
}


def _widths(spec: Spec) -> None:
    if not spec.widths:
        raise BadParameter("widths is empty; give a width for each block, at least one.", parameter="widths")
    for width in spec.widths:
        _count(width, 1, MOST, "widths")


def _images(spec: Spec) -> None:
    if spec.architecture == "convolutional" and spec.data.x.ndim != 4:
        detail = f"data has examples of shape {spec.data.x.shape[1:]}; a convolution takes images (C, H, W)."
        raise BadParameter(detail, parameter="data")


def _norm(spec: Spec) -> None:
    if spec.architecture not in NORMS[spec.norm].architectures:
        allowed = ", ".join(NORMS[spec.norm].architectures)
        detail = f"norm is {spec.norm!r}, which normalizes over an image's positions; architecture must be {allowed}."
        raise BadParameter(detail, parameter="norm")
    if spec.norm == "group":
        for width in spec.widths:
            divisor(spec.groups, width, "groups", "channels")
    if spec.norm == "ghost":
        divisor(spec.ghost_size, spec.batch_size, "ghost_size", "examples")
    together = spec.ghost_size if spec.norm == "ghost" else spec.batch_size
    if NORMS[spec.norm].running and together < 2:
        name = "ghost_size" if spec.norm == "ghost" else "batch_size"
        detail = f"{name} is {together}; one example has no variance: give 2 or more, or another norm."
        raise BadParameter(detail, parameter=name)


def _trained(spec: Spec) -> None:
    if spec.trained == "norms" and spec.norm == "none":
        detail = "trained is 'norms' and norm is 'none': nothing is left to train; choose a norm, or trained='all'."
        raise BadParameter(detail, parameter="trained")


def _batch(spec: Spec) -> None:
    if spec.batch_size > len(spec.data.labels):
        detail = f"batch_size is {spec.batch_size}; give at most {len(spec.data.labels)}, the training examples."
        raise BadParameter(detail, parameter="batch_size")


def _resolution(spec: Spec) -> None:
    if spec.resolution not in RESOLUTIONS:
        allowed = ", ".join(map(str, RESOLUTIONS))
        raise BadParameter(f"resolution is {spec.resolution!r}; choose one of {allowed}.", parameter="resolution")


def _betas(spec: Spec) -> None:
    for beta in spec.adam_betas:
        in_range(beta, 0, 1 - 1e-9, "adam_betas")


def _changes(spec: Spec) -> None:
    before = -1
    for step, rate in spec.changes:
        _count(step, before + 1, spec.steps, "changes")
        in_range(rate, 0, MOST, "changes")
        before = step


def _observed(spec: Spec) -> None:
    if spec.unit_block > spec.blocks:
        detail = f"unit_block is {spec.unit_block}; give 1 to {spec.blocks}, or 0 for the last."
        raise BadParameter(detail, parameter="unit_block")
    if spec.unit >= spec.widths[spec.observed_block]:
        detail = f"unit is {spec.unit}; give 0 to {spec.widths[spec.observed_block] - 1}."
        raise BadParameter(detail, parameter="unit")


_CHECKS: tuple[Callable[[Spec], None], ...] = (
    _widths,
    _images,
    _norm,
    _trained,
    _batch,
    _resolution,
    _betas,
    _changes,
    _observed,
)


def inputs_of(spec: Spec, x: Array) -> Array:
    """Examples as the network reads them, in its dtype: (N, D), or images as (N, H, W, C), channels last."""
    if spec.architecture == "convolutional":
        x = x.transpose(0, 2, 3, 1)
    return x.reshape(len(x), -1).astype(spec.dtype) if spec.architecture == "dense" else x.astype(spec.dtype, order="C")
