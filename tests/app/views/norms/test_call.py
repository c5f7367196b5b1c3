"""`GET /norms`: the contract of its answer, its settings, its refusals."""

import numpy as np
import pytest

from app.batches.datasets import load
from bncore import norms
from bncore.norms import NORMS
from bncore.norms.reference import WU_HE_2018
from tests.app.views.norms.asked import URL, by_name, get
from tests.each import each


def refused(client, **query):
    answer = client.get(URL, params=query)
    assert answer.status_code == 422, answer.text[:300]
    (row,) = answer.json()["errors"]
    return row


def test_the_answer_has_every_norm_with_its_statistics(server):
    answer = get(server)
    assert answer["batch"]["shape"] == [4, 6, 3, 3]
    assert list(by_name(answer)) == list(NORMS)
    counts = {name: (row["statistics"], row["count"]) for name, row in by_name(answer).items()}
    assert counts == {
        "batch": (6, 36), "layer": (4, 54), "instance": (24, 9), "group": (12, 18), "rms": (4, 54),
        "renorm": (6, 36), "ghost": (12, 18),
    }  # fmt: skip
    assert {name: row["parameters"] for name, row in by_name(answer).items()} == {
        "batch": 12, "layer": 108, "instance": 12, "group": 12, "rms": 54, "renorm": 12, "ghost": 12,
    }  # fmt: skip
    assert set(answer["figures"]) == {"before", "published", *(f"after_{name}" for name in NORMS)}
    assert all(row["effect"] is None for row in answer["norms"])


def test_the_cells_are_those_of_the_library_and_share_what_it_says(server):
    rng = np.random.default_rng(0)
    cube = get(server, source="wine", batch_size=6, groups=13, ghost_size=3)["cube"]
    assert cube["shown"] == [6, 8, 1]
    assert cube["of"] == [6, 13, 1]
    x = np.array(cube["x"]).reshape(6, 8)
    pool = load("wine").x
    rows = [int(np.abs(pool[:, :8] - row).sum(axis=1).argmin()) for row in x]
    np.testing.assert_allclose(x, pool[rows][:, :8], rtol=1e-3)
    for name, given in {"layer": {}, "group": {"groups": 13}, "ghost": {"ghost_size": 3}, "batch": {}}.items():
        result = norms.forward(pool[rows], name, **given)
        shown = cube["norms"][name]
        np.testing.assert_allclose(np.array(shown["x_hat"]).reshape(6, 8), result.x_hat[:, :8], rtol=2e-3, atol=1e-12)
        owners = result.arrangement.owners()[:, :8]
        shared = np.array(shown["owner"]).reshape(6, 8)
        for _ in range(40):
            a, b = rng.integers(0, [6, 8], (2, 2))
            assert (owners[tuple(a)] == owners[tuple(b)]) == (shared[tuple(a)] == shared[tuple(b)])
        sd = np.array(shown["sd"])[shared]
        np.testing.assert_allclose(sd.ravel(), np.sqrt(result.var).ravel()[owners].ravel(), rtol=1e-3)


def test_a_last_ghost_batch_that_is_smaller_shares_its_own_statistics_and_is_told(server):
    query = {"source": "iris", "batch_size": 8, "ghost_size": 3}
    answer = get(server, **query)
    ghost, cube = by_name(answer)["ghost"], answer["cube"]["norms"]["ghost"]
    x = np.array(answer["cube"]["x"]).reshape(8, 4)
    parts = [norms.forward(part, "batch") for part in (x[:3], x[3:6], x[6:])]
    np.testing.assert_allclose(cube["x_hat"], np.concatenate([part.x_hat for part in parts]).ravel(), rtol=2e-3)
    np.testing.assert_allclose(np.array(cube["sd"]).reshape(3, 4), [np.sqrt(part.var) for part in parts], rtol=2e-3)
    assert np.array(cube["owner"]).reshape(8, 4)[:, 0].tolist() == [0, 0, 0, 4, 4, 4, 8, 8]
    assert cube["counts"] == [3] * 8 + [2] * 4
    assert (ghost["statistics"], ghost["shape"], ghost["count"]) == (12, [3, 4], 3)
    assert ghost["counted"] == (
        "8 statistics, each over 3 cells and 4 statistics, each over 2 cells in the smaller last ghost batch"
    )
    of_stage = next(one for one in answer["stage"]["cubes"] if one["name"] == "ghost")
    assert of_stage["share"][0] == [0, 0, 0, 1, 1, 1, 2, 2]
    assert (of_stage["over"], of_stage["cells"]) == ("one channel, 3 examples (the last 2)", "3 cells, the last 2")
    assert "in the last ghost batch 2, share" in of_stage["spoken"]
    assert "up to 3 cells under ghost batch norm" in answer["summary"]
    assert "the last ghost batch is smaller" in get(server, **query, norm="ghost")["headline"]
    offered = answer["divisors"]["ghost_size"]
    assert offered["all"] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert offered["texts"][2:4] == ["3 (the last 2)", "4"]
    assert by_name(get(server, source="iris", batch_size=8, ghost_size=4))["ghost"]["counted"] == (
        "8 statistics, each over 4 cells"
    )


