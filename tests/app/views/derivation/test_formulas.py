"""What the derivation's nodes and figures are called: formulas, terms, slots, symbols of both notations."""

import re

import numpy as np
import pytest

from tests.app.views.derivation.asked import by_name, get, placements


def test_both_notations_name_themselves_everywhere(server):
    frameworks, lecture = get(server), get(server, notation="lecture", eps_placement="deviation")
    assert "x[j, i]" in frameworks["conventions"][2]
    assert "Z_ij" in lecture["conventions"][2]
    assert "K = 4" in lecture["conventions"][1]
    assert [node["symbol"] for node in frameworks["nodes"]][:5] == ["x", "γ", "β", "ε", "μ"]
    assert [node["symbol"] for node in lecture["nodes"]][:5] == ["Z", "G", "B", "ε", "μ"]
    told = str([{k: v for k, v in node.items() if k != "formula"} for node in lecture["nodes"]])
    told += str([lecture[name] for name in ("headline", "stage", "captions", "laws", "terms")]) + str(
        lecture["naive"]["text"]
    )
    for symbol in ("γ", "β", "x̂", "∂L/∂x", "&#x003B3;"):
        assert symbol not in told
    assert "∂L/∂Z" in lecture["captions"]["paths"]


@placements
@pytest.mark.parametrize("notation", ["frameworks", "lecture"])
def test_each_formula_is_typeset_and_every_term_has_its_sentence(server, eps_placement, notation):
    answer = get(server, eps_placement=eps_placement, notation=notation)
    formulas = [node[kind] for node in answer["nodes"] for kind in ("mathml", "numbers")]
    formulas += [local["mathml"] for node in answer["nodes"] for local in node["local"]]
    formulas += [answer["summed"][kind] for kind in ("mathml", "numbers")] + [answer["printed"]["mathml"]]
    formulas += [answer["jacobian"]["entry"][kind] for kind in ("mathml", "numbers")]
    names = set()
    for formula in formulas:
        assert formula.startswith(("<math", '<span class="piece"><math'))
        assert formula.count('tabindex="0"') <= 1
        assert "\\" not in formula
        assert 'class="t-' not in formula
        names |= set(re.findall(r'data-term="(\w+)"', formula))
    assert names <= answer["terms"].keys()
    assert {"x", "mean", "scale", "x_hat", "gamma", "y", "dy", "dx", "delta", "count"} <= names


def test_slots_are_only_for_numbers_that_the_answer_has(server):
    answer = get(server, cell="1,2")
    nodes = by_name(answer)
    for node in answer["nodes"]:
        for name, place in re.findall(r'slot \w+" data-term="(\w+)" data-at="(\w+)"', node["numbers"]):
            value = np.array(nodes[name]["value"])
            assert value.ndim == {"all": 0, "unit": 1}.get(place, 2), (node["name"], name, place)
            if place.startswith("k"):
                assert int(place[1:]) < len(value)
    assert len(re.findall(r'data-at="k\d"', nodes["mean"]["numbers"])) == 4


def test_a_step_of_the_other_placement_has_a_neighbour_that_stands_in(server):
    assert get(server, step="sigma")["step"] == "var"
    assert get(server, step="dsigma")["step"] == "dscale"
    assert get(server, step="sigma", eps_placement="deviation")["step"] == "sigma"


@placements
def test_every_node_has_a_place_of_its_own_and_edges_run_one_way(server, eps_placement):
    nodes = by_name(get(server, eps_placement=eps_placement))
    places = {(node["column"], node["row"]) for node in nodes.values()}
    assert len(places) == len(nodes)
    for node in nodes.values():
        same_side = [nodes[p] for p in node["parents"] if nodes[p]["side"] == node["side"] and p != "eps"]
        for parent in same_side:
            ahead = node["column"] - parent["column"]
            assert (ahead >= 0) if node["side"] == "forward" else (ahead <= 0), (node["name"], parent["name"])


def test_the_map_of_the_jacobian_has_no_unit_and_says_what_it_is_multiplied_with(server):
    """Proline's deviation is in the hundreds: its identity is 1 all the same, as that of every other feature."""
    proline = get(server, source="wine", selected="12")["jacobian"]
    figure = get(server, source="wine", selected="12")["figures"]["jacobian"]
    np.testing.assert_array_equal(proline["bracket"]["identity"], np.eye(8))
    np.testing.assert_allclose(proline["identity"], proline["factor"] * np.eye(8))
    np.testing.assert_allclose(figure["data"][0]["z"], proline["bracket"]["total"])
    np.testing.assert_allclose(figure["data"][0]["customdata"], proline["total"])
    assert "γ/s" in figure["layout"]["title"]["text"]
    assert proline["factor_text"].startswith("γ/s = 0.00")


def test_each_backward_node_says_what_arrives_there_and_from_where(server):
    nodes = {node["name"]: node for node in get(server, eps_placement="deviation")["nodes"]}
    came_from = {"dgamma": "∂L/∂y", "dscale": "∂L/∂x̂", "dvar": "∂L/∂σ", "dx_mean": "∂L/∂μ", "dx_variance": "∂L/∂σ²"}
    for name, source in came_from.items():
        assert nodes[name]["arriving"] == f"The gradient that arrives here, {source}"
        parent = nodes[nodes[name]["parents"][0]]
        np.testing.assert_array_equal(nodes[name]["upstream"], parent["value"])
    assert nodes["x_hat"]["arriving"] == "The gradient that will arrive here"
    assert nodes["dx"]["arriving"] is None
