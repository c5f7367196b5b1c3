"""What the figures say of their rows, columns and points: which feature, example, block or channel each is."""

from typing import Any

from fastapi.testclient import TestClient

from tests.each import each

FIGURES = [
    ("playground", "source=wine", "x", "feature"),
    ("playground", "source=wine&selected=2,5,11", "dx_mean", "feature"),
    ("playground", "source=digits", "x_hat", "feature"),
    ("playground", "source=normal&features=200", "y", "feature"),
    ("playground", "source=wine&selected=2,5,11", "parameters", "feature"),
    ("network", "depth=5&width=8&disturb_layer=2", "activations_with", "block"),
    ("network", "depth=20&width=8&disturb_layer=7", "disturb_without", "block"),
    ("network", "depth=20&width=8&disturb_layer=7", "disturb_moved", "block"),
    ("network", "depth=5&width=8", "depth_deviation", "block"),
    ("network", "depth=5&width=8", "gradient_parts", "block"),
    ("batch-size", "draws=100", "strip_train", "example"),
    ("batch-size", "draws=100", "jacobian_total", "example"),
    ("norms", "", "after_batch", "channel"),
    ("norms", "rows=example", "before", "example"),
    ("derivation", "", "paths", "example"),
    ("derivation", "", "jacobian", "example"),
]


def figures_of(client: TestClient, view: str, query: str) -> dict[str, Any]:
    response = client.get(f"/api/v1/{view}?{query}")
    assert response.status_code == 200, response.text
    return dict(response.json()["figures"])


def things_at(band: dict[str, Any], place: float) -> range:
    """The things whose band a place of the axis lies in."""
    row = (place - band["start"]) // band["step"]
    first = band["things"][int(row)]
    return range(first, first + band.get("each", 1))


def ticks(axis: dict[str, Any], band: dict[str, Any]) -> list[float]:
    """The axis' own ticks, or where it steps by whole numbers the middle of each band."""
    if "tickvals" in axis:
        return list(axis["tickvals"])
    return [band["start"] + (i + 0.5) * band["step"] for i in range(len(band["things"]))]


@each(("view", "query", "name", "kind"), FIGURES)
def test_bands_fill_the_axis_and_each_holds_the_tick_of_its_thing(
    server: TestClient, view: str, query: str, name: str, kind: str
) -> None:
    layout = figures_of(server, view, query)[name]["layout"]
    bands = layout["meta"]["linked"]
    assert {band["of"] for band in bands} == {kind}
    for band in bands:
        axis = layout[f"{band['axis']}axis"]
        low, high = sorted((band["start"], band["start"] + len(band["things"]) * band["step"]))
        ends = sorted(axis["range"])
        assert abs(low - ends[0]) <= 0.16
        assert abs(high - ends[1]) <= 0.16
        assert all(low < tick < high for tick in ticks(axis, band))


@each(("query", "name"), [("source=wine", "x"), ("source=wine&selected=2,5,11", "dx"), ("source=digits", "dx_hat")])
def test_the_band_of_a_feature_is_the_row_that_has_its_name(server: TestClient, query: str, name: str) -> None:
    answer = server.get(f"/api/v1/playground?{query}").json()
    layout = answer["figures"][name]["layout"]
    (band,) = layout["meta"]["linked"]
    names = dict(zip(answer["batch"]["features"], answer["batch"]["feature_names"], strict=True))
    axis = layout["yaxis"]
    for place, text in zip(axis["tickvals"], axis["ticktext"], strict=True):
        assert text == names[things_at(band, place)[0]]


def test_rows_of_many_features_stand_for_neighbours_up_to_the_last(server: TestClient) -> None:
    (band,) = figures_of(server, "playground", "source=normal&features=200")["x"]["layout"]["meta"]["linked"]
    assert band["each"] == 4
    assert band["things"] == list(range(0, 200, 4))


def test_points_say_that_they_are_examples_unless_they_are_positions(server: TestClient) -> None:
    wine = figures_of(server, "playground", "source=wine&batch_size=32&pair=1,4")
    assert wine["pair"]["layout"]["meta"]["about"] == {"feature": [1, 4]}
    kinds = [{trace["meta"].get("of") for trace in wine[name]["data"]} for name in ("pair", "x")]
    assert kinds == [{"example"}, {None, "example"}]


def test_the_readouts_rows_are_classes_and_light_nothing(server: TestClient) -> None:
    drawn = figures_of(server, "playground", "source=wine&upstream=cross_entropy")
    assert drawn["readout"]["layout"]["meta"]["linked"] == []
