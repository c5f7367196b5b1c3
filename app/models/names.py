"""The names by which frameworks call a norm's arrays, and the part that each plays: one table for files of any kind.

PyTorch says `weight`, Keras `gamma`, Flax and Haiku `scale`, Paddle `_mean`, ONNX `input_mean`, Chainer `avg_mean`;
in front of it stands which layer it is (`layer1.0.bn1.weight`, `params/bn/scale`, `bn1_gamma`).
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Literal

Role = Literal["x", "dy", "gamma", "beta", "mean", "variance", "batches", "eps", "momentum", "mask", "padding"]
"""What an array is to a norm, as `bncore.doctor.Norm` calls it. Of a `mask` true is valid, of a `padding` false is."""

Weighs = Literal["new", "old"]
"""Which statistics a momentum weighs: the new batch's, or the old ones'."""

NAMES: Mapping[Role, tuple[str, ...]] = {
    "x": ("x", "input", "inputs"),
    "dy": ("dy", "dout", "d_out", "grad_output", "grad_out", "output_grad", "grad_y"),
    "gamma": ("gamma", "weight", "scale", "G"),
    "beta": ("beta", "bias", "offset", "B"),
    "mean": (
        *("running_mean", "moving_mean", "mean", "_mean", "avg_mean", "input_mean"),
        *("mean_ema", "mean_ema/average"),
    ),
    "variance": (
        *("running_var", "running_variance", "moving_variance", "moving_var", "var", "variance", "_variance"),
        *("avg_var", "input_var", "var_ema", "var_ema/average"),
    ),
    "batches": ("num_batches_tracked", "var_ema/counter"),
    "eps": ("eps", "epsilon", "variance_epsilon"),
    "momentum": ("momentum", "decay", "decay_rate", "exponential_average_factor"),
    "mask": ("mask", "attention_mask", "valid"),
    "padding": ("padding_mask", "key_padding_mask", "src_key_padding_mask"),
}

PER_CHANNEL: tuple[Role, ...] = ("gamma", "beta", "mean", "variance")
"""The roles of which a norm has one value a channel."""

UNDERSCORED = ("gamma", "beta", "weight", "bias", "moving_mean", "moving_var", "moving_variance", "running_mean",
               "running_var", "num_batches_tracked")  # fmt: skip
"""Names that may follow the layer's after an underscore, as MXNet joins them (`stage1_bn1_moving_var`)."""

COLLECTIONS = re.compile(r"^(?:params|batch_stats|model_weights|arg|aux)[/.:]")
"""What a layer's name may follow, and differs between the arrays of one layer (Flax, MXNet)."""

MOMENTUM: Mapping[str, Weighs] = {
    "exponential_average_factor": "new",
    "decay": "old",
    "decay_rate": "old",
    "running_mean": "new",
    "running_var": "new",
    "moving_mean": "old",
    "moving_variance": "old",
    "moving_var": "old",
    "_mean": "old",
    "_variance": "old",
    "avg_mean": "old",
    "avg_var": "old",
    "input_mean": "old",
    "input_var": "old",
    "mean_ema": "old",
    "mean_ema/average": "old",
    "scale": "old",
}
"""What a momentum weighs, by its own name or by the names beside it, the most telling first."""

_ROLES = {name: role for role, names in NAMES.items() for name in names}
_DEEPEST = max(name.count("/") for name in _ROLES) + 1


@dataclass(frozen=True)
class Named:
    """A name that the table knows: the layer that it says (empty where it says none), its word and its role."""

    layer: str
    word: str
    role: Role


def named(name: str) -> Named | None:
    """What the table knows of a name; case matters for `G` and `B` alone, and a `:0` behind it not at all.

    >>> named("layer1.0.bn1.weight")
    Named(layer='layer1.0.bn1', word='weight', role='gamma')
    >>> named("batch_stats/bn/var").layer, named("batch_normalization_3/moving_mean:0").role
    ('bn', 'mean')
    >>> named("stage1_bn1_moving_var").layer, named("classifier.embedding")
    ('stage1_bn1', None)
    """
    parts = re.split(r"[./]", COLLECTIONS.sub("", re.sub(r":\d+$", "", name)))
    for depth in range(_DEEPEST, 0, -1):
        word = "/".join(parts[-depth:])
        word = word if word in _ROLES else word.lower()
        if len(parts) >= depth and word in _ROLES:
            return Named(_layer(name, parts[:-depth]), word, _ROLES[word])
    return _underscored(name, parts)


def _layer(name: str, parts: Sequence[str]) -> str:
    return ("/" if "/" in name else ".").join(parts)


def _underscored(name: str, parts: Sequence[str]) -> Named | None:
    for word in sorted(UNDERSCORED, key=len, reverse=True):
        before = parts[-1].removesuffix(f"_{word}")
        if before and before != parts[-1]:
            return Named(_layer(name, [*parts[:-1], before]), word, _ROLES[word])
    return None


def by_layer(names: Iterable[str]) -> dict[str, dict[Role, str]]:
    """The names that the table knows, by layer and role, in their order; of two for one role the first is kept.

    >>> by_layer(["bn1.weight", "bn1.bias", "x"])
    {'bn1': {'gamma': 'bn1.weight', 'beta': 'bn1.bias'}, '': {'x': 'x'}}
    """
    layers: dict[str, dict[Role, str]] = {}
    for name in names:
        if known := named(name):
            layers.setdefault(known.layer, {}).setdefault(known.role, name)
    return layers


def channels_of(shape: Sequence[int]) -> int | None:
    """How many channels an array of one value a channel has: (D,), (1, D) and (1, C, 1, 1) have one long axis.

    None where it has more, or no axis at all.

    >>> channels_of((1, 64, 1, 1)), channels_of((1, 1)), channels_of((64, 3, 3, 3)), channels_of(())
    (64, 1, None, None)
    """
    if not shape or sum(length != 1 for length in shape) > 1:
        return None
    return prod(shape)


def momentum_weighs(names: Iterable[str]) -> Weighs | None:
    """What the momentum of a file with these names weighs; None where no name tells.

    >>> momentum_weighs(["momentum", "bn.moving_mean"]), momentum_weighs(["momentum", "running_mean"])
    ('old', 'new')
    """
    words = {known.word for name in names if (known := named(name))}
    return next((weighs for word, weighs in MOMENTUM.items() if word in words), None)


def new_weight(momentum: float, weighs: Weighs) -> float:
    """The weight of the new batch, which is what bnscope calls momentum.

    >>> new_weight(0.75, "old"), new_weight(0.25, "new")
    (0.25, 0.25)
    """
    return momentum if weighs == "new" else 1.0 - momentum
