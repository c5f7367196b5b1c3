"""`GET /network`: the contract of its answer, its refusals, and each claim with its measured number."""

import numpy as np
import pytest

from app.api.network_presets import PRESETS
from bncore.activations import ACTIVATIONS
from bncore.network.initializations import INITIALIZATIONS
from tests.app.strict_json import parsed

URL = "/api/v1/network"
SMALL = {"depth": 3, "width": 8, "batch_size": 32}
ALWAYS = {
    *(f"depth_{name}" for name in ("mean", "deviation", "saturated", "gradient", "weight_ratio")),
    "activations_without", "gradients_without", "joint", "joint_gradient",
}  # fmt: skip
WITH = {"activations_with", "gradients_with", "gradient_parts"}
DISTURBED = {"disturb_without", "disturb_with", "disturb_moved", "disturb_values"}


def get(client, **query):
    answer = client.get(URL, params=query)
    assert answer.status_code == 200, answer.text
    return parsed(answer.content)


def refused(client, **query):
    answer = client.get(URL, params=query)
    assert answer.status_code == 422, answer.text[:300]
    assert answer.headers["content-type"] == "application/problem+json"
    (row,) = answer.json()["errors"]
    return row


def at(column, joint):
    return next(row for row in column["joints"] if row["joint"] == joint)


def test_the_answer_has_both_columns_block_by_block(client):
    answer = get(client, **SMALL)
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


def test_the_same_seed_gives_the_same_weights_whatever_the_norm(client):
    first = [get(client, **SMALL, norm=norm)["columns"]["without"] for norm in ("none", "batch")]
    assert first[0] == first[1]
    assert get(client, **SMALL, seed=1)["columns"]["without"] != first[0]


def test_without_a_norm_there_is_one_column(client):
    answer = get(client, **SMALL, norm="none", disturb_layer=1)
    assert answer["columns"]["with"] is None
    assert answer["disturb"]["columns"]["with"] is None
    assert set(answer["figures"]) == ALWAYS | DISTURBED - {"disturb_with"}
    assert answer["network"]["joint_kinds"] == ["z", "f"]


@pytest.mark.parametrize(
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
    ids=str,
)  # fmt: skip
def test_every_setting_is_answered_in_valid_json(client, query):
    answer, usual = get(client, **SMALL | query), get(client, **SMALL)
    assert set(answer["figures"]) >= ALWAYS
    asked, by_default = answer.pop("query"), usual.pop("query")
    assert (answer == usual) == (asked == by_default)  # no setting is without effect
    for column in answer["columns"].values():
        numbers = [row[key] for row in column["joints"] for key in ("mean", "sd", "min", "max", "gradient_norm")]
        assert (None in [column["loss"], *numbers]) == (column["diverged"] is not None)
        assert [row["saturated"] is None for row in column["joints"] if row["kind"] == "f"] == [
            row["sd"] is None for row in column["joints"] if row["kind"] == "f"
        ]
    said = [answer["headline"], *answer["conventions"], *(found["text"] for found in answer["findings"])]
    assert not [text for text in said if not text or "nan" in text.lower() or "None" in text]


def test_divergence_is_null_and_named_and_drawn_up_to_there(client):
    answer = get(client, depth=30, width=16, weight_scale=1000, initialization="he")
    column = answer["columns"]["without"]
    found = column["diverged"]
    assert (found["joint"], found["side"]) == ("z", "forward")
    assert f"block {found['block']}" in found["text"]
    assert answer["findings"][0]["id"] == "diverged"
    deviations = {row["block"]: row["sd"] for row in column["joints"] if row["kind"] == "z"}
    assert all((deviations[block] is None) == (block >= found["block"]) for block in deviations)
    assert column["loss"] is None
    drawn = answer["figures"]["depth_deviation"]["data"][0]["y"]
    assert [value is None for value in drawn] == [block >= found["block"] for block in range(1, 31)]
    assert found["text"].rstrip(".") in answer["figures"]["depth_deviation"]["layout"]["meta"]["note"]
    assert answer["columns"]["with"]["diverged"] is None
    for name in ("joint", "joint_gradient"):
        assert found["text"].rstrip(".") in answer["figures"][name]["layout"]["meta"]["note"]


@pytest.mark.parametrize("query", [
    {"weight_scale": 1e-20}, {"weight_scale": 1e-3, "eps": 10, "depth": 50}, {"weight_scale": 1e-6, "depth": 50},
    {
        "activation": "identity", "initialization": "he", "residual": "on", "depth": 50, "weight_scale": 1e3,
        "eps": 1e-30, "source": "normal", "loss": "squared_error", "disturb_layer": 1, "disturb_factor": 0,
        "standardize": "off", "width": 8, "batch_size": 16,
    },
])  # fmt: skip
def test_numbers_at_the_ends_of_float64_are_drawn(client, query):
    answer = get(client, dtype="float64", **query)
    for parts in answer["columns"]["with"]["gradient_parts"]:
        assert parts["kept"] + parts["by_mean"] + parts["by_variance"] == pytest.approx(1.0)


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


