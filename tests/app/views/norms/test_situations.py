"""The situations with their measured numbers: what each does to each norm."""

import numpy as np
import pytest

from app.batches.datasets import load
from tests.app.views.norms.asked import by_name, get

PER_EXAMPLE = ["layer", "instance", "group", "rms"]


# ---- the situations ----


def test_one_example_leaves_the_norms_of_an_example_alone_and_makes_batch_norm_instance_norm(server):
    answer = get(server, situation="one_example")
    rows = by_name(answer)
    assert answer["batch"]["shape"] == [1, 6, 3, 3]
    for name in PER_EXAMPLE:
        assert rows[name]["effect"]["moved"] == 0
        assert "exactly the values" in rows[name]["text"]
    assert rows["batch"]["effect"]["from_instance"] == rows["ghost"]["effect"]["from_instance"] == 0
    assert rows["batch"]["effect"]["moved"] > 0.05
    assert "so it is instance norm now" in rows["batch"]["text"]
    assert rows["batch"]["count"] == 9
    assert f"{rows['batch']['effect']['moved']:.3g}" in rows["batch"]["text"]
    assert rows["renorm"]["effect"]["moved"] < 1e-12
    tight = by_name(get(server, situation="one_example", r_max=1, d_max=0))["renorm"]
    assert tight["effect"]["moved"] == pytest.approx(rows["batch"]["effect"]["moved"], rel=1e-6)


def test_a_batch_that_is_one_example_already_does_not_move(server):
    rows = by_name(get(server, situation="one_example", batch_size=1))
    assert rows["batch"]["text"].endswith("so it is instance norm now, as before: its batch has no other.")
    assert rows["layer"]["counted"] == "1 statistic over 54 cells"
    assert rows["instance"]["counted"] == "6 statistics, each over 9 cells"


def test_one_example_of_single_cells_leaves_nothing(server):
    rows = by_name(get(server, source="wine", situation="one_example"))
    assert rows["batch"]["after"]["min"] == [0] * 8 == rows["batch"]["after"]["max"]
    assert "Nothing is left" in rows["batch"]["text"]
    assert rows["batch"]["remarks"][0]["name"] == "single_cell"
    assert rows["layer"]["remarks"] == []


def test_a_batch_of_one_class_loses_the_classs_means_under_batch_norm_only(server):
    answer = get(server, source="wine", situation="class_sorted", batch_size=12)
    assert answer["situation"]["label"] in ("class 0", "class 1", "class 2")
    rows = by_name(answer)
    assert rows["batch"]["effect"]["offset"] < 1e-9
    assert rows["layer"]["effect"]["offset"] > 0.1
    assert rows["batch"]["effect"]["moved"] > 0.3
    assert all(rows[name]["effect"]["moved"] < 1e-9 for name in PER_EXAMPLE)
    assert rows["renorm"]["effect"]["offset"] > 0.3


def test_means_under_layer_norm_are_held_against_a_mixed_batch_before_they_tell_of_a_class(server):
    few, many = (by_name(get(server, situation="class_sorted", batch_size=size))["layer"] for size in (8, 64))
    for row, tells in ((few, False), (many, True)):
        effect = row["effect"]
        assert (effect["apart"] > 2 * effect["by_chance"]) == tells
        assert ("tell of the class" in row["text"]) == tells
        assert f"{effect['offset_before']:.3f} in a mixed batch" in row["text"]


def test_the_class_sorted_batch_is_of_one_class(server):
    answer = get(server, source="wine", situation="class_sorted", batch_size=12)
    wine = load("wine")
    x = np.array(answer["cube"]["x"]).reshape(8, 8)
    rows = [int(np.abs(wine.x[:, :8] - row).sum(axis=1).argmin()) for row in x]
    assert len(set(rows)) == 8
    assert {wine.label_names[wine.labels[row]] for row in rows} == {answer["situation"]["label"]}


def test_a_huge_channel_squeezes_those_that_share_its_statistic(server):
    rows = by_name(get(server, situation="huge_channel", huge_factor=1000))
    squeezed = {name: row["effect"]["squeezed"] for name, row in rows.items()}
    assert squeezed == {"batch": 0, "layer": 5, "instance": 0, "group": 1, "rms": 5, "renorm": 0, "ghost": 0}
    assert rows["layer"]["effect"]["least_kept"] < 0.01
    assert "All 5 other channels are squeezed below 10 % of their usual deviation" in rows["layer"]["text"]
    assert "1 of the 5 other channels is squeezed below 10 % of its usual deviation" in rows["group"]["text"]
    assert rows["batch"]["effect"]["least_kept"] == pytest.approx(1)