def test_one_norm_alone(client):
    answer = get(client, norm="group", groups=2)
    assert list(by_name(answer)) == ["group"]
    assert set(answer["figures"]) == {"before", "after_group", "published"}
    assert list(answer["cube"]["norms"]) == ["group"]
    assert by_name(answer)["group"]["settings"] == {"groups": 2}


def test_the_conventions_say_what_inference_would_do(server):
    assert (
        "as in training: in inference batch norm, batch renormalization and ghost batch norm would take running "
        "statistics instead; layer norm, instance norm, group norm and RMS norm compute the same in inference"
    ) in get(server)["conventions"]
    assert "as in training: RMS norm computes the same in inference" in get(server, norm="rms")["conventions"]


@each(("norm", "eps_placement", "said", "unsaid"), [
    ("rms", "variance", "added to the mean square", "variance"), ("rms", "deviation", "added to the root mean", "σ+ε"),
    ("batch", "variance", "added to the variance", "mean square"), ("batch", "deviation", "the deviation, σ+ε", "RMS"),
    ("all", "variance", "variance, √(σ²+ε), as in the frameworks; of RMS norm to the mean square", "its own"),
])  # fmt: skip
def test_the_conventions_speak_of_the_norms_that_are_shown(server, norm, eps_placement, said, unsaid):
    told = get(server, norm=norm, eps_placement=eps_placement)["conventions"]
    assert said in told[0]
    assert unsaid not in told[0]
    assert any("variance is biased" in text for text in told) == (norm != "rms")
    assert any("β" in text for text in told) == (norm != "rms")


@each("situation", ["usual", "one_example", "class_sorted", "huge_channel"])
@each(
    "query",
    [{}, {"batch_size": 1}, {"batch_size": 7, "channels": 5}, {"source": "iris", "eps": 0}, {"rows": "example"},
     {"eps_placement": "deviation", "eps": 0.1}, {"source": "class_sorted"}, {"channels": 1}, {"batch_size": 64}],
)  # fmt: skip
def test_every_setting_is_answered_in_valid_json_and_whole_sentences(server, situation, query):
    answer = get(server, situation=situation, **query)
    assert answer["headline"].endswith(".")
    assert all(row["text"].endswith(".") and "nan" not in row["text"] for row in answer["norms"])
    assert all(answer["conventions"])


# ---- what is not taken ----


@each(
    ("query", "field", "allowed"),
    [
        ({"groups": 4}, "groups", "give a divisor of 6: 1, 2, 3, 6"),
        ({"ghost_size": 5}, "ghost_size", "give a whole number from 1 to 4"),
        ({"groups": 0}, "groups", "a whole number from 1"),
        ({"situation": "class_sorted", "source": "normal"}, "situation", "usual"),
        ({"situation": "sorted"}, "situation", "'usual'"),
        ({"norm": "weight"}, "norm", "'all' or 'batch'"),
        ({"cell": "1,2"}, "cell", "nothing, or example"),
        ({"cell": "4,0,0"}, "cell", "nothing, or example"),
        ({"cell": "0,0,9"}, "cell", "nothing, or example"),
        ({"stride": 0}, "stride", "a whole number from 1 to 8"),
        ({"parts": "x"}, "parts", "'all' or 'stage'"),
        ({"r_max": 0}, "r_max", "a number from 1"),
        ({"channels": 65}, "channels", "a whole number from 1 to 64"),
        ({"colour": "red"}, "colour", "nothing of this name"),
    ],
)
def test_a_refusal_names_the_field_and_what_is_allowed(server, query, field, allowed):
    row = refused(server, **query)
    assert row["field"] == field
    assert row["allowed"].startswith(allowed)


def test_what_a_refusal_allows_is_taken(client, app):
    app.state.settings = app.state.settings.model_copy(update={"view_numbers": 16_000})
    large = {"channels": 8, "stride": 1}
    allowed = int(refused(client, batch_size=1000, **large)["allowed"].split()[2].replace(",", ""))
    allowed = min(allowed, int(refused(client, batch_size=allowed, **large)["allowed"].split()[2].replace(",", "")))
    assert get(client, batch_size=allowed, **large)["batch"]["examples"] == allowed


