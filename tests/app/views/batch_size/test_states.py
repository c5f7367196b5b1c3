"""What the batch size view shows keeps its meaning from state to state: examples, units, matched noise."""

import numpy as np
import pytest
from sklearn.datasets import load_wine

from app.figures.numbers import three
from bncore.batch_norm import forward
from tests.app.views.batch_size.asked import get
from tests.each import each


@pytest.mark.parametrize("source", ["wine", "iris"])
def test_the_example_whose_class_changes_is_the_same_for_every_size_and_seed(server, source):
    classes = [
        get(server, part="classes", source=source, size=size, seed=seed)["classes"]
        for size, seed in ((2, 0), (3, 0), (8, 0), (8, 5), (64, 0), (150, 0))
    ]
    assert len({one["example"] for one in classes}) == 1
    assert len({one["size"] for one in classes}) == 4
    for one in classes:
        assert one["changed"] == pytest.approx(1 - one["counts"][one["inference"]["answer"]] / one["draws"])
        assert one["example"] not in {companion for batch in one["batches"] for companion in batch["companions"]}


@pytest.mark.parametrize(
    "query", [{}, {"example": 3, "size": 4}, {"perturbation": "additive", "size": 32}, {"eps": 1}], ids=str
)
def test_the_matched_noise_is_that_of_the_example_that_is_plotted(server, query):
    """Dropout of a value z has the variance z² p/(1 − p), a factor 1 ± s gives z² s², a shift s²."""
    noise = get(server, part="noise", draws=2000, **query)["noise"]
    var, square, matched = noise["kinds"][0]["variance"], noise["value"] ** 2, noise["matched"]
    assert f"on example {query.get('example', 0)} has variance" in noise["match_text"]
    assert noise["match_text"].startswith("Over 2,000 draws, others than the stage's 200 deals, ")
    for name, given in (
        ("rate", square * matched["rate"] / (1 - matched["rate"])),
        ("deviation", matched["deviation"] ** 2 * (1 if query.get("perturbation") else square)),
    ):
        assert given == pytest.approx(var, rel=0.01) or (matched[name] in (0.95, 100.0) and given < var), name


def test_what_cannot_be_matched_is_said_to_have_less(server):
    """The first of three values is the mean itself: no factor moves its 0."""
    noise = get(server, part="noise", source="inline", values="0;1;-1;3;-3", size=3, members=5, draws=400)["noise"]
    at = next(j for j in range(5) if noise_value(server, j) == 0)
    noise = get(server, part="noise", source="inline", values="0;1;-1;3;-3", size=3, members=5, example=at)["noise"]
    assert noise["matched"] == {"rate": 0.95, "deviation": 100.0}
    assert "more than either can have" in noise["match_text"]


def noise_value(client, example):
    query = {"source": "inline", "values": "0;1;-1;3;-3", "size": 3, "members": 5, "example": example}
    return get(client, part="noise", **query)["noise"]["value"]


def test_without_noise_there_is_nothing_to_match(server):
    noise = get(server, part="noise", size=178)["noise"]
    assert noise["matched"] == {"rate": 0.0, "deviation": 0.0}
    assert "puts no noise on example 0" in noise["match_text"]


def test_an_example_of_a_constant_feature_can_be_moved(server):
    query = {"source": "inline", "values": "3;3;3;3", "members": 4, "move_by": 2}
    effect = get(server, part="dependence", **query)["dependence"]
    x = np.array(effect["x"]["after"])
    assert (effect["unit"], effect["by"], x.tolist()) == (1.0, 2.0, [5.0, 3.0, 3.0, 3.0])
    np.testing.assert_allclose(effect["train"]["after"], forward(x[:, None]).x_hat[:, 0])
    assert effect["text"].startswith("Example 0 is moved by 2.00 in x0. In training 3 of the 3 others move")
    headline = get(server, parts="stage", **query)["stage"]["strip"]["headline"]
    assert headline.startswith("Example 0 moved by 2.00: in training ")


def test_a_move_is_told_in_the_unit_of_its_control_too(server):
    answer = get(server, move_by=-1.5)
    told, by = answer["dependence"]["text"], answer["dependence"]["by"]
    assert by == pytest.approx(-1.5 * load_wine().data[:, 0].std())
    assert told.startswith(f"Example 0 is moved by {three(by)} in alcohol, which is −1.50 deviations. In training ")


@each("part", ["total", "identity", "mean", "variance"])
def test_the_jacobians_parts_are_drawn_times_the_denominator(server, part):
    """Of proline, whose denominator is some hundreds: the identity is 1, the mean's path 1/K."""
    answer = get(server, part="dependence", feature=12)
    x = np.array(answer["dependence"]["x"]["after"])
    x_hat = (x - x.mean()) / np.sqrt(x.var() + 1e-5)
    k = len(x)
    expected = {"identity": np.eye(k), "mean": np.full((k, k), -1 / k), "variance": -np.outer(x_hat, x_hat) / k}
    expected["total"] = sum(expected.values())
    np.testing.assert_allclose(answer["figures"][f"jacobian_{part}"]["data"][0]["z"], expected[part], atol=1e-4)
    s = answer["dependence"]["denominator"]
    assert s == pytest.approx(np.sqrt(x.var() + 1e-5))
    np.testing.assert_allclose(np.array(answer["dependence"]["jacobian"][part]) * s, expected[part], atol=1e-3)


def test_a_small_move_is_told_with_the_digits_that_differ(server):
    answer = get(server, part="dependence", source="inline", values="1000;1001;1003;999", members=4, move_by=0.05)
    texts = [*answer["dependence"]["handles"], answer["figures"]["strip_x"]["layout"]["meta"]["summary"].split("; ")[0]]
    was, now = texts[0].removeprefix("Move example 0: it was ").split(", is ")
    assert was != now
    assert f"example 0: {was} to {now}" in texts[-1]


@pytest.mark.parametrize("placement", ["variance", "deviation"])
@pytest.mark.parametrize("feature", [0, 12])
def test_an_outlier_meets_the_features_own_epsilon(server, feature, placement):
    """The others of deviation d keep the spread of a batch of their own numbers, ε = 1 beside d or d²."""
    query = {"part": "dependence", "feature": feature, "eps": 1, "eps_placement": placement, "size": 178}
    population = get(server, part="estimates", feature=feature)["estimates"]["features"][feature]["population"]
    *_, curve = get(server, **query)["dependence"]["outlier"]
    assert curve["size"] == 178
    sd = population["sd"]  # about that of the others, who are all but one; at t = 0 the outlier lies on their mean
    s = {"variance": np.sqrt(sd**2 + 1), "deviation": sd + 1}[placement]
    assert curve["spread"][0] == pytest.approx(sd / s, rel=0.02)


def test_theory_of_running_statistics_is_silent_where_examples_depend_on_each_other(server):
    running = get(server, part="running", source="class_sorted", features=2)["running"]
    assert running["mean_sd"] is None
    assert running["var_limit"] == {"biased": None, "unbiased": None}
    assert "theory does not know it" in running["biased_text"]
    assert "jitter" not in running["text"]


@each(("steps", "said"), [(0, "100 %"), (10, "34.9 %"), (100, "less than 0.01 %")])
def test_what_is_left_of_the_cold_start_is_its_power(server, steps, said):
    running = get(server, part="running", running_steps=steps)["running"]
    assert running["cold"] == pytest.approx(0.9**steps)
    assert f"{said} of the cold start" in running["text"]
