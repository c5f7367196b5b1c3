"""`GET /batch-size`: the contract of its answer, its parts, its refusals, its stream and its size."""

import re

import anyio
import numpy as np
import pytest

from bncore.batch_norm import forward
from bncore.batch_size.estimates import MARKED
from tests.app.strict_json import parsed

URL = "/api/v1/batch-size"
FEW = {"draws": 100}
ESTIMATES = {"estimates_mean", "estimates_deviation", "estimates_noise"}
RUNNING = {"running_mean", "running_deviation", "running_gap"}
NOISE = {"noise_sizes", "noise_shapes", "noise_pairs"}
DEPENDENCE = {
    "strip_x", "strip_train", "strip_inference", "outlier_spread", "outlier_own",
    *(f"jacobian_{part}" for part in ("total", "identity", "mean", "variance")),
}  # fmt: skip
STREAM = {"accept": "text/event-stream"}
BOTH = {"accept": "text/event-stream, application/json"}


def get(client, **query):
    answer = client.get(URL, params=FEW | query)
    assert answer.status_code == 200, answer.text
    return parsed(answer.content)


def refused(client, **query):
    answer = client.get(URL, params=FEW | query)
    assert answer.status_code == 422, answer.text[:300]
    assert answer.headers["content-type"] == "application/problem+json"
    (row,) = answer.json()["errors"]
    return row


def test_the_answer_has_every_part_and_every_figure(client):
    answer = get(client)
    assert set(answer["figures"]) == ESTIMATES | RUNNING | NOISE | DEPENDENCE | {"classes"}
    assert answer["parts"] == ["estimates", "running", "noise", "dependence", "classes"]
    assert answer["estimates"]["sizes"] == [2, 4, 8, 16, 32, 64, 128, 178]
    assert [feature["feature"] for feature in answer["estimates"]["features"]] == list(range(13))
    assert "With K = 8, x̂ of alcohol typically strays by" in answer["headline"]


@pytest.mark.parametrize(
    ("part", "figures"),
    [("estimates", ESTIMATES), ("running", RUNNING), ("noise", NOISE), ("dependence", DEPENDENCE),
     ("classes", {"classes"}),
     ("noise,running", NOISE | RUNNING)],
)  # fmt: skip
def test_a_part_alone_is_what_it_is_in_the_whole(client, part, figures):
    whole, alone = get(client), get(client, part=part)
    assert set(alone["figures"]) == figures
    for name in figures:
        assert alone["figures"][name] == whole["figures"][name]
    for name in part.split(","):
        assert alone[name] == whole[name]
    assert ("headline" in alone) == (part == "estimates")


def test_the_words_quote_the_numbers_of_the_answer(client):
    answer = get(client, size=32)
    noise, row = answer["estimates"]["noise"], answer["estimates"]["sizes"].index(32)
    feature = answer["estimates"]["features"][0]
    assert noise["scale"] == pytest.approx(feature["deviation"]["sd"][row] / feature["population"]["sd"], rel=1e-3)
    assert noise["shift"] == pytest.approx(feature["mean"]["sd"][row] / feature["population"]["sd"], rel=1e-3)
    x_hat = answer["estimates"]["x_hat"]
    assert f"strays by {x_hat['whole']:#.3g} from" in answer["headline"]
    assert f"{100 * (x_hat['stretch']['average'] - 1):+#.3g} % on average".replace("-", "−") in x_hat["text"]
    off = answer["estimates"]["off"][row]
    expected = feature["deviation"]["sd"][row] / feature["deviation"]["expected_sd"][row] - 1
    assert off["off"] == pytest.approx(expected, abs=1e-3)


def test_the_marked_sizes_and_the_one_looked_at_are_always_drawn(client):
    answer = get(client, source="normal", sizes="5,7", size=11, features=2)
    assert answer["estimates"]["sizes"] == sorted({5, 7, 11, *MARKED})
    assert answer["batch"]["marked"] == list(MARKED)