def test_an_uploaded_batch_of_four_axes_is_the_block_itself(client, uploaded):
    x = np.random.default_rng(0).normal(3, 2, (6, 4, 3, 5)).astype(np.float32)
    source = uploaded(x=x, y=np.arange(6) % 2)
    answer = get(client, source=source, batch_size="all", groups=2, ghost_size=3)
    assert answer["batch"]["shape"] == [6, 4, 3, 5]
    assert answer["cube"]["shown"] == [6, 4, 15]
    assert by_name(answer)["group"]["count"] == 30
    np.testing.assert_allclose(np.array(answer["cube"]["x"]).reshape(6, 4, 15), x.reshape(6, 4, 15), rtol=1e-3)
    last = get(client, source=source, batch_size="all", feature_axis=3, groups=1, ghost_size=1)
    assert last["batch"]["shape"] == [6, 5, 4, 3]
    assert (
        get(client, source=source, batch_size="all", situation="class_sorted", label="y", ghost_size=1)["batch"][
            "examples"
        ]
        == 3
    )


@pytest.mark.parametrize("situation", ["usual", "one_example", "huge_channel"])
@pytest.mark.parametrize("scale", [1e155, 1e300])
def test_numbers_whose_variance_float64_cannot_hold_are_refused_with_their_size(client, uploaded, scale, situation):
    x = np.random.default_rng(0).normal(size=(6, 4, 3, 5)) * scale
    query = {"source": uploaded(x=x), "batch_size": "all", "situation": situation}
    answer = client.get(URL, params=query)
    row = refused(client, **query)
    assert (row["field"], row["allowed"]) == ("source", "divide all by a constant first")
    detail = answer.json()["detail"]
    assert detail.startswith(
        f"The source has numbers up to {np.abs(x).max() / scale:.2f}e{np.log10(scale):.0f} in size"
    )
    assert ("multiplied by 100" in detail) == (situation == "huge_channel")
    assert "running" not in detail
    assert detail.endswith("divide all by a constant first.")


def test_a_channel_that_the_factor_makes_infinite_is_refused_by_the_factor(client, uploaded):
    row = refused(client, source=uploaded(x=np.full((3, 2), 1e307)), situation="huge_channel")
    assert (row["field"], row["given"]) == ("huge_factor", 100)


def test_numbers_just_small_enough_are_answered(client, uploaded):
    x = np.random.default_rng(0).normal(size=(6, 4, 3)) * 1e153
    assert by_name(get(client, source=uploaded(x=x), batch_size="all"))["layer"]["after"]["max"][0] < 10


@pytest.mark.parametrize("constant", [3.0, 1e-300 * np.arange(6)], ids=["constant", "tiny"])
def test_a_channel_without_variance_and_no_epsilon_leave_out_renormalization_only(client, uploaded, constant):
    x = np.random.default_rng(0).normal(size=(6, 4))
    x[:, 2] = constant
    source = uploaded(x=x)
    answer = get(client, source=source, batch_size="all", eps=0)
    assert list(by_name(answer)) == [name for name in NORMS if name != "renorm"]
    (note,) = [text for text in answer["batch"]["warnings"] if "renormalization" in text]
    assert f"{answer['batch']['channel_names'][2]} has variance 0 over 6 examples" in note
    row = refused(client, source=source, batch_size="all", eps=0, norm="renorm")
    assert (row["field"], row["given"]) == ("eps", 0)
    assert "renorm" in by_name(get(client, source=source, batch_size="all", eps=1e-9))


def test_an_upload_that_is_gone_is_a_410(server):
    assert server.get(URL, params={"source": "a" * 64}).status_code == 410


def test_the_published_errors_are_wu_and_hes(server):
    reference = get(server, norm="batch")["reference"]
    assert reference["source"] == WU_HE_2018.source
    assert reference["batch_sizes"] == [32, 16, 8, 4, 2]
    assert reference["errors"]["batch"] == [23.6, 23.7, 24.8, 27.3, 34.7]
    assert reference["errors"]["group"] == [24.1, 24.2, 24.0, 24.2, 24.1]


def test_the_same_query_gives_the_same_bytes_and_an_etag(client):
    first, second = (client.get(URL, params={"seed": 3}) for _ in range(2))
    assert first.content == second.content
    etag = first.headers["etag"]
    assert client.get(URL, params={"seed": 3}, headers={"if-none-match": etag}).status_code == 304
    assert client.get(URL, params={"seed": 4}).headers["etag"] != etag
    assert client.get(URL, params={"seed": 4}).json()["cube"]["x"] != first.json()["cube"]["x"]


def test_an_answer_is_small_whatever_the_block(client, uploaded):
    x = np.random.default_rng(0).normal(size=(64, 64, 8, 8))
    for query in ({"source": uploaded(x=x), "batch_size": "all"}, {"batch_size": 512, "channels": 64}):
        for rows in ("channel", "example"):
            assert len(client.get(URL, params=query | {"rows": rows}).content) < 250_000
