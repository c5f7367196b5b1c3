"""The norms page says in each state only what holds in it."""

import re

from tests.app.sentences.norms import TABLE
from tests.app.sentences.seen import look
from tests.app.sentences.sentence import walk
from tests.app.sentences.states import DATA, states

NORMS = {
    "norm": ("all", "batch", "layer", "instance", "group", "rms", "renorm", "ghost"),
    "eps_placement": ("variance", "deviation"), "notation": ("frameworks", "lecture"), "rows": ("channel", "example"),
}  # fmt: skip
OF_ANY_BATCH = {"situation": ("usual", "one_example", "huge_channel"), "huge_factor": (100, 1, 0.5)}
GHOSTS = {"source": ("wine", "digits"), "batch_size": (8,), "norm": ("all", "ghost"), "ghost_size": (3, 4)}
OF_CLASSES = {
    "source": ("digits", "wine", "class_sorted"), "situation": ("class_sorted", "huge_channel"),
    "batch_size": (1, 2, 8, 30), "notation": ("frameworks", "lecture"), "norm": ("all", "rms"),
}  # fmt: skip
OF_THE_STAGE = {
    "source": ("digits", "wine"), "situation": ("usual", "one_example", "huge_channel"), "norm": ("all", "group"),
    "batch_size": (1, 4),
}  # fmt: skip
SPOKEN = [
    r"answer\.headline$", r"answer\.conventions$", r"answer\.norms\.text$", r"before\.layout\.meta\.summary$",
    r"answer\.situation\.title$", r"answer\.summary$", r"answer\.stage\.headline$", r"answer\.stage\.cubes\.spoken$",
]  # fmt: skip


def test_every_sentence_follows_the_state(client):
    rows = states(DATA, NORMS, OF_ANY_BATCH) + states(OF_CLASSES) + states(OF_THE_STAGE, together=3) + states(GHOSTS)
    everything = [look(client, "/api/v1/norms", None if at % 2 else "/norms", state) for at, state in enumerate(rows)]
    walk(everything, TABLE, spoken=SPOKEN)
    for seen in everything:
        headline = seen.answer["headline"]
        assert len(headline.split()) <= 20, (str(seen), headline)
        assert len(re.findall(r"\d[\d.,e−]*", headline)) <= 3, (str(seen), headline)
        assert not re.search("[{}]", headline)
