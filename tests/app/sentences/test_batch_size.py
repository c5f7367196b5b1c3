"""The batch size page says in each state only what holds in it."""

from tests.app.sentences.batch_size import TABLE
from tests.app.sentences.seen import look
from tests.app.sentences.sentence import walk
from tests.app.sentences.states import DATA, states

API, PAGE = "/api/v1/batch-size", "/batch-size"
SPOKEN = [
    r"answer\.headline$", r"answer\.stage\.strip\.headline$",
    r"answer\.stage\.(text|population\.text)$", r"answer\.estimates\.headline$",
    r"answer\.conventions$", r"answer\.estimates\.population_text$", r"answer\.running\.text$",
    r"answer\.running\.biased_text$", r"answer\.noise\.(text|match_text|pairs_text)$", r"answer\.dependence\.text$",
    r"answer\.dependence\.outlier_text$", r"answer\.classes\.text$",
]  # fmt: skip
FEW = {"draws": (60,), "running_steps": (30,)}
LAYER = {
    "size": (2, 3, 4, 8, 2000),
    "eps": (0, 1e-5, 0.5, 100),
    "eps_placement": ("variance", "deviation"),
    "notation": ("frameworks", "lecture"),
    "momentum": (0, 0.1, "cumulative", 1),
    "move_by": (0, 2),
}
UPLOADS = DATA | {"examples": (2, 3, 12), "features": (1, 3, 20)}
SOURCES = [
    {"source": "wine"}, {"source": "digits"}, {"source": "iris"}, {"source": "normal"}, {"source": "class_sorted"},
    {"source": "heavy_tailed", "degrees_of_freedom": 1}, {"source": "heavy_tailed", "degrees_of_freedom": 2},
    {"source": "dead_feature"},
]  # fmt: skip
EDGES = [
    {"momentum": 1, "draws": 60},
    {"source": "class_sorted", "momentum": 0.1, "draws": 200},
    *({"momentum": "cumulative", "draws": 60, "running_steps": steps} for steps in (0, 1, 30)),
    {"source": "heavy_tailed", "degrees_of_freedom": 1, "draws": 60},
    {
        "source": "inline",
        "values": "1;2;4",
        "members": 2,
        "eps": 0,
        "move_by": 0.05,
    },  # two examples are ±1 wherever one is moved to
    {"size": 64, "eps": 1e-5, "draws": 60},
    {"size": 64, "members": 16, "draws": 60},
    *({"source": "inline", "values": "1;2;9", "eps": 0, "size": 2, "draws": 60, "example": j} for j in range(3)),
]


def of_sources():
    """Every source in several states, the same ones every time."""
    walked = states(LAYER, FEW)
    return [source | walked[(2 * at + turn) % len(walked)] for at, source in enumerate(SOURCES) for turn in range(2)]


def test_every_sentence_follows_the_state(client):
    walked = [*states(UPLOADS, LAYER, FEW), *of_sources(), *EDGES]
    everything = [look(client, API, None if at % 4 else PAGE, state) for at, state in enumerate(walked)]
    walk(everything, TABLE, spoken=SPOKEN)
