"""A probe separates all named mistakes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bncore import BadParameter
from bncore.diagnosis import MISTAKES, ORDER, candidates, probe, separation
from tests.bncore.diagnosis.batches import ELSEWHERE, PLACEMENTS, check, named
from tests.each import each

placements = pytest.mark.parametrize("placement", PLACEMENTS)


@placements
@each("axes", [2, 4])
@each("seed", range(6))
def test_a_probe_separates_all_named_mistakes(placement, axes, seed):
    case = probe(seed, axes=axes, eps_placement=placement).case()
    for tensor in ORDER:
        distance, one, other = separation(case, tensor)
        assert distance > 0.002, (tensor, one, other)
        assert check(case, {tensor: in_given(case, tensor)}).warnings == ()


def in_given(case, tensor):
    return case.as_given(case.truth[tensor]) if tensor in ("dx", "dx_hat") else case.truth[tensor]


@placements
@pytest.mark.parametrize("axes", [2, 4])
def test_each_named_mistake_is_built_on_a_probe_and_named_alone(placement, axes):
    case = probe(7, axes=axes, eps_placement=placement).case()
    named_here = set()
    for tensor in ORDER:
        built = candidates(case, tensor)
        for number, (name, values) in enumerate(zip(built.ids, built.values, strict=True)):
            values = case.as_given(values.reshape(case.x.shape)) if tensor in ("dx", "dx_hat") else values
            answer = values.astype("float32") if number % 2 else values
            assert named(check(case, {tensor: answer}), tensor) == [name]
            named_here.add(name)
    images = {"channel_batch_only", "channel_space_only", "channel_count", "channels_not_moved"}
    only_images = images if axes == 2 else set()
    only_beside = {"sigma_derivative_uses_s"} if placement == "variance" else set()
    assert named_here == set(MISTAKES) - only_images - only_beside - ELSEWHERE


@placements
@pytest.mark.parametrize("axes", [2, 4])
@settings(max_examples=10)
@given(seed=st.integers(0, 2**53 - 1))
def test_a_probe_hides_nothing(placement, axes, seed):
    sent = probe(seed, axes=axes, eps_placement=placement)
    over = (0, *range(2, sent.x.ndim))
    var = sent.x.var(over)
    count = sent.x.size // 4
    assert count >= 6
    assert count != 4
    assert (sent.eps / var >= 0.1).all()
    assert (sent.eps / var <= 0.5).all()
    assert (np.abs(sent.x.mean(over)) > 0.9).all()
    assert (np.abs(np.abs(sent.gamma) - 1) > 0.1).all()
    assert len(set(np.abs(sent.gamma))) == 4
    assert (np.abs(sent.beta) >= 0.5).all()
    assert (sent.running_var / var > 1.3).all()


def test_the_same_seed_gives_the_same_probe_and_another_another():
    np.testing.assert_array_equal(probe(5).x, probe(5).x)
    assert not np.array_equal(probe(5).x, probe(6).x)


@each("arguments", [{"seed": -1}, {"seed": 2**53}, {"seed": 0.5}, {"axes": 3}, {"eps_placement": "no"}])
def test_a_probe_that_there_is_not_is_refused(arguments):
    with pytest.raises(BadParameter) as caught:
        probe(**arguments)
    assert caught.value.parameter in arguments