def test_a_batch_has_as_many_examples_as_there_are_at_most(client):
    answer = get(client, source="inline", size=1000, members=16)
    assert answer["size"] == 4
    assert answer["batch"]["sizes"] == [2, 4]
    assert len(answer["dependence"]["x"]["before"]) == 4
    assert "whole population" in answer["estimates"]["text"]


@pytest.mark.parametrize(("source", "last"), [("digits", 1797), ("normal", 1024)])
def test_the_largest_batch_is_everything_or_1024(client, source, last):
    assert get(client, source=source, draws=10, part="estimates", features=2)["estimates"]["sizes"][-1] == last


@pytest.mark.parametrize("query", [{"size": 2}, {"size": 150}, {"size": 177}, {"source": "inline", "size": 2},
                                   {"source": "inline", "size": 3}], ids=str)  # fmt: skip
def test_the_noise_is_that_of_all_the_companions_there_are(client, query):
    """The example's variance beside other noise is the one over the sizes: both by all others as companions."""
    noise = get(client, part="noise", draws=4000, **query)["noise"]
    batch_norm, of = noise["kinds"][0], noise["sizes"]
    expected = of["sd"][of["sizes"].index(query["size"])] ** 2
    assert expected > 0
    slack = 5 * 2 * np.sqrt((max(batch_norm["excess"], 0) + 2) / 4000)
    assert batch_norm["variance"] == pytest.approx(expected, rel=slack)
    assert len(batch_norm["pairs"]["product"]) == (28 if "source" not in query else 6)


def test_a_batch_of_everything_has_no_companions_to_draw(client):
    assert "o other companions are left to draw" in get(client, size=178, part="noise")["noise"]["text"]
    assert "companions are left" not in get(client, size=177, part="noise")["noise"]["text"]
    assert "there is no noise" in get(client, size=178, part="estimates")["headline"]


def test_a_large_upload_is_drawn_from_up_to_1024(client, uploaded):
    source = uploaded(x=np.random.default_rng(0).normal(size=(3000, 2)))
    answer = get(client, source=source, draws=10)
    assert answer["batch"]["total"] == 3000
    assert answer["estimates"]["sizes"][-1] == 1024


def test_positions_of_images_count_as_examples(client, uploaded):
    source = uploaded(x=np.random.default_rng(0).normal(size=(6, 3, 4, 4)))
    answer = get(client, source=source, draws=10)
    assert answer["batch"]["total"] == 96
    assert any("position" in warning for warning in answer["batch"]["warnings"])


def test_positions_of_one_image_are_said_to_be_alike_and_by_how_much(client, uploaded):
    rng = np.random.default_rng(0)
    source = uploaded(x=rng.normal(size=(40, 2, 4, 4)) + rng.normal(size=(40, 2, 1, 1)))
    answer = get(client, source=source, feature=1)
    assert any("not independent of each other" in warning for warning in answer["batch"]["warnings"])
    positions = answer["estimates"]["positions"]
    assert (positions["images"], positions["positions"]) == (40, 16)
    assert positions["correlation"] == pytest.approx(0.5, abs=0.2)
    assert positions["factor"] == pytest.approx(np.sqrt(1 + 15 * positions["correlation"]), rel=0.02)
    text = answer["estimates"]["population_text"]
    said = re.search(r"have a correlation of (0\.\d+), .* strays ([\d.]+) times as far", text)
    assert float(said[1]) == pytest.approx(positions["correlation"], rel=0.01)
    assert float(said[2]) == pytest.approx(positions["factor"], rel=0.01)
    assert "16 positions of each of 40 images" in text


@pytest.mark.parametrize("shape", [(1, 3, 4, 4), (6, 3, 1, 1), (6, 3)])
def test_where_nothing_is_known_of_positions_nothing_is_said(client, uploaded, shape):
    answer = get(client, source=uploaded(x=np.random.default_rng(0).normal(size=shape)))
    assert answer["estimates"]["positions"] is None
    assert "image" not in answer["estimates"]["population_text"]


