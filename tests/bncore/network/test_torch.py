"""A whole MLP and a whole CNN against what PyTorch computed for the same numbers, recorded by `torch_reference`."""

import json
from itertools import pairwise

import numpy as np
import pytest

from bncore.network import Activate, BatchNorm, Convolution, GlobalAveragePooling, Linear, cross_entropy, propagate
from tests.bncore.network.torch_reference import BLOCKS, CLASSES, LABELS, RECORDED, WIDTH, numbers, sums


def behind(activation):
    return [BatchNorm(1 + 0.1 * numbers(WIDTH), 0.1 * numbers(WIDTH), eps=0.01), Activate(activation)]


def readout():
    return Linear(numbers(WIDTH, CLASSES), np.zeros(CLASSES))


def mlp():
    sizes = [5, *[WIDTH] * BLOCKS]
    products = [Linear(numbers(a, b)) for a, b in pairwise(sizes)]
    return [layer for product in products for layer in (product, *behind("tanh"))] + [readout()]


def cnn():
    sizes = [2, *[WIDTH] * BLOCKS]
    products = [Convolution(numbers(b, a, 3, 3), padding=1) for a, b in pairwise(sizes)]
    layers = [layer for product in products for layer in (product, *behind("gelu"))]
    return [*layers, GlobalAveragePooling(), readout()]


def gradients(record):
    """In the shapes that PyTorch keeps: a linear layer's weight is (outputs, inputs) there."""
    turned = isinstance(record.layer, Linear)
    return [g.T if turned and name == "weight" else g for name, g in record.gradients.items()]


@pytest.mark.parametrize(("name", "network", "x"), [("mlp", mlp, numbers(8, 5)), ("cnn", cnn, numbers(8, 2, 6, 5))])
def test_loss_and_every_gradient_are_pytorchs(name, network, x):
    recorded = json.loads(RECORDED.read_text())[name]
    pass_ = propagate(network(), x, lambda y: cross_entropy(y, LABELS))
    assert pass_.loss == pytest.approx(recorded["loss"], rel=1e-12)
    assert sums(pass_.dx) == pytest.approx(recorded["dx"], rel=1e-9, abs=1e-13)
    ours = [sums(gradient) for record in pass_.records for gradient in gradients(record)]
    assert len(ours) == len(recorded["parameters"])
    for one, theirs in zip(ours, recorded["parameters"], strict=True):
        assert one == pytest.approx(theirs, rel=1e-9, abs=1e-13)
