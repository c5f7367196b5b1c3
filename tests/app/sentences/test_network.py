"""The network's page says in each state only what holds in it."""

import re

from tests.app.sentences.network import TABLE
from tests.app.sentences.seen import look
from tests.app.sentences.sentence import walk
from tests.app.sentences.states import DATA, states

NETWORK = {
    "norm": ("batch", "none"), "norm_place": ("before", "behind"), "residual": ("off", "on"), "depth": (1, 3),
    "standardize": ("on", "off"), "activation": ("relu", "tanh"), "disturb_layer": (None, 1),
    "disturb_factor": (3, -2), "disturb_shift": (0, 1), "notation": ("frameworks", "lecture"),
    "eps_placement": ("variance", "deviation"), "eps": (1e-5, 0.5),
    "preset": ("none", "vanishing", "scale_invariance", "gradient_growth", "residual_tames"),
}  # fmt: skip
IMAGES = {"door": ("upload",), "axes": (4,), "architecture": ("convolutional",), "depth": (1, 3)}
TOLD_SELDOM = [
    *({"disturb_layer": 1, "eps": 0.5, "eps_placement": place} for place in NETWORK["eps_placement"]),
    {"disturb_layer": 1, "examples": 1}, {"preset": "gradient_growth"}, {"preset": "residual_tames", "residual": "on"},
    {"examples": 2, "eps": 0},
]  # fmt: skip
SPOKEN = [
    r"answer\.headline$", r"answer\.run$", r"answer\.conventions$", r"answer\.batch\.text$",
    r"depth_deviation\.layout\.meta\.summary$", r"answer\.terms\.product$", r"page #t-depth$",
    r"stage\.rows\.blocks\.text$",
]  # fmt: skip


def test_every_sentence_follows_the_state(client):
    rows = states(DATA, _of("standardize", "notation", "disturb_layer", "norm"), FIXED)
    rows += states({"examples": (2, 12)}, _of(*(name for name in NETWORK if name != "preset")), FIXED)
    rows += states({"examples": (2, 12)}, _of("preset", "depth", "norm", "notation", "residual"), FIXED)
    rows += states(DATA | IMAGES, _of("standardize", "norm", "eps_placement"), FIXED)
    rows += [{"examples": 12, "depth": 3, "width": 4, **state} for state in TOLD_SELDOM]
    everything = [
        look(client, "/api/v1/network", None if at % 2 else "/network", state) for at, state in enumerate(rows)
    ]
    walk(everything, TABLE, spoken=SPOKEN)
    long = {seen.answer["headline"] for seen in everything if not is_brief(seen.answer["headline"])}
    assert not long


def is_brief(headline):
    """At most twenty words and three numbers: a count of some is one, and a block's number is its name."""
    named = re.sub(r"[Bb]lock \d+|(\d+) of \d+", r"\1", headline)
    return len(headline.split()) <= 20 and len(re.findall(r"\d[\d.,e−]*", named)) <= 3


FIXED = {"width": (4,)}


def _of(*names):
    return {name: NETWORK[name] for name in names}
