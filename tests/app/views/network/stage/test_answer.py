"""`GET /network?parts=stage`: what a hand on a knob is shown, and that it is what the whole answer says."""

import re

import numpy as np
import pytest

from tests.app.views.network.asking import URL, get
from tests.each import each

SMALL = {"depth": 4, "width": 16, "batch_size": 64}
PULLED = SMALL | {"disturb_layer": 2}
STATES = [
    {}, {"disturb_layer": 2}, {"disturb_layer": 2, "disturb_factor": 0.1, "disturb_shift": 2}, {"norm": "none"},
    {"batch_size": 1}, {"batch_size": 2, "eps": 0, "dtype": "float64"}, {"weight_scale": 1e6, "depth": 9},
    {"residual": "on", "preset": "residual_tames"}, {"preset": "gradient_growth", "depth": 8, "disturb_layer": 3},
    {"architecture": "convolutional", "width": 4, "batch_size": 8, "disturb_layer": 1}, {"weight_scale": 0},
]  # fmt: skip


def staged(client, **query):
    return get(client, **query, parts="stage")


def powers(answer, places):
    """Places on the gradient's ruler as powers of ten."""
    (low, first), *_, (high, last) = answer["stage"]["strips"]["gradient"]["ticks"]
    start, end = (np.log10(float(text.replace("−", "-").replace(",", ""))) for text in (first, last))
    return [start + (place - low) / (high - low) * (end - start) for place in places]


def rows(answer):
    return {row["name"]: row for row in answer["stage"]["rows"]}


@pytest.mark.parametrize("query", STATES, ids=str)
def test_the_stage_alone_is_the_stage_of_the_whole(server, query):
    whole, part = get(server, **SMALL | query), staged(server, **SMALL | query)
    assert set(part) == {"stage", "headline", "query"}
    assert part["stage"] == whole["stage"]
    assert part["headline"] == whole["headline"]


@pytest.mark.parametrize("query", [{}, {"disturb_layer": 1}, {"disturb_layer": 1, "disturb_factor": 0.1}], ids=str)
def test_the_stage_of_the_page_as_it_opens_is_small(server, query):
    assert len(server.get(URL, params=query | {"parts": "stage"}).content) < 12_000


def test_rulers_stay_whatever_a_hand_does_to_a_knob(server):
    at_rest = staged(server, **SMALL)["stage"]
    for factor in (0.1, 3, 10):
        pulled = staged(server, **PULLED, disturb_factor=factor, disturb_shift=1)["stage"]
        assert (pulled["ruler"], pulled["strips"]) == (at_rest["ruler"], at_rest["strips"])


def test_sizes_lie_where_their_ruler_says(server):
    answer = get(server, **PULLED)
    for of, side in (("spread", "sd"), ("gradient", "gradient_norm")):
        (low, first), *_, (high, last) = answer["stage"]["strips"][of]["ticks"]
        decades = np.log10([float(text.replace("−", "-").replace(",", "")) for text in (first, last)])
        for name, row in rows(answer).items():
            joints = [j for j in answer["columns"][name]["joints"] if j["kind"] == "z"]
            for block, joint in zip(row["blocks"], joints, strict=True):
                share = low + (np.log10(joint[side]) - decades[0]) / (decades[1] - decades[0]) * (high - low)
                assert block[of][2] == pytest.approx(share, abs=2e-3)
    text, now, was = rows(answer)["without"]["blocks"][1]["spread"]
    after = answer["disturb"]["columns"]["without"]["joints"][0]["after"]["sd"]
    assert float(text) == pytest.approx(after, rel=0.01)
    (low, first), *_, (high, last) = answer["stage"]["strips"]["spread"]["ticks"]
    assert (now - was) / (high - low) * np.log10(float(last) / float(first)) == pytest.approx(np.log10(3), abs=0.02)


def test_a_block_keeps_its_outline_on_its_own_ruler_and_a_factor_stretches_it(server):
    exact = PULLED | {"dtype": "float64", "eps": 0}
    before, after = (rows(staged(server, **exact, disturb_factor=factor)) for factor in (1, 3))
    for name, pulled in (("without", {2, 3, 4}), ("with", {2})):
        for number, (was, now) in enumerate(zip(before[name]["blocks"], after[name]["blocks"], strict=True), 1):
            assert 0.5 - was["bell"]["ends"][0] > 0.1
            stretched = 3 if number in pulled else 1
            assert now["bell"]["step"] == pytest.approx(stretched * was["bell"]["step"], rel=2e-3)
            assert ("before" in now) == (number in pulled or number < 2)
            if number in pulled:
                assert now["before"] == was["bell"]


def test_those_who_notice_are_those_whom_the_headline_counts(server):
    answer = get(server, **SMALL | {"depth": 6, "eps": 0.05, "disturb_layer": 1})
    counts = {name: sum(block.get("notices", False) for block in row["blocks"]) for name, row in rows(answer).items()}
    assert 0 < counts["with"] < counts["without"] == 5
    assert answer["headline"] == (f"Block 1 × 3: 5 of 5 later blocks notice without BN, {counts['with']} of 5 with.")
    assert [row["told"] for row in answer["stage"]["rows"]] == [
        f"{counts[name]} of 5 later blocks notice" for name in ("without", "with")
    ]
    for row in answer["stage"]["rows"]:
        told = [block["text"].endswith(": it notices.") for block in row["blocks"]]
        assert told == [block.get("notices", False) for block in row["blocks"]]


