"""What tables print: a mean that is rounding beside what it is over is said to be so, any other is printed."""

import pytest

from app.figures.numbers import three

BATCH_NORMED = "depth=3&width=8&dtype=float64&shown=norm&disturb_layer=1"
ROUNDING = "0 up to rounding"


def expect_told(mean, text, size):
    """As the definition has it: up to 512 units in the last place of a float64."""
    rounds = mean != 0 and abs(mean) <= 512 * 2.0**-52 * size
    assert text == (ROUNDING if rounds else three(mean))
    return rounds


def test_a_networks_means_are_told_beside_their_numbers(client):
    answer = client.get(f"/api/v1/network?{BATCH_NORMED}").json()
    rows = [row for column in answer["columns"].values() for row in column["joints"]]
    rows += [row[when] for column in answer["disturb"]["columns"].values() for row in column["joints"]
             for when in ("before", "after")]  # fmt: skip
    told = [expect_told(row["mean"], row["mean_text"], max(-row["min"], row["max"])) for row in rows]
    assert any(told)
    assert not all(told)


def test_a_movement_is_told_beside_a_deviation(client):
    columns = client.get(f"/api/v1/network?{BATCH_NORMED}&eps=0").json()["disturb"]["columns"]
    rows = [row for column in columns.values() for row in column["joints"]]
    told = [expect_told(row[f"{key}moved"], row[f"{key}moved_text"], 1.0) for row in rows for key in ("", "values_")]
    assert any(told)
    assert not all(told)


def test_the_curve_of_the_means_and_those_of_the_movement_tell_them_where_one_hovers(client):
    figures = client.get(f"/api/v1/network?{BATCH_NORMED}&eps=0").json()["figures"]
    for name in ("depth_mean", "disturb_moved"):
        texts = {trace["name"]: trace["text"] for trace in figures[name]["data"]}
        assert ROUNDING in texts["with BN"]
        assert all(trace["hovertemplate"] == "%{text}" for trace in figures[name]["data"])


@pytest.mark.parametrize("rows", ["channel", "example"])
def test_the_norms_means_are_told_beside_their_numbers(client, rows):
    answer = client.get(f"/api/v1/norms?rows={rows}").json()
    told = []
    for measured in (answer["cube"]["before"], *(norm["after"] for norm in answer["norms"])):
        for mean, text, low, high in zip(*(measured[key] for key in ("mean", "mean_text", "min", "max")), strict=True):
            told.append(expect_told(mean, text, max(-low, high)))
    assert any(told)
    assert not all(told)
