"""The held-out networks: what they are made of, and how each set of them was trained.

A network is a list of steps, run by `forward.py` in NumPy and made by `train.py` in PyTorch: a layer or a norm with its
name and settings, the name of an activation, or the way round a block.
"""

from functools import cache
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
SETS = ("first", "second")
"""The sets by name: what was mended after a look at the first one is measured on the second."""


def _conv(name, outputs, kernel=3, stride=1, groups=1, bias=False):
    return ("conv", name, {"outputs": outputs, "kernel": kernel, "stride": stride, "groups": groups, "bias": bias})


def _linear(name, outputs, bias=True):
    return ("linear", name, {"outputs": outputs, "bias": bias})


def _norm(kind, name, **settings):
    return (kind, name, settings)


def _plain():
    """Eight convolutions one after the other, and a leaky ReLU behind each."""
    for number, (outputs, stride) in enumerate([(6, 1), (6, 1), (8, 2), (8, 1), (12, 1), (12, 2), (16, 1), (16, 1)]):
        yield from (_conv(f"conv{number}", outputs, stride=stride), _norm("batch", f"bn{number}"), "leaky_relu")
    yield from ("mean", _linear("head", 10))


def _preactivated(blocks=3):
    """Residual blocks that begin with their norm; one more before the head."""
    yield _conv("stem", 10)
    for block in range(blocks):
        yield "keep"
        for part in (1, 2):
            yield from (_norm("batch", f"layers.{block}.bn{part}"), "silu", _conv(f"layers.{block}.conv{part}", 10))
        yield "add"
    yield from (_norm("batch", "norm"), "silu", "mean", _linear("head", 10))


def _mobile():
    """Depthwise and pointwise convolutions by turns."""
    yield from (_conv("features.0.0", 8), _norm("batch", "features.0.1", momentum=0.01), "relu")
    for block, (inputs, outputs, stride) in enumerate([(8, 16, 2), (16, 16, 1), (16, 24, 2)], 1):
        yield from (
            _conv(f"features.{block}.0", inputs, 3, stride, groups=inputs),
            _norm("batch", f"features.{block}.1"),
        )
        yield from ("relu", _conv(f"features.{block}.3", outputs, 1), _norm("batch", f"features.{block}.4"), "relu")
    yield from ("mean", _linear("classifier", 10))


def _zero(blocks=4):
    """Residual blocks whose last γ begins at 0."""
    yield from (_conv("stem", 8), _norm("batch", "bn0"), "relu")
    for block in range(1, blocks + 1):
        yield from ("keep", _conv(f"layer{block}.conv1", 8), _norm("batch", f"layer{block}.bn1"), "relu")
        yield from (_conv(f"layer{block}.conv2", 8), _norm("batch", f"layer{block}.bn2", gamma=0.0), "add", "relu")
    yield from ("mean", _linear("fc", 10))


def _dense(widths, activation, outputs, bias=True, first=False, **settings):
    yield from [_norm("batch", "input_norm")] if first else []
    for number, width in enumerate(widths):
        yield from (_linear(f"fc{number}", width, bias), _norm("batch", f"norm{number}", **settings), activation)
    yield _linear("out", outputs)


def _grouped():
    """Group, instance and layer norm, and one of root mean squares."""
    yield from (_conv("conv0", 8, bias=True), _norm("group", "gn0", groups=4), "relu")
    yield from (_conv("conv1", 12, stride=2, bias=True), _norm("instance", "in1"), "silu")
    yield from (_conv("conv2", 12, bias=True), _norm("group", "gn2", groups=1), "relu", "mean")
    yield from (_linear("fc3", 24), _norm("layer", "ln3"), "silu", _linear("fc4", 24), _norm("rms", "rms4"), "tanh")
    yield _linear("head", 10)


NETS = {
    "plain": ("digits", list(_plain())),
    "preactivated": ("digits", list(_preactivated())),
    "mobile": ("digits", list(_mobile())),
    "zero": ("digits", list(_zero())),
    "grouped": ("digits", list(_grouped())),
    "narrow": ("pixels", list(_dense((5,) * 6, "relu", 10))),
    "bare": ("pixels", list(_dense((32, 24), "relu", 10, bias=False, affine=False, eps=1e-3))),
    "cancer": ("cancer", list(_dense((16, 16), "relu", 2, first=True))),
    "wine": ("wine", list(_dense((12, 12, 8), "tanh", 3))),
    "diabetes": ("diabetes", list(_dense((20, 12), "sigmoid", 1, momentum=None))),
}
"""By name: the data, and the steps."""

FIELDS = {"gamma": "weight", "beta": "bias", "mean": "running_mean", "variance": "running_var"}
NORMS = ("batch", "group", "instance", "layer", "rms")


@cache
def data(name):
    """Inputs and what is to be learnt of them, of scikit-learn's sets: images from 0 to 1, tables as they are."""
    from sklearn import datasets

    load = {"digits": "load_digits", "pixels": "load_digits", "cancer": "load_breast_cancer"}.get(name, f"load_{name}")
    table = getattr(datasets, load)()
    x = table.data.astype(np.float32)
    if name in ("digits", "pixels"):
        x = x / 16.0
    return x.reshape(-1, 1, 8, 8) if name == "digits" else x, table.target


@cache
def kept(part):
    """All state dicts of a set, by network and run, as they were kept."""
    told = {}
    with np.load(HERE / f"{part}.npz") as arrays:
        for name in arrays.files:
            net, run, tensor = name.split("/", 2)
            told.setdefault((net, int(run)), {})[tensor] = arrays[name]
    return told
