"""What a change of the batch does, on tables made by hand."""

import math

import numpy as np
import pytest

from bncore import norms
from bncore.norms.effects import TELLING, effect


def of(norm, before, after, changed=None, **given):
    results = [norms.forward(x, norm, eps=0, **given) for x in (before, after)]
    return effect(*results, norms.forward(after, "instance", eps=0), changed)


def test_a_companion_that_moves_moves_the_kept_example_under_batch_norm_only():
    before, after = np.array([[0.0, 2.0], [2.0, 0.0], [4.0, 4.0]]), np.array([[0.0, 2.0], [1.0, 0.0], [8.0, 4.0]])
    assert of("layer", before, after).moved == 0
    told = of("batch", before, after)
    was, now = (norms.forward(x, "batch", eps=0).x_hat[0] for x in (before, after))
    assert told.moved == pytest.approx(np.sqrt(np.square(now - was).mean()))
    assert told.offset == pytest.approx(0, abs=1e-15)


def test_the_offset_is_what_is_left_of_the_channels_means():
    x = np.array([[1.0, 3.0], [1.0, 5.0]])
    assert of("layer", x, x).offset == pytest.approx(1)
    assert of("batch", x, x).offset == 0


def test_a_huge_channel_squeezes_its_companions_in_the_statistic():
    x = np.random.default_rng(0).normal(size=(5, 4, 6))
    huge = x.copy()
    huge[:, 0] *= 1e4
    assert of("batch", x, huge, 0).squeezed == 0
    assert of("layer", x, huge, 0).squeezed == of("layer", x, huge, 0).others == 3
    told = of("group", x, huge, 0, groups=2)
    assert (told.squeezed, told.others) == (1, 3)
    assert told.least_kept < 1e-3


@pytest.mark.parametrize(("factor", "squeezed"), [(1 - 1e-6, 0), (1 + 1e-6, 1)])
def test_a_channel_counts_as_squeezed_below_a_tenth_of_its_deviation(factor, squeezed):
    sign = np.array([[1.0, -1.0, 1.0, -1.0]])
    huge = factor * np.sqrt(199)  # the root mean square of h and 1 is 10 where h^2 + 1 = 200
    before, after = np.stack([sign, sign], axis=1), np.stack([huge * sign, sign], axis=1)
    told = of("rms", before, after, 0)
    assert told.least_kept == pytest.approx(0.1, rel=1e-5)
    assert (told.squeezed, told.others) == (squeezed, 1)


def test_without_any_deviation_nothing_is_compared():
    x = np.ones((2, 2))
    told = of("batch", x, x)
    assert (told.others, told.squeezed) == (0, 0)
    assert math.isnan(told.least_kept)
    alone = of("batch", x[:, :1], x[:, :1], 0)
    assert (alone.others, alone.moved) == (0, 0)


def test_one_example_of_batch_norm_is_instance_norm():
    x = np.random.default_rng(0).normal(size=(5, 4, 6))
    assert of("batch", x, x[:1]).from_instance == 0
    assert of("layer", x, x[:1]).from_instance > 0.1


@pytest.mark.parametrize("examples", [4, 8, 32])
@pytest.mark.parametrize("norm", ["layer", "rms"])
def test_the_means_of_two_batches_of_one_kind_are_as_far_apart_as_chance_makes_and_seldom_tell(norm, examples):
    rng = np.random.default_rng(examples)
    offsets = np.array([2.0, 0.0, -1.0, 0.5, 0.0, 1.0])[:, None]
    effects = [of(norm, *(offsets + rng.normal(size=(2, examples, 6, 5)))) for _ in range(200)]
    mean_square = np.mean([(one.apart / one.by_chance) ** 2 for one in effects])
    assert mean_square == pytest.approx(1.0, abs=5 * np.sqrt(2 / (6 * 200)) + 1 / examples)
    assert np.mean([one.apart > TELLING * one.by_chance for one in effects]) < 0.02
    another = offsets + np.array([0.0, 0.0, 4.0, 0.0, 0.0, 0.0])[:, None]
    sorted_ = of(norm, offsets + rng.normal(size=(examples, 6, 5)), another + rng.normal(size=(examples, 6, 5)))
    assert sorted_.apart > TELLING * sorted_.by_chance


def test_one_example_does_not_say_what_chance_makes():
    x = np.random.default_rng(0).normal(size=(5, 4, 6))
    assert math.isnan(of("layer", x[:1], x).by_chance)
    assert of("layer", x, x).apart == 0