def test_constant_images_are_answered(client, uploaded):
    positions = get(client, source=uploaded(x=np.ones((6, 3, 4, 4))))["estimates"]["positions"]
    assert positions == {"images": 6, "positions": 16, "correlation": None, "factor": None}


def test_a_number_of_a_generators_examples_makes_it_finite(client):
    answer = get(client, source="normal", batch_size=50, features=2)
    assert answer["batch"]["total"] == 50
    assert answer["estimates"]["sizes"][-1] == 50


LAYER = {"layer_width": 3, "weight_scale": 0.5, "layer_bias": 2}


@pytest.mark.parametrize("source", ["wine", "normal"])
def test_a_linear_layer_in_front_is_offered_as_in_the_playground(client, source):
    answer = get(client, source=source, features=4, seed=5, part="estimates", **LAYER)
    assert [feature["name"] for feature in answer["batch"]["features"]] == ["z0", "z1", "z2"]
    assert "behind a linear layer" in answer["batch"]["text"]
    assert "× 3 features" in answer["batch"]["text"]
    playground = client.get(
        "/api/v1/playground", params=LAYER | {"source": source, "features": 4, "seed": 5, "batch_size": 178}
    ).json()
    for feature, mean, var in zip(
        answer["estimates"]["features"], playground["forward"]["mean"], playground["forward"]["var"], strict=True
    ):
        slack = 0 if source == "wine" else 5 / np.sqrt(178)
        assert feature["population"]["mean"] == pytest.approx(mean, abs=1e-9 + slack * np.sqrt(var))
        assert feature["population"]["sd"] == pytest.approx(np.sqrt(var), rel=1e-9 + slack)


@pytest.mark.parametrize(("source", "features", "excess"), [("normal", 4, 0.0), ("laplace", 1, 3.0)])
def test_behind_a_layer_the_kurtosis_is_still_the_distributions(client, source, features, excess):
    answer = get(client, source=source, features=features, part="estimates", **LAYER)
    for feature in answer["estimates"]["features"]:
        assert feature["population"]["excess"] == pytest.approx(excess, abs=1e-9)


def test_behind_a_layer_what_does_not_exist_does_not_come_to_be(client):
    answer = get(client, source="heavy_tailed", degrees_of_freedom=3, features=4, part="estimates", **LAYER)
    assert "no kurtosis" in answer["estimates"]["text"]
    assert "the same for every example" in get(client, part="estimates", **LAYER | {"weight_scale": 0})["headline"]


def test_a_layer_that_is_wider_than_this_server_draws_is_refused_by_its_field(client, app, uploaded):
    app.state.settings = app.state.settings.model_copy(update={"batch_size_work": 100_000})
    assert refused(client, source="normal", features=2, layer_width=64)["field"] == "layer_width"
    assert refused(client, feature=3, **LAYER)["field"] == "feature"
    images = uploaded(x=np.random.default_rng(0).normal(size=(6, 3, 4, 4)))
    assert refused(client, source=images, layer_width=4)["field"] == "layer_width"


def test_heavy_tails_have_no_theory_and_say_so(client):
    answer = get(client, source="heavy_tailed", degrees_of_freedom=3, features=2)
    feature = answer["estimates"]["features"][0]
    assert feature["population"]["excess"] is None
    assert feature["deviation"]["expected_sd"] == [None] * len(answer["estimates"]["sizes"])
    assert "no kurtosis" in answer["estimates"]["text"]
    none = get(client, source="heavy_tailed", degrees_of_freedom=1, features=2)
    assert none["estimates"]["noise"] == {"scale": None, "shift": None}
    assert "neither mean nor deviation" in none["headline"]


@pytest.mark.parametrize(
    ("degrees", "lacks", "seen", "running"),
    [(1, "no mean μ and no deviation σ", "the means of large batches stray as far", "the population has none"),
     (2, "no deviation σ", "more slowly than 1/√K", "population −")],
)  # fmt: skip
def test_a_distribution_without_moments_says_so_and_what_is_seen_instead(client, degrees, lacks, seen, running):
    answer = get(client, source="heavy_tailed", degrees_of_freedom=degrees, features=2)
    assert lacks in answer["estimates"]["population_text"]
    assert seen in answer["estimates"]["text"]
    assert running in answer["running"]["text"]
    assert "65,536 examples" in answer["noise"]["text"]
    assert "65,536 examples" in " ".join(answer["conventions"])
    assert "not a number" not in str(answer)


