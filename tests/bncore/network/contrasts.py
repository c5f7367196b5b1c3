"""Contrasts that the tests of the network's survey look at."""

import numpy as np

from bncore.network.build import Recipe
from bncore.network.contrast import Setup, contrast


def contrasted(*, seed=0, examples=64, inputs=32, fill=None, disturbance=None, depth=6, width=48, **recipe):
    """Both columns of a fully connected network on a Gaussian batch, or on one that has one number everywhere."""
    rng = np.random.default_rng(seed)
    chosen = Recipe(**recipe)
    x = rng.standard_normal((examples, inputs)).astype(chosen.dtype)
    x = x if fill is None else np.full_like(x, fill)
    labels = rng.integers(0, 10, examples)
    setup = Setup(x, labels, 10, depth=depth, width=width, recipe=chosen, disturbance=disturbance)
    return contrast(setup, np.random.default_rng([seed, 1]))


def images(*, seed=0, examples=12, depth=3, width=6, size=5, disturbance=None, **recipe):
    """Both columns of a convolutional network on Gaussian images of two channels."""
    rng = np.random.default_rng(seed)
    chosen = Recipe(**recipe)
    x = rng.standard_normal((examples, 2, size, size)).astype(chosen.dtype)
    setup = Setup(
        x, rng.integers(0, 3, examples), 3, architecture="convolutional", depth=depth, width=width, recipe=chosen,
        disturbance=disturbance,
    )  # fmt: skip
    return contrast(setup, np.random.default_rng([seed, 1]))
