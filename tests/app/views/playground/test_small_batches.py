"""A layer of few examples, down to one: what is healthy is not called off, and what is said of noise is right."""

import numpy as np
import pytest

URL = "/api/v1/playground"
OF_RUNNING = {"running_mean_off", "running_var_off", "mode_gap"}
ONE = {
    "x": np.array([[3.0, -1.0, 0.5]]), "gamma": np.array([1.0, 2.0, 0.5]), "beta": np.array([0.0, 0.25, -1.0]),
    "running_mean": np.full(3, 1.0), "running_var": np.array([1.0, 4.0, 0.25]),
}  # fmt: skip


def get(client, **query):
    answer = client.get(URL, params=query)
    assert answer.status_code == 200, answer.json()
    return answer.json()


def findings_of(answer):
    return {row["id"]: row for row in answer["findings"]}


@pytest.mark.parametrize("query", [{}, {"running_variance": "biased"}, {"running_variance": "unbiased"}])
def test_a_layer_of_one_example_with_running_statistics_is_normalized_to_beta(client, uploaded, query):
    answer = get(client, source=uploaded(**ONE), **query)
    assert answer["forward"]["y"]["mean"] == ONE["beta"].tolist()
    assert answer["forward"]["running"]["given"] is True
    assert findings_of(answer)["single_example"]["count"] == 3


def test_in_inference_that_example_is_normalized_by_its_running_statistics(client, uploaded):
    answer = get(client, source=uploaded(**ONE), mode="inference")
    x, gamma, beta, mean, var = ONE.values()
    np.testing.assert_allclose(answer["forward"]["y"]["mean"], (gamma * (x - mean) / np.sqrt(var + 1e-5) + beta)[0])
    assert "single_example" not in findings_of(answer)


def test_one_image_with_running_statistics_far_off_is_found(client, uploaded):
    x = np.random.default_rng(0).standard_normal((1, 3, 6, 6)).astype(np.float32)
    layer = {"running_mean": np.full(3, 100.0, np.float32), "running_var": np.ones(3, np.float32)}
    for mode in ("train", "inference"):
        row = findings_of(get(client, source=uploaded(x=x, **layer), mode=mode))["mode_gap"]
        assert [feature["value"] for feature in row["features"]] == pytest.approx([100.0] * 3, rel=0.02)


@pytest.mark.parametrize("examples", [2, 4, 8, 16])
def test_a_healthy_layer_of_many_channels_is_not_warned(client, uploaded, examples):
    """Held against the truth itself, and against what a running average of momentum 0.1 leaves."""
    rng = np.random.default_rng(examples)
    batches = rng.standard_normal((60, examples, 128))
    weights = 0.1 * 0.9 ** np.arange(60)
    weights /= weights.sum()
    mean = np.tensordot(weights, batches.mean(axis=1), 1)
    var = np.tensordot(weights, batches.var(axis=1, ddof=1), 1)
    x = rng.standard_normal((examples, 128)).astype(np.float32)
    for running in ((np.zeros(128), np.ones(128)), (mean, var)):
        answer = get(client, source=uploaded(x=x, running_mean=running[0], running_var=running[1]))
        assert sum(row["count"] for id, row in findings_of(answer).items() if id in OF_RUNNING) <= 1


def test_two_equal_examples_are_not_so_many_standard_errors_away(client, uploaded):
    x = np.array([[0.5, 1.25, -0.25]] * 2)
    answer = get(client, source=uploaded(x=x, running_mean=np.zeros(3), running_var=np.ones(3)))
    assert not OF_RUNNING & findings_of(answer).keys()
    x = np.random.default_rng(0).standard_normal((50, 2))
    far = findings_of(get(client, source=uploaded(x=x, running_mean=np.full(2, 1e9), running_var=np.zeros(2))))
    for name in ("running_mean_off", "running_var_off"):
        assert {row["text"] for row in far[name]["features"]} == {"over 1,000 standard errors"}
        assert {row["value"] for row in far[name]["features"]} == {1000.0}


@pytest.mark.parametrize(("examples", "percent"), [(2, "42.6 %"), (3, "37.8 %"), (5, "30.5 %")])
def test_the_noise_of_few_examples_is_a_bells(server, examples, percent):
    said = findings_of(get(server, source="normal", batch_size=examples))["statistics_noise"]["explanation"]
    assert percent in said
    assert "that of a bell" in said
    lecture = findings_of(get(server, source="normal", batch_size=examples, notation="lecture"))["statistics_noise"]
    assert f"K = {examples}" in lecture["title"]


@pytest.mark.parametrize(
    "query", [{}, {"batch_size": 178}, {"batch_size": "all", "layer_width": 3}, {"source": "iris"}]
)
def test_of_all_the_examples_no_other_batch_is_said_to_stray(server, query):
    said = findings_of(get(server, **query))["statistics_noise"]["explanation"]
    assert said.startswith("This batch is all there is to draw from. Of others, drawn anew from where it comes from,")


@pytest.mark.parametrize("query", [{"batch_size": 177}, {"source": "normal"}, {"source": "normal", "batch_size": 2}])
def test_of_a_part_or_without_an_end_batches_are_said_to_stray(server, query):
    said = findings_of(get(server, **query))["statistics_noise"]["explanation"]
    assert said.startswith("From batch to batch the mean strays by about")


@pytest.mark.parametrize("examples", [1, 2, 4])
def test_few_examples_in_inference_do_not_make_features_dead(client, uploaded, examples):
    x = np.random.default_rng(1).standard_normal((examples, 64))
    layer = {"running_mean": np.zeros(64), "running_var": np.ones(64)}
    assert "saturated" not in findings_of(get(client, source=uploaded(x=x, **layer), mode="inference"))