def test_without_a_mean_the_middle_line_is_the_median(client):
    answer = get(client, source="heavy_tailed", degrees_of_freedom=1, features=1, part="estimates")
    for which in ("mean", "deviation"):
        figure = answer["figures"][f"estimates_{which}"]
        middle = next(trace for trace in figure["data"] if trace["mode"] == "lines+markers")
        assert middle["name"] == "median"
        assert middle["y"] == answer["estimates"]["features"][0][which]["quantiles"][2]
        assert "population" not in figure["layout"]["yaxis"]["title"]["text"]
    assert "no deviation σ" in answer["figures"]["estimates_noise"]["layout"]["meta"]["note"]


@pytest.mark.parametrize(
    ("source", "parameters", "excess"),
    [("normal", {}, 0), ("uniform", {}, -1.2), ("skewed", {"log_deviation": 0.5}, 5.898446),
     ("heavy_tailed", {"degrees_of_freedom": 10}, 1), ("bimodal", {"separation": 4, "upper_share": 0.5}, -1.28)],
)  # fmt: skip
def test_the_kurtosis_of_a_generator_is_its_distributions(client, source, parameters, excess):
    answer = get(client, source=source, features=1, part="estimates", **parameters)
    assert answer["estimates"]["features"][0]["population"]["excess"] == pytest.approx(excess, rel=1e-4)
    measured = get(client, source=source, features=1, part="estimates", batch_size=4000, **parameters)
    slack = 5 * np.sqrt(24 / 4000) * (1 + abs(excess))
    assert measured["estimates"]["features"][0]["population"]["excess"] == pytest.approx(excess, abs=slack)


@pytest.mark.parametrize("source", ["class_sorted", "outliers", "correlated"])
def test_the_population_is_what_the_batches_are_of(client, source):
    feature = get(client, source=source, features=1, draws=1000, part="estimates")["estimates"]["features"][0]
    averages, errors = np.array(feature["mean"]["average"]), np.array(feature["mean"]["sd"]) / np.sqrt(1000)
    slack = 5 * feature["population"]["sd"] * np.sqrt(64 / 2**16)  # the measured mean's own error, at most
    assert (np.abs(averages - feature["population"]["mean"]) <= 5 * errors + slack).all()


def test_what_was_asked_for_and_is_not_there_is_said(client, uploaded):
    warnings = get(client, size=1000, part="running")["batch"]["warnings"]
    assert warnings == ["K is 178 instead of 1,000: larger batches are not drawn of this source."]
    source = uploaded(x=np.random.default_rng(0).normal(size=(5000, 2)))
    assert "4,096 of the source's 5,000" in get(client, source=source, part="running")["batch"]["warnings"][0]
    text = get(client, source="class_sorted", part="estimates", features=2)["estimates"]["population_text"]
    assert "depend on each other" in text


def test_dependent_examples_are_not_cut_out_of_larger_batches(client):
    """A batch of sorted classes holds two of three classes whatever its size, so its deviation hardly gets better."""
    answer = get(client, source="class_sorted", class_separation=20, features=1, draws=300, part="estimates")
    spread = dict(zip(answer["estimates"]["sizes"], answer["estimates"]["features"][0]["mean"]["sd"], strict=True))
    assert spread[256] > spread[8] / 2


