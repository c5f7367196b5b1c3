"""What is said of a claim where a number is missing."""

from app.views.network.words.claims import measured_text
from bncore.network.claims import Measured


def test_a_disagreement_that_is_not_known_is_said_in_english():
    text = measured_text("gradient_norm", Measured({"disagreement": None, "removed": 0.5}, False))
    assert "of of" not in text
    assert text.startswith("The two sides differ by an unknown share of themselves")
