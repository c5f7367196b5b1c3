"""Every view over magnitudes from the smallest number above 0 to the largest: an answer or a named refusal."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

SIZES = (5e-324, 1e-310, 2.3e-308, 1e-300, 1e-164, 1e-150, 1e-8, 1.0, 1e16, 1e150, 1e154, 1e200, 1.79e308)
VIEWS = ("playground", "derivation", "jacobian", "norms", "batch-size", "network", "gradient-check")
SLOW = ("batch-size", "network")
NULL = {
    "playground": {"pair", "forward.running", "backward.conservation.expected_sum_dx_x_hat"},
    "derivation": {"naive.angle", "naive.error", "printed.here", "printed.dx", "printed.max_abs_error"}
    | {"printed.max_rel_error"},
    "jacobian": set(),
    "norms": set(),
}
"""What may be null in a view's answer beyond what is of an ordinary table: each has its sentence in the same part.

One feature has no pair, inference no conservation; a dx of 0 has no direction; the printed formula divides by 0.
"""


@st.composite
def features(draw: st.DrawFn, count: int) -> list[float]:
    """A feature that is constant, has two values, is a shape of one size, an offset and last digits, or mixes sizes."""
    size, kind = draw(st.sampled_from(SIZES)), draw(st.sampled_from(["constant", "two", "shape", "offset", "mixed"]))
    each: dict[str, st.SearchStrategy[float]] = {
        "constant": st.just(size),
        "two": st.sampled_from([size, -size / 2]),
        "shape": st.integers(-8, 8).map(lambda step: size * (step / 8)),
        "offset": st.integers(0, 3).map(lambda step: size * (1 - step * 2.0**-52)),
        "mixed": st.tuples(st.sampled_from(SIZES), st.sampled_from([-1, 1])).map(lambda pair: pair[0] * pair[1]),
    }
    return draw(st.lists(each[kind], min_size=count, max_size=count))


PARTS_ROWS = re.compile(r"^figures\.\w+\.data\.[xy]$")
"""Where a null parts the rows of a figure; a small batch has such rows where one does not vary."""


@st.composite
def tables(draw: st.DrawFn) -> list[list[float]]:
    """Rows of one to three features of two to five examples."""
    count = draw(st.integers(2, 5))
    columns = [draw(features(count)) for _ in range(draw(st.integers(1, 3)))]
    return [list(row) for row in zip(*columns, strict=True)]


def asked(client: TestClient, view: str, x: list[list[float]], eps: float, placement: str) -> Any:
    """The answer of a view of a typed table; of the gradient checker of a posted one, with dy for dx."""
    if view == "gradient-check":
        dy = [[1.0 + i - 0.5 * j for j, _ in enumerate(row)] for i, row in enumerate(x)]
        body = {"x": x, "dy": dy, "dx": dy, "eps": eps, "eps_placement": placement}
        return client.post("/api/v1/gradient-check", json=body)
    query: dict[str, Any] = {"source": "inline", "values": ";".join(",".join(map(repr, row)) for row in x), "eps": eps}
    query |= {"depth": 2, "width": 4} if view == "network" else {"eps_placement": placement}
    return client.get(f"/api/v1/{view}", params=query)


def nulls(value: Any, path: str = "") -> set[str]:
    """The places of nulls, without the numbers of list entries."""
    if isinstance(value, dict):
        return set().union(*(nulls(part, f"{path}.{name}" if path else name) for name, part in value.items()))
    if isinstance(value, list):
        return set().union(*(nulls(part, path) for part in value))
    return {path} if value is None else set()


@pytest.mark.parametrize("view", VIEWS)
def test_every_magnitude_is_answered_or_refused_by_name(client: TestClient, view: str) -> None:
    """A warning of NumPy's is an error here, as everywhere in the tests."""
    ordinary = nulls(asked(client, view, [[1.0, 2.0], [3.0, 5.0], [4.0, 9.0]], 1e-5, "variance").json())

    @settings(max_examples=8 if view in SLOW else 25, deadline=None, derandomize=True)
    @given(tables(), st.sampled_from([0.0, 2.3e-308, 1e-300, 1e-5, 1e6]), st.sampled_from(["variance", "deviation"]))
    def each(x: list[list[float]], eps: float, placement: str) -> None:
        answer = asked(client, view, x, eps, placement)
        assert answer.status_code in (200, 422)
        if answer.status_code == 422:
            assert answer.json()["detail"]
        elif view in NULL:
            told = {place for place in nulls(answer.json()) if not PARTS_ROWS.search(place)}
            assert told - ordinary <= NULL[view]

    each()


def test_a_gradient_at_the_bottom_of_float64_is_checked(server: TestClient) -> None:
    x = [[5e-324], [5e-324], [5e-324], [-0.0]]
    assert asked(server, "gradient-check", x, 1e-5, "deviation").status_code == 200


def test_a_feature_that_spreads_wider_than_float64_can_say_is_said_to(server: TestClient) -> None:
    x = [[2.3e-308, 1e16], [2.3e-308, 1e16], [-1.15e-308, -5e15]]
    said = asked(server, "playground", x, 0.0, "variance").json()["stage"]["steps"]["x"]["sentence"]
    assert "x1 spreads more than 1.8e308 times as wide as x0, which is a line here." in said


def test_neighbours_of_0_are_derived(server: TestClient) -> None:
    answer = server.get("/api/v1/derivation", params={"values": "5e-324,1;1e-323,2;0,3"}).json()
    dx = [row[0] for row in answer["routes"]["dx"]["analytic"]]
    dy = [row[0] for row in answer["dy"]]
    assert dx == pytest.approx([(g - sum(dy) / 3) / 1e-5**0.5 for g in dy], rel=1e-12)
    assert any("smaller than float64 holds" in flag for flag in answer["flags"])


def test_a_derivative_beside_a_large_offset_is_a_number_by_every_route(server: TestClient) -> None:
    query = {"values": "1e16,3;1e16,4;10000000000000002,9", "eps": 0}
    route = server.get("/api/v1/derivation", params=query).json()["routes"]["dx"]
    for numeric, exact in zip(route["numeric"], route["analytic"], strict=True):
        assert numeric == pytest.approx(exact, abs=1e-8)


@pytest.mark.parametrize("x", [[[1.79e308, 1.0], [1.7e308, 2.0]], [[1.79e308], [1.79e308]], [[1.79e308], [-1.79e308]]])
def test_numbers_at_the_top_are_refused_by_their_value_and_their_page_opens(
    client: TestClient, uploaded: Callable[..., str], x: list[list[float]]
) -> None:
    query = {"source": uploaded(x=np.array(x))}
    answer = client.get("/api/v1/playground", params=query)
    assert (answer.status_code, "1.79e+308" in answer.json()["detail"]) == (422, True)
    assert client.get("/", params=query).status_code in (200, 422)
