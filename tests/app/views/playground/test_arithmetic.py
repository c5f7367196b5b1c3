"""What the batch's statistics would be in another arithmetic: exact by default, and told by how far x̂ is off."""

import numpy as np
import pytest

from tests.each import each

WINE = "/api/v1/playground?source=wine"


def asked(server, query=""):
    answer = server.get(WINE + query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_the_exact_one_has_words_and_no_figure(server):
    answer = asked(server)
    assert "float64" in answer["captions"]["arithmetic"]
    assert "arithmetic" not in answer["figures"]


@each(
    ("query", "words"),
    [
        ("&arithmetic=squares&x_scale=1000", "no x̂ of this batch would be off by more than"),
        ("&arithmetic=bfloat16", "its x̂ off by up to"), ("&arithmetic=float16&x_scale=1000", "its x̂ no number"),
        ("&arithmetic=bfloat16&mode=inference&notation=lecture", "Computed in bfloat16, the variance of"),
    ],
)  # fmt: skip
def test_the_sentence_is_the_one_that_holds(server, query, words):
    answer = asked(server, query)
    assert words in answer["captions"]["arithmetic"]
    assert "Only the statistics are rounded" in answer["captions"]["arithmetic"]
    dots = answer["figures"]["arithmetic"]["data"][1]
    apart = np.abs(np.subtract(dots["y"], dots["x"]))
    assert (apart <= 0.01).all() == ("no x̂" in words or "no number" in words)
    assert answer["figures"]["arithmetic"]["layout"]["meta"]["summary"]


@pytest.mark.parametrize(("name", "kind"), [("float16", np.float16), ("squares", np.float32)])
def test_the_statistics_alone_are_rounded_as_the_page_says(server, name, kind):
    """By NumPy's own numbers of that kind; the exact input then goes through them in float64."""
    query = f"source=inline&values=1000.25;1001;1003.75;1010&eps=0&arithmetic={name}"
    dots = server.get(f"/api/v1/playground?{query}").json()["figures"]["arithmetic"]["data"][1]
    x = np.array([1000.25, 1001, 1003.75, 1010])
    rows = x.astype(kind)
    mean = rows.mean(dtype=np.float32).astype(kind)
    squares = np.square(rows - mean) if name == "float16" else np.square(rows)
    var = squares.mean(dtype=np.float32).astype(kind) - (0 if name == "float16" else np.square(mean))
    np.testing.assert_allclose(dots["y"], (x - float(mean)) / np.sqrt(float(var)), rtol=1e-4)
    np.testing.assert_allclose(dots["x"], (x - x.mean()) / x.std(), rtol=1e-4)