HEADLINES = [
    ({"disturb_layer": 1}, "Block 1 × 3: 3 of 3 later blocks notice without BN, 0 of 3 with."),
    ({"disturb_layer": 1, "disturb_factor": 1, "disturb_shift": -2}, "Block 1, biases − 2: 3 of 3 later"),
    ({"disturb_layer": 1, "disturb_shift": 2}, "Block 1 × 3 and shifted: 3 of 3 later"),
    ({"disturb_layer": 4}, "Block 4 × 3: no later block is there to notice, only the read-out and the loss."),
    ({"disturb_layer": 1, "norm": "none"}, "Block 1 × 3: 3 of 3 later blocks notice, and no norm is here to stop it."),
    ({"disturb_layer": 1, "weight_scale": 1e6, "depth": 9},
     "Block 1 × 3: without BN numbers leave their range; with BN 0 of 8 later blocks notice."),
    ({"weight_scale": 1e6, "depth": 9}, "Without BN numbers leave their range in block 7; with BN they stay in it."),
    ({"initialization": "he", "width": 64, "batch_size": 256},
     "Over 4 blocks the deviation of z keeps its size, without BN and with it."),
    ({"weight_scale": 0.1}, "without BN, and keeps its size with it."),
    ({"depth": 1}, "One block: z has deviation "),
    ({"batch_size": 1}, "Every input is 0, as one example minus the batch's mean is: nothing of the batch enters"),
    ({"preset": "vanishing", "activation": "sigmoid", "initialization": "normal", "weight_scale": 0.1, "depth": 8},
     "times as large with BN as without."),
    ({"preset": "gradient_growth"}, "a block towards the input; wide layers' limit is 1.211."),
    ({"preset": "residual_tames", "residual": "on", "initialization": "he"}, "through residual connections, and"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("factor", "said"), [(8, r"up to \d\d % beyond the ruler"), (3, r"(less than 1|up to \d) % beyond the ruler")]
)
def test_what_lies_beyond_the_ruler_is_told_in_whole_percent(server, factor, said):
    row = rows(staged(server, **SMALL, disturb_layer=1, disturb_factor=factor))["without"]
    assert re.fullmatch(said, row["beyond"]), row["beyond"]


def test_a_row_without_a_gradient_says_why(server):
    told = rows(staged(server, **SMALL | {"weight_scale": 1e6, "depth": 9}))
    assert told["without"]["beyond"] == "no finite gradient"
    assert {block["gradient"][1] for block in told["without"]["blocks"]} == {None}
    assert told["with"]["beyond"] == ""


@each(("query", "said"), HEADLINES)
def test_the_headline_concludes_of_what_is_seen(server, query, said):
    assert said in staged(server, **SMALL | query)["headline"]


def test_the_residual_curve_stands_beside_a_gradient_that_batch_norm_makes_grow(server):
    asked = {"depth": 10, "width": 32, "batch_size": 64, "initialization": "he"}
    grows, tamed = (staged(server, **asked, residual=residual) for residual in ("off", "on"))
    curve = rows(grows)["with"]["other"]
    assert curve["text"] == "same weights with residual connections"
    own = [block["gradient"][1] for block in rows(tamed)["with"]["blocks"]]
    assert powers(grows, curve["places"]) == pytest.approx(powers(tamed, own), abs=0.01)
    assert "other" not in rows(tamed)["with"]
    few = rows(staged(server, **asked | {"activation": "identity"}))["with"]
    assert "other" not in few


def test_the_laws_line_rises_by_its_factor_a_block_on_the_gradients_own_ruler(server):
    asked = {"preset": "gradient_growth", "depth": 12, "width": 32, "batch_size": 64, "initialization": "he"}
    answer = staged(server, **asked)
    row = rows(answer)["with"]
    first, last = powers(answer, row["law"]["places"])
    assert first - last == pytest.approx(11 * np.log10(1.2112), abs=0.02)
    own = powers(answer, [block["gradient"][1] for block in row["blocks"]])
    assert last + (first - last) * 2 / 11 == pytest.approx(own[9], abs=0.02)


@each(("preset", "marks"), [
    ("vanishing", ["gradient"]), ("gradient_growth", ["gradient.with"]), ("exploding", ["without"]), ("none", []),
])  # fmt: skip
def test_a_claim_marks_where_to_look(server, preset, marks):
    stage = staged(server, **SMALL, preset=preset)["stage"]
    assert stage["marks"] == marks
    assert bool(stage["look"]) == bool(marks)
    assert staged(server, **SMALL, preset=preset, norm="none")["stage"]["look"] == ""


def test_a_few_numbers_are_dots_each_where_it_lies(server):
    asked = {"depth": 2, "width": 8, "batch_size": 8, "disturb_layer": 1}
    for row in staged(server, **asked)["stage"]["rows"]:
        for block in row["blocks"]:
            dots = block["bell"]["dots"]
            assert len(dots) == 64
            assert dots == sorted(dots)
            assert [dots[0], dots[-1]] == block["bell"]["ends"]
            assert "steps" not in block["bell"]
