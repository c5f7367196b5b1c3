"""The playground's sentences, and the states in which each may stand."""

from tests.app.sentences.seen import Seen
from tests.app.sentences.sentence import Sentence


def training(seen: Seen) -> bool:
    return seen.asked("mode", "train") == "train"


def inference(seen: Seen) -> bool:
    return not training(seen)


def beside_the_deviation(seen: Seen) -> bool:
    return seen.asked("eps_placement", "variance") == "deviation"


TABLE = [
    Sentence(r"normalized by this batch's mean", training, "in training"),
    Sentence(r"normalized by the running statistics", inference, "in inference"),
    Sentence(r"added to the deviation", beside_the_deviation, "where ε is added to σ", where=r"conventions$"),
]