def test_a_moved_example_moves_the_others_in_training_only(client):
    answer = get(client, part="dependence", example=2, move_by=1.5)
    effect = answer["dependence"]
    assert effect["others_moved"] == {"train": 7, "inference": 0}
    x = np.array(effect["x"]["after"])
    assert x[2] - effect["x"]["before"][2] == pytest.approx(1.5 * effect["unit"])
    np.testing.assert_allclose(effect["train"]["after"], forward(x[:, None]).x_hat[:, 0])
    parts = effect["jacobian"]
    np.testing.assert_allclose(
        np.sum([parts[name] for name in ("identity", "mean", "variance")], axis=0), parts["total"], atol=1e-4
    )
    assert effect["between_features"] == {"across": 0.0, "features": 3}
    assert [curve["bound"] for curve in effect["outlier"]] == pytest.approx(
        [np.sqrt(curve["size"] - 1) for curve in effect["outlier"]]
    )


def test_matched_strengths_give_every_noise_batch_norms_variance(client):
    matched = get(client, part="noise", draws=5000)["noise"]["matched"]
    kinds = get(client, part="noise", draws=5000, **matched)["noise"]["kinds"]
    for kind in kinds[1:]:
        assert kind["variance"] == pytest.approx(kinds[0]["variance"], rel=0.15)
    assert kinds[1]["strength"] == matched["rate"]


@pytest.mark.parametrize("perturbation", ["multiplicative", "additive"])
def test_both_perturbations_stand_beside_dropout(client, perturbation):
    kinds = get(client, part="noise", perturbation=perturbation)["noise"]["kinds"]
    assert [kind["kind"] for kind in kinds] == ["batch_norm", "dropout", perturbation]


def test_other_companions_make_another_class(client):
    classes = get(client, part="classes", source="iris", size=16)["classes"]
    assert classes["data"] == "iris"
    answers = {batch["answer"] for batch in classes["batches"]}
    assert len(answers) == 2
    assert classes["inference"]["answer"] in answers
    assert 0 < classes["changed"] < 1
    assert get(client, part="classes", source="digits")["classes"]["data"] == "wine"


@pytest.mark.parametrize(
    "query",
    [{"source": "inline", "values": "3;3;3"}, {"source": "inline", "values": "1;2"}, {"source": "dead_feature"},
     {"source": "digits", "size": 1797}, {"source": "digits"}, {"size": 2}, {"eps": 0}, {"running_steps": 0}],
    ids=str,
)  # fmt: skip
def test_edges_are_answered_without_complaint(client, query):
    answer = get(client, **query)
    assert answer["headline"].endswith(".")


@pytest.mark.parametrize(
    ("query", "field"),
    [({"draws": 10_001}, "draws"), ({"size": 1}, "size"), ({"sizes": "8,4"}, "sizes"), ({"sizes": "x"}, "sizes"),
     ({"feature": 13}, "feature"), ({"selected": "0,40"}, "selected"), ({"example": 8}, "example"),
     ({"rate": 0.96}, "rate"), ({"deviation": -1}, "deviation"), ({"part": "all"}, "part"),
     ({"source": "inline", "values": "1,2"}, "values"), ({"batch_size": 1}, "batch_size"),
     ({"momentum": 2}, "momentum"),
     ({"source": "normal", "features": 1024, "draws": 10_000}, "draws"), ({"colour": "red"}, "colour")],
)  # fmt: skip
def test_a_refusal_names_the_field(client, query, field):
    assert refused(client, **query)["field"] == field
    streamed = client.get(URL, params=query, headers=STREAM)
    assert (streamed.status_code, streamed.json()["errors"][0]["field"]) == (422, field)  # before the stream


def test_work_is_bounded_by_a_setting(client, app):
    app.state.settings = app.state.settings.model_copy(update={"batch_size_work": 10_000})
    assert refused(client, source="normal", features=8)["field"] == "features"
    assert refused(client, source="normal", features=8, part="noise")["field"] == "features"
    assert refused(client, source="normal", features=8, part="running", running_steps=1000)["field"] == "running_steps"
    assert get(client, source="normal", features=8, part="dependence")["dependence"]["x"]


