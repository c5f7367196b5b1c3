"""Numbers at the ends of their range, and how far draws are from theory."""

import re

import numpy as np
import pytest

from tests.app.views.batch_size.asked import FEW, URL, get, refused
from tests.each import each


@pytest.mark.parametrize(
    ("query", "how", "why"),
    [({"draws": 1000}, "within", ""), ({"draws": 10_000, "size": 4}, "more than", "first order"),
     ({"source": "class_sorted", "features": 4, "size": 32}, "more than", "do not depend on each other"),
     ({"source": "skewed", "features": 1, "size": 4, "draws": 5000}, "more than", "first order")],
)  # fmt: skip
def test_how_far_it_is_from_theory_is_said_beside_what_the_draws_leave_open(server, query, how, why):
    text = get(server, part="estimates", **query)["estimates"]["text"]
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


def test_the_spread_of_the_deviation_at_32_is_each_distributions_own(server):
    """sd(sigma_B)/sigma at K = 32, biased: 0.1245 Gaussian, 0.188 Laplace, 0.081 uniform."""
    for source, expected in (("normal", 0.1245), ("laplace", 0.188), ("uniform", 0.081)):
        scale = get(server, source=source, features=1, size=32, draws=10_000, part="estimates")["estimates"]["noise"]
        assert scale["scale"] == pytest.approx(expected, abs=5 * expected / np.sqrt(2 * 10_000) + 5e-4)


@pytest.mark.parametrize("values", ["1e-200;3e-200;2e-200", "1e-310;3e-310;2e-310"])
def test_the_smallest_numbers_are_answered(server, values):
    answer = get(server, source="inline", values=values, draws=50)
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


def test_noise_that_cannot_be_matched_is_said_to_be_larger(server):
    noise = get(server, source="heavy_tailed", degrees_of_freedom=1, features=1, size=32, draws=300)["noise"]
    assert noise["matched"] == {"rate": 0.95, "deviation": 100.0}
    assert "more than either can have" in noise["match_text"]
    get(server, source="heavy_tailed", degrees_of_freedom=1, features=1, **noise["matched"])
    assert "the most there is" not in get(server)["noise"]["match_text"]


@each(
    ("query", "part", "key", "said"),
    [({"momentum": 0}, "running", "text", "at momentum 0 they never move"),
     ({"momentum": "cumulative"}, "running", "text", "the average of 100 batches is uncertain by ±"),
     ({"momentum": "cumulative"}, "running", "biased_text", "All batches weigh alike, and the biased running variance"),
     ({"momentum": "cumulative", "size": 178}, "running", "text", "have the same mean, and so has their average"),
     ({"size": 178}, "running", "biased_text", "goes towards σ² = 0.655 itself"),
     ({"source": "inline", "values": "1;2", "size": 2}, "dependence", "text", "In training the other one moves"),
     ({"source": "inline", "values": "1;2", "size": 2}, "noise", "pairs_text", "weight perturbation −1.00."),
     ({}, "running", "text", "the running mean keeps jittering"),
     ({}, "dependence", "text", "In training 7 of the 7 others move")],
)  # fmt: skip
def test_what_is_said_at_the_ends_makes_sense(server, query, part, key, said):
    assert said in get(server, part=part, **query)[part][key]
