"""A batch norm folded into the layer in front of it, which then does both.

    scale (W x + b) + shift = (scale W) x + (scale b + shift)

Jacob et al., "Quantization and training of neural networks …", CVPR 2018, section 3.2. The model keeps its
architecture: the norm stays as one that does nothing but, where the layer has no bias, add the shift.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from bncore.arguments import Float64
from bncore.doctor.affine import EPS, Affine, affine, eps_of
from bncore.doctor.capture import Capture, Watched
from bncore.doctor.model import Array, Front, Model, Norm
from bncore.doctor.repair import Mended, Repair, as_tensor, as_written, repaired
from bncore.errors import CannotMend


def folded(model: Model, capture: Capture | None = None, eps: float = EPS) -> Repair:
    """The model with each batch norm's scale and shift in the layer in front of it, axis `Front.outputs`.

    A shift that no bias can take stays with the norm: as its beta, or as -mean where it has no beta. gamma becomes 1,
    mean 0 and variance 1 - eps (`eps` where the file tells none). `Mended.change` is what float32 makes of it on the
    capture. Norms without a known layer in front, or whose layer others share, are left as they are.
    """
    uses = Counter(name for norm in model.norms for name in _tensors(norm))
    by_name = {watched.norm.name: watched for watched in capture.norms} if capture else {}

    def mend(norm: Norm) -> Mended:
        front = norm.front
        if front is None:
            raise CannotMend(f"{norm.name} has no known layer in front of it; it is left as it is.", parameter="model")
        shared = [name for name in _tensors(norm) if uses[name] > 1]
        if shared:
            said = f"shares {shared[0]} with another norm"
            raise CannotMend(f"{norm.name} {said}; it is left as it is.", parameter="model")
        return _mended(model, norm, front, by_name.get(norm.name), eps)

    return repaired(model.norms, mend)


def _tensors(norm: Norm) -> list[str]:
    """The tensors that folding this norm writes."""
    front = () if norm.front is None else (norm.front.weight, *([norm.front.bias] if norm.front.bias else []))
    return [*norm.tensors.values(), *front]


def _mended(model: Model, norm: Norm, front: Front, watched: Watched | None, eps: float) -> Mended:
    pair = affine(norm, eps)
    weight = model.read(front.weight)
    changed = {front.weight: as_tensor(model, front.weight, scaled(weight, pair.scale, front.outputs, front.name))}
    shift = pair.shift
    if front.bias is not None:
        bias = model.read(front.bias).astype(np.float64).reshape(-1)
        if bias.shape != shift.shape:
            said = f"has {len(shift)} channels and {front.bias} {bias.size}"
            raise CannotMend(f"{norm.name} {said}; it is left as it is.", parameter="model")
        changed[front.bias] = as_tensor(model, front.bias, pair.scale * bias + shift)
        shift = np.zeros_like(shift)
    idle = _idle(norm, shift, eps)
    for field, name in norm.tensors.items():
        changed[name] = as_tensor(model, name, getattr(idle, field))
    idle = as_written(idle, changed)
    return Mended(idle, changed, *_moved(norm, idle, pair, watched, front.bias is not None, eps))


def _idle(norm: Norm, shift: Float64, eps: float) -> Norm:
    """The norm that adds `shift` and does nothing else."""
    own = eps_of(norm, eps)
    if own >= 1:
        raise CannotMend(f"{norm.name} has eps {own}, which no variance fills up to 1; it is left.", parameter="model")
    in_beta = "beta" in norm.tensors
    return replace(
        norm,
        gamma=None if norm.gamma is None else np.ones_like(shift),
        beta=shift if in_beta else None,
        mean=np.zeros_like(shift) if in_beta else -shift,
        variance=np.full_like(shift, 1 - own),
    )


Scaling = Callable[[Array, Float64, int], Float64 | None]


def _by_axis(weight: Array, scale: Float64, axis: int) -> Float64 | None:
    """A channel an index of the axis: dense and convolutions, ONNX's Gemm and Conv, Keras' kernels."""
    if weight.shape[axis] != len(scale):
        return None
    return weight * scale.reshape([-1 if i == axis % weight.ndim else 1 for i in range(weight.ndim)])


def _by_group(weight: Array, scale: Float64, axis: int) -> Float64 | None:
    """A transposed convolution in groups, (inputs, channels / groups, …): each group has inputs of its own."""
    groups, rest = divmod(len(scale), weight.shape[axis])
    if axis != 1 or rest or weight.ndim < 3 or weight.shape[0] % groups:
        return None
    parts = weight.reshape(groups, -1, *weight.shape[1:])
    by = scale.reshape(groups, 1, weight.shape[1], *[1] * (weight.ndim - 2))
    return np.asarray(parts * by).reshape(weight.shape)


def _by_depth(weight: Array, scale: Float64, axis: int) -> Float64 | None:
    """Keras' depthwise kernel, (…, inputs, multiplier): both last axes count channels."""
    if axis % weight.ndim < weight.ndim - 2 or weight.ndim < 3 or weight.shape[-2] * weight.shape[-1] != len(scale):
        return None
    return weight * scale.reshape(weight.shape[-2:])


SCALINGS: tuple[Scaling, ...] = (_by_axis, _by_group, _by_depth)


def scaled(weight: Array, scale: Float64, axis: int, name: str = "the layer") -> Float64:
    """A weight whose outputs are multiplied by `scale` (C,), in float64; `axis` counts them.

    Raises CannotMend where the weight's shape has no C outputs there.
    """
    wide = weight.astype(np.float64)
    if -wide.ndim <= axis < wide.ndim:
        for way in SCALINGS:
            by = way(wide, scale, axis)
            if by is not None:
                return by
    said = f"has a weight of shape {weight.shape}, which has no {len(scale)} outputs at axis {axis}"
    raise CannotMend(f"{name} {said}; its norm is left as it is.", parameter="model")


def _moved(
    norm: Norm, idle: Norm, pair: Affine, watched: Watched | None, biased: bool, eps: float
) -> tuple[float | None, float | None]:
    """The largest change of the output on a capture's rows, all in float32, and the largest output."""
    if watched is None or watched.norm.channels != norm.channels:
        return None, None
    change = size = 0.0
    scale, shift = pair.scale.astype(np.float32), pair.shift.astype(np.float32)
    for step in watched.ran:
        x = watched.x(step).astype(np.float32)
        before = in_float32(norm, x, eps)
        after = in_float32(idle, x * scale + (shift if biased else 0), eps)
        change, size = max(change, float(np.abs(after - before).max())), max(size, float(np.abs(before).max()))
    return change, size


def in_float32(norm: Norm, x: Array, eps: float = EPS) -> Array:
    """y of rows (n, C) in inference, in float32: gamma (x - mean) / sqrt(variance + eps) + beta, from left to right."""
    mean, variance, gamma, beta = (_single(values) for values in (norm.mean, norm.variance, norm.gamma, norm.beta))
    y = (_single(x) - mean) / np.sqrt(variance + np.float32(eps_of(norm, eps)))
    y = y if gamma is None else y * gamma
    return np.asarray(y if beta is None else y + beta)


def _single(values: Array | None) -> Any:
    return None if values is None else values.astype(np.float32)