@pytest.mark.parametrize(("place", "stands"), [("before", "z"), ("behind", "f")])
def test_the_column_without_a_norm_says_which_joint_it_shows_instead(client, place, stands):
    answer = get(client, **SMALL, norm_place=place, shown="norm", joint="norm2")
    assert answer["shown_in"] == answer["joint"]["kind_in"] == {"without": stands, "with": "norm"}
    symbol = answer["network"]["symbols"]["without"][stands]
    assert answer["figures"]["activations_without"]["layout"]["title"]["text"].startswith(f"{symbol}: ")
    assert answer["figures"]["joint"]["layout"]["title"]["text"].startswith(f"{symbol} or ")


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


def test_the_sum_of_block_1_can_be_opened_where_it_keeps_its_width(client):
    assert get(client, residual="on", width=64, joint="sum1", depth=3)["joint"]["id"] == "sum1"


def test_a_disturbance_without_and_with_batch_norm(client):
    answer = get(client, depth=5, width=16, disturb_layer=1, disturb_factor=4, eps=0, dtype="float64")
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


def test_batch_norm_behind_f_and_a_negative_factor_do_not_stop_it(client):
    query = {"depth": 4, "width": 16, "activation": "tanh", "disturb_layer": 1, "dtype": "float64", "eps": 0}
    behind = get(client, **query, norm_place="behind", disturb_factor=5)["disturb"]["columns"]["with"]
    assert at(behind, "z4")["values_moved"] > 0.1
    assert "behind f" in behind["text"]
    flipped = get(client, **query, norm_place="before", disturb_factor=-1)["disturb"]["columns"]["with"]
    assert at(flipped, "norm1")["values_moved"] == pytest.approx(2)
    assert at(flipped, "norm1")["moved"] < 0.1
    assert "flips the sign" in flipped["text"]


def test_what_is_left_behind_batch_norm_is_epsilons_doing_and_said_so(client):
    answer = get(client, depth=4, width=16, disturb_layer=1, disturb_factor=4, eps=1)
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


@pytest.mark.parametrize(("query", "column", "said", "unsaid"), TOLD)
def test_what_is_said_of_a_disturbance_has_the_cause_that_it_has(client, query, column, said, unsaid):
    asked = {"depth": 4, "width": 16, "batch_size": 64, "disturb_layer": 1} | query
    text = get(client, **asked)["disturb"]["columns"][column]["text"]
    assert said in text
    assert unsaid not in text


def test_the_headline_of_a_disturbed_last_block_speaks_of_no_later_one(client):
    told = get(client, depth=4, width=16, disturb_layer=4)["disturb"]["headline"]
    assert told.endswith("there is no later block to notice, only the read-out and the loss.")


def test_the_headline_of_a_disturbance_counts_who_notices(client):
    asked = {"depth": 4, "width": 16, "disturb_layer": 1}
    shifted = get(client, **asked)["disturb"]["headline"]
    assert "times 3: a covariate shift" in shifted
    assert "3 of 3 without BN, 0 of 3 with BN" in shifted
    assert "no later block's input changes" in get(client, **asked, disturb_factor=1)["disturb"]["headline"]
    far = asked | {"depth": 8, "disturb_factor": 1e6, "weight_scale": 1e6}
    assert "not known without BN" in get(client, **far)["disturb"]["headline"]


def test_the_labels_are_the_datas_or_said_to_be_seeded(client):
    wine, normal = (get(client, **SMALL, source=source) for source in ("wine", "normal"))
    assert (wine["batch"]["classes"], wine["batch"]["seeded_labels"]) == (3, False)
    assert (normal["batch"]["classes"], normal["batch"]["seeded_labels"]) == (10, True)
    assert any("drawn by the seed" in text for text in normal["conventions"])
    assert not any("drawn by the seed" in text for text in wine["conventions"])


def test_inputs_are_standardized_unless_asked_not_to(client):
    columns = [get(client, **SMALL, source="wine", standardize=s)["columns"]["without"] for s in ("on", "off")]
    on, off = (at(column, "z1")["sd"] for column in columns)
    assert off > 50 * on


@pytest.mark.parametrize(
    ("query", "field", "allowed"),
    [
        ({"architecture": "convolutional", "depth": 9}, "depth", "1 to 8"),
        ({"architecture": "convolutional", "depth": 2, "source": "wine"}, "source", "digits"),
        ({"architecture": "convolutional", "depth": 12, "source": "wine"}, "source", "digits"),
        ({"architecture": "convolutional", "depth": 2, "source": "normal"}, "source", "digits"),
        ({"depth": 51}, "depth", "a whole number from 1 to 50"),
        ({"width": 3}, "width", "a whole number from 4 to 512"),
        ({"depth": 3, "disturb_layer": 4}, "disturb_layer", "0 to 3"),
        ({"depth": 3, "joint": "z4"}, "joint", "a block from 1 to 3"),
        ({"residual": "on", "width": 32, "joint": "sum1"}, "joint", "a sum from block 2 on"),
        ({"joint": "q1"}, "joint", "nothing, or one of z, norm, f, sum"),
        ({"shown": "sum"}, "shown", "z, norm, f"),
        ({"norm": "none", "joint": "norm1"}, "joint", "z, f"),
        ({"depth": 50, "width": 512, "source": "normal", "batch_size": 4096}, "batch_size", "up to"),
        ({"architecture": "convolutional", "depth": 8, "width": 512, "batch_size": 64}, "batch_size", "up to"),
        ({"layer_width": 3}, "layer_width", "nothing of this name"),
    ],
)
def test_a_refusal_names_the_field_and_what_is_allowed(client, query, field, allowed):
    row = refused(client, **query)
    assert row["field"] == field
    assert row["allowed"].startswith(allowed)


