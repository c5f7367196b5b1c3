"""`GET /derivation` and `GET /jacobian`: the contract of their answers, over every kind of source."""

import re

import numpy as np
import pytest

from app.batches.datasets import DATASETS, load
from app.batches.generators import GENERATORS
from bncore import EPS_PLACEMENTS, backward, forward
from bncore.derivation.nodes import derivation
from tests.app.strict_json import parsed

URL = "/api/v1/derivation"
JACOBIAN = "/api/v1/jacobian"
DEFAULT = [[1, 20, 0.5], [2, 10, 0.7], [4, 40, 0.1], [5, 30, 0.9]]
DY = "1,0,0;0,2,0;-1,0,0.5;0,0,0"

placements = pytest.mark.parametrize("eps_placement", EPS_PLACEMENTS)


def get(client, url=URL, **query):
    answer = client.get(url, params=query)
    assert answer.status_code == 200, answer.text
    return parsed(answer.content)


def refused(client, url=URL, **query):
    answer = client.get(url, params=query)
    assert answer.status_code == 422, answer.text[:300]
    assert answer.headers["content-type"] == "application/problem+json"
    (row,) = answer.json()["errors"]
    return row


def by_name(answer):
    return {node["name"]: node for node in answer["nodes"]}


@pytest.mark.parametrize("source", [*DATASETS, *GENERATORS, "inline"])
def test_every_source_is_sliced_to_a_batch_that_can_be_followed(client, source):
    answer = get(client, source=source)
    examples, features = answer["batch"]["shape"]
    assert examples <= 8
    assert features <= 6
    assert np.array(answer["batch"]["values"]).shape == (examples, features)
    assert len(answer["batch"]["feature_names"]) == features == len(answer["batch"]["drag_steps"])
    assert np.isfinite(by_name(answer)["dx"]["value"]).all()


def test_batch_size_and_selected_say_which_slice(client):
    answer = get(client, source="wine", batch_size=5, selected="2,12", seed=3)
    assert answer["batch"]["feature_names"] == ["ash", "proline"]
    values = np.array(answer["batch"]["values"])
    assert values.shape == (5, 2)
    rows = load("wine").x[:, [2, 12]]
    assert all((rows == row).all(axis=1).any() for row in values)
    assert get(client, source="wine", batch_size=5, selected="2,12", seed=4)["batch"]["values"] != values.tolist()


