"""Laws of training behind norms, for any network that Hypothesis draws: float64, no eps where the theorem has none."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from bncore.training import NORMS, advance, start
from bncore.training.layout import layout_of
from tests.bncore.training.specs import DENSE_NORMS, tiny

EXACT = 1e-10
STEPS = 20  # after 60 some have magnified rounding beyond it
NORMALIZED = [name for name in DENSE_NORMS if NORMS[name].normalizes and name not in ("renorm", "group")]
networks = st.builds(
    lambda norm, widths, activation, seed: tiny(
        norm=norm, widths=widths, activation=activation, seed=seed, eps=0.0, trained="weights", steps=STEPS, rate=0.05
    ),
    st.sampled_from(NORMALIZED),
    st.lists(st.integers(5, 9), min_size=1, max_size=3).map(tuple),  # a layer norm of 3 units magnifies rounding
    st.sampled_from(["tanh", "sigmoid", "gelu"]),
    st.integers(0, 100),
)


def losses(spec):
    return np.array([record.loss for record in advance(start(spec), spec.steps)[1]])


@settings(max_examples=8, deadline=None)
@given(networks, st.floats(0.1, 10))
def test_weights_times_a_and_a_rate_times_a_squared_are_the_same_run(spec, a):
    """van Laarhoven 2017, section 2: gradients of a scale-invariant loss are homogeneous of degree -1."""
    scaled = replace(spec, scale=a, rate=a * a * spec.rate)
    np.testing.assert_allclose(losses(scaled), losses(spec), rtol=0, atol=EXACT)


@settings(max_examples=8, deadline=None)
@given(networks, st.floats(0.01, 0.5))
def test_a_rate_that_grows_is_weight_decay(spec, decay):
    """Li & Arora 2020, section 2, without momentum: with α = 1 - ηλ, η_t = η α^(-2t-1) without decay."""
    alpha = 1 - spec.rate * decay
    growing = replace(spec, rate=spec.rate / alpha, schedule="exponential", factor=alpha**-2, every=1)
    np.testing.assert_allclose(losses(growing), losses(replace(spec, weight_decay=decay)), rtol=0, atol=EXACT)


@settings(max_examples=8, deadline=None)
@given(networks)
def test_a_bias_in_front_of_batch_norm_gets_no_gradient(spec):
    biased = replace(spec, norm="batch", bias=True, trained="all", steps=20)
    state, layout = advance(start(biased), 20)[0], layout_of(biased)
    for block in range(biased.blocks):
        assert np.abs(layout.of_block(state.parameters, block)["bias"]).max() < 1e-14
