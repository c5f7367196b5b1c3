"""The held-out networks run forward in NumPy, in training mode: what each of their batch norms takes."""

import numpy as np

from tests.bncore.doctor.findings.recorded.nets import per_channel

PLAIN = {
    "relu": lambda x: np.maximum(x, 0), "tanh": np.tanh, "mean": lambda x: x.mean(axis=(2, 3)),
    "leaky_relu": lambda x: np.where(x > 0, x, 0.01 * x), "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "silu": lambda x: x / (1 + np.exp(-x)),
}  # fmt: skip


def inputs(steps, state, x):
    """What each batch norm takes on a batch x, as (N, C) or (N, C, H, W), by name."""
    seen, before = {}, x
    for step in steps:
        kind, name, settings = step if isinstance(step, tuple) else (step, "", {})
        if kind == "keep":
            before = x
        elif kind == "add":
            x = x + before
        elif kind in PLAIN:
            x = PLAIN[kind](x)
        elif kind in ("conv", "linear"):
            weight = state[f"{name}.weight"]
            x = _conv(x, weight, settings["stride"], settings["groups"]) if kind == "conv" else x @ weight.T
            x = x + per_channel(state[f"{name}.bias"], x) if settings["bias"] else x
        else:
            if kind == "batch":
                seen[name] = x
            x = _normalized(x, kind, settings)
            for part, apply in (("weight", np.multiply), ("bias", np.add)):
                x = apply(x, per_channel(state[f"{name}.{part}"], x)) if f"{name}.{part}" in state else x
    return seen


def _conv(x, weight, stride, groups):
    """A convolution padded by half of its kernel."""
    kernel, pad = weight.shape[2], weight.shape[2] // 2
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    patches = np.lib.stride_tricks.sliding_window_view(padded, (kernel, kernel), axis=(2, 3))[:, :, ::stride, ::stride]
    examples, channels, height, width = patches.shape[:4]
    rows = patches.transpose(0, 2, 3, 1, 4, 5).reshape(-1, groups, channels // groups * kernel * kernel)
    flat = np.einsum("ngi,goi->ngo", rows, weight.reshape(groups, len(weight) // groups, -1), optimize=True)
    return flat.reshape(examples, height, width, -1).transpose(0, 3, 1, 2)


def _normalized(x, kind, settings):
    """x̂ of training mode."""
    eps = settings.get("eps", 1e-5)
    if kind == "rms":
        return x / np.sqrt(np.square(x).mean(1, keepdims=True) + np.finfo(np.float32).eps)
    if kind in ("group", "instance"):
        groups = settings.get("groups", x.shape[1])
        return _hat(x.reshape(len(x), groups, -1), (2,), eps).reshape(x.shape)
    return _hat(x, tuple(axis for axis in range(x.ndim) if axis != 1) if kind == "batch" else (1,), eps)


def _hat(x, axes, eps):
    return (x - x.mean(axes, keepdims=True)) / np.sqrt(x.var(axes, keepdims=True) + eps)