@placements
def test_the_nodes_are_the_librarys(client, eps_placement):
    answer = get(client, gamma="2,1,-1", beta=0.5, eps=0.1, eps_placement=eps_placement, dy=DY)
    dy = [[1, 0, 0], [0, 2, 0], [-1, 0, 0.5], [0, 0, 0]]
    expected = derivation(DEFAULT, [2, 1, -1], [0.5] * 3, dy=dy, eps=0.1, eps_placement=eps_placement).nodes
    assert [node["name"] for node in answer["nodes"]] == list(expected)
    for name, node in by_name(answer).items():
        np.testing.assert_allclose(node["value"], expected[name].value, rtol=1e-12, atol=1e-14)
        assert node["formula"] == expected[name].formula
        assert node["parents"] == list(expected[name].parents)
        for local, own in zip(node["local"], expected[name].local, strict=True):
            np.testing.assert_allclose(local["value"], own.value, rtol=1e-12)
        if expected[name].upstream is not None:
            np.testing.assert_allclose(node["upstream"], expected[name].upstream, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize(
    ("query", "node", "value", "why"),
    [
        ({"eps": 0.5, "eps_placement": "deviation"}, "dvar", "none, σ is 0", "every x − μ is 0, x̂ stays 0 however s"),
        ({"eps": 0}, "dx_direct", "none, s is 0", "x̂ is 0 there by definition"),
    ],
)
def test_a_number_that_would_be_divided_by_0_is_none_and_why_is_said(client, query, node, value, why):
    answer = get(client, values="1,1;2,1;4,1", cell="0,1", **query)
    nodes = by_name(answer)
    assert why in answer["jacobian"]["entry"]["text"]
    for none in (nodes[node]["none"], nodes[node]["local"][0]["none"]):
        assert none["features"] == [1]
        assert none["value"] == value
        assert why in none["why"]["1"]
    assert nodes["mean"]["none"] is nodes["dx_mean"]["local"][0]["none"] is None
    assert all(node["none"] is None for node in by_name(get(client, **query)).values())


@placements
@pytest.mark.parametrize("query", [{}, {"source": "wine"}, {"source": "normal", "seed": 5, "eps": 0.5}])
def test_the_three_routes_stand_side_by_side_with_their_differences(client, eps_placement, query):
    routes = get(client, eps_placement=eps_placement, **query)["routes"]
    assert set(routes) == {"dx", "dgamma", "dbeta"}
    for route in routes.values():
        analytic, staged, numeric = (np.array(route[name]) for name in ("analytic", "staged", "numeric"))
        np.testing.assert_array_equal(np.abs(staged - analytic), route["staged_error"])
        np.testing.assert_array_equal(np.abs(numeric - analytic), route["numeric_error"])
        assert route["largest"]["staged_error"] < 1e-12 * max(1, np.abs(analytic).max())
        assert (np.array(route["numeric_error"]) <= route["numeric_bound"]).all()


@placements
def test_the_sum_over_k_and_the_three_paths_both_make_dx(client, eps_placement):
    answer = get(client, cell="2,1", eps=0.3, eps_placement=eps_placement, upstream="sum_of_squares", gamma=2)
    dx = np.array(by_name(answer)["dx"]["value"])[:, 1]
    paths = answer["paths"]
    np.testing.assert_allclose(paths["dx"], dx)
    np.testing.assert_allclose(
        np.add(np.add(paths["dx_direct"], paths["dx_mean"]), paths["dx_variance"]), dx, atol=1e-14
    )
    summed = answer["summed"]
    assert summed["delta"] == [0, 0, 1, 0]
    np.testing.assert_allclose(np.multiply(summed["dy"], summed["slope"]), summed["product"])
    np.testing.assert_allclose(summed["total"], dx[2])
    np.testing.assert_allclose(
        np.add(np.add(summed["identity"], summed["mean"]), summed["variance"]), summed["slope"], atol=1e-14
    )


def test_the_laws_hold_and_the_second_one_needs_epsilon_to_be_zero(client):
    exact, soft = (get(client, eps=eps, upstream="one_example")["laws"] for eps in (0, 2))
    assert [law["title"] for law in exact] == [
        "Σ ∂L/∂x over the batch = 0", "Σ ∂L/∂x·x̂ over the batch = 0 where ε = 0"
    ]  # fmt: skip
    for laws in (exact, soft):
        assert abs(number(laws[0]["text"])) < 1e-14
    assert abs(number(exact[1]["text"])) < 1e-14
    assert abs(number(soft[1]["text"])) > 0.01
    predicted = re.search(r"predicts (\S+)\.", soft[1]["text"])
    assert number(predicted[1]) == number(soft[1]["text"])


def number(text):
    """The number that a text begins with, as `three` writes it."""
    return float(re.match(r"[−\d.e]+", text)[0].rstrip(".").replace("−", "-"))


def test_the_printed_formula_is_off_by_what_epsilon_is(client):
    answers = [get(client, eps=eps)["printed"] for eps in (0, 1e-5, 1)]
    errors = [answer["max_abs_error"] for answer in answers]
    assert errors[0] < 1e-15 < errors[1] < errors[2]
    assert "drops ε" in answers[2]["text"]
    exact = forward(DEFAULT, eps=0.0)
    dy = by_name(get(client, eps=1))["dy"]["value"]
    np.testing.assert_allclose(answers[2]["dx"], backward(dy, exact).dx, atol=1e-14)


@pytest.mark.parametrize(
    "query", [{"upstream": "ones"}, {"upstream": "sum_of_squares", "eps": 0}, {"upstream": "ones", "values": "1,2;3,5"}]
)
def test_a_gradient_of_nothing_but_rounding_is_said_to_be_zero(client, query):
    answer = get(client, naive="on", **query)
    assert np.abs(answer["paths"]["dx"]).max() < 1e-14
    assert answer["printed"]["max_rel_error"] is None
    assert answer["printed"]["text"].endswith("the true ∂L/∂x of this batch is 0 up to rounding.")
    assert answer["naive"]["angle"] == answer["naive"]["error"] == [None] * len(answer["gamma"])
    assert answer["naive"]["text"][-1].startswith("The true ∂L/∂x is 0 here, up to rounding")
    assert not any("°" in text for text in answer["naive"]["text"])


def test_without_a_deviation_the_printed_formula_has_no_value(client):
    printed = get(client, values="7,1;7,2;7,4", cell="1,0")["printed"]
    assert printed["here"] is None
    assert printed["features_without"] == [0]
    assert "0 here" in printed["text"]


def test_the_naive_gradient_is_the_direct_path_and_does_not_sum_to_zero(client):
    answer = get(client, upstream="one_example", naive="on", eps=0)
    naive = answer["naive"]
    assert naive["on"] is True
    np.testing.assert_allclose(naive["dx"], by_name(answer)["dx_direct"]["value"])
    np.testing.assert_allclose(naive["total"], np.sum(naive["dx"], axis=0))
    left = np.square(by_name(answer)["dx"]["value"]).sum(0) / np.square(naive["dx"]).sum(0)
    np.testing.assert_allclose(naive["undone"], 1 - left)
    assert len(naive["text"]) == 3
    crosses = [trace["name"] for trace in answer["figures"]["paths"]["data"]]
    assert "naive" in crosses
    assert get(client)["naive"]["on"] is False


@placements
def test_the_jacobian_is_that_of_its_feature_and_its_parts_add_up(client, eps_placement):
    query = {"gamma": "1,2,3", "eps": 0.2, "eps_placement": eps_placement}
    for feature in range(3):
        alone = get(client, JACOBIAN, feature=feature, **query)["jacobian"]
        beside = get(client, cell=f"3,{feature}", output=1, **query)["jacobian"]
        assert alone["total"] == beside["total"]
        parts = sum(np.array(alone[part]) for part in ("identity", "mean", "variance"))
        np.testing.assert_allclose(parts, alone["total"], atol=1e-14)
        entry = beside["entry"]
        assert entry["total"] == alone["total"][1][3]
        assert entry["delta"] == 0
        np.testing.assert_allclose(
            entry["identity"] + entry["mean_part"] + entry["variance_part"], entry["total"], atol=1e-14
        )


def test_that_features_do_not_touch_each_other_is_computed(client):
    between = get(client, JACOBIAN)["jacobian"]["between_features"]
    largest = np.array(between["largest"])
    assert largest.shape == (3, 3)
    assert (np.diag(largest) > 1e-3).all()
    assert largest[~np.eye(3, dtype=bool)].tolist() == [0.0] * 6
    assert between["across"] == 0
    assert "12 inputs were nudged" in between["text"]


def test_moving_one_example_moves_every_output(client):
    answer = get(client, cell="2,0", move_by=1.5, gamma=2, beta=1)
    moved = answer["moved"]
    result = forward(DEFAULT, [2] * 3, [1] * 3)
    assert moved["by"] == pytest.approx(1.5 * result.scale[0])
    changed = np.array(DEFAULT, dtype=float)
    changed[2, 0] += moved["by"]
    np.testing.assert_allclose(moved["after"], forward(changed, [2] * 3, [1] * 3).y[:, 0])
    slopes = np.array(answer["jacobian"]["total"])[:, 2]
    np.testing.assert_allclose(moved["predicted"], moved["before"] + slopes * moved["by"])


def test_both_notations_name_themselves_everywhere(client):
    frameworks, lecture = get(client), get(client, notation="lecture", eps_placement="deviation")
    assert "x[j, i]" in frameworks["conventions"][2]
    assert "Z_ij" in lecture["conventions"][2]
    assert "K = 4" in lecture["conventions"][1]
    assert [node["symbol"] for node in frameworks["nodes"]][:5] == ["x", "γ", "β", "ε", "μ"]
    assert [node["symbol"] for node in lecture["nodes"]][:5] == ["Z", "G", "B", "ε", "μ"]
    told = str([{k: v for k, v in node.items() if k != "formula"} for node in lecture["nodes"]])
    told += str([lecture[name] for name in ("headline", "laws", "terms")]) + str(lecture["naive"]["text"])
    for symbol in ("γ", "β", "x̂", "∂L/∂x", "&#x003B3;"):
        assert symbol not in told
    assert "∂L/∂Z" in lecture["headline"]


@placements
@pytest.mark.parametrize("notation", ["frameworks", "lecture"])
def test_each_formula_is_typeset_and_every_term_has_its_sentence(client, eps_placement, notation):
    answer = get(client, eps_placement=eps_placement, notation=notation)
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


def test_slots_are_only_for_numbers_that_the_answer_has(client):
    answer = get(client, cell="1,2")
    nodes = by_name(answer)
    for node in answer["nodes"]:
        for name, place in re.findall(r'slot \w+" data-term="(\w+)" data-at="(\w+)"', node["numbers"]):
            value = np.array(nodes[name]["value"])
            assert value.ndim == {"all": 0, "unit": 1}.get(place, 2), (node["name"], name, place)
            if place.startswith("k"):
                assert int(place[1:]) < len(value)
    assert len(re.findall(r'data-at="k\d"', nodes["mean"]["numbers"])) == 4


def test_a_typed_gradient_is_used_and_kept_apart_from_named_ones(client):
    answer = get(client, dy=DY)
    assert answer["dy"] == [[1, 0, 0], [0, 2, 0], [-1, 0, 0.5], [0, 0, 0]]
    row = refused(client, dy=DY, upstream="ones")
    assert row["field"] == "dy"
    assert row["allowed"] == "nothing, or upstream left at 'auto'"
    assert refused(client, dy="1,2;3,4")["allowed"] == "4 rows of 3 numbers"
    assert refused(client, dy="1,b")["field"] == "dy"


def test_the_random_gradient_can_be_followed_by_hand(client):
    dy = np.array(get(client, source="iris")["dy"])
    np.testing.assert_array_equal(dy, dy.round(2))
    assert np.unique(dy).size > 12


@pytest.mark.parametrize(
    ("query", "field", "allowed"),
    [
        ({"values": ";".join(["1,2"] * 9)}, "values", "at most 8 rows of 6 numbers"),
        ({"values": "1,2,3,4,5,6,7"}, "values", "at most 8 rows of 6 numbers"),
        ({"batch_size": 9}, "batch_size", "a whole number from 1 to 8, or 'auto'"),
        ({"selected": "0,1,2,3,4,5,6"}, "selected", "at most 6 feature numbers from 0"),
        ({"selected": "3"}, "selected", "numbers from 0 to 2"),
        ({"cell": "4,0"}, "cell", "0,0 to 3,2"),
        ({"cell": "x"}, "cell", "an example and a feature by number from 0"),
        ({"output": 4}, "output", "0 to 3"),
        ({"upstream": "one_example", "upstream_example": 4}, "upstream_example", "0 to 3"),
        ({"upstream": "cross_entropy"}, "upstream", "'auto' or 'random'"),
        ({"step": "nowhere"}, "step", "'x' or"),
        ({"move_by": 11}, "move_by", "a number from -10 to 10"),
        ({"mode": "inference"}, "mode", "nothing of this name"),
        ({"values": "1e200;-1e200"}, "values", ""),
        ({"values": "1e-150;0", "eps": 0, "gamma": "1e6", "dy": "1e160;0"}, "gamma", "give a smaller gamma"),
    ],
)
def test_a_refusal_names_the_field_and_what_is_allowed(client, query, field, allowed):
    row = refused(client, **query)
    assert row["field"] == field
    assert (row["allowed"] or "").startswith(allowed)


def test_a_feature_that_is_not_there_has_no_jacobian(client):
    assert refused(client, JACOBIAN, feature=3)["field"] == "feature"
    assert refused(client, JACOBIAN, feature=6)["allowed"] == "a whole number from 0 to 5"


def test_a_larger_table_can_be_had_in_part(client):
    values = ";".join(f"{i},{i * i}" for i in range(20))
    answer = get(client, values=values, batch_size=8)
    assert answer["batch"]["shape"] == [8, 2]


def test_an_uploads_own_layer_is_used_and_positions_count_as_examples(client, uploaded):
    rng = np.random.default_rng(0)
    x, dy = rng.standard_normal((2, 2, 3, 2, 3)).astype(np.float32)
    answer = get(client, source=uploaded(x=x, gamma=np.array([1.0, 2.0, 3.0]), dy=dy), selected="0,2")
    rows, gradient = (np.moveaxis(part, 1, -1).reshape(-1, 3)[:8, [0, 2]] for part in (x, dy))
    np.testing.assert_allclose(answer["batch"]["values"], rows)
    np.testing.assert_allclose(answer["dy"], gradient)
    assert answer["gamma"] == [1, 3]
    assert any("position" in warning for warning in answer["batch"]["warnings"])


def test_an_upload_that_is_gone_is_a_410(client):
    for url in (URL, JACOBIAN):
        assert client.get(url, params={"source": "a" * 64}).status_code == 410


@pytest.mark.parametrize(
    "query",
    [
        {"values": "7"}, {"values": "7;7", "eps": 0}, {"values": "1e150,1;2,-1e-300"}, {"values": "3,3;3,3", "eps": 0},
        {"gamma": "sigma", "beta": "mean"}, {"batch_size": 1},
        {"values": "0,0;0,0"}, {"source": "dead_feature", "eps": 0, "eps_placement": "deviation"},
    ],
)  # fmt: skip
@pytest.mark.parametrize("naive", ["on", "off"])
def test_edges_are_answered(client, query, naive):
    answer = get(client, naive=naive, **query)
    assert answer["headline"]
    if query.get("eps") == 0 and "gamma" not in query:
        assert answer["flags"]


def test_undoing_gives_the_input_back(client):
    answer = get(client, gamma="sigma", beta="mean")
    np.testing.assert_allclose(by_name(answer)["y"]["value"], DEFAULT, rtol=1e-12)


def test_a_step_of_the_other_placement_has_a_neighbour_that_stands_in(client):
    assert get(client, step="sigma")["step"] == "var"
    assert get(client, step="dsigma")["step"] == "dscale"
    assert get(client, step="sigma", eps_placement="deviation")["step"] == "sigma"


@pytest.mark.parametrize("url", [URL, JACOBIAN])
def test_the_same_query_gives_the_same_bytes_and_an_etag(client, url):
    first, second = client.get(url), client.get(url)
    assert first.content == second.content
    assert first.headers["etag"] == second.headers["etag"]
    assert client.get(url, headers={"if-none-match": first.headers["etag"]}).status_code == 304
    assert client.get(url, params={"eps": 1}).headers["etag"] != first.headers["etag"]


@placements
def test_every_node_has_a_place_of_its_own_and_edges_run_one_way(client, eps_placement):
    nodes = by_name(get(client, eps_placement=eps_placement))
    places = {(node["column"], node["row"]) for node in nodes.values()}
    assert len(places) == len(nodes)
    for node in nodes.values():
        same_side = [nodes[p] for p in node["parents"] if nodes[p]["side"] == node["side"] and p != "eps"]
        for parent in same_side:
            ahead = node["column"] - parent["column"]
            assert (ahead >= 0) if node["side"] == "forward" else (ahead <= 0), (node["name"], parent["name"])


def test_the_map_of_the_jacobian_has_no_unit_and_says_what_it_is_multiplied_with(client):
    """Proline's deviation is in the hundreds: its identity is 1 all the same, as that of every other feature."""
    proline = get(client, source="wine", selected="12")["jacobian"]
    figure = get(client, source="wine", selected="12")["figures"]["jacobian"]
    np.testing.assert_array_equal(proline["bracket"]["identity"], np.eye(8))
    np.testing.assert_allclose(proline["identity"], proline["factor"] * np.eye(8))
    np.testing.assert_allclose(figure["data"][0]["z"], proline["bracket"]["total"])
    np.testing.assert_allclose(figure["data"][0]["customdata"], proline["total"])
    assert "γ/s" in figure["layout"]["title"]["text"]
    assert proline["factor_text"].startswith("γ/s = 0.00")


def test_each_backward_node_says_what_arrives_there_and_from_where(client):
    nodes = {node["name"]: node for node in get(client, eps_placement="deviation")["nodes"]}
    came_from = {"dgamma": "∂L/∂y", "dscale": "∂L/∂x̂", "dvar": "∂L/∂σ", "dx_mean": "∂L/∂μ", "dx_variance": "∂L/∂σ²"}
    for name, source in came_from.items():
        assert nodes[name]["arriving"] == f"The gradient that arrives here, {source}"
        parent = nodes[nodes[name]["parents"][0]]
        np.testing.assert_array_equal(nodes[name]["upstream"], parent["value"])
    assert nodes["x_hat"]["arriving"] == "The gradient that will arrive here"
    assert nodes["dx"]["arriving"] is None


def test_a_path_of_rounding_is_called_rounding_in_the_headline(client):
    """Gradients that sum to 0 by rounding alone pass nothing through the mean."""
    headline = get(client, values="0.1;0.2;0.7;0.9", dy="0.1;0.2;-0.3;0")["headline"]
    assert "0 up to rounding through the mean" in headline


def test_the_printed_formula_is_held_against_the_true_one_with_the_digits_that_differ(client):
    text = get(client, eps=1e-4)["printed"]["text"]
    here, true = re.search(r"drops ε: (\S+) here instead of (\S+)\. Over", text).groups()
    assert here != true
    assert "does not show here" in get(client, eps=0)["printed"]["text"]
