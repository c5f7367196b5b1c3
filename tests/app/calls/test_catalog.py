"""`GET /catalog`: everything that a query may name, and nothing that it may not."""

import pytest

from app.batches.datasets import DATASETS
from app.batches.generators import GENERATORS
from app.views.network.claims import PRESETS
from bncore.activations import ACTIVATIONS
from bncore.network.layers.initializations import INITIALIZATIONS
from bncore.network.losses import LOSSES
from bncore.norms import NORMS
from bncore.upstream import UPSTREAMS


@pytest.fixture
def catalog(client):
    return client.get("/api/v1/catalog").json()


def names(rows):
    return [row["name"] for row in rows]


def test_it_lists_every_table(catalog):
    assert names(catalog["data_sets"]) == list(DATASETS)
    assert names(catalog["generators"]) == list(GENERATORS)
    assert names(catalog["activations"]) == list(ACTIVATIONS)
    assert names(catalog["upstreams"]) == list(UPSTREAMS)
    assert names(catalog["norms"]) == list(NORMS)
    assert names(catalog["initializations"]) == list(INITIALIZATIONS)
    assert names(catalog["claims"]) == list(PRESETS)
    assert catalog["losses"] == list(LOSSES)


def test_a_norms_row_says_who_shares_a_statistic_and_what_it_asks_for(catalog):
    rows = {row["name"]: row for row in catalog["norms"]}
    assert rows["rms"]["learned"] == ["gamma"]
    assert rows["layer"]["parameters"] == "one for each cell of an example"
    assert [setting["name"] for setting in rows["renorm"]["settings"]] == ["r_max", "d_max"]
    assert [setting["default"] for setting in rows["renorm"]["settings"]] == [3, 5]
    assert rows["group"]["settings"][0]["default"] is None
    assert all(row["source"] and row["statistics_over"] for row in rows.values())


def test_every_field_has_title_help_type_default_and_a_control(catalog):
    for name, field in catalog["playground"].items():
        assert {"title", "help", "default", "type", "control"} <= set(field), name
        assert field["title"], name
        assert field["help"].endswith("."), name
        assert {"group", "kind", "step", "scale", "shown_for"} <= set(field["control"]), name


def test_every_range_is_taken_at_its_ends_and_not_beyond(server, catalog):
    for name, field in catalog["playground"].items():
        if name in ("batch_size", "features", "layer_width", "upstream_example", "running_steps", "feature_axis"):
            continue  # large, or meaningful with an upload only
        for end, beyond in (("low", -1), ("high", 1)):
            if end not in field:
                continue
            query = f"/api/v1/playground?source=normal&batch_size=8&features=2&{name}="
            assert server.get(f"{query}{field[end]}").status_code == 200, (name, end)
            assert server.get(f"{query}{field[end] + beyond}").status_code == 422, (name, end)


def test_every_choice_is_taken(server, catalog):
    for name, field in catalog["playground"].items():
        for choice in field.get("choices", []):
            source = "inline" if choice == "all" else "class_sorted"
            answer = server.get(f"/api/v1/playground?source={source}&{'' if name == 'source' else f'{name}={choice}'}")
            assert answer.status_code == 200, (name, choice, answer.text[:300])


def test_a_generators_parameters_are_fields_shown_for_it_alone(catalog):
    for generator in catalog["generators"]:
        for parameter in generator["parameters"]:
            field = catalog["playground"][parameter["name"]]
            assert field["control"]["shown_for"] == generator["name"]
            assert (field["low"], field["high"], field["default"]) == tuple(
                parameter[name] for name in ("low", "high", "default")
            )


def test_defaults_are_within_their_sliders(catalog):
    for name, field in catalog["playground"].items():
        slider = field["control"]["slider"]
        if slider and isinstance(field["default"], (int, float)) and name != "layer_width":
            assert slider[0] <= field["default"] <= slider[1], name
