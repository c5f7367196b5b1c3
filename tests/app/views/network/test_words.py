"""`GET /network`: what is said of the inputs, of what rounding leaves, and in the notation in force."""

import numpy as np
import pytest

from tests.app.views.network.asking import SMALL, get
from tests.each import each


def first_convention(answer):
    return answer["conventions"][0]


def test_features_that_do_not_vary_are_counted_and_not_said_to_have_deviation_1(client, uploaded):
    x = np.random.default_rng(0).normal(size=(9, 5))
    x[:, 1] = 7.0
    source = uploaded(x=x)
    told = first_convention(get(client, **SMALL | {"batch_size": "all"}, source=source))
    assert told == (
        "every input feature has mean 0, deviation 1 over this batch, but for the 1 of 5 that does not vary over it "
        "and is 0"
    )
    assert first_convention(get(client, **SMALL, source="normal")).endswith("mean 0, deviation 1 over this batch")
    assert first_convention(get(client, **SMALL, standardize="off")) == "inputs enter as they are"
    digits = get(client, depth=2, width=8)
    images = get(client, depth=2, width=8, architecture="convolutional")
    assert "of 64 that do not vary over it and are 0" in first_convention(digits)
    assert first_convention(images) == "every input channel has mean 0, deviation 1 over this batch"


@each(("query", "why"), [
    ({"batch_size": 1}, "as standardizing subtracts the batch's mean, which of one example is itself"),
    ({"source": "inline", "values": "1,2;1,2;1,2", "batch_size": "all"},
     "as no input varies over this batch, and standardizing subtracts its mean"),
    ({"source": "inline", "values": "0,0;0,0", "batch_size": "all", "standardize": "off"}, "as the data are"),
])  # fmt: skip
def test_a_network_that_nothing_enters_is_not_blamed_for_it(server, query, why):
    answer = get(server, **SMALL | query)
    assert answer["run"] == f"Every input is 0, {why}: nothing of the batch enters the network."
    (finding,) = answer["findings"]
    assert finding["id"] == "no_input"
    assert finding["text"].startswith("Nothing of the batch enters, so that what is drawn is what the network makes of")


@pytest.mark.parametrize(("query", "why"), [
    ({"batch_size": 1}, "of one example each unit's number is its own mean"),
    ({"source": "inline", "values": "1,2;1,2;1,2", "batch_size": "all"}, "what enters is the same for every example"),
])  # fmt: skip
def test_what_batch_norm_makes_0_has_that_cause_and_no_other(server, query, why):
    answer = get(server, **SMALL | query, standardize="off")
    of = [finding for finding in answer["findings"] if finding["column"] == "with"]
    assert [finding["id"] for finding in of] == ["nothing_varies"]
    assert of[0]["text"].startswith(f"With BN every number of BN(z) in block 1 is 0, as {why}:")


def test_a_gradient_that_is_rounding_is_called_so_and_one_that_vanishes_is_not(server):
    exact = {"eps": 0, "dtype": "float64"}
    two = get(server, **SMALL | {"batch_size": 2, "depth": 6}, **exact)
    assert "With BN, z's deviation" in two["run"]
    assert two["run"].endswith("no more than rounding of the gradient reaches block 1.")
    (finding,) = [f for f in two["findings"] if f["column"] == "with"]
    assert "no more than rounding of the gradient passes the norm of block 6: two numbers" in finding["text"]
    query = {"activation": "sigmoid", "initialization": "normal", "weight_scale": 1e-4, "depth": 12, "width": 8}
    vanishing = get(server, **query, dtype="float64", batch_size=32)
    assert "rounding" not in vanishing["run"].partition("With BN")[0]
    sizes = [row["gradient_norm"] for row in vanishing["columns"]["without"]["joints"] if row["kind"] == "z"]
    assert 0 < sizes[0] / sizes[-1] < 1e-40
    assert f"is 1/{sizes[-1] / sizes[0]:.2e}".replace("e+", "e")[:6] in vanishing["run"]


@pytest.mark.parametrize("depth", [1, 2])
def test_one_block_is_not_said_to_run_from_itself_to_itself(server, depth):
    assert ("runs from" in get(server, **SMALL | {"depth": depth})["run"]) == (depth > 1)


def test_without_a_norm_the_page_speaks_of_one_column(server):
    page = server.get("/network", params=SMALL | {"norm": "none"}).text
    assert 'data-part="parts" data-when="normed" hidden' in page
    assert get(server, **SMALL, norm="none")["may_stand"]["normed"] is False
    assert "in both columns" not in get(server, **SMALL, norm="none")["terms"]["product"]


def test_a_product_that_is_disturbed_has_a_word_of_its_own(server):
    terms = get(server, **SMALL)["terms"]
    assert "Press it to disturb" in terms["product"]
    assert "Press it to take that back" in terms["product_disturbed"]


def test_the_lectures_notation_reaches_the_claims_the_conventions_and_the_words(server):
    answer = get(server, **SMALL, notation="lecture", preset="gradient_norm")
    assert answer["preset"]["claim"].startswith("At ε = 0, per feature: ‖dZ‖² = (G²/σ²) (‖dẐ‖² − (Σ dẐ)²/K")
    assert any("G = 1, B = 0" in text for text in answer["conventions"])
    assert answer["terms"]["z"].startswith("Z: ")
    assert answer["network"]["input"] == "U"
    assert answer["figures"]["gradient_parts"]["layout"]["yaxis"]["title"]["text"] == "% of ‖dẐ‖²"


def test_a_gradient_that_epsilon_alone_lets_pass_has_that_cause(server):
    def told(**query):
        findings = get(server, **SMALL | {"depth": 8} | query)["findings"]
        return [f["text"] for f in findings if (f["id"], f["column"]) == ("gradients_vanish", "with")]

    assert told(batch_size=2)[0].endswith(": of two examples batch norm lets pass what ε does alone.")
    assert told(batch_size=32) == []