def test_as_many_draws_as_a_refusal_allows_are_taken(client, app):
    app.state.settings = app.state.settings.model_copy(update={"batch_size_work": 2_000_000})
    allowed = refused(client, source="normal", features=4, draws=5000)["allowed"]
    draws = int(allowed.split()[2].replace(",", ""))
    assert get(client, source="normal", features=4, draws=draws)["headline"]
    assert refused(client, source="normal", features=4, draws=draws + 1)["field"] == "draws"


def test_the_same_query_is_the_same_bytes_and_need_not_be_sent_again(client):
    first = client.get(URL, params=FEW)
    assert client.get(URL, params=FEW).content == first.content
    assert client.get(URL, params=FEW, headers={"If-None-Match": first.headers["etag"]}).status_code == 304
    assert get(client, seed=1) != parsed(first.content)


@pytest.mark.parametrize(
    "query", [{"draws": 10_000}, {"members": 16}, {"source": "digits", "feature": 20}, {"running_steps": 1000}]
)
def test_an_answer_is_small_whatever_is_drawn(client, query):
    assert len(client.get(URL, params=FEW | query).content) < 250_000


def events(body):
    for block in body.decode().strip().split("\n\n"):
        name, data = block.split("\n")
        yield name.removeprefix("event: "), parsed(data.removeprefix("data: ").encode())


def test_ten_thousand_draws_tell_their_progress(client):
    query = {"draws": 10_000, "source": "uniform", "features": 1, "part": "estimates"}
    streamed = client.get(URL, params=query, headers=STREAM)
    assert streamed.headers["content-type"].startswith("text/event-stream")
    *progress, (name, result) = events(streamed.content)
    assert name == "result"
    steps = [data["done"] for _, data in progress]
    assert len(steps) > 10
    assert steps == sorted(steps)
    assert client.get(URL, params=query).json() == result


@pytest.mark.parametrize("part", ["estimates", "noise"])
def test_the_draws_end_when_the_client_goes_away(app, part):
    """The client leaves at the first progress; ten thousand batches of every size are not drawn for it."""
    sent = []
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "path": URL,
        "raw_path": URL.encode(), "query_string": f"source=normal&draws=10000&features=8&part={part}".encode(),
        "scheme": "http", "server": ("test", 80), "client": ("test", 1), "root_path": "",
        "headers": [(b"accept", b"text/event-stream")],
    }  # fmt: skip

    async def ask():
        gone = anyio.Event()

        async def receive():
            await gone.wait()
            return {"type": "http.disconnect"}

        async def send(message):
            sent.append(message.get("body", b""))
            if b'"done":' in sent[-1] and b'"done":0' not in sent[-1]:
                gone.set()

        await app(scope, receive, send)

    anyio.run(ask)
    assert not any(b"event: result" in body for body in sent)
    assert len(sent) < 60


@pytest.mark.parametrize(("draws", "kind"), [(100, "application/json"), (6000, "text/event-stream; charset=utf-8")])
def test_who_takes_both_gets_a_stream_of_a_large_view_only(client, draws, kind):
    query = {"draws": draws, "source": "normal", "part": "estimates", "features": 8}
    with client.stream("GET", URL, params=query, headers=BOTH) as answer:
        assert answer.headers["content-type"] == kind


@pytest.mark.parametrize(
    ("query", "how", "why"),
    [({"draws": 1000}, "within", ""), ({"draws": 10_000, "size": 4}, "more than", "first order"),
     ({"source": "class_sorted", "features": 4, "size": 32}, "more than", "do not depend on each other"),
     ({"source": "skewed", "features": 1, "size": 4, "draws": 5000}, "more than", "first order")],
)  # fmt: skip
def test_how_far_it_is_from_theory_is_said_beside_what_the_draws_leave_open(client, query, how, why):
    text = get(client, part="estimates", **query)["estimates"]["text"]
    number = r"(\d+(?:\.\d+)?)"
    said = re.search(
        rf"spreads by {number}, {number} % (more|less) than theory's {number}: (within|more than) the ±{number} % "
        r"\(five standard errors\) that the draws leave open\.(.*)", text,
    )  # fmt: skip
    measured, off, side, expected, told, left, cause = said.groups()
    assert float(off) / 100 == pytest.approx(
        abs(float(measured) / float(expected) - 1), abs=0.02 * float(off) / 100 + 0.01
    )
    assert side == ("more" if float(measured) > float(expected) else "less")
    assert told == how
    assert (float(off) <= float(left)) == (how == "within")
    assert why in cause


