"""Recorded once with PyTorch 2.13.0:   pip install torch==2.13.0 && python -m tests.bncore.network.torch_reference

Writes what PyTorch computes in float64 for the networks of `test_torch`: loss, dL/dx and every parameter's gradient,
each as three sums (plain, of squares, weighed by position), which tell any difference in value or in order.
"""

import json
from pathlib import Path

import numpy as np

RECORDED = Path(__file__).with_name("torch_reference.json")
BLOCKS, WIDTH, CLASSES = 3, 6, 4


def numbers(*shape):
    """Numbers that need no generator: the same everywhere."""
    size = int(np.prod(shape))
    return np.sin(1.7 * np.arange(size) + 0.3 * size).reshape(shape)


def sums(array):
    """What is kept of an array."""
    flat = np.asarray(array, dtype=np.float64).ravel()
    return [float(flat.sum()), float(flat @ flat), float(flat @ np.cos(np.arange(flat.size)))]


LABELS = np.arange(8) % CLASSES


def main():
    import torch
    from torch import nn

    def layer(module, weight, bias=None):
        with torch.no_grad():
            module.weight.copy_(torch.tensor(weight))
            if module.bias is not None:
                module.bias.copy_(torch.tensor(np.zeros(len(weight)) if bias is None else bias))
        return module

    def figures(network, x):
        x = torch.tensor(x, requires_grad=True)
        loss = nn.functional.cross_entropy(network(x), torch.tensor(LABELS))
        loss.backward()
        reference = {"loss": loss.item(), "dx": sums(x.grad)}
        return reference | {"parameters": [sums(p.grad) for p in network.parameters()]}

    torch.set_default_dtype(torch.float64)
    mlp, cnn, inputs = [], [], 5
    for _ in range(BLOCKS):
        norm = layer(nn.BatchNorm1d(WIDTH, eps=0.01), 1 + 0.1 * numbers(WIDTH), 0.1 * numbers(WIDTH))
        mlp += [layer(nn.Linear(inputs, WIDTH, bias=False), numbers(inputs, WIDTH).T), norm, nn.Tanh()]
        inputs = WIDTH
    mlp.append(layer(nn.Linear(WIDTH, CLASSES), numbers(WIDTH, CLASSES).T))
    channels = 2
    for _ in range(BLOCKS):
        product = nn.Conv2d(channels, WIDTH, 3, stride=1, padding=1, bias=False)
        norm = layer(nn.BatchNorm2d(WIDTH, eps=0.01), 1 + 0.1 * numbers(WIDTH), 0.1 * numbers(WIDTH))
        cnn += [layer(product, numbers(WIDTH, channels, 3, 3)), norm, nn.GELU(approximate="tanh")]
        channels = WIDTH
    pooled = [nn.AdaptiveAvgPool2d(1), nn.Flatten()]
    cnn += [*pooled, layer(nn.Linear(WIDTH, CLASSES), numbers(WIDTH, CLASSES).T)]
    reference = {
        "torch": torch.__version__,
        "mlp": figures(nn.Sequential(*mlp), numbers(8, 5)),
        "cnn": figures(nn.Sequential(*cnn), numbers(8, 2, 6, 5)),
    }
    RECORDED.write_text(json.dumps(reference, indent=1) + "\n")


if __name__ == "__main__":
    main()
