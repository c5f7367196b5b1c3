"""The law of how fast gradients grow through batch norm and ReLU, against networks."""

import math

import numpy as np
import pytest

from bncore.network.claims import gradient_growth
from bncore.network.measures.growth import MANY_EXAMPLES, relu_growth
from tests.bncore.network.contrasts import contrasted


def measured(examples, *, width, seeds=6, depth=14, **recipe):
    """The growth a block of several networks, and its standard error."""
    growths = [
        gradient_growth(
            contrasted(seed=seed, examples=examples, inputs=width, depth=depth, width=width, **recipe)
        ).numbers["growth"]
        for seed in range(seeds)
    ]
    return float(np.mean(growths)), float(np.std(growths, ddof=1) / math.sqrt(seeds))


@pytest.mark.parametrize(("examples", "initialization"), [(8, "he"), (16, "xavier"), (16, "orthogonal"), (64, "he")])
def test_wide_networks_grow_by_the_law_whatever_the_weights_scale(examples, initialization):
    growth, error = measured(examples, width=256, initialization=initialization, scale=3.0)
    assert abs(growth - relu_growth(examples)) < 5 * error + 0.005


def test_the_law_falls_towards_that_of_many_examples_and_starts_at_four():
    growths = [relu_growth(examples) for examples in range(4, 200)]
    assert growths == sorted(growths, reverse=True)
    assert relu_growth(10**7) == pytest.approx(MANY_EXAMPLES, abs=1e-6)
    assert all(growth > MANY_EXAMPLES for growth in growths)
    assert [relu_growth(examples) for examples in (1, 2, 3)] == [None, None, None]


def test_the_law_is_told_only_of_rows_through_relu_behind_batch_norm():
    wide = {
        name: gradient_growth(contrasted(examples=8, **recipe)).numbers["wide"]
        for name, recipe in {
            "lawful": {}, "residual": {"residual": True}, "tanh": {"activation": "tanh"},
            "behind": {"norm_place": "behind"},
        }.items()
    }  # fmt: skip
    assert wide == {"lawful": pytest.approx(relu_growth(8)), "residual": None, "tanh": None, "behind": None}