def test_the_spread_of_the_deviation_at_32_is_each_distributions_own(client):
    """sd(sigma_B)/sigma at K = 32, biased: 0.1245 Gaussian, 0.188 Laplace, 0.081 uniform."""
    for source, expected in (("normal", 0.1245), ("laplace", 0.188), ("uniform", 0.081)):
        scale = get(client, source=source, features=1, size=32, draws=10_000, part="estimates")["estimates"]["noise"]
        assert scale["scale"] == pytest.approx(expected, abs=5 * expected / np.sqrt(2 * 10_000) + 5e-4)


@pytest.mark.parametrize("values", ["1e-200;3e-200;2e-200", "1e-310;3e-310;2e-310"])
def test_the_smallest_numbers_are_answered(client, values):
    answer = get(client, source="inline", values=values, draws=50)
    assert "smaller than float64 holds" in answer["running"]["biased_text"]


@pytest.mark.parametrize("scale", [1e151, 1e155, 1e200, 1e300])
def test_numbers_whose_squares_are_too_large_are_refused_by_name(client, uploaded, scale):
    """NumPy warns of nothing on the way: warnings fail the tests."""
    x = np.random.default_rng(0).normal(size=(30, 3)) * [1.0, scale, 1.0]
    row = refused(client, source=uploaded(x=x))
    assert row["field"] == "source"
    assert "up to 1e+150" in row["allowed"]
    assert "x1" in client.get(URL, params=FEW | {"source": uploaded(x=x)}).json()["detail"]
    assert get(client, source=uploaded(x=x), selected="0,2")["headline"]
    assert refused(client, source="inline", values=f"{scale:g};{-scale:g};{2 * scale:g}")["field"] == "values"


def test_numbers_just_below_that_are_answered_as_any_others(client, uploaded):
    x = np.random.default_rng(0).normal(size=(30, 2))
    plain, large = (get(client, source=uploaded(x=x * scale), eps=0) for scale in (1.0, 2.0**496))
    assert large["headline"] == plain["headline"]
    assert large["noise"]["text"] == plain["noise"]["text"]
    assert large["dependence"]["outlier_text"] == plain["dependence"]["outlier_text"]


def test_noise_that_cannot_be_matched_is_said_to_be_larger(client):
    noise = get(client, source="heavy_tailed", degrees_of_freedom=1, features=1, size=32, draws=300)["noise"]
    assert noise["matched"] == {"rate": 0.95, "deviation": 100.0}
    assert "more than either can have" in noise["match_text"]
    get(client, source="heavy_tailed", degrees_of_freedom=1, features=1, **noise["matched"])
    assert "the most there is" not in get(client)["noise"]["match_text"]


def test_dependent_examples_are_not_said_to_be_drawn_independently(client):
    said = " ".join(get(client, source="class_sorted")["conventions"])
    assert "independently" not in said
    assert "each size has batches of its own" in said


@pytest.mark.parametrize(
    ("query", "part", "key", "said"),
    [({"momentum": 0}, "running", "text", "at momentum 0 they never move"),
     ({"size": 178}, "running", "biased_text", "goes towards σ² = 0.655 itself"),
     ({"source": "inline", "values": "1;2", "size": 2}, "dependence", "text", "In training the other one moves"),
     ({"source": "inline", "values": "1;2", "size": 2}, "noise", "pairs_text", "weight perturbation −1.00."),
     ({}, "running", "text", "the running mean keeps jittering"),
     ({}, "dependence", "text", "In training 7 of the 7 others move")],
)  # fmt: skip
def test_what_is_said_at_the_ends_makes_sense(client, query, part, key, said):
    assert said in get(client, part=part, **query)[part][key]
