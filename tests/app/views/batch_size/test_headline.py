"""The headline of the estimates says what batches do to normalized values, held against plain draws."""

import re
from functools import cache
from itertools import combinations

import numpy as np
import pytest

from app.batches.datasets import load
from tests.app.strict_json import parsed
from tests.each import each

ALCOHOL = load("wine").x[:, 0].astype(np.float64)
LARGEST = 64  # examples of a batch
NUMBER = r"([\d.,]+(?:e−\d+)?)"


def get(client, **query):
    answer = client.get("/api/v1/batch-size", params={"part": "estimates"} | query)
    assert answer.status_code == 200, answer.text
    return parsed(answer.content)


@cache
def batches(size, draws=20_000):
    if size < LARGEST:
        return batches(LARGEST, draws)[:, :size]
    rng = np.random.default_rng(99)
    return rng.permuted(np.broadcast_to(ALCOHOL, (draws, len(ALCOHOL))), axis=1)[:, :size].copy()


def strays(size, eps):
    """x_hat less its value in inference, (R, K), and σ/σ_B with ε, (R,), by their definitions."""
    drawn = batches(size)
    s, s_b = np.sqrt(ALCOHOL.var() + eps), np.sqrt(drawn.var(axis=1) + eps)
    by_batch = (drawn - drawn.mean(axis=1)[:, None]) / s_b[:, None]
    return by_batch - (drawn - ALCOHOL.mean()) / s, s / s_b


def close(values, draws, number):
    """Five standard errors of an average of `values` over so many batches, and what three digits leave out."""
    return 5 * values.std() / np.sqrt(draws) + 0.006 * abs(number)


@pytest.mark.parametrize("eps", [1e-5, 300.0])
@pytest.mark.parametrize("size", [4, 8, 64])
def test_by_how_much_a_normalized_value_strays_is_that_of_plain_draws(server, size, eps):
    text = get(server, size=size, eps=eps, draws=4000)["estimates"]["headline"]
    told = re.search(rf"With K = {size}, x̂ of alcohol typically strays by {NUMBER} from inference's; (.*)\.$", text)
    off, stretch = strays(size, eps)
    squares = np.square(off).mean(axis=1)
    said = float(told[1].replace("−", "-"))
    assert said**2 == pytest.approx(squares.mean(), abs=close(squares, 4000, 2 * squares.mean()))
    by = stretch.mean() - 1
    if abs(by) < 5e-4:
        assert told[2] == "its scale hardly changes"
    else:
        number = float(re.search(rf"on average batches stretch it by {NUMBER} %$", told[2])[1]) / 100
        assert number == pytest.approx(by, abs=close(stretch, 4000, by))


def test_the_parts_and_the_stretch_are_told_below_it(server):
    answer = get(server, draws=4000)
    text, x_hat = answer["estimates"]["x_hat"]["text"], answer["estimates"]["x_hat"]
    said = re.search(
        rf"Over 4,000 batches of 8, .* by {NUMBER} \(root mean square\): {NUMBER} through the batch's mean, {NUMBER} "
        rf"through its deviation\. .* by \+{NUMBER} % on average, with a deviation of {NUMBER} %; "
        rf"−{NUMBER} % to \+{NUMBER} % in 90 %", text,
    )  # fmt: skip
    whole, shift, scale, average, sd, low, high = (float(number) for number in said.groups())
    assert whole == pytest.approx(np.hypot(shift, scale), rel=0.01)
    assert (whole, shift, scale) == pytest.approx((x_hat["whole"], x_hat["shift"], x_hat["scale"]), rel=0.005)
    stretch = 100 * (strays(8, 1e-5)[1] - 1)
    assert average == pytest.approx(stretch.mean(), abs=close(stretch, 4000, average))
    assert sd == pytest.approx(stretch.std(), rel=0.15)
    assert (-low, high) == pytest.approx(np.quantile(stretch, [0.05, 0.95]), abs=4)


def test_three_examples_have_no_average_that_few_batches_do_not_rule(server):
    text = get(server, size=3, draws=4000)["estimates"]["headline"]
    said = float(re.search(rf"half of the batches stretch it by over {NUMBER} %\.$", text)[1])
    assert said == pytest.approx(100 * (np.median(strays(3, 1e-5)[1]) - 1), abs=4)


def pairs(values, eps):
    """|x_hat| of every pair."""
    half = np.array([abs(a - b) / 2 for a, b in combinations(values, 2)])
    return half / np.sqrt(half**2 + eps) if eps else (half > 0).astype(float)


@each(
    ("values", "eps", "said"),
    [([1.0, 2.0, 4.0], 0.0, "is always +1 or −1"), ([3.0, 3.0, 4.0, 5.0], 0.0, "is ±1, but 0 in the "),
     ([1.0, 1.01, 4.0, 7.0], 1e-5, "is ±1 in "),
     ([1.0, 2.0, 4.0], 1.0, "in the middle of the batches: ε keeps it from ±1")],
)  # fmt: skip
def test_of_two_examples_it_says_what_is_exact(server, values, eps, said):
    draws, size = 4000, pairs(values, eps)
    text = get(server, source="inline", values=";".join(map(str, values)), size=2, eps=eps, draws=draws)["estimates"][
        "headline"
    ]
    assert text.startswith("With K = 2, x̂ of x0 ")
    assert said in text
    assert "noise" not in text
    share = re.search(rf"in (the )?{NUMBER} % of the batches", text)
    if share:
        wanted = (size == 0).mean() if share[1] else (size >= 0.995).mean()
        assert float(share[2]) / 100 == pytest.approx(wanted, abs=5 * np.sqrt(wanted * (1 - wanted) / draws) + 1e-3)
    middle = re.search(rf"is ±{NUMBER} in the middle", text)
    assert not middle or float(middle[1]) == pytest.approx(np.median(size), abs=5e-4)


SHORT = [
    *({"size": size} for size in (2, 3, 4, 8, 178)), {"source": "inline", "values": "3;3;3"},
    *({"source": "heavy_tailed", "degrees_of_freedom": degrees} for degrees in (1, 2)), {"size": 2, "eps": 1},
    {"eps": 1e4},
]  # fmt: skip


@pytest.mark.parametrize("query", SHORT, ids=str)
@pytest.mark.parametrize("notation", ["frameworks", "lecture"])
def test_it_is_short_and_in_the_notation_in_force(server, query, notation):
    text = get(server, draws=100, notation=notation, **query)["estimates"]["headline"]
    assert len(re.findall(r"\S*\w\S*|±\S+", text.replace("K = ", "K="))) <= 20
    assert ("x̂" in text) <= (notation == "frameworks")
    assert ("Z̄" in text) <= (notation == "lecture")
