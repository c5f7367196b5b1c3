"""`GET /network`: each claim with its measured number, and why where none can be measured."""

import numpy as np
import pytest

from app.views.network.claims import GROWTH_OF_FEW, PRESETS
from bncore.network.claims import gradient_growth
from tests.app.views.network.asking import SMALL, URL, get
from tests.bncore.network.contrasts import contrasted
from tests.each import each


@pytest.mark.parametrize("preset", ["gradient_norm", "scale_invariance"])
@pytest.mark.parametrize("batch_size", [1, 2])
def test_a_claim_on_gradients_is_not_measured_on_rounding(server, preset, batch_size):
    answer = get(server, preset=preset, batch_size=batch_size, eps=0, dtype="float64", disturb_layer=1)
    assert answer["preset"]["holds"] is None
    assert "more than rounding" in answer["preset"]["text"]
    assert answer["disturb"]["columns"]["with"]["gradient_ratio"] is None
    assert "gradient of the disturbed weights" not in answer["disturb"]["columns"]["with"]["text"]


CLAIMED = {
    "vanishing": lambda n: n["times"] > 1e5,
    "exploding": lambda n: n["without"] is not None and n["with"] is None,
    "scale_invariance": lambda n: n["moved"] < 1e-12 > n["alignment"] and abs(n["gradient_times_a"] - 1) < 1e-9,
    "gradient_growth": lambda n: abs(n["growth"] - 1.211) < 0.05,
    "residual_tames": lambda n: n["growth"] < 1.12,
    "gradient_norm": lambda n: n["disagreement"] < 1e-9 and n["removed"] > 0.02,
}  # fmt: skip


@pytest.mark.parametrize("name", PRESETS)
def test_each_presets_claim_holds_on_the_network_of_its_link(server, name):
    preset = next(row for row in get(server, **SMALL)["presets"] if row["id"] == name)
    answer = server.get(f"{URL}?{preset['query']}").json()
    claim = answer["preset"]
    assert claim["holds"] is True
    assert claim["as_set"] is True
    assert CLAIMED[name](claim["numbers"]), claim["numbers"]
    assert any(character.isdigit() for character in claim["text"])


@each(("query", "column", "said"), [
    ({"depth": 8, "width": 48, "weight_scale": 54400, "source": "normal", "standardize": "on"}, "without",
     "at the read-out"),
    ({"depth": 2, "source": "inline", "values": "1e300,1;2,3;4,5"}, "without", "at the input already"),
    ({"depth": 2, "source": "inline", "values": "1e300,1;2,3;4,5"}, "with", "at the input already"),
])  # fmt: skip
def test_the_exploding_claim_says_where_numbers_ran_away_though_it_was_in_no_block(server, query, column, said):
    answer = get(server, **{"preset": "exploding", "standardize": "off", "activation": "identity"} | query)
    diverged = answer["columns"][column]["diverged"]
    assert diverged["block"] is None
    text = {"without": answer["preset"]["text"].split(";")[0], "with": answer["preset"]["text"].split(";")[1]}[column]
    assert said in text
    assert said in diverged["text"]
    assert answer["preset"]["numbers"][column] is not None


@pytest.mark.parametrize("name", PRESETS)
def test_a_claim_is_measured_on_the_network_at_hand(server, name):
    claim = get(server, **SMALL | {"depth": 2, "batch_size": 8, "eps": 10, "preset": name})["preset"]
    assert claim["as_set"] is False
    assert claim["holds"] is not True
    bare = get(server, **SMALL | {"norm": "none", "preset": name})["preset"]
    assert bare["holds"] is None
    assert bare["text"]


@each(("query", "said"), [
    ({"preset": "gradient_norm", "batch_size": 1, "eps": 0}, "no gradient passes batch norm"),
    ({"preset": "gradient_norm", "norm": "none"}, "no column with batch norm"),
    ({"preset": "vanishing", "norm": "none"}, "no column with batch norm"),
    ({"preset": "scale_invariance", "source": "inline", "values": "1e300,1;2,3", "standardize": "off"},
     "numbers leave their range"),
    ({"preset": "scale_invariance", "norm": "none"}, "no column with batch norm"),
])  # fmt: skip
def test_what_cannot_be_measured_says_why(server, query, said):
    claim = get(server, **SMALL | query)["preset"]
    assert claim["holds"] is None
    assert said in claim["text"]


