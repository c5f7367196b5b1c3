"""Dynamic tanh is its formula, and its gradient is that of central differences."""

import numpy as np
import pytest

from bncore.training.layout import initial, layout_of
from bncore.training.network import Network
from tests.bncore.training.specs import tiny, tiny_images

STEP = 1e-6


def part_of(make):
    """That of the first block of a network of six examples, at random parameters."""
    spec = make(norm="dyt", batch_size=6)
    rng, layout = np.random.default_rng(1), layout_of(spec)
    network = Network(spec, layout, rng.normal(size=layout.size), np.zeros(0))
    x, dy = rng.normal(size=(2, *network.blocks[0].activation.y.shape))
    return network.blocks[0].norm, *network.named(0), x, dy


@pytest.mark.parametrize("make", [tiny, tiny_images])
def test_it_is_its_formula_in_training_and_in_inference(make):
    part, named, _, x, _ = part_of(make)
    expected = np.tanh(named["alpha"] * x) * named["gamma"] + named["beta"]
    np.testing.assert_allclose(part.forward(x, 0), expected, rtol=0, atol=1e-14)
    np.testing.assert_allclose(part.infer(x[:2]), expected[:2], rtol=0, atol=1e-14)


@pytest.mark.parametrize("make", [tiny, tiny_images])
def test_the_gradient_is_that_of_central_differences(make):
    part, named, gradients, x, dy = part_of(make)
    part.forward(x, 0)
    dx = part.backward(dy).copy()
    slopes = {kind: gradients[kind].copy() for kind in ("alpha", "gamma", "beta")}
    for array, slope in [(x, dx), *((named[kind], slopes[kind]) for kind in slopes)]:
        for place in list(np.ndindex(array.shape))[:40]:
            ends = []
            for by in (STEP, -STEP):
                array[place] += by
                ends.append(float((part.forward(x, 0) * dy).sum()))
                array[place] -= by
            assert slope[place] == pytest.approx((ends[0] - ends[1]) / (2 * STEP), rel=1e-6, abs=1e-7)


def test_it_starts_at_the_slope_that_is_asked_for_and_its_block_has_a_bias():
    spec = tiny(norm="dyt", alpha=0.25)
    layout = layout_of(spec)
    from_start = layout.of_block(initial(spec, layout), 1)
    assert from_start["alpha"] == [0.25]
    assert list(from_start) == ["weight", "bias", "alpha", "gamma", "beta"]


def test_all_of_it_is_trained_with_the_norms_alone():
    spec = tiny(norm="dyt", trained="norms")
    layout = layout_of(spec)
    moved = np.arange(layout.size)[layout.trained]
    kinds = [slot.kind for slot in layout.slots if slot.start in moved]
    assert kinds == ["alpha"] * 2 + ["gamma"] * 2 + ["beta"] * 2
