"""`GET /network`: each claim with its measured number, and why where none can be measured."""

import pytest

from app.api.network_presets import PRESETS
from tests.app.network import SMALL, URL, get


@pytest.mark.parametrize("preset", ["gradient_norm", "scale_invariance"])
@pytest.mark.parametrize("batch_size", [1, 2])
def test_a_claim_on_gradients_is_not_measured_on_rounding(client, preset, batch_size):
    answer = get(client, preset=preset, batch_size=batch_size, eps=0, dtype="float64", disturb_layer=1)
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
def test_each_presets_claim_holds_on_the_network_of_its_link(client, name):
    preset = next(row for row in get(client, **SMALL)["presets"] if row["id"] == name)
    answer = client.get(f"{URL}?{preset['query']}").json()
    found = answer["preset"]
    assert found["holds"] is True
    assert found["as_set"] is True
    assert CLAIMED[name](found["numbers"]), found["numbers"]
    assert any(character.isdigit() for character in found["text"])


@pytest.mark.parametrize(("query", "column", "said"), [
    ({"depth": 8, "width": 48, "weight_scale": 54400, "source": "normal", "standardize": "on"}, "without",
     "at the read-out"),
    ({"depth": 2, "source": "inline", "values": "1e300,1;2,3;4,5"}, "without", "at the input already"),
    ({"depth": 2, "source": "inline", "values": "1e300,1;2,3;4,5"}, "with", "at the input already"),
])  # fmt: skip
def test_the_exploding_claim_says_where_numbers_ran_away_though_it_was_in_no_block(client, query, column, said):
    answer = get(client, **{"preset": "exploding", "standardize": "off", "activation": "identity"} | query)
    found = answer["columns"][column]["diverged"]
    assert found["block"] is None
    text = {"without": answer["preset"]["text"].split(";")[0], "with": answer["preset"]["text"].split(";")[1]}[column]
    assert said in text
    assert said in found["text"]
    assert answer["preset"]["numbers"][column] is not None


@pytest.mark.parametrize("name", PRESETS)
def test_a_claim_is_measured_on_the_network_at_hand(client, name):
    found = get(client, **SMALL | {"depth": 2, "batch_size": 8, "eps": 10, "preset": name})["preset"]
    assert found["as_set"] is False
    assert found["holds"] is not True
    bare = get(client, **SMALL | {"norm": "none", "preset": name})["preset"]
    assert bare["holds"] is None
    assert bare["text"]


@pytest.mark.parametrize(("query", "said"), [
    ({"preset": "gradient_norm", "batch_size": 1, "eps": 0}, "no gradient passes batch norm"),
    ({"preset": "gradient_norm", "norm": "none"}, "no column with batch norm"),
    ({"preset": "vanishing", "norm": "none"}, "no column with batch norm"),
    ({"preset": "scale_invariance", "source": "inline", "values": "1e300,1;2,3", "standardize": "off"},
     "numbers leave their range"),
    ({"preset": "scale_invariance", "norm": "none"}, "no column with batch norm"),
])  # fmt: skip
def test_what_cannot_be_measured_says_why(client, query, said):
    found = get(client, **SMALL | query)["preset"]
    assert found["holds"] is None
    assert said in found["text"]


def test_the_residual_claim_stands_beside_the_same_weights_without_connections(client):
    preset = next(row for row in get(client, **SMALL)["presets"] if row["id"] == "residual_tames")
    found = client.get(f"{URL}?{preset['query']}").json()["preset"]
    plain = client.get(f"{URL}?{preset['query'].replace('residual=on', 'residual=off')}").json()["preset"]
    assert found["numbers"]["plain"] == pytest.approx(plain["numbers"]["growth"])
    assert found["numbers"]["growth"] < 1.12 < 1.2 < found["numbers"]["plain"]
    assert f"{found['numbers']['plain']:.2f}-fold" in found["text"]
