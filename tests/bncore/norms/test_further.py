"""Channels on another axis, ghost batches with a remainder, layer norm from axis 0, of one axis, all batches alike."""

import numpy as np
import pytest

from bncore import BadParameter, forward, norms
from bncore.norms import NORMS
from tests.bncore.norms.cases import settings
from tests.each import each

RNG = np.random.default_rng(5)
X, DY = RNG.normal(size=(4, 6, 3)), RNG.normal(size=(4, 6, 3))
OF_CHANNELS = [norm for norm, row in NORMS.items() if row.per_channel]


@each("norm", OF_CHANNELS)
@each("axis", [0, 2, -1])
def test_channels_on_another_axis_are_normalized_as_on_the_second(norm, axis):
    gamma, given = RNG.normal(size=6), settings(norm, X.shape)
    plain = norms.forward(X, norm, gamma, **given)
    moved = norms.forward(np.moveaxis(X, 1, axis), norm, gamma, feature_axis=axis, **given)
    np.testing.assert_array_equal(moved.y, np.moveaxis(plain.y, 1, axis))
    back, there = norms.backward(DY, plain), norms.backward(np.moveaxis(DY, 1, axis), moved)
    np.testing.assert_array_equal(there.dx, np.moveaxis(back.dx, 1, axis))
    np.testing.assert_array_equal(there.dgamma, back.dgamma)


@each(("norm", "axis"), [("layer", 0), ("rms", 2), ("batch", 3), ("group", 1.5)])
def test_an_axis_of_channels_that_there_is_not_is_refused(norm, axis):
    with pytest.raises(BadParameter) as caught:
        norms.forward(X, norm, feature_axis=axis, **settings(norm, X.shape))
    assert caught.value.parameter == "feature_axis"


@pytest.mark.parametrize("axis", [1, 2])
def test_the_last_ghost_batch_takes_the_examples_that_are_left(axis):
    x, dy, gamma = RNG.normal(size=(7, 6, 2)), RNG.normal(size=(7, 6, 2)), RNG.normal(size=6)
    cold = {"running_mean": np.zeros(6), "running_var": np.ones(6)}
    given = {"momentum": 0.3, "running_variance": "biased", **cold}
    result = norms.forward(np.moveaxis(x, 1, axis), "ghost", gamma, ghost_size=3, feature_axis=axis, **given)
    parts, running = [x[:3], x[3:6], x[6:]], cold
    of_parts = []
    for part in parts:
        of_parts.append(norms.forward(part, "batch", gamma, **given | running))
        running = {name: getattr(of_parts[-1], name) for name in cold}
    np.testing.assert_allclose(np.moveaxis(result.y, axis, 1), np.concatenate([one.y for one in of_parts]), atol=1e-12)
    np.testing.assert_allclose(result.var, [one.var for one in of_parts])
    np.testing.assert_allclose(result.running_var, running["running_var"])
    gradients = norms.backward(np.moveaxis(dy, 1, axis), result)
    own = [norms.backward(g, one) for g, one in zip(np.split(dy, [3, 6]), of_parts, strict=True)]
    np.testing.assert_allclose(np.moveaxis(gradients.dx, axis, 1), np.concatenate([one.dx for one in own]), atol=1e-12)
    np.testing.assert_allclose(gradients.dgamma, sum(one.dgamma for one in own))
    np.testing.assert_allclose(gradients.dbeta, sum(one.dbeta for one in own))


def test_a_remainder_of_one_example_is_remarked_on_by_its_own_statistics():
    result = norms.forward(RNG.normal(size=(5, 2)), "ghost", ghost_size=2)
    assert [(remark.name, remark.statistics) for remark in result.remarks] == [("single_cell", (4, 5))]
    assert norms.forward(X, "ghost", ghost_size=3).settings == {"ghost_size": 3}


@pytest.mark.parametrize("norm", ["layer", "rms"])
def test_layer_norm_from_axis_0_takes_all_numbers_and_one_axis_will_do(norm):
    gamma = RNG.normal(size=X.shape)
    whole, flat = norms.forward(X, norm, gamma, axis=0), norms.forward(X.ravel(), norm, gamma.ravel())
    np.testing.assert_allclose(whole.y.ravel(), flat.y, atol=1e-14)
    assert whole.count == flat.count == X.size
    np.testing.assert_allclose(whole.var, flat.var)
    one, other = norms.backward(DY, whole), norms.backward(DY.ravel(), flat)
    np.testing.assert_allclose(one.dx.ravel(), other.dx, atol=1e-14)
    np.testing.assert_allclose(one.dgamma.ravel(), other.dgamma, atol=1e-14)
    example = norms.forward(X.reshape(1, -1), norm, gamma.ravel())
    np.testing.assert_allclose(flat.y, example.y[0])


def test_a_momentum_of_none_is_the_mean_of_all_batches_as_in_pytorch():
    batches = RNG.normal(size=(5, 8, 3))
    running = {"running_mean": np.full(3, 7.0), "running_var": np.full(3, 7.0)}
    for number, batch in enumerate(batches):
        result = forward(batch, momentum=None, num_batches_tracked=number, **running)
        running = {"running_mean": result.running_mean, "running_var": result.running_var}
    np.testing.assert_allclose(running["running_mean"], batches.mean((0, 1)))
    np.testing.assert_allclose(running["running_var"], batches.var(1, ddof=1).mean(0))
    for size in (8, 3):  # ghost batches count one by one
        ghosts = norms.forward(batches[0], "ghost", ghost_size=size, momentum=None, running_mean=np.zeros(3),
                               running_var=np.zeros(3))  # fmt: skip
        parts = np.split(batches[0], range(size, 8, size))
        np.testing.assert_allclose(ghosts.running_mean, np.mean([part.mean(0) for part in parts], 0))
        assert ghosts.num_batches_tracked == len(parts)


@each("tracked", [-1, 0.5, None])
def test_a_number_of_batches_that_there_cannot_be_is_refused(tracked):
    with pytest.raises(BadParameter) as caught:
        forward(X, momentum=None, num_batches_tracked=tracked, running_mean=np.zeros(6), running_var=np.ones(6))
    assert caught.value.parameter == "num_batches_tracked"
