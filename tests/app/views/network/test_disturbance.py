"""`GET /network`: a disturbed block, and what is said of it."""

import re

import pytest

from app.figures.numbers import three
from tests.app.views.network.asking import ALWAYS, DISTURBED, WITH, at, get
from tests.each import each


def test_a_disturbance_without_and_with_batch_norm(server):
    answer = get(server, depth=5, width=16, disturb_layer=1, disturb_factor=4, eps=0, dtype="float64")
    without, with_norm = (answer["disturb"]["columns"][name] for name in ("without", "with"))
    assert set(answer["figures"]) == ALWAYS | WITH | DISTURBED
    assert [row["joint"] for row in without["joints"]] == [f"{k}{b}" for b in range(1, 6) for k in "zf"]
    assert at(without, "z5")["after"]["sd"] == pytest.approx(4 * at(without, "z5")["before"]["sd"])
    assert at(without, "z5")["values_moved"] == pytest.approx(3, rel=0.05)
    assert at(with_norm, "z1")["values_moved"] == pytest.approx(3, rel=0.05)
    assert max(row["values_moved"] for row in with_norm["joints"] if row["joint"] != "z1") < 1e-10
    assert with_norm["gradient_ratio"] == pytest.approx(0.25)
    assert "covariate shift" in without["text"]
    assert "stops it at once" in with_norm["text"]
    assert with_norm["loss"]["after"] == pytest.approx(with_norm["loss"]["before"])


def test_batch_norm_behind_f_and_a_negative_factor_do_not_stop_it(server):
    query = {"depth": 4, "width": 16, "activation": "tanh", "disturb_layer": 1, "dtype": "float64", "eps": 0}
    behind = get(server, **query, norm_place="behind", disturb_factor=5)["disturb"]["columns"]["with"]
    assert at(behind, "z4")["values_moved"] > 0.1
    assert "behind f" in behind["text"]
    flipped = get(server, **query, norm_place="before", disturb_factor=-1)["disturb"]["columns"]["with"]
    assert at(flipped, "norm1")["values_moved"] == pytest.approx(2)
    assert at(flipped, "norm1")["moved"] < 0.1
    assert "flips the sign" in flipped["text"]


def test_what_is_left_behind_batch_norm_is_epsilons_doing_and_said_so(server):
    answer = get(server, depth=4, width=16, disturb_layer=1, disturb_factor=4, eps=1)
    assert "ε's doing" in answer["disturb"]["columns"]["with"]["text"]


TOLD = [
    ({"eps": 1, "norm_place": "behind"}, "with", "ε's doing", "behind f here"),
    ({"disturb_factor": 0}, "with", "the same for every example", "ε"),
    ({"disturb_factor": 0}, "without", "nothing of the batch passes", "Nothing stops it"),
    ({"disturb_factor": 0, "disturb_layer": 2, "residual": "on"}, "without", "but by its residual connection", "stops"),
    ({"disturb_factor": -1, "activation": "identity", "norm_place": "behind"}, "with", "flips the sign", "behind f"),
    ({"disturb_factor": -3, "eps": 1}, "with", "ε's doing", "deviation stay"),
    ({"disturb_factor": 1}, "with", "as the factor is 1 and the shift 0", "stops"),
    ({"weight_scale": 0}, "with", "changes, as its weights are 0", "stops"),
    ({"batch_size": 1}, "without", "changes, as one example minus the batch's mean", "stops"),
    ({"batch_size": 1, "standardize": "off"}, "with", "Disturbed or not, z of block 1 is the same", "stops it"),
    ({"batch_size": 1, "standardize": "off", "disturb_layer": 2}, "with", "as one example minus", "stops it"),
    ({"batch_size": 2}, "with", "not 1/|a| = 0.333: with so few examples", "nothing were left"),
    ({"disturb_factor": -2, "norm_place": "behind"}, "with", "(1/|a| = 0.500 if nothing were left behind", "few"),
    ({"disturb_factor": 0, "batch_size": 2}, "with", "for every example, as its weights become 0", "stops"),
    ({"disturb_factor": 1, "disturb_shift": -1e3}, "without", "as f is flat or dead", "Nothing stops it"),
    ({"disturb_layer": 4}, "without", "only the read-out's inputs shift", "covariate shift"),
    ({"disturb_layer": 4, "eps": 1e-5, "batch_size": 16}, "with", "stops it at once", "later blocks"),
    ({"disturb_factor": 1, "disturb_shift": 1e6}, "with", "rounding's doing", "ε"),
    ({"disturb_factor": 1, "disturb_shift": 2}, "with", "rounding's doing", "ε's"),
    ({"weight_scale": 0, "disturb_layer": 4, "disturb_shift": 1}, "without", "one number for all", "range"),
    ({"eps": 0, "dtype": "float64"}, "with", "rounding's doing", "ε"),
    ({"depth": 9, "weight_scale": 1e6}, "without", "Without the disturbance already", "Nothing stops it"),
]  # fmt: skip


