"""The recorded networks as models, and run forward in NumPy: what each norm's input is on a batch of digits."""

from functools import cache
from pathlib import Path

import numpy as np

from app.batches.datasets import load
from bncore.doctor import Front, Model, Norm

HERE = Path(__file__).parent
RUNS = 5
EPS, MOMENTUM, TRAINED_ON = 1e-5, 0.1, 1400

# Step by step: a layer with its stride, a norm with its groups, an activation, or the way round a block.
NETS = {
    "conv": [("conv", "0", 1), ("batch", "1"), "relu", ("conv", "3", 2), ("batch", "4"), "relu", ("conv", "6", 2),
             ("batch", "7"), "relu", "flatten", ("linear", "10")],
    "dense": ["flatten", ("linear", "1"), ("batch", "2"), "relu", ("linear", "4"), ("batch", "5"), "tanh",
              ("linear", "7")],
    "grouped": [("conv", "0", 1), ("group", "1", 2), "relu", ("conv", "3", 2), ("group", "4", 4), "relu", "flatten",
                ("linear", "7"), ("layer", "8"), "relu", ("linear", "10")],
    "residual": [("conv", "stem", 1), ("batch", "bn0"), "relu",
                 "keep", ("conv", "conv1a", 1), ("batch", "bn1a"), "relu", ("conv", "conv1b", 1), ("batch", "bn1b"),
                 "add", "relu",
                 "keep", ("conv", "conv2a", 1), ("batch", "bn2a"), "relu", ("conv", "conv2b", 1), ("batch", "bn2b"),
                 "add", "relu", "mean", ("linear", "head")],
}  # fmt: skip
EVERY = [(net, run) for net in NETS for run in range(RUNS)]


@cache
def tensors(net, run):
    """The state dict of one network after one of its trainings."""
    with np.load(HERE / f"{net}.npz") as kept:
        return {name.partition("/")[2]: kept[name] for name in kept.files if name.startswith(f"{run}/")}


def model(net, run):
    """The network as a reader of PyTorch's files makes it: without ε, momentum or what stands behind a norm."""
    state = tensors(net, run)
    said = {name: (values.shape, str(values.dtype)) for name, values in state.items()}
    return Model("pytorch", tuple(norms(net, state)), said, state.__getitem__)


def norms(net, state):
    """Its norms, each with the layer in front."""
    front = None
    for step in NETS[net]:
        kind, name = step[:2] if isinstance(step, tuple) else (step, "")
        if kind in ("conv", "linear"):
            bias = f"{name}.bias" if f"{name}.bias" in state else None
            front = Front(name, f"{name}.weight", bias, 0, "names")
        elif kind in ("batch", "group", "layer"):
            groups = step[2] if kind == "group" else None
            counted = state.get(f"{name}.num_batches_tracked")
            batches = None if counted is None else int(counted)
            own = {field: state.get(f"{name}.{part}") for field, part in FIELDS.items()}
            yield Norm(name, kind, **own, batches=batches, groups=groups, front=front)


FIELDS = {"gamma": "weight", "beta": "bias", "mean": "running_mean", "variance": "running_var"}


@cache
def digits():
    """Images (1797, 1, 8, 8) from 0 to 1, the first 1400 of which were trained on, and their classes."""
    data = load("digits")
    return (data.x.reshape(-1, 1, 8, 8) / 16.0).astype(np.float32), data.labels


def inputs(net, state, x):
    """What each batch norm of the network takes in training mode on a batch x, as (N, C) or (N, C, H, W), by name."""
    seen, kept = {}, x
    for step in NETS[net]:
        kind, name = step[:2] if isinstance(step, tuple) else (step, "")
        if kind == "keep":
            kept = x
        elif kind == "add":
            x = x + kept
        elif isinstance(step, str):
            x = PLAIN[kind](x)
        elif kind in ("conv", "linear"):
            x = conv(x, state[f"{name}.weight"], step[2]) if kind == "conv" else x @ state[f"{name}.weight"].T
            if f"{name}.bias" in state:
                x = x + per_channel(state[f"{name}.bias"], x)
        else:
            if kind == "batch":
                seen[name] = x
            x = normalized(x, kind, state[f"{name}.weight"], state[f"{name}.bias"], step)
    return seen


PLAIN = {
    "relu": lambda x: np.maximum(x, 0), "tanh": np.tanh, "flatten": lambda x: x.reshape(len(x), -1),
    "mean": lambda x: x.mean(axis=(2, 3)),
}  # fmt: skip


def per_channel(values, x):
    return values.reshape(-1, *(1,) * (x.ndim - 2))


def conv(x, weight, stride):
    """A 3 × 3 convolution of padding 1."""
    padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
    patches = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(2, 3))[:, :, ::stride, ::stride]
    examples, channels, height, width = patches.shape[:4]
    rows = patches.transpose(0, 2, 3, 1, 4, 5).reshape(-1, channels * 9)
    flat = rows @ weight.reshape(len(weight), -1).T
    return flat.reshape(examples, height, width, -1).transpose(0, 3, 1, 2)


def normalized(x, kind, gamma, beta, step):
    """A norm of training mode."""
    if kind == "group":
        shaped = x.reshape(len(x), step[2], -1)
        flat = (shaped - shaped.mean(2, keepdims=True)) / np.sqrt(shaped.var(2, keepdims=True) + EPS)
        x_hat = flat.reshape(x.shape)
    else:
        axes = tuple(axis for axis in range(x.ndim) if axis != 1) if kind == "batch" else (1,)
        x_hat = (x - x.mean(axes, keepdims=True)) / np.sqrt(x.var(axes, keepdims=True) + EPS)
    return x_hat * per_channel(gamma, x) + per_channel(beta, x)
