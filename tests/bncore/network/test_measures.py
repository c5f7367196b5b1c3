"""Each claim, measured: it holds in its setting, and is found not to hold outside of it."""

from dataclasses import replace

import numpy as np
import pytest

from bncore.network.claims import CLAIMS
from bncore.network.contrast import Disturbance, contrast
from tests.bncore.network.contrasts import contrasted
from tests.each import each

WIDE = {"inputs": 256, "width": 256, "depth": 30, "examples": 32}


def measured(name, **setting):
    return CLAIMS[name](contrasted(**setting))


def test_vanishing():
    claim = measured("vanishing", depth=10, activation="sigmoid", initialization="normal", scale=0.1)
    assert claim.holds
    assert claim.numbers["times"] == pytest.approx(claim.numbers["with"] / claim.numbers["without"])
    assert not measured("vanishing", depth=2).holds


def test_exploding():
    claim = measured("exploding", depth=30, scale=100.0)
    assert claim.holds
    assert claim.numbers["without"] < 30
    assert claim.numbers["with"] is None
    assert not measured("exploding", depth=30, scale=100.0, dtype="float64").holds


def test_exploding_counts_the_input_and_the_read_out_as_places():
    claim = measured("exploding", depth=1, scale=4.7e37, activation="identity")
    assert claim.diverged["without"].kind == "readout"
    assert (claim.numbers["without"], claim.numbers["with"], claim.holds) == (2.0, None, True)
    setup = contrasted(depth=2).setup
    x = np.full_like(setup.x, np.inf)
    claim = CLAIMS["exploding"](contrast(replace(setup, x=x), np.random.default_rng(0)))
    assert (claim.numbers["without"], claim.numbers["with"], claim.holds) == (0.0, 0.0, False)


def test_exploding_is_about_activations_not_about_gradients():
    setup = contrasted(depth=1).setup
    claim = CLAIMS["exploding"](
        contrast(replace(setup, x=setup.x * np.float32(1e20), loss="squared_error"), np.random.default_rng(0))
    )
    assert claim.diverged["without"].side == "backward"
    assert not claim.holds


def test_scale_invariance():
    exact = {"eps": 0.0, "dtype": "float64"}
    claim = measured("scale_invariance", **exact, disturbance=Disturbance(2, 3.0))
    assert claim.holds
    assert claim.numbers["gradient_times_a"] == pytest.approx(1.0, rel=1e-10)
    assert claim.numbers["moved"] < 1e-12
    assert claim.numbers["alignment"] < 1e-12
    assert measured("scale_invariance", **exact).holds is None
    assert measured("scale_invariance", **exact, disturbance=Disturbance(2, -3.0)).holds is None
    assert not measured("scale_invariance", eps=1.0, dtype="float64", disturbance=Disturbance(2, 3.0)).holds


def test_gradient_growth_and_how_residual_connections_tame_it():
    plain, tamed = (measured("gradient_growth", **WIDE, residual=residual) for residual in (False, True))
    assert plain.holds
    assert plain.numbers["growth"] == pytest.approx(1.211, abs=0.05)
    assert not tamed.holds
    assert measured("residual_tames", **WIDE, residual=True).holds
    assert not measured("residual_tames", **WIDE).holds


def test_growth_is_the_geometric_mean_without_two_blocks_at_either_end():
    pair = contrasted(depth=9)
    sizes = [joint.backward.norm for joint in pair.columns["with"].survey.at("z").values()]
    assert CLAIMS["gradient_growth"](pair).numbers["growth"] == pytest.approx((sizes[2] / sizes[6]) ** (1 / 4))


def test_gradient_norm():
    assert measured("gradient_norm", eps=0.0, dtype="float64").holds
    assert measured("gradient_norm", eps=0.0, dtype="float64", examples=8).numbers["removed"] > 0.05
    assert not measured("gradient_norm", eps=1.0, dtype="float64").holds


@each("name", CLAIMS)
@each("setting", [{"norm": "none"}, {"depth": 1}, {"scale": 0.0}, {"scale": 1e38}])
def test_every_claim_has_an_answer_on_every_network(name, setting):
    claim = measured(name, **setting)
    assert claim.holds in (True, False, None)
    if setting.get("norm") == "none":
        assert claim.holds is None