@each(("query", "column", "said", "unsaid"), TOLD)
def test_what_is_said_of_a_disturbance_has_the_cause_that_it_has(server, query, column, said, unsaid):
    asked = {"depth": 4, "width": 16, "batch_size": 64, "disturb_layer": 1} | query
    text = get(server, **asked)["disturb"]["columns"][column]["text"]
    assert said in text
    assert unsaid not in text


def test_the_headline_of_a_disturbed_last_block_speaks_of_no_later_one(server):
    told = get(server, depth=4, width=16, disturb_layer=4)["disturb"]["headline"]
    assert told.endswith("there is no later block to notice, only the read-out and the loss.")


def test_the_headline_of_a_disturbance_counts_who_notices(server):
    asked = {"depth": 4, "width": 16, "disturb_layer": 1}
    shifted = get(server, **asked)["disturb"]["headline"]
    assert "times 3: a covariate shift" in shifted
    assert "3 of 3 without BN, 0 of 3 with BN" in shifted
    still = get(server, **asked, disturb_factor=1)["disturb"]["headline"]
    assert "no later block's product moves by more than 1 % of a deviation, as a distribution, nor do single" in still
    far = asked | {"depth": 8, "disturb_factor": 1e6, "weight_scale": 1e6}
    assert "not known without BN" in get(server, **far)["disturb"]["headline"]


def counted(headline):
    """How many blocks notice in the column with batch norm, as the headline says."""
    if "no later block" in headline:
        return 0
    return int(re.search(r"distribution: [^.]* (\d+) of \d+ with BN", headline)[1])


@pytest.mark.parametrize("query", [
    {"eps": 0.1}, {"eps": 0.1, "depth": 8}, {"disturb_factor": -1, "activation": "tanh"}, {"eps": 10},
    {"norm_place": "behind", "activation": "tanh"}, {"disturb_factor": 0},
], ids=str)  # fmt: skip
def test_the_count_the_map_and_the_card_of_who_notices_go_by_one_measure(server, query):
    answer = get(server, **{"depth": 5, "width": 16, "disturb_layer": 1} | query)
    rows = answer["disturb"]["columns"]["with"]["joints"]
    for row in rows:
        assert row["noticed"] == (row["moved"] is None or row["moved"] > 0.01)
    later = [row for row in rows if row["kind"] == "z" and row["block"] > 1]
    assert counted(answer["disturb"]["headline"]) == sum(row["noticed"] for row in later)
    drawn = next(t for t in answer["figures"]["disturb_moved"]["data"] if t["meta"]["term"] == "with")
    assert [value > 0.01 for value in drawn["y"][1:]] == [row["noticed"] for row in later]
    last = rows[-1]["moved"]
    assert f"moves by {three(last)} of its deviations" in answer["disturb"]["columns"]["with"]["text"]


def test_single_values_that_move_more_than_their_distribution_are_counted_beside_it(server):
    told = get(server, depth=12, eps=0.1, disturb_layer=1)["disturb"]["headline"]
    assert counted(told) < 11
    assert "Their single values move by as much in 11 of 11 without BN, 11 of 11 with BN." in told
    assert "single values" not in get(server, depth=4, width=16, disturb_layer=1)["disturb"]["headline"]


def test_a_sign_that_no_norm_flips_back_is_no_shift_of_a_distribution(server):
    asked = {"source": "normal", "batch_size": 512, "depth": 3, "width": 32, "activation": "tanh", "norm": "none"}
    text = get(server, **asked, disturb_layer=1, disturb_factor=-1)["disturb"]["text"]
    assert "the single values move, though their distribution is nearly what it was" in text
    assert "covariate shift" not in text


@pytest.mark.parametrize("placement", ["variance", "deviation"])
def test_epsilon_is_held_against_what_it_is_added_to(server, placement):
    text = get(server, depth=3, width=16, disturb_layer=1, eps=0.5, eps_placement=placement)["disturb"]["text"]
    assert f"ε = 0.5 is not small beside the {placement} of the disturbed z" in text
