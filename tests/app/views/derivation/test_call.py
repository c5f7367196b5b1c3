"""`GET /derivation` and `GET /jacobian`: the contract of their answers, over every kind of source."""

import numpy as np
import pytest

from app.batches.datasets import DATASETS, load
from app.batches.generators import GENERATORS
from bncore.derivation.nodes import derivation
from tests.app.views.derivation.asked import DEFAULT, JACOBIAN, URL, by_name, get, placements
from tests.each import each

DY = "1,0,0;0,2,0;-1,0,0.5;0,0,0"


def refused(client, url=URL, **query):
    answer = client.get(url, params=query)
    assert answer.status_code == 422, answer.text[:300]
    assert answer.headers["content-type"] == "application/problem+json"
    (row,) = answer.json()["errors"]
    return row


@each("source", [*DATASETS, *GENERATORS, "inline"])
def test_every_source_is_sliced_to_a_batch_that_can_be_followed(server, source):
    answer = get(server, source=source)
    examples, features = answer["batch"]["shape"]
    assert examples <= 8
    assert features <= 6
    assert np.array(answer["batch"]["values"]).shape == (examples, features)
    assert len(answer["batch"]["feature_names"]) == features == len(answer["batch"]["drag_steps"])
    assert np.isfinite(by_name(answer)["dx"]["value"]).all()


def test_batch_size_and_selected_say_which_slice(server):
    answer = get(server, source="wine", batch_size=5, selected="2,12", seed=3)
    assert answer["batch"]["feature_names"] == ["ash", "proline"]
    values = np.array(answer["batch"]["values"])
    assert values.shape == (5, 2)
    rows = load("wine").x[:, [2, 12]]
    assert all((rows == row).all(axis=1).any() for row in values)
    assert get(server, source="wine", batch_size=5, selected="2,12", seed=4)["batch"]["values"] != values.tolist()


@placements
def test_the_nodes_are_the_librarys(server, eps_placement):
    answer = get(server, gamma="2,1,-1", beta=0.5, eps=0.1, eps_placement=eps_placement, dy=DY)
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
def test_a_number_that_would_be_divided_by_0_is_none_and_why_is_said(server, query, node, value, why):
    answer = get(server, values="1,1;2,1;4,1", cell="0,1", **query)
    nodes = by_name(answer)
    assert why in answer["jacobian"]["entry"]["text"]
    for none in (nodes[node]["none"], nodes[node]["local"][0]["none"]):
        assert none["features"] == [1]
        assert none["value"] == value
        assert why in none["why"]["1"]
    assert nodes["mean"]["none"] is nodes["dx_mean"]["local"][0]["none"] is None
    assert all(node["none"] is None for node in by_name(get(server, **query)).values())


@placements
@pytest.mark.parametrize("query", [{}, {"source": "wine"}, {"source": "normal", "seed": 5, "eps": 0.5}])
def test_the_three_routes_stand_side_by_side_with_their_differences(server, eps_placement, query):
    routes = get(server, eps_placement=eps_placement, **query)["routes"]
    assert set(routes) == {"dx", "dgamma", "dbeta"}
    for route in routes.values():
        analytic, staged, numeric = (np.array(route[name]) for name in ("analytic", "staged", "numeric"))
        np.testing.assert_array_equal(np.abs(staged - analytic), route["staged_error"])
        np.testing.assert_array_equal(np.abs(numeric - analytic), route["numeric_error"])
        assert route["largest"]["staged_error"] < 1e-12 * max(1, np.abs(analytic).max())
        assert (np.array(route["numeric_error"]) <= route["numeric_bound"]).all()


@placements
def test_the_sum_over_k_and_the_three_paths_both_make_dx(server, eps_placement):
    answer = get(server, cell="2,1", eps=0.3, eps_placement=eps_placement, upstream="sum_of_squares", gamma=2)
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


@placements
def test_the_jacobian_is_that_of_its_feature_and_its_parts_add_up(server, eps_placement):
    query = {"gamma": "1,2,3", "eps": 0.2, "eps_placement": eps_placement}
    for feature in range(3):
        alone = get(server, JACOBIAN, feature=feature, **query)["jacobian"]
        beside = get(server, cell=f"3,{feature}", output=1, **query)["jacobian"]
        assert alone["total"] == beside["total"]
        parts = sum(np.array(alone[part]) for part in ("identity", "mean", "variance"))
        np.testing.assert_allclose(parts, alone["total"], atol=1e-14)
        entry = beside["entry"]
        assert entry["total"] == alone["total"][1][3]
        assert entry["delta"] == 0
        np.testing.assert_allclose(
            entry["identity"] + entry["mean_part"] + entry["variance_part"], entry["total"], atol=1e-14
        )


def test_a_typed_gradient_is_used_and_kept_apart_from_named_ones(server):
    answer = get(server, dy=DY)
    assert answer["dy"] == [[1, 0, 0], [0, 2, 0], [-1, 0, 0.5], [0, 0, 0]]
    row = refused(server, dy=DY, upstream="ones")
    assert row["field"] == "dy"
    assert row["allowed"] == "nothing, or upstream left at 'auto'"
    assert refused(server, dy="1,2;3,4")["allowed"] == "4 rows of 3 numbers"
    assert refused(server, dy="1,b")["field"] == "dy"


def test_the_random_gradient_can_be_followed_by_hand(server):
    dy = np.array(get(server, source="iris")["dy"])
    np.testing.assert_array_equal(dy, dy.round(2))
    assert np.unique(dy).size > 12


@each(
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
def test_a_refusal_names_the_field_and_what_is_allowed(server, query, field, allowed):
    row = refused(server, **query)
    assert row["field"] == field
    assert (row["allowed"] or "").startswith(allowed)


def test_a_feature_that_is_not_there_has_no_jacobian(server):
    assert refused(server, JACOBIAN, feature=3)["field"] == "feature"
    assert refused(server, JACOBIAN, feature=6)["allowed"] == "a whole number from 0 to 5"


def test_a_larger_table_can_be_had_in_part(server):
    values = ";".join(f"{i},{i * i}" for i in range(20))
    answer = get(server, values=values, batch_size=8)
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


def test_an_upload_that_is_gone_is_a_410(server):
    for url in (URL, JACOBIAN):
        assert server.get(url, params={"source": "a" * 64}).status_code == 410


@each(
    "query",
    [
        {"values": "7"}, {"values": "7;7", "eps": 0}, {"values": "1e150,1;2,-1e-300"}, {"values": "3,3;3,3", "eps": 0},
        {"gamma": "sigma", "beta": "mean"}, {"batch_size": 1},
        {"values": "0,0;0,0"}, {"source": "dead_feature", "eps": 0, "eps_placement": "deviation"},
    ],
)  # fmt: skip
@each("naive", ["on", "off"])
def test_edges_are_answered(server, query, naive):
    answer = get(server, naive=naive, **query)
    assert answer["headline"]
    if query.get("eps") == 0 and "gamma" not in query:
        assert answer["flags"]


@pytest.mark.parametrize("url", [URL, JACOBIAN])
def test_the_same_query_gives_the_same_bytes_and_an_etag(client, url):
    first, second = client.get(url), client.get(url)
    assert first.content == second.content
    assert first.headers["etag"] == second.headers["etag"]
    assert client.get(url, headers={"if-none-match": first.headers["etag"]}).status_code == 304
    assert client.get(url, params={"eps": 1}).headers["etag"] != first.headers["etag"]
