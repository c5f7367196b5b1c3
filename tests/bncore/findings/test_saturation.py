"""Features that are flat or dead by chance are not called so."""

import numpy as np
import pytest

from bncore.findings.saturation import flat_share, mostly_saturated, tail_bound
from bncore.playground.chain import NormLayer, playground
from tests.each import each


def called_dead(x, **options):
    """Which features are called flat or dead."""
    layer = NormLayer(**options)
    running = {"running_mean": np.zeros(x.shape[1]), "running_var": np.ones(x.shape[1])}
    return mostly_saturated(playground(x, layer, rng=np.random.default_rng(0), **running))


@each("mode", ["train", "inference"])
@each("activation", ["relu", "tanh", "sigmoid", "gelu"])
@each("examples", [1, 2, 3, 4, 8, 10, 16, 64])
def test_at_most_one_healthy_feature_in_a_hundred_is_called_dead(mode, activation, examples):
    rng = np.random.default_rng([examples, 3])
    for draw in (rng.standard_normal, lambda shape: (np.maximum(rng.standard_normal(shape), 0) - 0.4) / 0.58):
        if mode == "inference" and draw is not rng.standard_normal and activation != "relu":
            continue
        x = draw((examples, 512))
        assert called_dead(x, mode=mode, activation=activation).mean() < 0.01


@each("examples", [1, 2, 8])
def test_nor_of_images(examples):
    rng = np.random.default_rng(5)
    x = np.broadcast_to(rng.standard_normal((examples, 256, 1, 1)), (examples, 256, 4, 4))
    assert called_dead(x + 0.01 * rng.standard_normal(x.shape), mode="inference").mean() < 0.01


@each("examples", [2, 6, 16])
def test_what_no_x_brings_to_life_is_dead_in_training(examples):
    x = np.random.default_rng(0).standard_normal((examples, 3))
    assert called_dead(x, beta=np.array([0.0, -9.0, 9.0])).tolist() == [False, True, False]
    squashed = called_dead(x, activation="tanh", beta=np.array([0.0, -9.0, 9.0]))
    assert squashed.tolist() == [False, True, True]


@pytest.mark.parametrize("examples", [64, 256])
def test_what_is_dead_in_a_large_batch_is_found_in_both_modes(examples):
    x = np.random.default_rng(0).standard_normal((examples, 3))
    for mode in ("train", "inference"):
        assert called_dead(x, mode=mode, beta=np.array([0.0, -3.0, 3.0])).tolist() == [False, True, False]


def test_a_feature_that_stays_constant_at_0_is_dead_and_one_that_may_be_so_by_chance_is_not():
    for examples, dead in ((1, False), (2, False), (6, False), (64, True)):
        x = np.random.default_rng(0).standard_normal((examples, 4))
        x[:, 1] = 3.0
        assert called_dead(x).tolist() == [False, dead, False, False]


def test_one_image_that_is_dead_everywhere_is_found_in_training():
    x = np.random.default_rng(0).standard_normal((1, 2, 16, 16))
    assert called_dead(x, beta=np.array([0.0, -5.0])).tolist() == [False, True]


def test_the_bound_is_none_below_and_exact_where_all_are_flat():
    np.testing.assert_allclose(tail_bound(np.array([1.0, 0.5, 0.2]), 10, 0.5), [0.5**10, 1.0, 1.0])
    assert tail_bound(np.array([1.0]), 1, 0.0)[0] == 0.0
    assert tail_bound(np.array([0.9]), 10, 0.5)[0] >= 11 / 2**10


def test_a_standard_bell_is_flat_where_it_is():
    assert flat_share("tanh") == pytest.approx(0.0293, abs=1e-3)
    assert flat_share("leaky_relu") == 0.0
