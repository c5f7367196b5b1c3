"""`POST /api/v1/norms/merge`: moments of workers as those of the whole batch, or a refusal that names the part."""

import numpy as np
import pytest

from tests.each import each

URL = "/api/v1/norms/merge"


def sent(x: np.ndarray, ddof: int = 0) -> dict[str, object]:
    return {"count": len(x), "mean": x.mean(0).tolist(), "var": x.var(0, ddof=ddof).tolist()}


@pytest.mark.parametrize(("variance", "ddof"), [("biased", 0), ("unbiased", 1)])
def test_uneven_workers_have_the_moments_of_all_their_examples(server, variance, ddof):
    rng = np.random.default_rng(0)
    workers = [rng.normal(1e3 + worker, 1 + worker, (size, 3)) for worker, size in enumerate((2, 7, 30))]
    whole = np.concatenate(workers)
    answer = server.post(URL, json={"parts": [sent(x, ddof) for x in workers], "variance": variance}).json()
    assert answer["count"] == len(whole)
    np.testing.assert_allclose(answer["mean"], whole.mean(0), rtol=1e-14)
    np.testing.assert_allclose(answer["var"], whole.var(0), rtol=1e-11)
    np.testing.assert_allclose(answer["unbiased_var"], whole.var(0, ddof=1), rtol=1e-11)
    within = sum(len(x) * x.var(0) for x in workers) / len(whole)
    np.testing.assert_allclose(answer["between"], whole.var(0) - within, rtol=1e-9)
    assert answer["warnings"] == []


def test_one_example_has_no_unbiased_variance(server):
    answer = server.post(URL, json={"parts": [{"count": 1, "mean": [2], "var": [0]}]}).json()
    assert (answer["var"], answer["unbiased_var"], answer["warnings"]) == ([0], [None], [])


PART = {"count": 2, "mean": [1.0], "var": [1.0]}


@each(
    ("parts", "words", "field"),
    [
        ([PART, PART | {"mean": [1, 2], "var": [1, 2]}], "part 0 has 1", "parts.1"),
        ([PART, PART | {"var": [1, 2]}], "var has shape", "parts.1.var"),
        ([PART, PART | {"var": [-1.0]}], "at least 0", "parts.1.var"),
        ([PART, PART | {"count": 0}], "parts.1.count is 0; give a number ", "parts.1.count"),
        ([], "a list of 1 or more", "parts"),
        ([PART, PART | {"mean": [1.7e308]}, PART | {"mean": [-1.7e308]}], "float64 does not hold", "parts"),
    ],
)  # fmt: skip
def test_what_cannot_be_merged_is_refused_with_the_part(server, parts, words, field):
    answer = server.post(URL, json={"parts": parts})
    assert answer.status_code == 422
    problem = answer.json()
    assert words in str(problem)
    assert problem["errors"][0]["field"] == field


@each("count", [2**53 + 1, 10**20 + 1])
def test_a_count_that_float64_does_not_hold_is_to_be_a_smaller_one(server, count):
    """It has no feature to subtract from, and is given as no float."""
    problem = server.post(URL, json={"parts": [PART | {"count": count}]}).json()
    became = int(float(count))
    assert problem["detail"] == (
        f"count is {count}; it is an integer that float64 does not hold, and would become {became}. "
        "Give a number of at most 2^53 = 9007199254740992 in size."
    )
    mean = server.post(URL, json={"parts": [PART | {"mean": [2**53 + 1]}]}).json()
    assert "Subtract one number from its whole feature" in mean["detail"]


def test_unbiased_variances_of_one_example_are_refused(server):
    answer = server.post(URL, json={"parts": [PART | {"count": 1}], "variance": "unbiased"})
    assert answer.status_code == 422
    assert "no unbiased variance" in answer.json()["detail"]
