"""The stops of the knobs, which the page's dials turn by."""

import math

import pytest

from app.views.network.query import NetworkFields
from app.views.network.stage.knobs import knobs


def test_a_factors_dial_is_logarithmic_and_stands_upright_at_1():
    stops = knobs()["factor"]
    for stop in stops:
        assert stop["share"] == pytest.approx((math.log10(stop["value"]) + 1) / 2, abs=1e-4)
    assert [stop["text"] for stop in stops if stop["share"] in (0, 0.5, 1)] == ["× 0.1", "× 1", "× 10"]
    assert {"value": 3.0, "text": "× 3", "share": 0.7386} in stops


@pytest.mark.parametrize("which", ["factor", "shift"])
def test_stops_rise_and_are_values_that_the_query_takes(which):
    stops = knobs()[which]
    values, shares = ([stop[of] for stop in stops] for of in ("value", "share"))
    assert values == sorted(set(values))
    assert shares == sorted(set(shares))
    assert (shares[0], shares[-1]) == (0, 1)
    for value in values:
        assert getattr(NetworkFields(**{f"disturb_{which}": value}), f"disturb_{which}") == value


def test_a_shift_stands_upright_at_0_and_has_its_sign():
    stops = {stop["share"]: stop["text"] for stop in knobs()["shift"]}
    assert stops[0.5] == "+ 0"
    assert (stops[0], stops[1]) == ("− 10", "+ 10")


def test_the_page_has_the_stops_and_each_claims_setting(client):
    page = client.get("/network", params={"depth": 2, "width": 8}).text
    assert '"stops":{"factor":[{"value":0.1,"text":"× 0.1","share":0.0}' in page
    assert page.count("data-claim=") == 7  # and back
    assert 'data-claim="vanishing" aria-pressed="false"' in page
