"""The derivation says in each state only what holds in it."""

import re

from tests.app.sentences.brevity import is_brief
from tests.app.sentences.data import USUAL
from tests.app.sentences.derivation import DATA, LAYER, TABLE
from tests.app.sentences.seen import look
from tests.app.sentences.sentence import walk
from tests.app.sentences.states import states

SPOKEN = [
    *(rf"answer\.{place}$" for place in ("headline", "conventions", r"laws\.text", "printed.text", "naive.text")),
    *(rf"answer\.{place}$" for place in ("captions.summed", "captions.jacobian", "moved.text", "jacobian.entry.text")),
]


CONCLUDES = re.compile(r"^answer\.(headline|stage\.sentences\.\w+|stage\.drag\.text)$")
HAND_PICKED = [
    {**USUAL, "examples": 8, "eps": 0}, {**USUAL, "examples": 8, "eps": 0.5, "naive": "on"},
    {**USUAL, "examples": 8, "cell": "5,2"}, {**USUAL, "examples": 3, "cell": "1,0", "gamma": "3", "beta": "2"},
    {**USUAL, "examples": 8, "cell": "2,1", "eps_placement": "deviation", "upstream": "one_example"},
    {"values": "-1;0;0;1", "dy": "1;-1;-1;1", "eps": "0"},
]  # fmt: skip


def test_every_sentence_follows_the_state(client):
    matrix = [*states(DATA, LAYER), *HAND_PICKED]
    everything = [look(client, "/api/v1/derivation", "/derivation", state) for state in matrix]
    walk(everything, TABLE, spoken=SPOKEN)
    long = [sentence for seen in everything for sentence in concluded(seen) if not is_brief(sentence)]
    assert not long, long[:5]


def concluded(seen):
    """What is concluded in a state, with a name of one word for the feature, however it is called."""
    name = seen.answer["stage"]["cell"]["name"]
    return [text.text.replace(name, "x0") for text in seen.texts if CONCLUDES.search(text.place)]
