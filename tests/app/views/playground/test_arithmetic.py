"""What the batch's statistics would be in another arithmetic: exact by default, and told by how far x̂ is off."""

import numpy as np
import pytest

WINE = "/api/v1/playground?source=wine"


def asked(server, query=""):
    answer = server.get(WINE + query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_the_exact_one_has_words_and_no_figure(server):
    answer = asked(server)
    assert "float64" in answer["captions"]["arithmetic"]
    assert "arithmetic" not in answer["figures"]


@pytest.mark.parametrize(
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
    dots = answer["figures"]["arithmetic"]["data"][1]
    apart = np.abs(np.subtract(dots["y"], dots["x"]))
    assert (apart <= 0.01).all() == ("no x̂" in words or "no number" in words)
    assert answer["figures"]["arithmetic"]["layout"]["meta"]["summary"]