def test_what_a_refusal_allows_is_taken(client, app):
    app.state.settings = app.state.settings.model_copy(update={"network_work": 10_000_000})
    query = {"depth": 6, "width": 32, "source": "normal", "batch_size": 512}
    allowed = int(refused(client, **query)["allowed"].split()[2].replace(",", ""))
    assert get(client, **query | {"batch_size": allowed})["batch"]["examples"] == allowed
    assert refused(client, **query | {"batch_size": allowed + 1})["field"] == "batch_size"
    assert refused(client, depth=50, width=512, batch_size=1)["field"] == "width"


def test_more_numbers_than_the_server_keeps_are_refused_with_the_number_that_it_does(client, app):
    app.state.settings = app.state.settings.model_copy(update={"network_numbers": 50_000})
    query = {"depth": 6, "width": 32, "source": "normal", "batch_size": 512}
    row = refused(client, **query)
    assert row["field"] == "batch_size"
    allowed = int(row["allowed"].split()[2].replace(",", ""))
    assert get(client, **query | {"batch_size": allowed})["batch"]["examples"] == allowed
    assert refused(client, **query | {"batch_size": allowed + 1})["field"] == "batch_size"


def test_a_convolutional_network_alone_has_a_size_and_a_source_that_fit_it(client):
    answer = get(client, architecture="convolutional")
    assert answer["network"]["text"] == "4 blocks of width 16"
    assert answer["batch"]["title"] == "Digits"
    assert answer["query"] == {"architecture": "convolutional"}
    spelt = client.get(URL, params={"architecture": "convolutional", "depth": 4, "width": 16})
    assert spelt.headers["etag"] == client.get(URL, params={"architecture": "convolutional"}).headers["etag"]


def test_an_answers_query_gives_that_answer_again(client):
    small = {"architecture": "convolutional", "depth": 1, "width": 64, "batch_size": 4}
    answer = get(client, **small)
    assert answer["query"]["width"] == 64
    assert get(client, **answer["query"]) == answer


def test_the_description_says_that_the_default_size_depends_on_the_architecture(client):
    parameters = client.get("/api/v1/openapi.json").json()["paths"][URL]["get"]["parameters"]
    told = {row["name"]: row["description"] for row in parameters}
    assert "4 of a convolutional network" in told["depth"]
    assert "16 of a convolutional network" in told["width"]


def test_a_convolutional_network_on_the_digits_has_channels(client):
    answer = get(client, architecture="convolutional", depth=2, width=6, batch_size=16, shown="norm")
    assert answer["batch"]["shape"] == [16, 1, 8, 8]
    shapes = [module["shape"] for module in answer["network"]["modules"]]
    assert shapes[:3] == [[16, 6, 8, 8]] * 3
    assert [module["kind"] for module in answer["network"]["modules"][-2:]] == ["pooling", "readout"]
    assert at(answer["columns"]["with"], "norm2")["sd"] == pytest.approx(1, abs=1e-3)
    assert any("per channel" in text for text in answer["conventions"])


@pytest.mark.parametrize(("axis", "shape"), [(1, [9, 3, 6, 5]), (3, [9, 5, 3, 6])])
def test_a_convolutional_network_on_an_uploaded_array_of_images(client, uploaded, axis, shape):
    x = np.random.default_rng(0).standard_normal((9, 3, 6, 5)).astype(np.float32)
    source = uploaded(x=x, y=np.arange(9) % 3)
    query = {"architecture": "convolutional", "depth": 2, "width": 4, "source": source, "feature_axis": axis}
    answer = get(client, **query)
    assert answer["batch"]["shape"] == shape
    assert answer["network"]["modules"][0]["shape"] == [9, 4, *shape[2:]]
    flat = get(client, **SMALL, source=source)
    assert flat["batch"]["shape"] == [9, 90]


def test_an_upload_that_is_gone_is_a_410(client):
    assert client.get(URL, params={"source": "a" * 64}).status_code == 410


def test_the_same_query_gives_the_same_bytes_and_an_etag(client):
    first, second = (client.get(URL, params=SMALL) for _ in range(2))
    assert first.content == second.content
    etag = first.headers["etag"]
    assert etag == second.headers["etag"]
    assert client.get(URL, params=SMALL, headers={"if-none-match": etag}).status_code == 304
    assert client.get(URL, params=SMALL | {"eps": 1}).headers["etag"] != etag


def test_the_answer_of_a_large_network_is_small(client):
    answer = client.get(URL, params={"depth": 20, "width": 128, "disturb_layer": 1})
    assert len(answer.content) < 250_000
