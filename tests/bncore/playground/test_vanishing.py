"""Why dx is 0: the right reason in each case, and no alarm where it is not."""

import numpy as np
import pytest

from bncore.playground.chain import NormLayer, playground
from bncore.playground.vanishing import REASONS, vanished

placements = pytest.mark.parametrize("eps_placement", ["variance", "deviation"])


def above(result):
    return result.stages["d_activation"].values if "d_activation" in result.stages else None


def reasons(x, layer=None, *, dy=None, **options):
    """The reason of each feature of `x` whose dx vanishes."""
    result = playground(x, layer or NormLayer(), dy=dy, rng=np.random.default_rng(1), **options)
    dx = vanished(result.forward, result.stages["dy"].values, result.stages["dx"].values, above(result))
    assert all(v.text == REASONS[v.reason] for v in dx)
    return {feature: v.reason for v in dx for feature in v.features}


def drawn(examples=20, features=3, dtype=np.float64):
    return (3.0 * np.random.default_rng(0).standard_normal((examples, features)) + 1.0).astype(dtype)


ALL = dict.fromkeys(range(3))


@placements
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("eps", [0.0, 1e-5])
def test_each_reason_is_found(eps_placement, dtype, eps):
    x, kept = drawn(dtype=dtype), {"eps": eps, "eps_placement": eps_placement, "activation": "identity"}
    cases = {
        "same_for_every_example": (x, NormLayer(**kept, upstream="ones")),
        "linear_in_x_hat": (x, NormLayer(**kept, upstream="sum_of_squares")),
        "two_examples": (np.array([[-1, 2, 30], [4, 7, 10]], dtype=dtype), NormLayer(**kept)),
        "gamma_zero": (x, NormLayer(np.zeros(3), **kept)),
        "single_example": (x[:1], NormLayer(**kept | {"eps": 1e-5})),
        "blocked_by_activation": (x, NormLayer(beta=np.full(3, -100.0), **kept | {"activation": "relu"})),
    }
    for reason, (batch, layer) in cases.items():
        assert reasons(batch, layer) == dict.fromkeys(ALL, reason), reason


@pytest.mark.parametrize("examples", [1, 5])
def test_a_constant_feature_at_eps_0_and_only_there(examples):
    x = drawn(5)[:examples].copy()
    x[:, 1] = 7.0
    assert reasons(x, NormLayer(eps=0.0, activation="identity"))[1] == "constant_feature"
    if examples > 1:
        assert reasons(x, NormLayer(eps=1e-5, activation="identity")) == {}


def test_two_examples_and_a_large_eps_let_the_gradient_through():
    assert reasons(drawn(2), NormLayer(eps=1.0, activation="identity")) == {}
    assert reasons(0.01 * drawn(2), NormLayer(eps=1e-5, activation="identity")) == {}


def test_only_the_features_concerned_are_named():
    x, dy = drawn(), np.random.default_rng(2).standard_normal((20, 3))
    dy[:, 0], dy[:, 2] = 4.0, 0.0
    assert reasons(x, dy=dy) == {0: "same_for_every_example", 2: "no_upstream"}


def test_nothing_from_above_is_told_from_an_activation_that_lets_nothing_through():
    x = drawn()
    dead = NormLayer(beta=np.array([-100.0, 0.0, 0.0]))
    assert reasons(x, dead) == {0: "blocked_by_activation"}
    assert reasons(x, dead, dy=np.zeros_like(x)) == dict.fromkeys(range(3), "no_upstream")
    result = playground(x, dead, rng=np.random.default_rng(1))
    rows = result.stages["dy"].values, result.stages["dx"].values
    (vanishing,) = vanished(result.forward, *rows, np.zeros_like(rows[0]))
    assert (vanishing.reason, vanishing.features) == ("no_upstream", (0,))


def test_inference_keeps_what_training_takes_away():
    running = {"running_mean": np.zeros(3), "running_var": np.ones(3)}
    for upstream in ("ones", "sum_of_squares"):
        assert reasons(drawn(), NormLayer(mode="inference", upstream=upstream, activation="identity"), **running) == {}
    no_scale = running | {"running_var": np.zeros(3)}
    by_feature = reasons(drawn(), NormLayer(mode="inference", eps=0.0, activation="identity"), **no_scale)
    assert by_feature == dict.fromkeys(ALL, "constant_feature")


@pytest.mark.parametrize("examples", [3, 4, 32])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_no_false_alarm_on_random_gradients(examples, dtype):
    for seed in range(10):
        rng = np.random.default_rng(seed)
        x = (rng.standard_normal((examples, 48)) * 10.0 ** rng.uniform(-2, 3, 48)).astype(dtype)
        dy = rng.standard_normal((examples, 48)).astype(dtype)
        for eps in (0.0, 1e-5, 1.0):
            assert reasons(x, NormLayer(eps=eps), dy=dy) == {}


def test_a_gradient_that_is_small_by_chance_is_no_alarm():
    x, dy = drawn(3), np.array([[1.0], [1.0], [1.0 + 2e-4]]) * np.ones((1, 3))
    assert reasons(x, dy=dy) == {}
