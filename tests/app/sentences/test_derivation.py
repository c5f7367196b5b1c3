"""The derivation says in each state only what holds in it."""

from tests.app.sentences.data import USUAL
from tests.app.sentences.derivation import DATA, LAYER, TABLE
from tests.app.sentences.seen import look
from tests.app.sentences.sentence import walk
from tests.app.sentences.states import states

SPOKEN = [
    *(rf"answer\.{place}$" for place in ("headline", "conventions", r"laws\.text", "printed.text", "naive.text")),
    *(rf"answer\.{place}$" for place in ("captions.summed", "captions.jacobian", "moved.text", "jacobian.entry.text")),
]


HAND_PICKED = [{**USUAL, "examples": 8, "eps": 0}, {**USUAL, "examples": 8, "eps": 0.5, "naive": "on"}]


def test_every_sentence_follows_the_state(client):
    matrix = [*states(DATA, LAYER), *HAND_PICKED]
    walk([look(client, "/api/v1/derivation", "/derivation", state) for state in matrix], TABLE, spoken=SPOKEN)