def test_the_residual_claim_stands_beside_the_same_weights_without_connections(server):
    preset = next(row for row in get(server, **SMALL)["presets"] if row["id"] == "residual_tames")
    claim = server.get(f"{URL}?{preset['query']}").json()["preset"]
    plain = server.get(f"{URL}?{preset['query'].replace('residual=on', 'residual=off')}").json()["preset"]
    assert claim["numbers"]["plain"] == pytest.approx(plain["numbers"]["growth"])
    assert claim["numbers"]["growth"] < 1.12 < 1.2 < claim["numbers"]["plain"]
    assert f"{claim['numbers']['plain']:.3f}-fold" in claim["text"]


def test_every_claim_says_from_when_on_it_holds_and_in_the_numbers_of_its_measurement(server):
    rows = {row["id"]: row["holds_if"] for row in get(server, **SMALL)["presets"]}
    assert set(rows) == set(PRESETS)
    for name, number in {
        "vanishing": "1,000 times",
        "gradient_growth": "0.05 of 1.211",
        "residual_tames": "1.12",
    }.items():
        assert number in rows[name]
    assert get(server, **SMALL, preset="vanishing")["preset"]["holds_if"] == rows["vanishing"]


@pytest.mark.parametrize(("depth", "holds"), [(7, True), (5, False)])
def test_orders_of_magnitude_have_a_threshold_that_is_told_where_it_is_not_reached(server, depth, holds):
    query = {"depth": depth, "width": 100, "activation": "sigmoid", "initialization": "normal", "weight_scale": 0.1}
    claim = get(server, **query, preset="vanishing")["preset"]
    assert (claim["numbers"]["times"] >= 1000) == claim["holds"] == holds
    assert ("less than the 1,000 times" in claim["text"]) == (not holds)


@pytest.mark.parametrize("preset", ["vanishing", "gradient_growth"])
def test_rounding_that_passes_batch_norm_is_no_gradient(server, preset):
    answer = get(server, **SMALL, preset=preset) | get(server, **SMALL | {"batch_size": 2}, eps=0, preset=preset)
    assert answer["preset"]["holds"] is None
    assert "more than rounding" in answer["preset"]["text"]


@pytest.mark.parametrize(("depth", "told"), [(4, False), (8, True)])
def test_the_growth_says_which_blocks_it_leaves_out(server, depth, told):
    text = get(server, **SMALL | {"depth": depth}, preset="gradient_growth")["preset"]["text"]
    assert ("2 blocks at either end left out" in text) == told


@each(("query", "law"), [
    ({"batch_size": 8}, True), ({"batch_size": 3}, False), ({"batch_size": 8, "activation": "tanh"}, False),
    ({"batch_size": 8, "architecture": "convolutional"}, False),
])  # fmt: skip
def test_the_limit_of_many_examples_stands_beside_the_law_of_so_many(server, query, law):
    text = get(server, **SMALL | query, preset="gradient_growth")["preset"]["text"]
    assert "1.211 is the limit of many examples and very wide layers" in text
    assert ("very wide layers make it 1.34 for 8 examples" in text) == law


def test_float64_is_said_to_reach_as_far_as_it_does(server):
    fails = next(row for row in get(server, **SMALL)["presets"] if row["id"] == "exploding")["fails_when"]
    reach = {name: int(np.log10(np.finfo(name).max)) for name in ("float64", "float32")}
    assert f"reach {reach['float64']} decades above 1, float32's {reach['float32']}," in fails
    setting = PRESETS["exploding"].setting
    assert f"need {setting['depth'] * np.log10(setting['weight_scale']):.0f}." in fails


@pytest.mark.parametrize(("examples", "told"), [(4, 1.71), (8, 1.34)])
def test_what_is_told_of_small_batches_is_what_such_networks_measure(examples, told):
    networks = [contrasted(seed=i, examples=examples, inputs=256, depth=14, width=256) for i in range(6)]
    growths = [gradient_growth(network).numbers["growth"] for network in networks]
    assert f"{told:.2f} " in GROWTH_OF_FEW
    assert abs(np.mean(growths) - told) < 5 * np.std(growths, ddof=1) / np.sqrt(len(growths)) + 0.005
