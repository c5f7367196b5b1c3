"""`GET /network`: the contract of its answer."""

import pytest

from bncore.activations import ACTIVATIONS
from bncore.network.layers.initializations import INITIALIZATIONS
from tests.app.views.network.asking import ALWAYS, DISTURBED, SMALL, URL, WITH, at, get
from tests.each import each


def test_the_answer_has_both_columns_block_by_block(server):
    answer = get(server, **SMALL)
    assert [row["joint"] for row in answer["columns"]["without"]["joints"]] == ["z1", "f1", "z2", "f2", "z3", "f3"]
    assert [row["joint"] for row in answer["columns"]["with"]["joints"]] == (
        ["z1", "norm1", "f1", "z2", "norm2", "f2", "z3", "norm3", "f3"]
    )
    assert [module["joint"] for module in answer["network"]["modules"][:4]] == ["z1", "norm1", "f1", "z2"]
    assert answer["network"]["modules"][0]["shape"] == [32, 8]
    assert answer["network"]["modules"][-1]["kind"] == "readout"
    assert set(answer["figures"]) == ALWAYS | WITH
    for column in answer["columns"].values():
        assert column["diverged"] is None
        assert column["loss"] > 0
        assert [w["block"] for w in column["weights"]] == [1, 2, 3]
    assert at(answer["columns"]["with"], "norm2")["sd"] == pytest.approx(1, abs=1e-3)


def test_the_same_seed_gives_the_same_weights_whatever_the_norm(server):
    first = [get(server, **SMALL, norm=norm)["columns"]["without"] for norm in ("none", "batch")]
    assert first[0] == first[1]
    assert get(server, **SMALL, seed=1)["columns"]["without"] != first[0]


def test_without_a_norm_there_is_one_column(server):
    answer = get(server, **SMALL, norm="none", disturb_layer=1)
    assert answer["columns"]["with"] is None
    assert answer["disturb"]["columns"]["with"] is None
    assert set(answer["figures"]) == ALWAYS | DISTURBED - {"disturb_with"}
    assert answer["network"]["joint_kinds"] == ["z", "f"]


@each(
    "query",
    [
        *({"activation": name} for name in ACTIVATIONS), *({"initialization": name} for name in INITIALIZATIONS),
        {"residual": "on", "shown": "sum"}, {"norm_place": "behind", "shown": "norm"}, {"loss": "squared_error"},
        {"dtype": "float64", "eps": 0}, {"eps_placement": "deviation"}, {"standardize": "off", "source": "wine"},
        {"source": "normal"}, {"source": "inline"}, {"source": "dead_feature", "eps": 0}, {"batch_size": 1},
        {"weight_scale": 0}, {"weight_scale": 1e6}, {"disturb_layer": 3, "disturb_factor": 0}, {"depth": 1},
        {"disturb_layer": 1, "disturb_factor": 1e6, "disturb_shift": -1e6}, {"joint": "f2", "notation": "lecture"},
        {"source": "breast_cancer", "standardize": "off", "weight_scale": 1e6, "depth": 50},
    ],
)  # fmt: skip
def test_every_setting_is_answered_in_valid_json(server, query):
    answer, usual = get(server, **SMALL | query), get(server, **SMALL)
    assert set(answer["figures"]) >= ALWAYS
    asked, by_default = answer.pop("query"), usual.pop("query")
    assert (answer == usual) == (asked == by_default)  # no setting is without effect
    for column in answer["columns"].values():
        numbers = [row[key] for row in column["joints"] for key in ("mean", "sd", "min", "max", "gradient_norm")]
        assert (None in [column["loss"], *numbers]) == (column["diverged"] is not None)
        assert [row["saturated"] is None for row in column["joints"] if row["kind"] == "f"] == [
            row["sd"] is None for row in column["joints"] if row["kind"] == "f"
        ]
    said = [
        answer["headline"],
        answer["run"],
        *answer["conventions"],
        *(finding["text"] for finding in answer["findings"]),
    ]
    assert not [text for text in said if not text or "nan" in text.lower() or "None" in text]


