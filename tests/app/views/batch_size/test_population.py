"""What batches are drawn of: how many examples there are, positions, distributions without moments."""

import re

import numpy as np
import pytest

from tests.app.views.batch_size.asked import get


def test_a_batch_has_as_many_examples_as_there_are_at_most(server):
    answer = get(server, source="inline", size=1000, members=16)
    assert answer["size"] == 4
    assert answer["batch"]["sizes"] == [2, 4]
    assert len(answer["dependence"]["x"]["before"]) == 4
    assert "whole population" in answer["estimates"]["text"]


@pytest.mark.parametrize(("source", "last"), [("digits", 1797), ("normal", 1024)])
def test_the_largest_batch_is_everything_or_1024(server, source, last):
    assert get(server, source=source, draws=10, part="estimates", features=2)["estimates"]["sizes"][-1] == last


@pytest.mark.parametrize("query", [{"size": 2}, {"size": 150}, {"size": 177}, {"source": "inline", "size": 2},
                                   {"source": "inline", "size": 3}], ids=str)  # fmt: skip
def test_the_noise_is_that_of_all_the_companions_there_are(server, query):
    """The example's variance beside other noise is the one over the sizes: both by all others as companions."""
    noise = get(server, part="noise", draws=4000, **query)["noise"]
    batch_norm, of = noise["kinds"][0], noise["sizes"]
    expected = of["sd"][of["sizes"].index(query["size"])] ** 2
    assert expected > 0
    slack = 5 * 2 * np.sqrt((max(batch_norm["excess"], 0) + 2) / 4000)
    assert batch_norm["variance"] == pytest.approx(expected, rel=slack)
    assert len(batch_norm["pairs"]["product"]) == (28 if "source" not in query else 6)


def test_a_batch_of_everything_has_no_companions_to_draw(server):
    assert "o other companions are left to draw" in get(server, size=178, part="noise")["noise"]["text"]
    assert "companions are left" not in get(server, size=177, part="noise")["noise"]["text"]
    assert "there is no noise" in get(server, size=178, part="estimates")["estimates"]["headline"]


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


def test_a_number_of_a_generators_examples_makes_it_finite(server):
    answer = get(server, source="normal", batch_size=50, features=2)
    assert answer["batch"]["total"] == 50
    assert answer["estimates"]["sizes"][-1] == 50


def test_heavy_tails_have_no_theory_and_say_so(server):
    answer = get(server, source="heavy_tailed", degrees_of_freedom=3, features=2)
    feature = answer["estimates"]["features"][0]
    assert feature["population"]["excess"] is None
    assert feature["deviation"]["expected_sd"] == [None] * len(answer["estimates"]["sizes"])
    assert "no kurtosis" in answer["estimates"]["text"]
    none = get(server, source="heavy_tailed", degrees_of_freedom=1, features=2)
    assert none["estimates"]["noise"] == {"scale": None, "shift": None}
    assert "neither mean nor deviation" in none["estimates"]["headline"]


@pytest.mark.parametrize(
    ("degrees", "lacks", "seen", "running"),
    [(1, "no mean μ and no deviation σ", "the means of large batches stray as far", "the population has none"),
     (2, "no deviation σ", "more slowly than 1/√K", "population −")],
)  # fmt: skip
def test_a_distribution_without_moments_says_so_and_what_is_seen_instead(server, degrees, lacks, seen, running):
    answer = get(server, source="heavy_tailed", degrees_of_freedom=degrees, features=2)
    assert lacks in answer["estimates"]["population_text"]
    assert seen in answer["estimates"]["text"]
    assert running in answer["running"]["text"]
    assert "65,536 examples" in answer["noise"]["text"]
    assert "65,536 examples" in " ".join(answer["conventions"])
    assert "not a number" not in str(answer)


def test_without_a_mean_the_middle_line_is_the_median(server):
    answer = get(server, source="heavy_tailed", degrees_of_freedom=1, features=1, part="estimates")
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
def test_the_kurtosis_of_a_generator_is_its_distributions(server, source, parameters, excess):
    answer = get(server, source=source, features=1, part="estimates", **parameters)
    assert answer["estimates"]["features"][0]["population"]["excess"] == pytest.approx(excess, rel=1e-4)
    measured = get(server, source=source, features=1, part="estimates", batch_size=4000, **parameters)
    slack = 5 * np.sqrt(24 / 4000) * (1 + abs(excess))
    assert measured["estimates"]["features"][0]["population"]["excess"] == pytest.approx(excess, abs=slack)


@pytest.mark.parametrize("source", ["class_sorted", "outliers", "correlated"])
def test_the_population_is_what_the_batches_are_of(server, source):
    feature = get(server, source=source, features=1, draws=1000, part="estimates")["estimates"]["features"][0]
    averages, errors = np.array(feature["mean"]["average"]), np.array(feature["mean"]["sd"]) / np.sqrt(1000)
    slack = 5 * feature["population"]["sd"] * np.sqrt(64 / 2**16)  # the measured mean's own error, at most
    assert (np.abs(averages - feature["population"]["mean"]) <= 5 * errors + slack).all()


def test_what_was_asked_for_and_is_not_there_is_said(client, uploaded):
    warnings = get(client, size=1000, part="running")["batch"]["warnings"]
    assert warnings == ["K is 178 instead of 1,000: larger batches are not drawn of this source."]
    answer = get(client, sizes="8,178,179,1024", part="estimates")
    said = "Batches of {} examples are not drawn: those of this source have {} at most."
    assert answer["batch"]["warnings"] == [said.format("179, 1,024", "178")]
    endless = get(client, source="normal", sizes="8,1500", part="estimates", draws=10)
    assert endless["batch"]["warnings"] == [said.format("1,500", "1,024")]
    assert get(client, sizes="8,179", part="running")["batch"]["warnings"] == []
    source = uploaded(x=np.random.default_rng(0).normal(size=(5000, 2)))
    assert "4,096 of the source's 5,000" in get(client, source=source, part="running")["batch"]["warnings"][0]
    text = get(client, source="class_sorted", part="estimates", features=2)["estimates"]["population_text"]
    assert "depend on each other" in text


def test_dependent_examples_are_not_cut_out_of_larger_batches(server):
    """A batch of sorted classes holds two of three classes whatever its size, so its deviation hardly gets better."""
    answer = get(server, source="class_sorted", class_separation=20, features=1, draws=300, part="estimates")
    spread = dict(zip(answer["estimates"]["sizes"], answer["estimates"]["features"][0]["mean"]["sd"], strict=True))
    assert spread[256] > spread[8] / 2


def test_dependent_examples_are_not_said_to_be_drawn_independently(server):
    said = " ".join(get(server, source="class_sorted")["conventions"])
    assert "independently" not in said
    assert "each size has batches of its own" in said
