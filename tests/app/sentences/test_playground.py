"""The playground says in each state only what holds in it."""

from tests.app.sentences.playground import TABLE
from tests.app.sentences.seen import look
from tests.app.sentences.sentence import walk
from tests.app.sentences.states import DATA, LAYER, states

SPOKEN = [r"answer\.headline$", r"answer\.conventions$", r"answer\.figures\.x\.layout\.meta\.summary$"]

RUNNING = {"running_variance": ("biased",)}  # one example has no unbiased variance


def test_every_sentence_follows_the_state(client):
    everything = [look(client, "/api/v1/playground", "/", state) for state in states(DATA, LAYER, RUNNING)]
    walk(everything, TABLE, spoken=SPOKEN)