def test_divergence_is_null_and_named_and_drawn_up_to_there(server):
    answer = get(server, depth=30, width=16, weight_scale=1000, initialization="he")
    column = answer["columns"]["without"]
    diverged = column["diverged"]
    assert (diverged["joint"], diverged["side"]) == ("z", "forward")
    assert f"block {diverged['block']}" in diverged["text"]
    assert answer["findings"][0]["id"] == "diverged"
    deviations = {row["block"]: row["sd"] for row in column["joints"] if row["kind"] == "z"}
    assert all((deviations[block] is None) == (block >= diverged["block"]) for block in deviations)
    assert column["loss"] is None
    drawn = answer["figures"]["depth_deviation"]["data"][0]["y"]
    assert [value is None for value in drawn] == [block >= diverged["block"] for block in range(1, 31)]
    assert diverged["text"].rstrip(".") in answer["figures"]["depth_deviation"]["layout"]["meta"]["note"]
    assert answer["columns"]["with"]["diverged"] is None
    for name in ("joint", "joint_gradient"):
        assert diverged["text"].rstrip(".") in answer["figures"][name]["layout"]["meta"]["note"]


@pytest.mark.parametrize("query", [
    {"weight_scale": 1e-20}, {"weight_scale": 1e-3, "eps": 10, "depth": 50}, {"weight_scale": 1e-6, "depth": 50},
    {
        "activation": "identity", "initialization": "he", "residual": "on", "depth": 50, "weight_scale": 1e3,
        "eps": 1e-30, "source": "normal", "loss": "squared_error", "disturb_layer": 1, "disturb_factor": 0,
        "standardize": "off", "width": 8, "batch_size": 16,
    },
])  # fmt: skip
def test_numbers_at_the_ends_of_float64_are_drawn(server, query):
    answer = get(server, dtype="float64", **query)
    for parts in answer["columns"]["with"]["gradient_parts"]:
        assert parts["kept"] + parts["by_mean"] + parts["by_variance"] == pytest.approx(1.0)


@pytest.mark.parametrize(("place", "stands"), [("before", "z"), ("behind", "f")])
def test_the_column_without_a_norm_says_which_joint_it_shows_instead(server, place, stands):
    answer = get(server, **SMALL, norm_place=place, shown="norm", joint="norm2")
    assert answer["shown_in"] == answer["joint"]["kind_in"] == {"without": stands, "with": "norm"}
    symbol = answer["network"]["symbols"]["without"][stands]
    assert answer["figures"]["activations_without"]["layout"]["title"]["text"].startswith(f"{symbol}: ")
    assert answer["figures"]["joint"]["layout"]["title"]["text"].startswith(f"{symbol} or ")


def test_the_sum_of_block_1_can_be_opened_where_it_keeps_its_width(server):
    assert get(server, residual="on", width=64, joint="sum1", depth=3)["joint"]["id"] == "sum1"


def test_an_answers_query_gives_that_answer_again(server):
    small = {"architecture": "convolutional", "depth": 1, "width": 64, "batch_size": 4}
    answer = get(server, **small)
    assert answer["query"]["width"] == 64
    assert get(server, **answer["query"]) == answer


def test_the_same_query_gives_the_same_bytes_and_an_etag(client):
    first, second = (client.get(URL, params=SMALL) for _ in range(2))
    assert first.content == second.content
    etag = first.headers["etag"]
    assert etag == second.headers["etag"]
    assert client.get(URL, params=SMALL, headers={"if-none-match": etag}).status_code == 304
    assert client.get(URL, params=SMALL | {"eps": 1}).headers["etag"] != etag


def test_the_answer_of_a_large_network_is_small(server):
    answer = server.get(URL, params={"depth": 20, "width": 128, "disturb_layer": 1})
    assert len(answer.content) < 280_000
