"""What is told of numbers that are not finite: what comes out of the channel then."""

from itertools import product

import numpy as np

from bncore.doctor import Norm
from bncore.doctor.findings import examine
from tests.bncore.doctor.findings.models import healthy, model, put, with_norm
from tests.each import each

ODD = (np.nan, np.inf, -np.inf)
NOTHING, BETA = "nothing finite comes out, whatever comes in.", "x̂ is 0 there, so the output is β, whatever comes in."


@each("field", ["gamma", "beta", "mean", "variance"])
@each(("value", "text"), [(np.nan, "not a number"), (-np.inf, "−∞")])
def test_what_is_not_finite_is_named_by_array_channel_and_value(field, value, text):
    first = examine(with_norm(healthy(), 1, **{field: put(5, value)}))[0]
    assert (first.norm, first.id, first.severity, first.channels) == ("bn1", "not_finite", "error", (5,))
    assert f"channel 5 is {text}: nothing finite comes out" in first.sentence


def test_what_is_not_finite_in_front_is_told_of_the_norm_behind():
    model = healthy()
    weight = model.read("conv2.weight")
    weight[3, 0, 1, 1] = np.inf
    first = examine(model)[0]
    assert (first.norm, first.id, first.channels) == ("bn2", "not_finite", (3,))
    assert "conv2" in first.sentence


def told_by_channel(of):
    """What is said to come out, by channel."""
    said = [(channel, one.sentence.partition(": ")[2]) for one in examine(of) for channel in one.channels
            if one.id == "not_finite"]  # fmt: skip
    return {channel: {text for other, text in said if other == channel} for channel, _ in said}


def test_of_every_mixture_of_numbers_that_are_not_finite_what_is_said_to_come_out_does():
    """A channel a mixture, and what comes out of each for three inputs."""
    values = product((1.0, 0.0, *ODD), (2.0, *ODD), (0.5, *ODD), (3.0, *ODD))
    gamma, beta, mean, variance = np.array(list(values)).T
    norm = Norm("bn", "batch", gamma, beta, mean, variance, eps=1e-5)
    said = told_by_channel(model([norm], {}))
    with np.errstate(invalid="ignore"):
        y = gamma * (np.array([[-1.0], [0.5], [7.0]]) - mean) / np.sqrt(variance + 1e-5) + beta
    assert set(said) == set(np.flatnonzero(~np.isfinite([gamma, beta, mean, variance]).all(0)))
    for channel, texts in said.items():
        assert texts <= {NOTHING, BETA}
        assert NOTHING not in texts or not np.isfinite(y[:, channel]).any()
        assert BETA not in texts or np.array_equal(y[:, channel], beta[[channel] * 3], equal_nan=True)


def test_an_infinite_variance_leaves_nothing_but_beta():
    first = examine(with_norm(healthy(), 1, variance=put(5, np.inf)))[0]
    assert (first.norm, first.id, first.severity, first.channels) == ("bn1", "not_finite", "error", (5,))
    assert first.sentence == f"The running variance of channel 5 is ∞: {BETA}"
    without = examine(with_norm(healthy(), 1, variance=put(5, np.inf), beta=None))[0]
    assert "so the output is 0, whatever" in without.sentence


def test_an_infinite_variance_behind_an_infinite_weight_gives_nothing_finite():
    model = with_norm(healthy(), 2, variance=put(3, np.inf))
    model.read("conv2.weight")[3, 0, 1, 1] = np.inf
    assert told_by_channel(model) == {3: {NOTHING}}
