"""The playground says in each state only what holds in it."""

from tests.app.sentences.data import USUAL
from tests.app.sentences.playground import TABLE
from tests.app.sentences.seen import look
from tests.app.sentences.sentence import walk
from tests.app.sentences.states import DATA, LAYER, states

SPOKEN = [
    *(rf"answer\.{place}$" for place in ("headline", "conventions", r"laws\.text", "figures.x.layout.meta.summary")),
    *(rf"answer\.captions\.{name}$" for name in ("forward", "backward", "paths", "pair")),
]  # fmt: skip
RUNNING = {"running_variance": ("biased",)}  # one example has no unbiased variance
SCALED = {"gamma": (None, "2.5", "sigma"), "beta": (None, "1", "mean"), "activation": ("identity", "relu")}
HAND_PICKED = [
    {"features": 3, "eps": eps, "eps_placement": placement, "activation": "identity"}
    for eps in (0.5, 2e-3) for placement in ("variance", "deviation")
] + [{"examples": 64}, {"examples": 65}, {"examples": 16, "axes": 4}, {"examples": 17, "axes": 4}] + [
    {"features": 20, "examples": 80}, {"features": 300, "examples": 60}, {"features": 3, "constant": "some"},
    {"features": 2, "examples": 2, "upstream": "sum_of_squares"}, {"arithmetic": "bfloat16"},
    {"arithmetic": "squares", "notation": "lecture", "mode": "inference"},
]  # fmt: skip


def test_every_sentence_follows_the_state(client):
    matrix = [*states(DATA, LAYER, SCALED, RUNNING), *({**USUAL, **state} for state in HAND_PICKED)]
    everything = [look(client, "/api/v1/playground", None if at % 2 else "/", state) for at, state in enumerate(matrix)]
    walk(everything, TABLE, spoken=SPOKEN)
