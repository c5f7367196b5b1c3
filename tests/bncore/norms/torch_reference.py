"""Recorded once with PyTorch 2.13.0:   pip install torch==2.13.0 && python -m tests.bncore.norms.torch_reference

Writes what PyTorch computes in float64 for the norms of `test_torch`: y, dx and the gradients of gamma and beta, of
batch norm the running statistics, too, each as the sums of `tests.bncore.network.torch_reference`.
"""

import json
from pathlib import Path

import numpy as np

from tests.bncore.network.torch_reference import numbers, sums

RECORDED = Path(__file__).with_name("torch_reference.json")
SHAPES = {"rows": (4, 6), "sequences": (4, 6, 5), "images": (4, 6, 3, 2)}
EPS, MOMENTUM, GROUPS = 0.01, 0.3, 3
EPSILONS = {"default": 1e-5, "large": EPS}
CASES: dict[str, dict] = {
    "batch": {"norm": "batch"},
    "batch_inference": {"norm": "batch", "mode": "inference"},
    "instance": {"norm": "instance"},
    "group": {"norm": "group", "groups": GROUPS},
    "layer": {"norm": "layer"},
    "layer_last": {"norm": "layer", "axis": -1},
    "rms": {"norm": "rms"},
    "rms_last": {"norm": "rms", "axis": -1},
}


def x_and_dy(shape):
    """The array, off centre and of unequal channels, and the gradient that comes back."""
    channels = np.arange(shape[1]).reshape(-1, *(1,) * (len(shape) - 2))
    return numbers(*shape) * (1 + channels) + 2 * channels - 3, np.cos(numbers(*shape) * 3)


def parameters(shape):
    """gamma and beta, in any shape."""
    return 1 + 0.5 * numbers(*shape), 0.3 * numbers(*shape)[::-1].copy()


def running(channels):
    """Running mean and variance before the batch."""
    return 0.5 * numbers(channels), 1 + 0.5 * numbers(channels)


def parameter_shape(case, shape):
    """(C,), or of layer and RMS norm the axes that are normalized."""
    given = CASES[case]
    return shape[given.get("axis", 1) :] if given["norm"] in ("layer", "rms") else shape[1:2]


def is_defined(case, shape):
    """PyTorch takes instance norm of rows for that of one example."""
    return case != "instance" or len(shape) > 2


def main():
    import torch
    from torch import nn

    modules = {
        "batch": (nn.BatchNorm1d, nn.BatchNorm1d, nn.BatchNorm2d),
        "instance": (None, nn.InstanceNorm1d, nn.InstanceNorm2d),
    }

    def module(case, shape, eps):
        norm, of = CASES[case]["norm"], parameter_shape(case, shape)
        if norm == "group":
            return nn.GroupNorm(GROUPS, shape[1], eps=eps)
        if norm in ("layer", "rms"):
            return {"layer": nn.LayerNorm, "rms": nn.RMSNorm}[norm](of, eps=eps)
        given = {"momentum": MOMENTUM} if norm == "batch" else {"affine": True}
        return modules[norm][len(shape) - 2](shape[1], eps=eps, **given)

    def figures(case, shape, eps):
        layer, of = module(case, shape, eps), parameter_shape(case, shape)
        with torch.no_grad():
            for parameter, values in zip(layer.parameters(), parameters(of), strict=False):
                parameter.copy_(torch.tensor(values))
            if CASES[case]["norm"] == "batch":
                for buffer, values in zip((layer.running_mean, layer.running_var), running(shape[1]), strict=True):
                    buffer.copy_(torch.tensor(values))
        layer.train(CASES[case].get("mode") != "inference")
        x, dy = (torch.tensor(values) for values in x_and_dy(shape))
        y = layer(x.requires_grad_())
        y.backward(dy)
        reference = {"y": y, "dx": x.grad}
        reference |= dict(zip(("dgamma", "dbeta"), (p.grad for p in layer.parameters()), strict=False))
        if CASES[case]["norm"] == "batch":
            reference |= {"running_mean": layer.running_mean, "running_var": layer.running_var}
        return {name: sums(values.detach()) for name, values in reference.items()}

    torch.set_default_dtype(torch.float64)
    reference = {
        f"{case} {name} {size}": figures(case, shape, eps)
        for case in CASES
        for name, shape in SHAPES.items()
        for size, eps in EPSILONS.items()
        if is_defined(case, shape)
    }
    RECORDED.write_text(json.dumps({"torch": torch.__version__.partition("+")[0]} | reference, indent=1) + "\n")


if __name__ == "__main__":
    main()
